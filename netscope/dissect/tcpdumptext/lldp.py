"""LLDP (IEEE 802.1AB): its length, with -v every TLV."""

from __future__ import annotations

from collections.abc import Callable

from netscope.dissect.tcpdumptext.hexdump import hexadecimal
from netscope.dissect.tcpdumptext.names import bits, ip4, ip6, mac, named
from netscope.dissect.tcpdumptext.text import U16, U32, Text, need, safe, take

_TLVS = {
    0: "End", 1: "Chassis ID", 2: "Port ID", 3: "Time to Live", 4: "Port Description", 5: "System Name",
    6: "System Description", 7: "System Capabilities", 8: "Management Address", 127: "Organization specific",
}  # fmt: skip
_CHASSIS = {
    1: "Chassis component", 2: "Interface alias", 3: "Port component", 4: "MAC address", 5: "Network address",
    6: "Interface name", 7: "Local",
}  # fmt: skip
_PORT = {
    1: "Interface alias", 2: "Port component", 3: "MAC address", 4: "Network Address", 5: "Interface Name",
    6: "Agent circuit ID", 7: "Local",
}  # fmt: skip
_CAPABILITIES = (
    (0x01, "Other"), (0x02, "Repeater"), (0x04, "Bridge"), (0x08, "WLAN AP"), (0x10, "Router"), (0x20, "Telephone"),
    (0x40, "Docsis"), (0x80, "Station Only"),
)  # fmt: skip
_FAMILIES = {1: "IPv4", 2: "IPv6", 6: "802", 16: "DNS"}
_NUMBERING = {1: "Unknown", 2: "Interface Index", 3: "System Port Number"}
_OUIS = {0x0080C2: "Ethernet bridged", 0x00120F: "IEEE 802.3 Private", 0x0012BB: "ANSI/TIA", 0x000ECF: "PROFIBUS"}
_DOT1 = {1: "Port VLAN Id", 2: "Port and Protocol VLAN ID", 3: "VLAN name", 4: "Protocol Identity"}
_DOT3 = {1: "MAC/PHY configuration/status", 2: "Power via MDI", 3: "Link aggregation", 4: "Max frame size"}
_MED = {1: "LLDP-MED Capabilities", 2: "Network policy", 3: "Location identification", 4: "Extended power-via-MDI"}
_MED_BITS = (
    (0x01, "LLDP-MED capabilities"), (0x02, "network policy"), (0x04, "location identification"),
    (0x08, "extended power via MDI-PSE"), (0x10, "extended power via MDI-PD"), (0x20, "inventory"),
)  # fmt: skip
_MED_TYPES = {1: "endpoint class 1", 2: "endpoint class 2", 3: "endpoint class 3", 4: "network connectivity"}


def lldp(text: Text, data: bytes, at: int, length: int) -> None:
    """Print a data unit."""
    text.protocol = "lldp"
    text.add(f"LLDP, length {length}")
    verbose, left = text.style.verbose, length
    while left >= 2:
        head = U16(data, at)[0]
        kind, size = head >> 9, head & 0x1FF
        at += 2
        left -= 2
        if verbose:
            text.add(f"\n\t{_TLVS.get(kind, 'Unknown')} TLV ({kind}), length {size}")
        if size > left:
            text.truncated()
            return
        value = take(data, at, size)
        if kind in (1, 2) and size < 2:
            break
        known = _tlv(text, kind, value)
        if (not known and verbose and kind) or (verbose > 1 and kind and size):
            text.add(hexadecimal(value, "\n\t  "))
        at += size
        left -= size
        if kind == 0:
            break


def _tlv(text: Text, kind: int, value: bytes) -> bool:  # noqa: C901 - field after field
    """Print what a TLV says; return whether it is known."""
    if not text.style.verbose:
        if kind == 5:
            text.add(f": {safe(value)}")
        return True
    if kind in (1, 2):
        if len(value) < 2:
            return True
        names, card, network = (_CHASSIS, 4, 5) if kind == 1 else (_PORT, 3, 4)
        text.add(f"\n\t  Subtype {named(names, value[0], 'Unknown')} ({value[0]}): ")
        if value[0] == card:
            text.add(mac(take(value, 1, 6)))
        elif value[0] == network:
            text.add(_address(value[1:]))
        else:
            text.add(safe(value[1:]))
    elif kind == 3:
        text.add(f": TTL {U16(take(value, 0, 2))[0]}s")
    elif kind in (4, 5):
        text.add(f": {safe(value)}")
    elif kind == 6:
        text.add(f"\n\t  {safe(value)}")
    elif kind == 7:
        for name, place in (("System ", 0), ("Enabled", 2)):
            found = U16(take(value, place, 2))[0]
            text.add(f"\n\t  {name} Capabilities [{bits(found, _CAPABILITIES)}] (0x{found:04x})")
    elif kind == 8:
        _management(text, value)
    elif kind == 127:
        return _private(text, value)
    else:
        return kind == 0
    return True


def _address(value: bytes) -> str:
    """Return an address behind its family number."""
    if not value:
        return ""
    family, raw = value[0], value[1:]
    shown = f"AFI {named(_FAMILIES, family, 'Unknown')} ({family})"
    if family == 1 and len(raw) >= 4:
        return f"{shown}: {ip4(raw[:4])}"
    if family == 2 and len(raw) >= 16:
        return f"{shown}: {ip6(raw[:16])}"
    if family == 6 and len(raw) >= 6:
        return f"{shown}: {mac(raw[:6])}"
    if family == 16:
        return f"{shown}: {safe(raw)}"
    return f"{shown}, no printer for this address family"


def _management(text: Text, value: bytes) -> None:
    size = value[0]
    text.add(f"\n\t  Management Address length {size}, {_address(take(value, 1, size))}")
    place = 1 + size
    need(value, place, 5)
    kind = value[place]
    text.add(f"\n\t  {named(_NUMBERING, kind, 'Unknown')} Interface Numbering ({kind}): {U32(value, place + 1)[0]}")
    place += 5
    length = value[place]
    if length:
        text.add(f"\n\t  OID length {length}{safe(take(value, place + 1, length))}")


def _private(text: Text, value: bytes) -> bool:
    oui = int.from_bytes(take(value, 0, 3), "big")
    text.add(f": OUI {named(_OUIS, oui, 'Unknown')} (0x{oui:06x})")
    printer = _PRIVATE.get(oui)
    if printer is None:
        return False
    names, show = printer
    kind = value[3]
    text.add(f"\n\t  {named(names, kind, 'unknown')} Subtype ({kind})")
    shown = show(kind, value[4:])
    if shown:
        text.add(shown)
    return kind in names


def _dot1(kind: int, value: bytes) -> str:
    if kind == 1:
        return f"\n\t    port vlan id (PVID): {U16(value)[0]}"
    if kind == 2:
        flags = bits(value[0], ((2, "supported"), (4, "enabled")))
        return f"\n\t    port and protocol vlan id (PPVID): {U16(value, 1)[0]}, flags [{flags}] (0x{value[0]:02x})"
    if kind == 3:
        return f"\n\t    vlan id (VID): {U16(value)[0]}\n\t    vlan name: {safe(take(value, 3, value[2]))}"
    if kind == 4:
        return f"\n\t    protocol identity: {safe(take(value, 1, value[0]))}"
    return ""


_PMD = (
    (0x8000, "other or unknown"), (0x4000, "10BASE-T hdx"), (0x2000, "10BASE-T fdx"), (0x1000, "100BASE-T4"),
    (0x0800, "100BASE-TX hdx"), (0x0400, "100BASE-TX fdx"), (0x0200, "100BASE-T2 hdx"), (0x0100, "100BASE-T2 fdx"),
    (0x0080, "PAUSE for fdx links"), (0x0040, "Asym PAUSE for fdx"), (0x0020, "Sym PAUSE for fdx"),
    (0x0010, "Asym and Sym PAUSE for fdx"), (0x0008, "1000BASE-{X LX SX CX} hdx"),
    (0x0004, "1000BASE-{X LX SX CX} fdx"), (0x0002, "1000BASE-T hdx"), (0x0001, "1000BASE-T fdx"),
)  # fmt: skip
_MAUS = {
    0: "unknown", 10: "10BASET hdx", 11: "10BASET fdx", 15: "100BASETX hdx", 16: "100BASETX fdx", 29: "1000BASET hdx",
    30: "1000BASET fdx",
}  # fmt: skip


def _dot3(kind: int, value: bytes) -> str:
    if kind == 1:
        status, found, mau = value[0], U16(value, 1)[0], U16(value, 3)[0]
        return (
            f"\n\t    autonegotiation [{bits(status, ((1, 'supported'), (2, 'enabled')))}] (0x{status:02x})"
            f"\n\t    PMD autoneg capability [{bits(found, _PMD)}] (0x{found:04x})"
            f"\n\t    MAU type {named(_MAUS, mau, 'unknown')} (0x{mau:04x})"
        )
    if kind == 3:
        named_status = bits(value[0], ((1, "supported"), (2, "enabled")))
        return f"\n\t    aggregation status [{named_status}], aggregation port ID {U32(value, 1)[0]}"
    if kind == 4:
        return f"\n\t    MTU size {U16(value)[0]}"
    return ""


def _med(kind: int, value: bytes) -> str:
    if kind == 1:
        found, device = U16(value)[0], value[2]
        return (
            f"\n\t    Media capabilities [{bits(found, _MED_BITS)}] (0x{found:04x})"
            f"\n\t    Device type [{named(_MED_TYPES, device, 'unknown')}] (0x{device:02x})"
        )
    return ""


_PRIVATE: dict[int, tuple[dict[int, str], Callable[[int, bytes], str]]] = {
    0x0080C2: (_DOT1, _dot1), 0x00120F: (_DOT3, _dot3), 0x0012BB: (_MED, _med),
}  # fmt: skip
