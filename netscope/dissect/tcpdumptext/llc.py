"""IEEE 802.2 LLC and SNAP."""

from __future__ import annotations

from netscope.dissect.tcpdumptext import link
from netscope.dissect.tcpdumptext.hexdump import both
from netscope.dissect.tcpdumptext.names import ETHERTYPES, mac
from netscope.dissect.tcpdumptext.text import U16, Text, need

_SAPS = {
    0x00: "Null", 0x02: "802.1B I", 0x04: "SNA", 0x06: "IP", 0x0E: "ProWay NM", 0x42: "STP", 0x4E: "RS511",
    0x7E: "ISO8208", 0x8E: "ProWay", 0xAA: "SNAP", 0xE0: "IPX", 0xF0: "NetBeui", 0xFE: "OSI",
}  # fmt: skip
OUIS = {
    0x000000: "Ethernet", 0x00000C: "Cisco", 0x0000F8: "Cisco bridged", 0x0080C2: "Ethernet bridged", 0x00005E: "IANA",
    0x000081: "Nortel Networks SONMP", 0x00049F: "Freescale", 0x0004EA: "HP-Labs", 0x001018: "Broadcom",
    0x00120F: "IEEE 802.3 Private", 0x0012BB: "ANSI/TIA", 0x0015AD: "Netronome", 0x001B21: "DCBX",
    0x002320: "Nicira Networks", 0x002481: "HP", 0x009069: "Juniper", 0x00A03E: "ATM Forum", 0x00E004: "PMC-Sierra",
    0x00E02F: "DOCSIS Spanning Tree",
}  # fmt: skip
_PROTOCOLS = {
    0x00000C: {0x2000: "CDP", 0x010B: "PVST", 0x010C: "VLAN Bridge", 0x2004: "DTP", 0x2003: "VTP", 0x0111: "UDLD"},
    0x0080C2: {
        1: "Ethernet + FCS", 2: "802.4 + FCS", 3: "Token Ring + FCS", 4: "FDDI + FCS", 5: "802.6 + FCS",
        7: "Ethernet w/o FCS", 8: "802.4 w/o FCS", 9: "Token Ring w/o FCS", 10: "FDDI w/o FCS", 11: "802.6 w/o FCS",
        14: "BPDU",
    },
}  # fmt: skip
_COMMANDS = {0x0F: "dm", 0x2F: "sabm", 0x43: "disc", 0x63: "ua", 0x6F: "sabme", 0xAF: "xid", 0xE3: "test", 0x03: "ui"}
_COMMANDS[0x87] = "frmr"
_SUPERVISORY = ("Receiver Ready", "Receiver not Ready", "Reject", "Unknown")
_TREES = frozenset({(0x00000C, 0x010B), (0x00000C, 0x010C), (0x0080C2, 14)})
_BRIDGED = frozenset({(0x0080C2, 1), (0x0080C2, 7)})
_SNAP = 0xAA
_UI, _XID = 0x03, 0xAF  # unnumbered information, exchange of identification
_POLL = 0x10  # or final: a bit of an unnumbered frame
_BASIC_FORMAT = 0x81  # of an exchange of identification
_RESPONSES = {(0, 0): "Command", (1, 0): "Response", (0, 1): "Poll", (1, 1): "Final"}


def llc(text: Text, data: bytes, at: int, length: int, source: bytes, destination: bytes) -> tuple[bool, int]:
    """Print an LLC header and what follows; return whether that is known, and how long the header was."""
    text.protocol = "llc"
    captured = len(data) - at
    if captured < 3 or length < 3:
        _ended(text, data[at : at + max(0, length)])
        return True, max(0, min(captured, length))
    dsap, ssap, control = data[at], data[at + 1], data[at + 2]
    unnumbered = control & 3 == 3
    if not unnumbered:
        if captured < 4 or length < 4:
            _ended(text, data[at : at + length])
            return True, min(captured, length)
        control = int.from_bytes(data[at + 2 : at + 4], "little")
    if text.style.link:
        _header(text, dsap, ssap, control, unnumbered)
    if dsap == ssap == _SNAP and unnumbered and control & ~_POLL == _UI:
        return _snap(text, data, at + 3, length - 3, source, destination)
    if dsap == ssap and control == _UI and _carried(text, data, at + 3, length - 3, dsap):
        return True, 3
    if not text.style.link:
        _ends(text, dsap & 0xFE, ssap & 0xFE, source, destination)
    if unnumbered:
        return _unnumbered(text, data, at, length, control, ssap & 1), 3
    return _numbered(text, length, control, ssap & 1), 4


def _carried(text: Text, data: bytes, at: int, length: int, point: int) -> bool:
    """Print what a service access point has a printer for; return whether it has one."""
    if point == 0x42:
        _tree(text, data, at, length)
        return True
    return point == 0x06 and link.ethertype(text, 0x0800, data, at, length)


def _unnumbered(text: Text, data: bytes, at: int, length: int, control: int, response: int) -> bool:
    """Print a frame without sequence numbers; return whether all of it is known."""
    command = control & ~_POLL
    flags = _RESPONSES[response, control >> 4 & 1]
    text.add(f"Unnumbered, {_COMMANDS.get(command) or f'{command:02x}'}, Flags [{flags}], length {length}")
    if command != _XID:
        return False
    if length == 3:
        return True
    if data[at + 3] != _BASIC_FORMAT:
        return False
    if len(data) - at < 6 or length < 6:
        _ended(text, data[at + 3 : at + length])
    else:
        text.add(f": {data[at + 4]:02x} {data[at + 5]:02x}")
    return True


def _numbered(text: Text, length: int, control: int, response: int) -> bool:
    """Print a frame with sequence numbers; return whether all of it is known."""
    supervisory = bool(control & 1)
    if supervisory:
        text.add(f"Supervisory, {_SUPERVISORY[control >> 2 & 3]}, rcv seq {control >> 9}, ")
    else:
        text.add(f"Information, send seq {control >> 1 & 0x7F}, rcv seq {control >> 9}, ")
    text.add(f"Flags [{_RESPONSES[response, control >> 8 & 1]}], length {length}")
    return supervisory


def _ended(text: Text, data: bytes) -> None:
    """Say that the header is cut off, and show what there is of it."""
    text.truncated()
    text.add(both(data))


def _ends(text: Text, dsap: int, ssap: int, source: bytes, destination: bytes) -> None:
    """Print the service access points, with the link-layer addresses where there are any."""
    whom, what = _SAPS.get(dsap) or f"Unknown DSAP 0x{dsap:02x}", _SAPS.get(ssap) or f"Unknown SSAP 0x{ssap:02x}"
    from_, to = (f"{mac(source)} ", f"{mac(destination)} ") if source else ("", "")
    if dsap != ssap:
        text.add(f"{from_}{what} > {to}{whom} ")
    else:
        text.add(f"{from_}> {to}{whom} " if source else f"{whom} ")


def _header(text: Text, dsap: int, ssap: int, control: int, unnumbered: bool) -> None:
    whom, what = dsap & 0xFE, ssap & 0xFE
    text.add(
        f"LLC, dsap {_SAPS.get(whom, 'Unknown')} (0x{whom:02x}) {'Group' if dsap & 1 else 'Individual'}, "
        f"ssap {_SAPS.get(what, 'Unknown')} (0x{what:02x}) {'Response' if ssap & 1 else 'Command'}, "
        f"ctrl 0x{control:0{2 if unnumbered else 4}x}: "
    )


def _snap(text: Text, data: bytes, at: int, length: int, source: bytes, destination: bytes) -> tuple[bool, int]:
    text.protocol = "snap"
    if at + 5 > len(data) or length < 5:
        text.truncated()
        return True, 3 + max(0, min(len(data) - at, length))
    oui, kind = int.from_bytes(data[at : at + 3], "big"), U16(data, at + 3)[0]
    if text.style.link:
        text.add(f"oui {OUIS.get(oui, 'Unknown')} (0x{oui:06x}), {_pid(oui, kind)}, length {length - 5}: ")
    at += 5
    length -= 5
    if oui in (0x000000, 0x0000F8) and link.ethertype(text, kind, data, at, length):
        return True, 8
    if (oui, kind) in _TREES:
        _tree(text, data, at, length)
        return True, 8
    if (oui, kind) in _BRIDGED:  # two bytes of padding come first
        header = text.header
        need(data, at, 2)
        link.ethernet(text, data, at + 2, length - 2)
        text.header = header
        return True, 8
    if not text.style.link:
        if source:
            text.add(f"{mac(source)} > {mac(destination)} ")
        text.add(f"SNAP, oui {OUIS.get(oui, 'Unknown')} (0x{oui:06x}), {_pid(oui, kind)}, length {length}: ")
    return False, 8


def _pid(oui: int, kind: int) -> str:
    if oui == 0:
        return f"ethertype {ETHERTYPES.get(kind, 'Unknown')} (0x{kind:04x})"
    return f"pid {_PROTOCOLS.get(oui, {}).get(kind, 'Unknown')} (0x{kind:04x})"


def _tree(text: Text, data: bytes, at: int, length: int) -> None:
    from netscope.dissect.tcpdumptext.stp import stp

    stp(text, data, at, length)
