"""Who made a network card, by the first bytes of its address (IEEE MA-L, MA-M and MA-S registries).

The table ``netscope/data/oui.bin`` is made by ``python -m tests.build_oui`` from the registries as Debian's package
ieee-data has them. It is read when the first vendor is asked for. Nothing is unpacked but what is looked at: the
prefixes are sorted arrays, the names lie in compressed blocks.

The file: the magic, five 32 bit counts in little endian, then the prefixes of 24, 28 and 36
bits (arrays of 32, 32 and 64 bit, then one 32 bit number of a name for each, all of it one zlib stream), and the
blocks of names.
"""

from __future__ import annotations

import os
import sys
import zlib
from array import array
from bisect import bisect_left
from struct import Struct

MAGIC = b"netscope OUI 1\n\0"
HEAD = Struct("<IIIII")  # prefixes of 24, 28 and 36 bits, length of the packed index, names in a block
_BLOCK = Struct("<I")  # length of one packed block of names
_BITS = (36, 28, 24)
_GROUP, _LOCAL = 0x01, 0x02  # the two flag bits of the first byte (IEEE 802-2014, 8.2)
_NOBODY = bytes(6)
_EVERYBODY = b"\xff" * 6


class Vendors:
    """Looks up vendors, and remembers what it found."""

    def __init__(self, data: bytes) -> None:
        """Take the bytes of the file. Raises ValueError when they are not such a file."""
        if not data.startswith(MAGIC):
            raise ValueError("not a table of vendors")
        three, seven, nine, length, per_block = HEAD.unpack_from(data, len(MAGIC))
        self._per_block: int = per_block
        start = len(MAGIC) + HEAD.size
        index = zlib.decompress(data[start : start + length])
        self._prefixes: dict[int, array[int]] = {}
        at = 0
        for bits, count, code, size in ((24, three, "I", 4), (28, seven, "I", 4), (36, nine, "Q", 8)):
            self._prefixes[bits] = _array(code, index[at : at + count * size])
            at += count * size
        self._names: dict[int, array[int]] = {}
        for bits, count in ((24, three), (28, seven), (36, nine)):
            self._names[bits] = _array("I", index[at : at + count * 4])
            at += count * 4
        self._packed: list[bytes] = []
        at = start + length
        while at < len(data):
            (size,) = _BLOCK.unpack_from(data, at)
            self._packed.append(data[at + _BLOCK.size : at + _BLOCK.size + size])
            at += _BLOCK.size + size
        self._blocks: dict[int, list[str]] = {}
        self._known: dict[bytes, str | None] = {}

    def of(self, hardware: bytes) -> str | None:
        """Return the maker of the card with this 48 bit address, or what its flag bits say; None when unknown."""
        if len(hardware) != 6 or hardware == _NOBODY:
            return None
        if hardware[0] & _GROUP:
            return "broadcast" if hardware == _EVERYBODY else "multicast"
        if hardware[0] & _LOCAL:
            return "locally administered"
        prefix = hardware[:5]
        if prefix not in self._known:
            self._known[prefix] = self._find(int.from_bytes(hardware, "big"))
        return self._known[prefix]

    def decided_by(self, hardware: bytes) -> int:
        """Return how many of the first bytes decide what :meth:`of` says: 3, 5 or, for groups and nobody, 6."""
        if len(hardware) != 6 or hardware[0] & _GROUP or not any(hardware[:5]):
            return 6
        prefix = int.from_bytes(hardware[:3], "big")
        for bits in _BITS[:2]:
            prefixes, free = self._prefixes[bits], bits - 24
            if bisect_left(prefixes, prefix << free) != bisect_left(prefixes, prefix + 1 << free):
                return 5
        return 3

    def _find(self, number: int) -> str | None:
        """Look for the longest registered prefix of a 48 bit number."""
        for bits in _BITS:
            prefix = number >> (48 - bits)
            prefixes = self._prefixes[bits]
            at = bisect_left(prefixes, prefix)
            if at < len(prefixes) and prefixes[at] == prefix:
                return self._name(self._names[bits][at])
        return None

    def _name(self, number: int) -> str:
        block, at = divmod(number, self._per_block)
        names = self._blocks.get(block)
        if names is None:
            names = self._blocks[block] = zlib.decompress(self._packed[block]).decode().split("\n")
        return names[at]


def _array(code: str, data: bytes) -> array[int]:
    found = array(code)
    found.frombytes(data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


_SHIPPED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "oui.bin")
_read: list[Vendors] = []  # functools.cache would bring collections: a millisecond


def vendors() -> Vendors:
    """Return the shipped table, read when it is first wanted."""
    if not _read:
        with open(_SHIPPED, "rb") as file:
            _read.append(Vendors(file.read()))
    return _read[0]
