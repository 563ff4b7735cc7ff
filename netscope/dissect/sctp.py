"""SCTP (RFC 9260) and its chunks."""

from __future__ import annotations

from typing import Any

from netscope.dissect.checksums import status_spec
from netscope.dissect.spec import Spec
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_CHUNKS = {
    0: "DATA", 1: "INIT", 2: "INIT_ACK", 3: "SACK", 4: "HEARTBEAT", 5: "HEARTBEAT_ACK", 6: "ABORT", 7: "SHUTDOWN",
    8: "SHUTDOWN_ACK", 9: "ERROR", 10: "COOKIE_ECHO", 11: "COOKIE_ACK", 12: "ECNE", 13: "CWR", 14: "SHUTDOWN_COMPLETE",
    15: "AUTH", 16: "NR_SACK", 64: "I_DATA", 128: "ASCONF_ACK", 129: "PKTDROP", 130: "RE_CONFIG", 132: "PAD",
    192: "FORWARD_TSN", 193: "ASCONF", 194: "I_FORWARD_TSN",
}  # fmt: skip
_PARAMETERS = {
    1: "Heartbeat info", 5: "IPv4 address", 6: "IPv6 address", 7: "State cookie", 8: "Unrecognized parameters",
    9: "Cookie preservative", 11: "Hostname address", 12: "Supported address types", 0x8000: "ECN",
    0x8002: "Random", 0x8003: "Chunk list", 0x8004: "Requested HMAC Algorithm", 0x8008: "Supported Extensions",
    0xC000: "Forward TSN supported", 0xC001: "Add IP address", 0xC002: "Delete IP address",
    0xC006: "Adaptation Layer Indication",
}  # fmt: skip
_CAUSES = {1: "Invalid stream identifier", 2: "Missing mandatory parameter", 3: "Stale cookie error",
4: "Out of resource",
           5: "Unresolvable address", 6: "Unrecognized chunk type", 7: "Invalid mandatory parameter",
           8: "Unrecognized parameters",
           9: "No user data", 10: "Cookie received while shutting down",
           11: "Restart of an association with new addresses",
           12: "User initiated ABORT", 13: "Protocol violation"}  # fmt: skip
_PAYLOADS = {0: "not specified", 3: "M3UA", 18: "S1 Application Protocol (S1AP)", 27: "X2AP", 46: "Diameter",
47: "Diameter over DTLS",
             50: "WebRTC Control", 51: "WebRTC String", 53: "WebRTC Binary", 60: "NG Application Protocol"}  # fmt: skip
_TYPES = {5: "IPv4 address", 6: "IPv6 address", 11: "Hostname address"}


def _spec(name: str, label: str, kind: str, mask: int = 0, names: Any = None, hidden: bool = False) -> Spec:
    return Spec(f"sctp.{name}", label, kind, mask, names, hidden=hidden)


_SOURCE, _DESTINATION, _PORT = (
    _spec("srcport", "Source port", "u16"),
    _spec("dstport", "Destination port", "u16"),
    _spec("port", "Port", "u16", hidden=True),
)
_TAG = _spec("verification_tag", "Verification tag", "u32x")
_CHECKSUM = _spec("checksum", "Checksum", "u32x")
_STATUS = status_spec("sctp.checksum.status")
_TYPE, _FLAGS = _spec("chunk_type", "Chunk type", "u8", names=_CHUNKS), _spec("chunk_flags", "Chunk flags", "u8x")
_TYPE_BITS = (
    _spec(
        "chunk_bit_1",
        "Bit",
        "b8",
        0x80,
        ("Skip chunk and continue processing of the packet", "Stop processing of the packet"),
    ),
    _spec("chunk_bit_2", "Bit", "b8", 0x40, ("Do report", "Do not report")),
)
_LENGTH, _PADDING, _VALUE = (
    _spec("chunk_length", "Chunk length", "u16"),
    _spec("chunk_padding", "Chunk padding", "bytes"),
    _spec("chunk_value", "Chunk value", "bytes"),
)
_INIT_TAG = _spec("initiate_tag", "Initiate tag", "u32x", hidden=True)
_INIT = {
    kind: (
        _spec(f"{name}_initiate_tag", "Initiate tag", "u32x"),
        _spec(f"{name}_credit", "Advertised receiver window credit (a_rwnd)", "u32"),
        _spec(f"{name}_nr_out_streams", "Number of outbound streams", "u16"),
        _spec(f"{name}_nr_in_streams", "Number of inbound streams", "u16"),
        _spec(f"{name}_initial_tsn", "Initial TSN", "u32"),
    )
    for kind, name in ((1, "init"), (2, "initack"))
}
_DATA_BITS = (
    _spec("data_i_bit", "I-Bit", "b8", 0x08, ("Send SACK immediately", "Possibly delay SACK")),
    _spec("data_u_bit", "U-Bit", "b8", 0x04, ("Unordered delivery", "Ordered delivery")),
    _spec("data_b_bit", "B-Bit", "b8", 0x02, ("First segment", "Subsequent segment")),
    _spec("data_e_bit", "E-Bit", "b8", 0x01, ("Last segment", "Not the last segment")),
)
_TSN, _TSN_RAW = (
    _spec("data_tsn", "Transmission sequence number (relative)", "u32"),
    _spec("data_tsn_raw", "Transmission sequence number (absolute)", "u32"),
)
_STREAM, _STREAM_NUMBER = (
    _spec("data_sid", "Stream identifier", "u16x"),
    _spec("data_ssn", "Stream sequence number", "u16"),
)
_PAYLOAD = _spec("data_payload_proto_id", "Payload protocol identifier", "u32", names=_PAYLOADS)
_SACK_BIT = _spec("sack_nounce_sum", "Nounce sum", "u8", 0x01)
_ACK, _ACK_RAW = (
    _spec("sack_cumulative_tsn_ack", "Cumulative TSN ACK (relative)", "u32"),
    _spec("sack_cumulative_tsn_ack_raw", "Cumulative TSN ACK (absolute)", "u32"),
)
_WINDOW = _spec("sack_a_rwnd", "Advertised receiver window credit (a_rwnd)", "u32")
_GAPS, _DUPLICATES = (
    _spec("sack_number_of_gap_blocks", "Number of gap acknowledgement blocks", "u16"),
    _spec("sack_number_of_duplicated_tsns", "Number of duplicated TSNs", "u16"),
)
_GAP_START, _GAP_START_TSN = (
    _spec("sack_gap_block_start", "Start", "u16"),
    _spec("sack_gap_block_start_tsn", "Start TSN", "u32"),
)
_GAP_END, _GAP_END_TSN = _spec("sack_gap_block_end", "End", "u16"), _spec("sack_gap_block_end_tsn", "End TSN", "u32")
_GAPPED = _spec("sack_number_of_tsns_gap_acked", "Number of TSNs in gap acknowledgement blocks", "u32")
_DUPLICATE = _spec("sack_duplicate_tsn", "Duplicate TSN", "u32")
_SHUTDOWN = _spec("shutdown_cumulative_tsn_ack", "Cumulative TSN Ack", "u32")
_ECNE, _CWR = _spec("ecne_lowest_tsn", "Lowest TSN", "u32"), _spec("cwr_lowest_tsn", "Lowest TSN", "u32")
_COMPLETE_BIT = _spec("shutdown_complete_t_bit", "T-Bit", "b8", 0x01, ("Tag reflected", "Tag not reflected"))
_ABORT_BIT = _spec("abort_t_bit", "T-Bit", "b8", 0x01, ("Tag reflected", "Tag not reflected"))
_COOKIE = _spec("cookie", "Cookie", "bytes")
_FORWARD = _spec("forward_tsn_tsn", "New cumulative TSN", "u32")
_FORWARD_STREAM, _FORWARD_NUMBER = (
    _spec("forward_tsn_sid", "Stream identifier", "u16"),
    _spec("forward_tsn_ssn", "Stream sequence number", "u16"),
)
_PARAMETER, _PARAMETER_LENGTH = (
    _spec("parameter_type", "Parameter type", "u16x", names=_PARAMETERS),
    _spec("parameter_length", "Parameter length", "u16"),
)
_PARAMETER_BITS = (
    _spec(
        "parameter_bit_1",
        "Bit",
        "b16",
        0x8000,
        ("Skip parameter and continue processing of the chunk", "Stop processing of chunk"),
    ),
    _spec("parameter_bit_2", "Bit", "b16", 0x4000, ("Do report", "Do not report")),
)
_PARAMETER_VALUE, _PARAMETER_PADDING = (
    _spec("parameter_value", "Parameter value", "bytes"),
    _spec("parameter_padding", "Parameter padding", "bytes"),
)
_ADDRESS4, _ADDRESS6 = (
    _spec("parameter_ipv4_address", "IP Version 4 address", "ip4"),
    _spec("parameter_ipv6_address", "IP Version 6 address", "ip6"),
)
_VALUES = {
    1: _spec("parameter_heartbeat_information", "Heartbeat information", "bytes"),
    7: _spec("parameter_state_cookie", "State cookie", "bytes"), 0x8002: _spec("random_number", "Random number",
    "bytes"),
}  # fmt: skip
_PRESERVATIVE = _spec("parameter_cookie_preservative_incr", "Suggested Cookie life-span increment (msec)", "u32")
_ADDRESS_TYPE = _spec("parameter_supported_address_type", "Supported address type", "u16", names=_TYPES)
_EXTENSION, _AUTHENTICATED = (
    _spec("supported_chunk_type", "Supported chunk type", "u8", names=_CHUNKS),
    _spec("chunk_type_to_auth", "Chunk type", "u8", names=_CHUNKS),
)
_HMAC = _spec("hmac_id", "HMAC identifier", "u16", names={1: "SHA-1", 3: "SHA-256"})
_CAUSE, _CAUSE_LENGTH = (
    _spec("cause_code", "Cause code", "u16x", names=_CAUSES),
    _spec("cause_length", "Cause length", "u16"),
)
_CAUSE_INFORMATION, _CAUSE_PADDING = (
    _spec("cause_information", "Cause information", "bytes"),
    _spec("cause_padding", "Cause padding", "bytes"),
)
_CAUSE_STREAM = _spec("cause_stream_identifier", "Stream identifier", "u16")
_CAUSE_RESERVED = _spec("cause_reserved", "Reserved", "u16")
_ASSOCIATION = _spec("assoc_index", "Association index", "u16")
_NO_ASSOCIATION = 0xFFFF
_MOST_CHUNKS = 500


def _table() -> tuple[int, ...]:
    made = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        made.append(value)
    return tuple(made)


_CRC = _table()


def crc32c(data: bytes) -> int:
    """Return the checksum of a packet whose own is zero (RFC 9260, appendix A), as it stands on the wire."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return int.from_bytes((crc ^ 0xFFFFFFFF).to_bytes(4, "little"), "big")


def sctp(work: Work, start: int, end: int) -> None:
    """Dissect a packet, chunk by chunk."""
    work.need(start, 12, end)
    data = work.data
    sport, dport = (int.from_bytes(data[at : at + 2], "big") for at in (start, start + 2))
    work.ports = (sport, dport)
    work.protocol, work.info = "SCTP", ""
    title = f"Stream Control Transmission Protocol, Src Port: {sport} ({sport}), Dst Port: {dport} ({dport})"
    tree = work.tree("sctp", title, start, end)
    layer = work.layers[-1]
    tree.add(_SOURCE, start)
    tree.add(_DESTINATION, start + 2)
    tree.add(_TAG, start + 4)
    tree.made(_ASSOCIATION, _NO_ASSOCIATION, start, text="Association index: disabled (enable in preferences)")
    tree.add(_PORT, start)
    tree.add(_PORT, start + 2)
    _check(work, tree, start, end)
    at = start + 12
    for _ in range(_MOST_CHUNKS):
        if at + 4 > end:
            break
        kind = tree.uint(at, 1)
        layer.length = min(at + 16 if kind == 0 else end, end) - start  # what DATA carries is not this layer's
        at = _chunk(work, tree, at, end)


def _check(work: Work, tree: Tree, start: int, end: int) -> None:
    given, status, note = tree.uint(start + 8, 4), 2, "unverified"
    if work.context.checksums and end <= len(work.data) and not work.quoted and not work.frame.offloaded:
        right = crc32c(work.data[start : start + 8] + bytes(4) + work.data[start + 12 : end])
        status, note = (1, "correct") if right == given else (0, f"incorrect, should be 0x{right:08x}")
        if right != given:
            work.trouble = work.trouble or "checksum"
    tree.add(_CHECKSUM, start + 8, text=f"Checksum: 0x{given:08x} [{note}]")
    tree.made(_STATUS, status, start + 8)


def _chunk(work: Work, tree: Tree, at: int, end: int) -> int:
    kind, flags, size = tree.uint(at, 1), tree.uint(at + 1, 1), tree.uint(at + 2, 2)
    name = _CHUNKS.get(kind, "RESERVED")
    size = max(size, 4)
    stop = min(at + size, end)
    padding = min(-size % 4, end - stop)
    data = kind == 0 and size >= 16
    covered = 16 if data else size + padding
    with tree.node(f"{name} chunk", at, min(covered, end - at)) as node:
        tree.flags(_TYPE, at, *_TYPE_BITS, text=f"Chunk type: {name} ({kind})")
        bits = {0: _DATA_BITS, 3: (_SACK_BIT,), 6: (_ABORT_BIT,), 14: (_COMPLETE_BIT,)}.get(kind, ())
        tree.flags(_FLAGS, at + 1, *bits)
        tree.add(_LENGTH, at + 2)
        tree.need(at, size)
        told, listed = _body(work, tree, kind, flags, at, stop)
        node.text(f"{name} chunk{told}")
        work.info += f"{name} {listed}"
        if padding and kind not in (1, 2):
            tree.add(_PADDING, stop, padding)
    if data and stop > at + 16:
        work.rest(at + 16, stop)
    return stop + padding


def _body(work: Work, tree: Tree, kind: int, flags: int, at: int, end: int) -> tuple[str, str]:
    """Add what a chunk says; return what goes into its line and into the list's."""
    body = at + 4
    if kind == 0:
        return _data(work, tree, flags, body)
    if kind in _INIT:
        return _init(work, tree, kind, body, end)
    if kind == 3:
        return _sack(work, tree, body)
    if kind in (4, 5):
        if body < end:
            _parameters(tree, body, end)
            return f" (Information: {end - body} bytes)", ""
    elif kind in (6, 9):
        _causes(tree, body, end)
    elif kind == 192:
        tree.add(_FORWARD, body)
        for place in range(body + 4, end - 3, 4):
            tree.add(_FORWARD_STREAM, place)
            tree.add(_FORWARD_NUMBER, place + 2)
    else:
        _simple(tree, kind, body, end)
    return "", ""


def _simple(tree: Tree, kind: int, at: int, end: int) -> None:
    fixed = {7: _SHUTDOWN, 12: _ECNE, 13: _CWR}.get(kind)
    if fixed is not None:
        tree.add(fixed, at)
    elif kind == 10:
        if at < end:
            tree.add(_COOKIE, at, end - at)
    elif kind not in (8, 11, 14) and at < end:
        tree.add(_VALUE, at, end - at)


def _first(work: Work, tsn: int, *, sender: bool) -> int:
    """Return the number that the sender's TSNs are counted from: the first that was seen of them."""
    if work.quoted:
        return tsn
    side = 0 if sender else 1
    key = ("sctp", work.net[side], work.ports[side], work.net[1 - side], work.ports[1 - side])
    held = work.context.notes.get(key)
    return int(held) if held is not None else int(work.context.notes.keep(key, tsn))


def _data(work: Work, tree: Tree, flags: int, at: int) -> tuple[str, str]:
    tsn = tree.uint(at, 4)
    relative = tsn - _first(work, tsn, sender=True) & 0xFFFFFFFF
    tree.add(_TSN, at, 4, relative)
    tree.add(_TSN_RAW, at)
    stream, number = tree.add(_STREAM, at + 4), tree.add(_STREAM_NUMBER, at + 6)
    payload = tree.add(_PAYLOAD, at + 8)
    order = "unordered" if flags & 4 else "ordered"
    part = {3: "complete", 2: "first", 1: "last", 0: "middle"}[flags & 3]
    line = f" ({order}, {part} segment, TSN: {relative}, SID: {stream}, SSN: {number}, PPID: {payload})"
    listed = f"(TSN={relative}) " + ("" if flags & 3 == 3 else "(Message Fragment) ")
    return line, listed


def _init(work: Work, tree: Tree, kind: int, at: int, end: int) -> tuple[str, str]:
    tag, credit, outbound, inbound, first = _INIT[kind]
    tree.add(tag, at)
    tree.add(_INIT_TAG, at)
    tree.add(credit, at + 4)
    out, into = tree.add(outbound, at + 8), tree.add(inbound, at + 10)
    _first(work, tree.add(first, at + 12), sender=True)
    _parameters(tree, at + 16, end)
    return f" (Outbound streams: {out}, inbound streams: {into})", ""


def _sack(work: Work, tree: Tree, at: int) -> tuple[str, str]:
    cumulative, chunk = tree.uint(at, 4), at - 4
    relative = cumulative - _first(work, cumulative, sender=False) & 0xFFFFFFFF
    tree.add(_ACK, at, 4, relative)
    tree.add(_ACK_RAW, at)
    window = tree.add(_WINDOW, at + 4)
    gaps, duplicates = tree.add(_GAPS, at + 8), tree.add(_DUPLICATES, at + 10)
    at += 12
    total = 0
    last = 0
    for _ in range(gaps):
        begin, end = tree.uint(at, 2), tree.uint(at + 2, 2)
        with tree.node(f"Gap Acknowledgement for TSN {relative + begin} to {relative + end}", at, 4):
            with tree.node(_GAP_START, at):
                tree.made(_GAP_START_TSN, relative + begin, at, 2)
            with tree.node(_GAP_END, at + 2):
                tree.made(_GAP_END_TSN, relative + end, at + 2, 2)
        total += end - begin + 1
        last = end
        at += 4
    if gaps:
        tree.made(_GAPPED, total & 0xFFFFFFFF, chunk, 0)
    for _ in range(duplicates):
        tree.add(_DUPLICATE, at)
        at += 4
    more = f"+{last}" if gaps else ""
    line = f" (Cumulative TSN: {relative}, a_rwnd: {window}, gaps: {gaps}, duplicate TSNs: {duplicates})"
    return line, f"(Ack={relative}{more}, Arwnd={window}) "


def _parameters(tree: Tree, at: int, end: int) -> None:
    while at + 4 <= end:
        kind, size = tree.uint(at, 2), max(tree.uint(at + 2, 2), 4)
        stop = min(at + size, end)
        padding = min(-size % 4, max(end - stop, 0))
        name = _PARAMETERS.get(kind, "Unknown")
        with tree.node(f"{name} parameter", at, stop + padding - at):
            tree.flags(_PARAMETER, at, *_PARAMETER_BITS, text=f"Parameter type: {name} (0x{kind:04x})")
            tree.add(_PARAMETER_LENGTH, at + 2)
            _parameter(tree, kind, at + 4, stop)
            if padding:
                tree.add(_PARAMETER_PADDING, stop, padding)
        at = stop + padding


def _parameter(tree: Tree, kind: int, at: int, end: int) -> None:
    fixed = {5: _ADDRESS4, 6: _ADDRESS6, 9: _PRESERVATIVE}.get(kind)
    each = {12: _ADDRESS_TYPE, 0x8008: _EXTENSION, 0x8003: _AUTHENTICATED, 0x8004: _HMAC}.get(kind)
    if fixed is not None and end - at == fixed.size:
        tree.add(fixed, at)
    elif each is not None:
        for place in range(at, end - each.size + 1, each.size):
            tree.add(each, place)
    elif at < end:
        tree.add(_VALUES.get(kind, _PARAMETER_VALUE), at, end - at)


def _causes(tree: Tree, at: int, end: int) -> None:
    while at + 4 <= end:
        code, size = tree.uint(at, 2), max(tree.uint(at + 2, 2), 4)
        stop = min(at + size, end)
        padding = min(-size % 4, max(end - stop, 0))
        with tree.node(f"{_CAUSES.get(code, 'Unknown')} cause", at, stop + padding - at):
            tree.add(_CAUSE, at)
            tree.add(_CAUSE_LENGTH, at + 2)
            if code == 1 and stop == at + 8:
                tree.add(_CAUSE_STREAM, at + 4)
                tree.add(_CAUSE_RESERVED, at + 6)
            elif stop > at + 4:
                tree.add(_CAUSE_INFORMATION, at + 4, stop - at - 4)
            if padding:
                tree.add(_CAUSE_PADDING, stop, padding)
        at = stop + padding
