"""IGMP, versions 1 to 3 (RFC 1112, RFC 2236, RFC 3376)."""

from __future__ import annotations

from netscope.dissect import checksums
from netscope.dissect.spec import Spec, ip4, named
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_TYPES = {0x11: "Membership Query", 0x12: "Membership Report", 0x16: "Membership Report", 0x17: "Leave Group",
          0x22: "Membership Report"}  # fmt: skip
_RECORDS = {1: "Mode Is Include", 2: "Mode Is Exclude", 3: "Change To Include Mode", 4: "Change To Exclude Mode",
            5: "Allow New Sources", 6: "Block Old Sources"}  # fmt: skip
_VERSION = Spec("igmp.version", "IGMP Version", "u8")
_TYPE = Spec("igmp.type", "Type", "u8x", names=_TYPES)
_RESPONSE = Spec("igmp.max_resp", "Max Resp Time", "u8")
_RESERVED = Spec("igmp.reserved", "Reserved", "bytes")
_CHECKSUM, _STATUS = Spec("igmp.checksum", "Checksum", "u16x"), checksums.status_spec("igmp.checksum.status")
_BAD = named("igmp.bad_checksum")
_GROUP = Spec("igmp.maddr", "Multicast Address", "ip4")
_SUPPRESS = Spec(
    "igmp.s", "S", "b8", 0x08, ("Suppress router side processing", "Do not suppress router side processing")
)
_ROBUSTNESS = Spec("igmp.qrv", "QRV", "u8", 0x07)
_INTERVAL = Spec("igmp.qqic", "QQIC", "u8")
_SOURCES, _SOURCE = Spec("igmp.num_src", "Num Src", "u16"), Spec("igmp.saddr", "Source Address", "ip4")
_RECORDS_COUNT = Spec("igmp.num_grp_recs", "Num Group Records", "u16")
_RECORD = Spec("igmp.record_type", "Record Type", "u8", names=_RECORDS)
_AUXILIARY, _AUXILIARY_DATA = (
    Spec("igmp.aux_data_len", "Aux Data Len", "u8"),
    Spec("igmp.aux_data", "Aux Data", "bytes"),
)
_DATA = Spec("igmp.data", "Data", "bytes")


def igmp(work: Work, start: int, end: int) -> None:
    """Dissect a message; its length and its second byte tell which version a query is."""
    work.need(start, 8, end)
    data = work.data
    kind, code = data[start], data[start + 1]
    version = _version(kind, code, end - start)
    work.protocol = f"IGMPv{version}" if version else "IGMP"
    tree = work.tree("igmp", "Internet Group Management Protocol", start, end)
    work.path.append("igmp")
    tree.made(_VERSION, version, start, 0)
    word = _TYPES.get(kind, "Unknown")
    tree.add(_TYPE, start)
    if kind == 0x22 or version == 1:
        tree.add(_RESERVED, start + 1, 1)
    else:
        tree.add(_RESPONSE, start + 1, text=f"Max Resp Time: {code / 10:.1f} sec (0x{code:02x})")
    _check(work, tree, start, end)
    work.info = word
    if kind == 0x22:
        _report(work, tree, start, end)
        return
    group = tree.add(_GROUP, start + 4)
    if version > 1 and group == "0.0.0.0":
        work.info += ", general"
    if kind == 0x11 and version > 1:
        if group != "0.0.0.0":
            work.info += f", specific for group {group}"
        if version == 3:
            tree.bits(start + 8, 1, _SUPPRESS, _ROBUSTNESS)
            tree.add(_INTERVAL, start + 9)
            count = tree.add(_SOURCES, start + 10)
            sources = [tree.add(_SOURCE, start + 12 + 4 * index) for index in range(count)]
            if sources:
                work.info += f", sources {{{', '.join(sources)}}}"
    elif version > 1 and group != "0.0.0.0":
        work.info += f" {'group ' if kind != 0x17 else ''}{group}"


def _version(kind: int, code: int, size: int) -> int:
    if kind == 0x11:
        return 3 if size >= 12 else 2 if code else 1
    return {0x12: 1, 0x16: 2, 0x17: 2, 0x22: 3}.get(kind, 0)


def _check(work: Work, tree: Tree, start: int, end: int) -> None:
    given, should = tree.uint(start + 2, 2), None
    if end <= len(work.data) and not work.quoted:
        should = checksums.expected(work.data[start:end], 2)
        if should != given:
            work.trouble = work.trouble or "checksum"
    tree.items += checksums.fields(
        _CHECKSUM, _STATUS, given, should, start + 2, work.buffer, bad=_BAD, severity="Warning"
    )


def _report(work: Work, tree: Tree, start: int, end: int) -> None:
    tree.add(_RESERVED, start + 4, 2)
    count = tree.add(_RECORDS_COUNT, start + 6)
    at = start + 8
    for _ in range(count):
        sources, words = tree.uint(at + 2, 2), tree.uint(at + 1, 1)
        size = 8 + 4 * sources + 4 * words
        kind, group = tree.uint(at, 1), ip4(tree.raw(at + 4, 4))
        with tree.node(f"Group Record : {group}  {_RECORDS.get(kind, 'Unknown')}", at, size):
            tree.add(_RECORD, at)
            tree.add(_AUXILIARY, at + 1)
            tree.add(_SOURCES, at + 2)
            tree.add(_GROUP, at + 4)
            listed = [tree.add(_SOURCE, at + 8 + 4 * index) for index in range(sources)]
            if words:
                tree.add(_AUXILIARY_DATA, at + 8 + 4 * sources, 4 * words)
        work.info += _said(kind, group, listed)
        at += size
    if at < end:
        tree.add(_DATA, at, end - at)


def _said(kind: int, group: str, sources: list[str]) -> str:
    listed = ", ".join(sources)
    if kind in (1, 3):
        return f" / Join group {group} for sources in {{{listed}}}" if sources else f" / Leave group {group}"
    if kind in (2, 4):
        rest = f", for sources not in {{{listed}}}" if sources else " for any sources"
        return f" / Join group {group}{rest}"
    if kind in (5, 6):
        if not sources:
            word = "ALLOW_NEW_SOURCES" if kind == 5 else "BLOCK_OLD_SOURCES"
            return f" / Group {group}, {word} but no source specified (?)"
        return f" / Group {group}, {'new' if kind == 5 else 'block'} sources {{{listed}}}"
    return ""
