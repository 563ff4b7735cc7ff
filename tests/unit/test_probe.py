"""The codec of probes: any bytes are safe, what is written can be read back, clocks that jump are noticed."""

from __future__ import annotations

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.probe import Event, Label, elapsed
from netscope.core.probe_wire import (
    ICMP_HEADER,
    ancillaries,
    checksum,
    echo,
    first_difference,
    mpls,
    payload,
    queued_error,
    stamped_token,
    without_ip,
)
from netscope.core.probe_words import describe, mark, sentence

COOKIE = b"cookie!!"


def reference_checksum(data: bytes) -> int:
    """RFC 1071, word by word."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@given(st.binary(max_size=200))
def test_checksum_is_that_of_rfc_1071(data: bytes) -> None:
    assert checksum(data) == reference_checksum(data)


@given(st.binary(max_size=300), st.binary(max_size=64), st.integers(0, 400), st.integers(0, 400))
def test_any_bytes_are_parsed_without_a_word(data: bytes, error: bytes, start: int, guess: int) -> None:
    queued_error(error)
    ancillaries([(0, 11, error), (41, 25, error), (1, 35, error), (0, 2, error), (41, 52, error), (7, 7, error)])
    for label in mpls(data, start, guess):
        assert 0 <= label.label < 1 << 20
    stamped_token(data, COOKIE)
    without_ip(data)


@given(st.integers(0, 1500), st.integers(0, 2**63), st.integers(0, 65_535))
def test_a_payload_tells_its_token(size: int, token: int, sequence: int) -> None:
    data = payload(size, COOKIE, token, sequence)
    assert len(data) == size
    assert stamped_token(data, COOKIE) == (token if size >= 16 else None)
    assert stamped_token(data, b"another!") is None


@given(st.lists(st.integers(0, 2**40), min_size=2, max_size=6), st.integers(18, 200), st.integers(0, 64))
def test_the_flow_does_not_change_from_probe_to_probe(tokens: list[int], size: int, flow: int) -> None:
    sums = {
        ICMP_HEADER.unpack_from(echo(4, 7, t & 0xFFFF, payload(size, COOKIE, t, t & 0xFFFF, flow)))[2] for t in tokens
    }
    assert len(sums) == 1


def test_another_flow_has_another_checksum() -> None:
    sums = {ICMP_HEADER.unpack_from(echo(4, 7, 1, payload(32, COOKIE, 1, 1, flow)))[2] for flow in range(16)}
    assert len(sums) == 16


@given(st.integers(0, 300))
def test_an_echo_carries_its_own_checksum(size: int) -> None:
    assert checksum(echo(4, 1, 2, payload(size, COOKIE, 3, 2))) == 0


def extension(labels: list[tuple[int, int, int, int]], *, with_checksum: bool = True) -> bytes:
    entries = b"".join(struct.pack(">I", l << 12 | e << 9 | s << 8 | t) for l, e, s, t in labels)  # noqa: E741
    body = struct.pack(">HBB", 4 + len(entries), 1, 1) + entries
    block = b"\x20\0\0\0" + body
    return block[:2] + struct.pack(">H", checksum(block)) + body if with_checksum else block


LABELS = [(16_001, 3, 0, 254), (77, 0, 1, 1)]
STACK = (Label(16_001, 3, False, 254), Label(77, 0, True, 1))


def test_mpls_labels_are_read_where_the_kernel_or_an_old_router_puts_them() -> None:
    quoted = bytes(100)
    assert mpls(quoted + extension(LABELS), 100, 0) == STACK
    assert mpls(quoted + extension(LABELS), 0, 100) == STACK
    assert mpls(quoted + extension(LABELS, with_checksum=False), 100, 0) == STACK  # RFC 4884: zero is no checksum
    assert mpls(quoted + extension(LABELS, with_checksum=False), 0, 100) == ()  # a mere guess must be proved
    broken = bytearray(quoted + extension(LABELS))
    broken[-1] ^= 1
    assert mpls(bytes(broken), 100, 0) == ()


def test_other_objects_of_an_extension_are_passed_over() -> None:
    other = struct.pack(">HBBI", 8, 2, 15, 4711)
    body = other + extension(LABELS)[4:]
    block = b"\x20\0" + struct.pack(">H", checksum(b"\x20\0\0\0" + body)) + body
    assert mpls(bytes(8) + block, 8, 0) == STACK


def test_a_queued_error_is_read() -> None:
    data = struct.pack("=IBBBxII", errno.EHOSTUNREACH, 2, 3, 4, 1400, 0) + struct.pack(
        "=HH4s8x", 2, 0, bytes([10, 0, 0, 1])
    )
    found = queued_error(data)
    assert found is not None
    assert (found.errno, found.icmp, found.info, found.offender) == (errno.EHOSTUNREACH, (3, 4), 1400, "10.0.0.1")
    six = struct.pack("=IBBBxII", errno.EHOSTUNREACH, 3, 3, 0, 0, 0) + struct.pack("=HHI", 10, 0, 0)
    found = queued_error(six + bytes.fromhex("fe80" + "00" * 13 + "01") + struct.pack("=I", 7))
    assert found is not None
    assert (found.icmp, found.offender, found.scope) == ((3, 0), "fe80::1", 7)
    local = queued_error(struct.pack("=IBBBxII", errno.EMSGSIZE, 1, 0, 0, 1500, 0))
    assert local is not None
    assert (local.icmp, local.info, local.offender) == (None, 1500, "")


@given(st.integers(0, 10**12), st.integers(0, 10**10), st.integers(0, 10**10))
def test_a_round_trip_is_what_the_kernel_stamped(start: int, took: int, waited: int) -> None:
    assert elapsed((start, 5), start + took, 5 + took + waited) == (took / 1e9, False)


@pytest.mark.parametrize("jump", [-3600_000_000_000, -1_000_000, 3600_000_000_000])
def test_a_wall_clock_that_is_set_does_not_make_a_round_trip(jump: int) -> None:
    rtt, jumped = elapsed((10**15, 0), 10**15 + 400_000 + jump, 500_000)
    assert jumped
    assert rtt == 0.0005


def test_the_first_wrong_byte_is_found() -> None:
    assert first_difference(b"abcd", b"abXd") == (2, ord("c"), ord("X"))
    assert first_difference(b"abcd", b"ab") is None


@pytest.mark.parametrize(
    ("family", "icmp", "info", "words", "sign"),
    [
        (4, (3, 0), 0, "Destination Net Unreachable", "!N"),
        (4, (3, 1), 0, "Destination Host Unreachable", "!H"),
        (4, (3, 2), 0, "Destination Protocol Unreachable", "!P"),
        (4, (3, 3), 0, "Destination Port Unreachable", ""),
        (4, (3, 4), 1400, "Frag needed and DF set (mtu = 1400)", "!F-1400"),
        (4, (3, 13), 0, "Packet filtered", "!X"),
        (4, (3, 77), 0, "Dest Unreachable, Bad Code: 77", "!<77>"),
        (4, (11, 0), 0, "Time to live exceeded", ""),
        (6, (1, 0), 0, "Destination unreachable: No route", "!N"),
        (6, (1, 1), 0, "Destination unreachable: Administratively prohibited", "!X"),
        (6, (1, 3), 0, "Destination unreachable: Address unreachable", "!H"),
        (6, (2, 0), 1280, "Packet too big: mtu=1280", "!F-1280"),
        (6, (3, 0), 0, "Time exceeded: Hop limit", ""),
    ],
)
def test_errors_are_called_as_ping_and_traceroute_call_them(
    family: int, icmp: tuple[int, int], info: int, words: str, sign: str
) -> None:
    assert sentence(family, *icmp, info) == words
    assert mark(family, *icmp, info) == sign


@given(st.sampled_from([4, 6]), st.integers(0, 255), st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_every_error_has_words(family: int, kind: int, code: int, info: int) -> None:
    assert sentence(family, kind, code, info)
    mark(family, kind, code, info)
    assert describe(family, Event(1, "error", icmp=(kind, code), info=info))
