"""What telnet's sides negotiate (RFC 854, 855): the commands that begin a segment."""

from __future__ import annotations

from netscope.dissect.tcpdumptext.text import Text

_COMMANDS = {
    236: "EOF", 237: "SUSP", 238: "ABORT", 239: "EOR", 240: "SE", 241: "NOP", 242: "DMARK", 243: "BRK", 244: "IP",
    245: "AO", 246: "AYT", 247: "EC", 248: "EL", 249: "GA", 250: "SB", 251: "WILL", 252: "WONT", 253: "DO", 254: "DONT",
    255: "IAC",
}  # fmt: skip
_OPTIONS = (
    "BINARY", "ECHO", "RCP", "SUPPRESS GO AHEAD", "NAME", "STATUS", "TIMING MARK", "RCTE", "NAOL", "NAOP", "NAOCRD",
    "NAOHTS", "NAOHTD", "NAOFFD", "NAOVTS", "NAOVTD", "NAOLFD", "EXTEND ASCII", "LOGOUT", "BYTE MACRO",
    "DATA ENTRY TERMINAL", "SUPDUP", "SUPDUP OUTPUT", "SEND LOCATION", "TERMINAL TYPE", "END OF RECORD",
    "TACACS UID", "OUTPUT MARKING", "TTYLOC", "3270 REGIME", "X.3 PAD", "NAWS", "TSPEED", "LFLOW", "LINEMODE",
    "XDISPLOC", "OLD-ENVIRON", "AUTHENTICATION", "ENCRYPT", "NEW-ENVIRON",
)  # fmt: skip
_IAC, _SE, _SB = 255, 240, 250
_WITH_OPTION = frozenset({_SB, 251, 252, 253, 254})
_VERBS = ("IS", "SEND", "INFO")
# What comes first in a negotiation of these, and what second.
_WORDS: dict[int, tuple[tuple[str, ...], dict[int, str]]] = {
    37: (
        ("IS", "SEND", "REPLY", "NAME"),
        {
            0: "NULL", 1: "KERBEROS_V4", 2: "KERBEROS_V5", 3: "SPX", 4: "MINK", 5: "SRP", 6: "RSA", 7: "SSL",
            10: "LOKI", 11: "SSA", 12: "KEA_SJ", 13: "KEA_SJ_INTEG", 14: "DSS", 15: "NTLM",
        },
    ),
    38: (
        ("IS", "SUPPORT", "REPLY", "START", "END", "REQUEST-START", "REQUEST-END", "END_KEYID", "DEC_KEYID"),
        {
            0: "NULL", 1: "DES_CFB64", 2: "DES_OFB64", 3: "DES3_CFB64", 4: "DES3_OFB64",
            6: "CAST5_40_CFB64", 7: "CAST5_40_OFB64", 8: "CAST128_CFB64", 9: "CAST128_OFB64",
        },
    ),
}  # fmt: skip


def telnet(text: Text, data: bytes, at: int, length: int) -> None:
    """Print the commands that begin a segment."""
    text.protocol = "telnet"
    end = at + length
    first = True
    while at != end:  # a negotiation without its end leads beyond, where nothing was captured
        if data[at] != _IAC:
            break
        found = _command(data, at, end)
        if found is None:
            break
        shown, at = found
        text.add((" [telnet " if first else ", ") + shown)
        first = False
    if not first:
        text.add("]")


def _command(data: bytes, at: int, end: int) -> tuple[str, int] | None:
    """Return a command and where the next byte lies; None where it is none, or not all there."""
    if at + 2 > end:
        return None
    code = data[at + 1]
    name = _COMMANDS.get(code)
    if name is None:
        return None
    if code == _IAC:
        return "IAC IAC", at + 2
    if code not in _WITH_OPTION:
        return name, at + 2
    if at + 3 > end:
        return None
    option = data[at + 2]
    shown = f"{name} {_OPTIONS[option] if option < len(_OPTIONS) else _number(option)}"
    return _negotiation(data, at + 3, end, option, shown) if code == _SB else (shown, at + 3)


def _negotiation(data: bytes, at: int, end: int, option: int, shown: str) -> tuple[str, int] | None:
    """Return the text of what lies between an option and the end of its negotiation, and where that is."""
    stop = at
    while end > stop + 1 and not (data[stop] == _IAC and data[stop + 1] == _SE):
        stop += 1
    if data[stop] != _IAC:
        return None
    words = [shown]
    values = data[at:stop]
    verbs, kinds = _WORDS.get(option, (_VERBS, {}))
    for place, value in enumerate(values):
        if place == 0 and value < len(verbs):
            words.append(verbs[value])
        elif place == 1 and value in kinds:
            words.append(kinds[value])
        else:
            words.append(_number(value))
    words.append("SE")
    return " ".join(words), stop + 2


def _number(value: int) -> str:
    return f"0x{value:x}" if value else "0"
