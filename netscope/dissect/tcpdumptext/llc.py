"""IEEE 802.2 LLC and SNAP."""

from __future__ import annotations

from netscope.dissect.tcpdumptext import link
from netscope.dissect.tcpdumptext.names import mac
from netscope.dissect.tcpdumptext.text import U16, Text

_SAPS = {
    0x00: "Null", 0x02: "802.1B I", 0x03: "802.1B G", 0x06: "IP", 0x0E: "ProWay NM", 0x42: "STP", 0x8E: "ProWay ASM",
    0xAA: "SNAP", 0xE0: "IPX", 0xF0: "NetBeui", 0xFE: "ISO CLNS", 0xFF: "Global",
}  # fmt: skip
_OUIS = {0x000000: "Ethernet", 0x00000C: "Cisco", 0x0000F8: "Cisco bridged", 0x0080C2: "Ethernet bridged"}
_COMMANDS = {0x0F: "dm", 0x2F: "sabm", 0x43: "disc", 0x63: "ua", 0x6F: "sabme", 0xAF: "xid", 0xE3: "test", 0x03: "ui"}
_COMMANDS[0x87] = "frmr"
_SUPERVISORY = ("Receiver Ready", "Receiver not Ready", "Reject", "Unknown")
_RESPONSES = {(0, 0): "Command", (1, 0): "Response", (0, 1): "Poll", (1, 1): "Final"}


def llc(text: Text, data: bytes, at: int, length: int, source: bytes, destination: bytes) -> tuple[bool, int]:  # noqa: C901 - field after field
    """Print an LLC header and what follows; return whether that is known, and how long the header was."""
    text.protocol = "llc"
    captured = len(data) - at
    if captured < 3 or length < 3:
        text.truncated()
        return False, max(0, min(captured, length))
    dsap, ssap, control = data[at], data[at + 1], data[at + 2]
    if control & 3 == 3:
        size, unnumbered = 3, True
    else:
        if captured < 4 or length < 4:
            text.truncated()
            return True, min(captured, length)
        size, unnumbered = 4, False
        control = int.from_bytes(data[at + 2 : at + 4], "little")
    if text.style.link:
        _header(text, dsap, ssap, control, unnumbered)
    if dsap == ssap == 0xAA and unnumbered and control & ~0x10 == 3:
        return _snap(text, data, at + 3, length - 3, source, destination)
    if dsap == ssap == 0x42 and unnumbered and control == 3:
        _tree(text, data, at + 3, length - 3)
        return True, 3
    if dsap == ssap == 0x06 and unnumbered and control == 3:
        link.ethertype(text, 0x0800, data, at + 3, length - 3)
        return True, 3
    if not text.style.link:
        if source:
            text.add(f"{mac(source)} > {mac(destination)} ")
        dsap &= 0xFE
        if dsap == ssap & 0xFE:
            text.add(f"{_SAPS.get(dsap) or f'Unknown DSAP 0x{dsap:02x}'} ")
        else:
            text.add(f"{_SAPS.get(ssap & 0xFE) or f'Unknown SSAP 0x{ssap & 0xFE:02x}'} > ")
            text.add(f"{_SAPS.get(dsap) or f'Unknown DSAP 0x{dsap:02x}'} ")
    group = ssap & 1
    if unnumbered:
        poll = control >> 4 & 1
        name = _COMMANDS.get(control & ~0x10)
        text.add(f"Unnumbered, {name or f'{control & ~0x10:02x}'}, Flags [{_RESPONSES[group, poll]}], length {length}")
        if control & ~0x10 == 0xAF:
            text.add(": ")
        return False, size
    poll = control >> 8 & 1
    if control & 1:
        text.add(f"Supervisory, {_SUPERVISORY[control >> 2 & 3]}, rcv seq {control >> 9}, ")
        text.add(f"Flags [{_RESPONSES[group, poll]}], length {length}")
        return True, size
    text.add(f"Information, send seq {control >> 1 & 0x7F}, rcv seq {control >> 9}, ")
    text.add(f"Flags [{_RESPONSES[group, poll]}], length {length}")
    return False, size


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
        text.add(f"oui {_OUIS.get(oui, 'Unknown')} (0x{oui:06x}), {_pid(oui, kind)}, length {length - 5}: ")
    at += 5
    length -= 5
    if oui in (0x000000, 0x0000F8) and link.ethertype(text, kind, data, at, length):
        return True, 8
    if oui == 0x00000C and kind == 0x010B:
        _tree(text, data, at, length)
        return True, 8
    if not text.style.link:
        if source:
            text.add(f"{mac(source)} > {mac(destination)} ")
        text.add(f"SNAP, oui {_OUIS.get(oui, 'Unknown')} (0x{oui:06x}), {_pid(oui, kind)}, length {length}: ")
    return False, 8


def _pid(oui: int, kind: int) -> str:
    if oui in (0x000000, 0x0000F8):
        from netscope.dissect.tcpdumptext.names import ETHERTYPES

        return f"ethertype {ETHERTYPES.get(kind, 'Unknown')} (0x{kind:04x})"
    names = {0x2000: "CDP", 0x010B: "PVST", 0x2004: "DTP", 0x2003: "VTP", 0x0111: "UDLD"} if oui == 0x00000C else {}
    return f"pid {names.get(kind, 'Unknown')} (0x{kind:04x})"


def _tree(text: Text, data: bytes, at: int, length: int) -> None:
    from netscope.dissect.tcpdumptext.stp import stp

    stp(text, data, at, length)
