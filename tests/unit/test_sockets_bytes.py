"""The decoders on any bytes: a record or Malformed, never another error, never without an end."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from struct import Struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.errors import Unavailable
from netscope.core.netlink import HEADER, Malformed, attribute, messages, request
from netscope.domains.sockets import DOMAIN, diag, inet, local, proc
from netscope.domains.sockets.answers import blocks, payloads, without_ages
from netscope.domains.sockets.diag import Layouts
from netscope.domains.sockets.labels import Labels
from netscope.domains.sockets.record import INET_HEAD, Socket, counters, info_field, key
from netscope.domains.sockets.tcpinfo import TcpInfo, parse
from netscope.domains.sockets.tcplayout import COUNTERS_END, LEAST
from netscope.system.live import LiveHost

USERS, INTERFACES = Labels(str), Labels("if{}".format)
DECODERS: dict[str, Callable[[bytes], Socket]] = {
    **{name: inet.decoder(name, USERS, INTERFACES) for name in ("tcp", "udp", "raw", "mptcp", "sctp")},
    "unix": local.unix_decoder(USERS),
    "packet": local.packet_decoder(USERS, INTERFACES),
    "netlink": local.netlink_decoder(),
}
EVERYTHING = diag.extensions(diag.INFO, diag.CONG, diag.SKMEMINFO, diag.TOS)
_ROW = Struct("=BBBB2s2s16s16sI8sIIIII")


def tcp_message(
    family: int = socket.AF_INET,
    state: int = 1,
    inode: int = 7,
    info: bytes = bytes(280),
    *more: bytes,
    cookie: bytes = b"cookie!!",
) -> bytes:
    """Return an inet_diag message as the kernel lays it out."""
    packed = socket.inet_pton(family, "192.0.2.1" if family == socket.AF_INET else "2001:db8::1").ljust(16, b"\0")
    head = _ROW.pack(
        family, state, 0, 0, (443).to_bytes(2, "big"), (50000).to_bytes(2, "big"), packed, packed, 0, cookie,
        0, 1, 2, 1000, inode,
    )  # fmt: skip
    return head + attribute(diag.SHUTDOWN, b"\0") + attribute(diag.INFO, info) + b"".join(more)


def real_messages() -> dict[str, list[bytes]]:
    """Return what this kernel says of sockets made for it."""
    host = LiveHost()
    found: dict[str, list[bytes]] = {}
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        ends = socket.socketpair()
        asked = {
            "tcp": diag.inet_request(0, diag.IPPROTO_TCP, 0xFFF, EVERYTHING),
            "unix": diag.unix_request(0xFFFFFFFF),
            "netlink": diag.netlink_request(),
        }
        for name, question in asked.items():
            try:
                found[name] = [payload for _kind, payload in messages(host.dump(4, question))][:8]
            except Unavailable:
                continue
        for end in ends:
            end.close()
    host.close()
    return found


REAL = real_messages()
SAMPLES = [(name, message) for name, found in REAL.items() for message in found] + [("tcp", tcp_message())]


def use(record: Socket) -> None:
    """Ask a record for everything that it decodes late."""
    json.dumps(DOMAIN.to_json(record))
    hash(key(record))
    counters(record)
    for column in DOMAIN.columns:
        column.value(record)


@given(st.sampled_from(sorted(DECODERS)), st.binary(max_size=600))
def test_random_bytes_are_a_record_or_malformed(name: str, data: bytes) -> None:
    try:
        record = DECODERS[name](data)
    except Malformed:
        return
    use(record)


@settings(max_examples=300)
@given(st.data())
def test_damaged_messages_are_a_record_or_malformed(data: st.DataObject) -> None:
    name, message = data.draw(st.sampled_from(SAMPLES))
    damaged = bytearray(message[: data.draw(st.integers(0, len(message)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        record = DECODERS[name](bytes(damaged))
    except Malformed:
        return
    use(record)


def datagram(*found: bytes, kind: int = diag.TCPDIAG_GETSOCK) -> bytes:
    """Return messages with their headers, padded."""
    whole = b""
    for payload in found:
        message = request(kind, payload)
        whole += message + bytes(-len(message) % 4)
    return whole


def piece(data: bytes) -> memoryview:
    """Return what may be written to."""
    return memoryview(bytearray(data))


DONE = HEADER.pack(20, 3, 2, 1, 0) + bytes(4)


@given(
    st.lists(st.sampled_from([tcp_message(), tcp_message(info=b"\1" * 280), tcp_message(socket.AF_INET6), b"x" * 80,
                              tcp_message(info=bytes(100)), b"other", *REAL.get("tcp", [])]), max_size=12),
    st.booleans(),
)  # fmt: skip
def test_the_fast_way_finds_what_the_plain_way_finds(found: list[bytes], done: bool) -> None:
    data = datagram(*found) + (DONE if done else b"")
    assert [message for batch in payloads([piece(data)]) for message in batch] == [
        payload for _kind, payload in messages([data])
    ]


@given(st.lists(st.sampled_from([tcp_message(info=bytes([n]) * 280) for n in range(4)]), max_size=9), st.booleans())
def test_the_fast_way_forgets_the_ages_as_the_plain_way_does(found: list[bytes], mixed: bool) -> None:
    if mixed:
        found = [*found, tcp_message(info=bytes(100))]
    layouts = Layouts(INET_HEAD)
    (block,) = blocks([piece(datagram(*found))], 44, layouts)
    shortened = list(block.messages)
    assert shortened == [without_ages(message, layouts.of(message)) for message in found]
    assert shortened == [block.message(at) for at in range(len(found))]
    assert block.cookies == [int.from_bytes(message[44:52], "little") for message in found]
    for message, full in zip(shortened, found, strict=True):
        record, whole = DECODERS["tcp"](message), DECODERS["tcp"](full)
        if record.tcp_info is not None and whole.tcp_info is not None:
            assert record.tcp_info == whole.tcp_info._replace(
                last_data_sent=None, last_data_received=None, last_ack_received=None
            )


@given(st.binary(max_size=400))
def test_random_datagrams_end(data: bytes) -> None:
    for layouts in (None, Layouts(INET_HEAD)):
        try:
            for block in blocks([piece(data)], 44, layouts):
                assert len(block.cookies) == len(list(block.messages))
        except Malformed:
            continue


@settings(max_examples=300)
@given(st.data())
def test_damaged_datagrams_end(data: st.DataObject) -> None:
    whole = datagram(*[tcp_message()] * 3)
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        for block in blocks([memoryview(damaged)], 44, Layouts(INET_HEAD)):
            for message in block.messages:
                use(DECODERS["tcp"](message))
    except Malformed:
        pass


def test_a_message_says_what_is_in_it() -> None:
    record = DECODERS["tcp"](tcp_message(socket.AF_INET6, 10))
    assert record[:16] == (
        "tcp", "inet6", "stream", None, "LISTEN", 1, 2, "2001:db8::1", 443, "2001:db8::1", 50000, None,
        7, 1000, "1000", (),
    )  # fmt: skip
    assert record.cookie == f"{int.from_bytes(b'cookie!!', 'little'):x}"


def test_one_layout_serves_all_messages_of_a_shape_and_no_other() -> None:
    layouts = Layouts(INET_HEAD)
    plain = tcp_message()
    assert layouts.of(plain) is layouts.of(tcp_message(inode=9))
    # As long as the other, but with its attributes in another order.
    swapped = plain[:INET_HEAD] + attribute(diag.INFO, bytes(280)) + attribute(diag.SHUTDOWN, b"\0")
    assert len(swapped) == len(plain)
    assert layouts.of(swapped) != layouts.of(plain)


@pytest.mark.parametrize("size", [LEAST, COUNTERS_END, 160, 200, 232, 248, 280, 400])
def test_tcp_info_of_any_kernel_tells_what_it_has(size: int) -> None:
    info = parse(bytes(size))
    assert info is not None
    assert (info.bytes_acked is None) == (size < COUNTERS_END)
    assert (info.total_rto_time is None) == (size < 248)
    record = DECODERS["tcp"](tcp_message(info=bytes(size)))
    for name in TcpInfo._fields:
        if name in (
            "ca_state",
            "options",
            "retransmits",
            "probes",
            "backoff",
            "snd_wscale",
            "rcv_wscale",
            "app_limited",
        ):
            continue
        assert info_field(record, name) == getattr(info, name), name
    assert parse(bytes(LEAST - 1)) is None


def test_what_has_no_meaning_yet_is_none() -> None:
    info = bytearray(280)
    info[76:80] = (0x7FFFFFFF).to_bytes(4, "little")  # tcpi_snd_ssthresh: never limited
    info[112:120] = b"\xff" * 8  # tcpi_max_pacing_rate
    info[148:152] = b"\xff" * 4  # tcpi_min_rtt
    told = parse(bytes(info))
    assert told is not None
    assert (told.ssthresh, told.max_pacing_rate, told.min_rtt) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"/run/x\0", "/run/x"),
        (b"\0abstract", "@abstract"),
        (b"\0a\0b\n\xff", "@a\0b\n\udcff"),
        (b"/a\nb\x1b[1m\xfe", "/a\nb\x1b[1m\udcfe"),
        (b"", None),
    ],
)
def test_unix_names_are_exact(name: bytes, text: str | None) -> None:
    assert local.unix_name(name) == text


def test_proc_net_tcp_is_what_diag_says() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        client = socket.create_connection(server.getsockname()[:2])
        host = LiveHost()
        found = list(proc.inet_sockets("tcp", host.read("/proc/net/tcp6"), USERS))
        dumped = [
            DECODERS["tcp"](payload)
            for _kind, payload in messages(host.dump(4, diag.inet_request(10, diag.IPPROTO_TCP, 0xFFF, 0)))
        ]
        host.close()
        client.close()
    told = {row[:5] + row[7:11] + row[12:15] for row in found if row.inode}
    wanted = {row[:5] + row[7:11] + row[12:15] for row in dumped if row.inode}
    assert len(wanted) >= 2
    assert wanted <= told


@given(st.binary(max_size=300))
def test_random_proc_files_are_records_or_malformed(data: bytes) -> None:
    for protocol in ("tcp", "udp", "raw", "icmp", "unix", "packet", "netlink"):
        try:
            for record in proc.sockets(protocol, b"heading\n" + data, USERS, INTERFACES):
                use(record)
        except Malformed:
            continue


@pytest.mark.parametrize("protocol", ["packet", "netlink"])
def test_numbers_that_are_none_are_malformed(protocol: str) -> None:
    with pytest.raises(Malformed, match=f"/proc/net/{protocol}: invalid literal"):
        list(proc.sockets(protocol, b"heading\n" + b"\0 " * 10, USERS, INTERFACES))


def test_a_newline_in_a_path_is_part_of_it() -> None:
    line = b"0000000000000000: 00000002 00000000 00010000 0001 01 %d %s\n"
    text = b"Num       RefCount Protocol Flags    Type St Inode Path\n" + line % (11, b"/a\nb") + line % (12, b"/c")
    assert [(row.inode, row.local_address, row.state) for row in proc.unix_sockets(text)] == [
        (11, "/a\nb", "LISTEN"), (12, "/c", "LISTEN"),
    ]  # fmt: skip


def test_json_keeps_bytes_that_are_no_text() -> None:
    record = DECODERS["unix"](
        Struct("=BBBxI8s").pack(1, 1, 10, 5, b"cookie!!") + attribute(0, b"/\xff\xfe\0") + attribute(4, bytes(8))
    )
    exported = json.loads(json.dumps(DOMAIN.to_json(record)))
    assert os.fsencode(exported["local_address"]) == b"/\xff\xfe"
