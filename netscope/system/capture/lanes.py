"""Arithmetic on many numbers at once: an int of Python is a vector whose lanes have 64 bits.

An operation on such a number costs a nanosecond or two a lane, where a loop costs thirty. Lanes must neither overflow
nor fall below zero, or they would run into each other. Little-endian, as the memory that the numbers come from.
"""

from __future__ import annotations

from array import array
from functools import lru_cache

MOST = 2048  # lanes
_BITS = 64
_LOW = 0xFFFFFFFF
_SECOND = 1_000_000_000
_SHIFT = 40
_THOUSANDTH = -(-(1 << _SHIFT) // 1000)  # times this, shifted: exact for all numbers of 32 bits


def vector(found: array[int]) -> int:
    """Return numbers of 8 bytes as lanes."""
    return int.from_bytes(found, "little")


def numbers(lanes: int, count: int) -> array[int]:
    """Return ``count`` lanes as numbers."""
    return array("Q", lanes.to_bytes(8 * count, "little"))


def words(found: array[int]) -> array[int]:
    """Return the halves of numbers, the lower one first."""
    return array("I", found.tobytes())


@lru_cache(64)
def _all(value: int) -> int:
    return vector(array("Q", [value]) * MOST)


@lru_cache(16)
def _counted(count: int) -> int:
    return vector(array("Q", range(count)))


def same(value: int, count: int = MOST) -> int:
    """Return ``count`` lanes of one number. (As a mask MOST lanes do for fewer, too.)"""
    return _all(value) >> _BITS * (MOST - count)


def mask(count: int) -> int:
    """Return what keeps the first lanes."""
    return (1 << _BITS * count) - 1


def steps(first: int, step: int, count: int) -> int:
    """Return ``first``, ``first + step``, and so on, as lanes."""
    return _counted(count) * step + same(1, count) * first


def at_most(lanes: int, most: int, count: int) -> bool:
    """Whether none of ``count`` numbers of 32 bits or a little more is larger than ``most``."""
    bias = same(1 << _BITS - 1, count)  # a lane that fell below zero would take from this bit, not from the next lane
    return bias + same(1, count) * most - lanes & bias == bias


def low(found: array[int]) -> array[int]:
    """Return the lower halves of numbers."""
    return numbers(vector(found) & same(_LOW), len(found))


def microseconds(times: array[int]) -> array[int]:
    """Return times whose upper halves count microseconds, not nanoseconds as before; the lower ones are seconds."""
    both, lower = vector(times), same(_LOW)
    # What is behind the point, of 40 bits, comes into the lane below, whose upper bits are masked away.
    micro = (both >> 32 & lower) * _THOUSANDTH >> _SHIFT & same((1 << _BITS - _SHIFT) - 1)
    return numbers(both & lower | micro << 32, len(times))


def nanoseconds(times: array[int]) -> array[int]:
    """Return times as nanoseconds; of those before the lower halves are seconds, the upper ones nanoseconds."""
    both, lower = vector(times), same(_LOW)
    return numbers((both & lower) * _SECOND + (both >> 32 & lower), len(times))
