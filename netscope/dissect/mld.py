"""Multicast listener discovery (RFC 2710, RFC 3810)."""

from __future__ import annotations

from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_RECORDS = {
    1: "Include", 2: "Exclude", 3: "Changed to include", 4: "Changed to exclude", 5: "Allow new sources",
    6: "Block old sources",
}  # fmt: skip
_DELAY = Spec("icmpv6.mld.maximum_response_delay", "Maximum Response Delay [ms]", "u16")
_CODE = Spec("icmpv6.mld.maximum_response_code", "Maximum Response Code", "u16")
_RESERVED = Spec("icmpv6.reserved", "Reserved", "bytes")
_GROUP = Spec("icmpv6.mld.multicast_address", "Multicast Address", "ip6")
_FLAGS = Spec("icmpv6.mld.flag", "Flags", "u8x")
_BITS = (
    Spec("icmpv6.mld.flag.s", "Suppress Router-Side Processing", "b8", 0x08),
    Spec("icmpv6.mld.flag.qrv", "QRV (Querier's Robustness Variable)", "u8", 0x07),
    Spec("icmpv6.mld.flag.reserved", "Reserved", "u8", 0xF0),
)
_INTERVAL = Spec("icmpv6.mld.qqi", "QQIC (Querier's Query Interval Code)", "u8")
_SOURCES, _SOURCE = (
    Spec("icmpv6.mld.nb_sources", "Number of Sources", "u16"),
    Spec("icmpv6.mld.source_address", "Source Address", "ip6"),
)
_COUNT = Spec("icmpv6.mldr.nb_mcast_records", "Number of Multicast Address Records", "u16")
_RECORD = Spec("icmpv6.mldr.mar", "Multicast Address Record", "none")
_KIND = Spec("icmpv6.mldr.mar.record_type", "Record Type", "u8", names=_RECORDS)
_AUXILIARY = Spec("icmpv6.mldr.mar.aux_data_len", "Aux Data Len", "u8")
_RECORD_SOURCES = Spec("icmpv6.mldr.mar.nb_sources", "Number of Sources", "u16")
_RECORD_GROUP = Spec("icmpv6.mldr.mar.multicast_address", "Multicast Address", "ip6")
_RECORD_SOURCE = Spec("icmpv6.mldr.mar.source_address", "Source Address", "ip6")
_RECORD_DATA = Spec("icmpv6.mldr.mar.auxiliary_data", "Auxiliary Data", "bytes")


def listener(work: Work, tree: Tree, kind: int, start: int, end: int) -> None:
    """Dissect the body of a message."""
    at = start + 4
    if kind == 143:
        _report(tree, at)
        return
    second = kind == 130 and end - start >= 28
    tree.add(_CODE if second else _DELAY, at)
    tree.add(_RESERVED, at + 2, 2)
    tree.add(_GROUP, at + 4)
    if second:
        tree.flags(_FLAGS, at + 20, *_BITS)
        tree.add(_INTERVAL, at + 21)
        for index in range(tree.add(_SOURCES, at + 22)):
            tree.add(_SOURCE, at + 24 + 16 * index)


def _report(tree: Tree, at: int) -> None:
    tree.add(_RESERVED, at, 2)
    count = tree.add(_COUNT, at + 2)
    at += 4
    for _ in range(count):
        sources, words = tree.uint(at + 2, 2), tree.uint(at + 1, 1)
        size = 20 + 16 * sources + 4 * words
        with tree.node(_RECORD, at, size) as node:
            kind = tree.add(_KIND, at)
            tree.add(_AUXILIARY, at + 1)
            tree.add(_RECORD_SOURCES, at + 2)
            group = tree.add(_RECORD_GROUP, at + 4)
            node.text(f"Multicast Address Record {_RECORDS.get(kind, 'Unknown')}: {group}")
            for index in range(sources):
                tree.add(_RECORD_SOURCE, at + 20 + 16 * index)
            if words:
                tree.add(_RECORD_DATA, at + 20 + 16 * sources, 4 * words)
        at += size
