"""Who made a network card, by the first bytes of its address (IEEE MA-L, MA-M and MA-S registries)."""

from __future__ import annotations

_GROUP, _LOCAL = 0x01, 0x02  # the two flag bits of the first byte (IEEE 802-2014, 8.2)


def vendor_of(hardware: bytes) -> str | None:
    """Return the maker of the card with this 48 bit address, or what its flag bits say; None when unknown."""
    if len(hardware) != 6 or not any(hardware):
        return None
    if hardware[0] & _GROUP:
        return "broadcast" if hardware == b"\xff" * 6 else "multicast"
    if hardware[0] & _LOCAL:
        return "locally administered"
    return None
