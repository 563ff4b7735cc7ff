"""The options of DHCP (RFC 2132 and those that came after), as tcpdump writes them."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.hexdump import hexadecimal
from netscope.dissect.tcpdumptext.names import ip4, mac
from netscope.dissect.tcpdumptext.text import U16, U32, safe

# Number -> how its value is written and its name. i: addresses, p: pairs of them, a: text, l s b: numbers of 32, 16, 8
# bits, B: yes or no, x: octets; and those with a form of their own: $.
_OPTIONS = {
    1: "iSubnet-Mask", 2: "LTime-Zone", 3: "iDefault-Gateway", 4: "iTime-Server", 5: "iIEN-Name-Server",
    6: "iDomain-Name-Server", 7: "iLOG", 8: "iCS", 9: "iLPR-Server", 10: "iIM", 11: "iRL", 12: "aHostname", 13: "sBS",
    14: "aDP", 15: "aDomain-Name", 16: "iSS", 17: "aRP", 18: "aEP", 19: "BIPF", 20: "BSRT", 21: "pPF", 22: "sRSZ",
    23: "bTTL", 24: "lMTU-Timeout", 25: "sMTU-Table", 26: "sMTU", 27: "BLSN", 28: "iBR", 29: "BMD", 30: "BMS",
    31: "BRouter-Discovery", 32: "iRSA", 33: "pStatic-Route", 34: "BUT", 35: "lAT", 36: "BIE", 37: "bTT", 38: "lKI",
    39: "BKG", 40: "aYD", 41: "iYS", 42: "iNTP", 43: "bVendor-Option", 44: "iNetbios-Name-Server", 45: "iWDD",
    46: "$Netbios-Node", 47: "aNetbios-Scope", 48: "iXFS", 49: "iXDM", 50: "iRequested-IP", 51: "lLease-Time",
    52: "$OO", 53: "$DHCP-Message", 54: "iServer-ID", 55: "bParameter-Request", 56: "aMSG", 57: "sMSZ", 58: "lRN",
    59: "lRB", 60: "aVendor-Class", 61: "$Client-ID", 64: "sN+D", 65: "iN+S",
    66: "aTFTP", 67: "aBF", 68: "iMH", 69: "iSMTP", 70: "iPOP3", 71: "iNNTP", 72: "iWWW", 73: "iFG", 74: "iIRC",
    75: "iSTS", 76: "iSTDA", 77: "$User-Class", 78: "$SLP-DA", 79: "$SLP-SCOPE", 80: "aSLP-NA",
    81: "$FQDN", 82: "$Agent-Information", 83: "bARMT", 88: "aTZSTR", 89: "bFQDNS",
    90: "bAUTH", 91: "LLast-Transaction-Time", 92: "iAssociated-IP", 95: "aLDAP", 98: "aUAP", 93: "sARCH",
    94: "bNDI", 97: "bGUID", 100: "aPOSIX-TZ", 101: "aTZ-Name", 112: "iNI", 113: "aNITAG", 114: "aURL",
    116: "BNOAUTO", 117: "sNSSEARCH",
    118: "iSUBNET", 121: "$Classless-Static-Route", 150: "iTFTP-Server-Address",
    161: "aMUD-URL",
    249: "$Classless-Static-Route-Microsoft",
}  # fmt: skip
_MESSAGES = {
    1: "Discover", 2: "Offer", 3: "Request", 4: "Decline", 5: "ACK", 6: "NACK", 7: "Release", 8: "Inform",
    10: "LeaseQuery", 11: "LeaseUnassigned", 12: "LeaseUnknown", 13: "LeaseActive",
}  # fmt: skip
_HARDWARE = {1: "ether", 6: "ieee802", 7: "arcnet", 15: "frelay", 23: "strip", 24: "ieee1394"}
_NODES = {1: "b-node", 2: "p-node", 4: "m-node", 8: "h-node"}
_OVERLOADS = {1: "file", 2: "sname", 3: "file+sname"}
_MESSAGE = 53
_LEAST = {46: 1, 52: 1, 61: 1, 77: 2, 81: 3, 121: 5, 249: 5}
_ONE = {46: _NODES, 52: _OVERLOADS}  # those that have one byte
_UNITS = {"i": 4, "p": 8, "l": 4, "L": 4, "s": 2}
_AGENT = {1: "Circuit-ID", 2: "Remote-ID", 6: "Subscriber-ID"}
_BARE = {0: "PAD", 255: "END"}  # options that are their number alone


def name(code: int) -> str:
    """Return an option's name."""
    return _OPTIONS.get(code, "?Unknown")[1:]


def option(code: int, size: int, value: bytes) -> str:
    """Return the line of an option of which ``value`` was captured."""
    shown = f"\n\t    {name(code)} ({code}), length {size}"
    form = _OPTIONS.get(code, "?")[0]
    if not size:
        return shown + ('""' if form == "a" else f"[ERROR: length < {_LEAST[code]} bytes]" if code in _LEAST else "")
    shown += ": "
    if len(value) < size:
        return shown
    if code == 55:
        return shown + _requested(value)
    if form == "?":
        form = "l" if size % 4 == 0 else "s" if size % 2 == 0 else "b"
    if code in _ONE:
        form, shown = "1", shown + (_ONE[code].get(value[0]) or f"#{value[0]}")
    elif code == _MESSAGE and size == 1:
        shown += _MESSAGES.get(value[0]) or f"Unknown ({value[0]})"
    else:
        shown += _special(code, value) if form == "$" else _plain(form, value)
    left = size % _UNITS[form] if form in _UNITS else size - 1 if form == "1" else 0
    return shown + _trailing(left)


def _trailing(left: int) -> str:
    """Return the note of bytes at an option's end that are too few."""
    return f"\n\t  trailing data length {left}" if left else ""


def _plain(form: str, value: bytes) -> str:
    size = len(value)
    if form == "a":
        return f'"{safe(value)}"'
    if form == "i":
        return ",".join(ip4(value[place : place + 4]) for place in range(0, size - 3, 4))
    if form == "p":
        return ",".join(
            f"({ip4(value[place : place + 4])}:{ip4(value[place + 4 : place + 8])})" for place in range(0, size - 7, 8)
        )
    if form == "l":
        return ",".join(str(U32(value, place)[0]) for place in range(0, size - 3, 4))
    if form == "L":
        return ",".join(
            str(U32(value, place)[0] - (U32(value, place)[0] >> 31 << 32)) for place in range(0, size - 3, 4)
        )
    if form == "s":
        return ",".join(str(U16(value, place)[0]) for place in range(0, size - 1, 2))
    if form == "B":
        return ",".join({0: "N", 1: "Y"}.get(byte, f"{byte}?") for byte in value)
    return ".".join(map(str, value))


def _requested(value: bytes) -> str:
    rows = (value[place : place + 4] for place in range(0, len(value), 4))
    return "".join(
        "\n\t      " + ", ".join(f"{_BARE.get(code) or name(code)} ({code})" for code in row) for row in rows
    )


def _special(code: int, value: bytes) -> str:
    if code == 61:
        return _client(value)
    if code == 81:
        return _qualified(value)
    if code == 82:
        return _agent(value)
    if code in (121, 249):
        return _routes(value)
    if code == 77:
        return _classes(value)
    return ".".join(map(str, value))


def _client(value: bytes) -> str:
    kind, rest = value[0], value[1:]
    if kind == 0:
        return f'"{safe(rest)}"'
    if kind == 255:
        return f"hardware-type {kind}, " + ":".join(f"{byte:02x}" for byte in rest)
    hardware = _HARDWARE.get(kind)
    if hardware:
        return f"{hardware} {mac(rest)}"
    return f"hardware-type {kind}, {mac(rest)}"


def _qualified(value: bytes) -> str:
    if len(value) < 3:
        return "[ERROR: length < 3 bytes]"
    flags = value[0]
    shown = f"[ERROR: MBZ nibble 0x{flags >> 4:x} != 0] " if flags >> 4 else ""
    shown += (
        f"[{''.join(letter for bit, letter in ((1, 'S'), (2, 'O'), (4, 'E'), (8, 'N')) if flags & bit)}] "
        if flags & 15
        else ""
    )
    if value[1] or value[2]:
        shown += f"{value[1]}/{value[2]} "
    return f'{shown}"{safe(value[3:])}"'


def _agent(value: bytes) -> str:
    lines, place = [], 0
    while place + 2 <= len(value):
        kind, size = value[place], value[place + 1]
        lines.append(f"\n\t      {_AGENT.get(kind, 'Unknown')} SubOption {kind}, length {size}: ")
        if place + 2 + size > len(value):
            return "".join([*lines, "length goes past end of option"])
        raw = value[place + 2 : place + 2 + size]
        lines.append(safe(raw) if kind in _AGENT else hexadecimal(raw, "\n\t\t"))
        place += 2 + size
    return "".join([*lines, _trailing(len(value) - place)])


def _routes(value: bytes) -> str:
    if len(value) < 5:
        return "[ERROR: length < 5 bytes]"
    found: list[str] = []
    place = 0
    while place < len(value):
        bits = value[place]
        size = (bits + 7) // 8
        if bits > 32:
            return ",".join([*found, f"[ERROR: Mask width ({bits}) > 32]"])
        if place + 1 + size + 4 > len(value):
            found.append(f"[ERROR: Remaining length ({len(value) - place - 1}) < {size + 4} bytes]")
            break
        network = value[place + 1 : place + 1 + size]
        target = _network(network, bits)
        found.append(f"({target}:{ip4(value[place + 1 + size : place + 5 + size])})")
        place += 5 + size
    return ",".join(found)


def _network(raw: bytes, bits: int) -> str:
    return f"{ip4(raw.ljust(4, bytes(1)))}/{bits}" if bits else "default"


def _classes(value: bytes) -> str:
    if len(value) < 2:
        return "[ERROR: length < 2 bytes]"
    lines, place, number = [], 0, 1
    while place < len(value):
        size = value[place]
        lines.append(f"\n\t      instance#{number}: ")
        if not size or place + 1 + size > len(value):
            lines.append("[ERROR: invalid option]" if size else "[ERROR: suboption length must be non-zero]")
            break
        lines.append(f'"{safe(value[place + 1 : place + 1 + size])}", length {size}')
        place += 1 + size
        number += 1
    return "".join(lines)
