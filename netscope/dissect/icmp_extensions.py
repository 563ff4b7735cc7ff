"""The extensions behind the packet that an ICMP error quotes (RFC 4884): MPLS labels (RFC 4950)."""

from __future__ import annotations

from netscope.dissect import checksums
from netscope.dissect.spec import SET, Spec, named
from netscope.dissect.tree import Tree

_ALL = Spec("icmp.ext", "ICMP Multi-Part Extensions", "none")
_VERSION = Spec("icmp.ext.version", "Version", "u8", 0xF0)
_RESERVED = Spec("icmp.ext.res", "Reserved", "u16x", 0x0FFF)
_CHECKSUM, _STATUS = Spec("icmp.ext.checksum", "Checksum", "u16x"), checksums.status_spec("icmp.ext.checksum.status")
_BAD = named("icmp.ext.checksum_bad")
_LENGTH, _CLASS, _TYPE = (
    Spec("icmp.ext.length", "Length", "u16"),
    Spec("icmp.ext.class", "Class", "u8"),
    Spec("icmp.ext.ctype", "C-Type", "u8"),
)
_DATA = Spec("icmp.ext.data", "Data", "bytes")
_LABEL, _EXPERIMENTAL = (
    Spec("icmp.mpls.label", "Label", "u24", 0xFFFFF0),
    Spec("icmp.mpls.exp", "Experimental", "u8", 0x0E),
)
_BOTTOM, _LIMIT = Spec("icmp.mpls.s", "Stack bit", "b8", 0x01, SET), Spec("icmp.mpls.ttl", "Time to live", "u8")


def extensions(tree: Tree, _protocol: str, start: int, end: int) -> None:
    """Add the structure that begins here. Raises Malformed, Short."""
    with tree.node(_ALL, start, end - start, text="ICMP Multi-Part Extensions"):
        tree.bits(start, 1, _VERSION)
        tree.bits(start, 2, _RESERVED)
        given = tree.uint(start + 2, 2)
        should = checksums.expected(tree.raw(start, end - start), 2) if given else None
        tree.items += checksums.fields(_CHECKSUM, _STATUS, given, should, start + 2, tree.buffer, bad=_BAD)
        at = start + 4
        while at + 4 <= end:
            size = tree.uint(at, 2)
            if size < 4:
                return
            _object(tree, at, size)
            at += size


def _object(tree: Tree, at: int, size: int) -> None:
    kind, subtype = tree.uint(at + 2, 1), tree.uint(at + 3, 1)
    labels = kind == 1 and subtype == 1
    text = "MPLS Stack Entry" if labels else f"Object Class: {kind}, C-Type: {subtype}"
    with tree.node(text, at, min(size, tree.end - at)):
        tree.add(_LENGTH, at)
        tree.add(_CLASS, at + 2)
        tree.add(_TYPE, at + 3)
        if not labels:
            if size > 4:
                tree.add(_DATA, at + 4, size - 4)
            return
        for place in range(at + 4, at + size - 3, 4):
            word = tree.uint(place, 4)
            told = f"Label: {word >> 12}, Exp: {word >> 9 & 7}, S: {word >> 8 & 1}, TTL: {word & 255}"
            with tree.node(told, place, 4):
                tree.bits(place, 3, _LABEL)
                tree.bits(place + 2, 1, _EXPERIMENTAL, _BOTTOM)
                tree.add(_LIMIT, place + 3)
