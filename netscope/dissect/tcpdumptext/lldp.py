"""LLDP (IEEE 802.1AB): its length, with -v every TLV."""

from __future__ import annotations

from struct import error as StructError  # noqa: N812

from netscope.core.typed import Callable, Mapping
from netscope.dissect.tcpdumptext.hexdump import hexadecimal
from netscope.dissect.tcpdumptext.names import bits, ip4, ip6, mac, named
from netscope.dissect.tcpdumptext.text import U16, U32, Text, Truncated, need, safe, take

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
_FAMILIES = {
    0: "Reserved", 1: "IPv4", 2: "IPv6", 3: "NSAP", 4: "HDLC", 5: "BBN 1822", 6: "802", 7: "E.163", 8: "E.164",
    9: "F.69", 10: "X.121", 11: "Novell IPX", 12: "Appletalk", 13: "Decnet IV", 14: "Banyan Vines",
    15: "E.164 with NSAP subaddress", 25: "VPLS",
}  # fmt: skip
_SYSTEM_NAME, _PRIVATE = 5, 127
_NUMBERING = {1: "Unknown", 2: "Interface Index", 3: "System Port Number"}


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
        try:
            known = _tlv(text, kind, value)
        except (IndexError, StructError, Truncated):
            text.truncated()
            return
        if (not known and verbose and kind) or (verbose > 1 and kind and size):
            text.add(hexadecimal(value, "\n\t  "))
        at += size
        left -= size
        if kind == 0:
            break


def _tlv(text: Text, kind: int, value: bytes) -> bool:
    """Print what a TLV says; return whether it is known."""
    if not text.style.verbose:
        if kind == _SYSTEM_NAME:
            _said(text, value)
        return True
    if kind == _PRIVATE:
        return _private(text, value)
    show = _SHOWN.get(kind)
    if show is not None:
        show(text, value)
    return show is not None or kind == 0


def _chassis(text: Text, value: bytes) -> None:
    _identity(text, value, _CHASSIS, 4, 5)


def _port(text: Text, value: bytes) -> None:
    _identity(text, value, _PORT, 3, 4)


def _identity(text: Text, value: bytes, names: Mapping[int, str], card: int, network: int) -> None:
    """Print an identifier: its kind (``card``: a MAC address, ``network``: an address behind its family), itself."""
    kind, rest = value[0], value[1:]
    text.add(f"\n\t  Subtype {named(names, kind, 'Unknown')} ({kind}): ")
    if kind == card:
        text.add(mac(take(rest, 0, 6)))
    elif kind == network:
        text.add(_address(rest))
    else:
        text.add(safe(rest))


def _lifetime(text: Text, value: bytes) -> None:
    text.add(f": TTL {U16(take(value, 0, 2))[0]}s")


def _said(text: Text, value: bytes) -> None:
    text.add(f": {safe(value)}")


def _description(text: Text, value: bytes) -> None:
    text.add(f"\n\t  {safe(value)}")


def _capabilities(text: Text, value: bytes) -> None:
    for name, place in (("System ", 0), ("Enabled", 2)):
        found = U16(take(value, place, 2))[0]
        text.add(f"\n\t  {name} Capabilities [{bits(found, _CAPABILITIES)}] (0x{found:04x})")


def _address(value: bytes) -> str:
    """Return an address behind its family number."""
    if not value:
        return ""
    family, raw = value[0], value[1:]
    shown = f"AFI {named(_FAMILIES, family, 'Unknown')} ({family})"
    if family == 1:
        return f"{shown}: {ip4(take(raw, 0, 4))}"
    if family == 2:
        return f"{shown}: {ip6(take(raw, 0, 16))}"
    if family == 6:
        return f"{shown}: {mac(take(raw, 0, 6))}"
    return f"{shown}, no AF printer !"


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


# What -v shows of each TLV. Raises Truncated, IndexError and struct.error where a value is too short.
_SHOWN: dict[int, Callable[[Text, bytes], None]] = {
    1: _chassis, 2: _port, 3: _lifetime, 4: _said, _SYSTEM_NAME: _said, 6: _description, 7: _capabilities,
    8: _management,
}  # fmt: skip


def _private(text: Text, value: bytes) -> bool:
    """Print what an organization has of its own; return whether that is known."""
    from netscope.dissect.tcpdumptext.lldp_private import ORGANIZATIONS, PRIVATE

    oui = int.from_bytes(take(value, 0, 3), "big")
    text.add(f": OUI {named(ORGANIZATIONS, oui, 'Unknown')} (0x{oui:06x})")
    if oui not in PRIVATE:
        return False
    if len(value) < 4:
        return True
    names, shows = PRIVATE[oui]
    kind = value[3]
    text.add(f"\n\t  {named(names, kind, 'unknown')} Subtype ({kind})")
    if kind in shows:
        least, show = shows[kind]
        text.add(show(value[4:]) if len(value) >= least else "")
    return kind in names
