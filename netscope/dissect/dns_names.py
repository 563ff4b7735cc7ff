"""Names of DNS messages as the tree has them, also those that make no sense."""

from __future__ import annotations

from functools import lru_cache

from netscope.core.dns import names
from netscope.dissect.model import Malformed
from netscope.dissect.spec import decoded
from netscope.dissect.tree import Tree


class Reader:
    """Reads names of one message, whose pointers count from its beginning."""

    __slots__ = ("begin", "ended", "known", "mdns", "message", "tree")

    def __init__(self, tree: Tree, begin: int, mdns: bool) -> None:
        self.tree = tree
        self.begin = begin
        self.message = tree.data[begin : tree.end]
        self.known: dict[int, bytes] = {}
        self.ended: dict[int, tuple[bytes, int]] = {}
        self.mdns = mdns

    def name(self, at: int) -> tuple[bytes, int]:
        """Return the name at a place of the buffer, and the place behind it. Raises Malformed."""
        if len(self.known) > 4096:
            self.known.clear()
        try:
            wire, behind = names.read(self.message, at - self.begin, self.known)
        except names.Malformed:
            wire, behind = _lenient(self.message, at - self.begin, self.ended)
        return wire, behind + self.begin


def _lenient(data: bytes, at: int, ended: dict[int, tuple[bytes, int]]) -> tuple[bytes, int]:
    """Return what stands in for a name that makes no sense, and the place behind it. Raises Malformed, IndexError.

    ``ended`` remembers how names that are too long already end from a place on, and after how many pointers: a message
    can lead thousands of names through the same thousands of labels.
    """
    labels, behind, jumps, path = bytearray(), 0, 0, dict[int, int]()
    while True:
        if behind and len(labels) > _LONGEST:
            stands, further = (_LOOPS, _ENDLESS) if at in path else ended.get(at, _UNKNOWN)
            if stands:
                break
            path[at] = jumps
        length, further = data[at], 0
        at += 1
        if not length:
            stands = _TOO_LONG if len(labels) > _LONGEST else bytes(labels) + b"\0"
            break
        if length < 64:
            if len(labels) <= _LONGEST:
                labels += data[at - 1 : at + length]
            at += length
        elif length >= 192:
            target = (length & 63) << 8 | data[at]
            behind = behind or at + 1
            jumps += 1
            if jumps > _MOST_JUMPS:
                return _LOOPS, behind
            at = target
        elif length in _REFUSED:
            raise Malformed
        else:
            stands = _EXTENDED
            break
    further += jumps
    ended.update({place: (stands, further - before) for place, before in path.items()})
    return (stands if further <= _MOST_JUMPS else _LOOPS), behind or at


# What stands in for names; none begins with a length that there can be.
_TOO_LONG, _EXTENDED = b"\xff<Name too long>", b"\xff<Unknown extended label>"
_LOOPS = b"\xff<Name contains a pointer that loops>"
_REFUSED = (0x41, *range(0x80, 0xC0))  # labels of bits (RFC 2673, given up), and those that nobody ever defined
_LONGEST, _MOST_JUMPS = 255, 255
_ENDLESS, _UNKNOWN = 256, (b"", 0)
_ESCAPES = {code: f"\\{code:03o}" for code in (*range(32), 127)}
_ESCAPES |= {ord(code): escape for code, escape in zip("\a\b\f\n\r\t\v", ("\\a", "\\b", "\\f", "\\n", "\\r", "\\t",
             "\\v"), strict=True)}  # fmt: skip


@lru_cache(maxsize=8192)
def shown(wire: bytes) -> str:
    """Return a name as the tree has it: its labels as text, with dots between them."""
    return decoded(dotted(wire)).translate(_ESCAPES)


def dotted(wire: bytes) -> bytes:
    """Return the labels of a name, with dots between them."""
    if wire[0] == 0xFF:
        return wire[1:]
    at, parts = 0, []
    while wire[at]:
        parts.append(wire[at + 1 : at + 1 + wire[at]])
        at += wire[at] + 1
    return b".".join(parts) or b"<Root>"
