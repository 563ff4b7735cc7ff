"""The netlink codec on good, truncated and random bytes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core import netlink as wire

payloads = st.binary(max_size=64)
pairs = st.lists(st.tuples(st.integers(0, wire.NLA_TYPE_MASK), payloads), max_size=12)


def message(kind: int, payload: bytes) -> bytes:
    data = wire.HEADER.pack(wire.HEADER.size + len(payload), kind, wire.NLM_F_MULTI, 1, 42) + payload
    return data + bytes(-len(data) % 4)


@given(st.lists(st.tuples(st.integers(wire.NLMSG_MIN_TYPE, 0xFFFF), payloads), max_size=8))
def test_messages_come_back_as_packed(sent: list[tuple[int, bytes]]) -> None:
    datagram = b"".join(message(kind, payload) for kind, payload in sent)
    assert list(wire.messages([datagram])) == sent


@given(pairs)
def test_attributes_come_back_as_packed(sent: list[tuple[int, bytes]]) -> None:
    data = b"".join(wire.attribute(kind, value) for kind, value in sent)
    assert list(wire.attribute_list(data)) == sent
    assert wire.attributes(data) == dict(sent)


def test_done_and_noop_are_not_data() -> None:
    datagram = message(wire.NLMSG_NOOP, b"") + message(0x20, b"data") + message(wire.NLMSG_DONE, bytes(4))
    assert list(wire.messages([datagram])) == [(0x20, b"data")]


def test_flags_of_an_attribute_are_not_its_type() -> None:
    nested = struct.pack("=HH4s", 8, 0x8000 | 5, b"abcd")
    assert wire.attributes(nested) == {5: b"abcd"}


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 15,
        struct.pack("=IHHII", 15, 0x20, 0, 1, 1),
        struct.pack("=IHHII", 0, 0x20, 0, 1, 1),
        struct.pack("=IHHII", 17, 0x20, 0, 1, 1),
    ],
)
def test_a_message_that_lies_about_its_length_is_refused(data: bytes) -> None:
    with pytest.raises(wire.Malformed):
        list(wire.messages([data]))


@given(st.binary(max_size=256))
def test_random_bytes_end_in_messages_or_malformed(data: bytes) -> None:
    try:
        found = list(wire.messages([data]))
    except wire.Malformed:
        return
    assert sum(len(payload) + wire.HEADER.size for _kind, payload in found) <= len(data) + 3


@given(st.binary(max_size=256), st.integers(0, 300))
def test_random_bytes_end_in_attributes_or_malformed(data: bytes, offset: int) -> None:
    try:
        found = list(wire.attribute_list(data, offset))
    except wire.Malformed:
        return
    assert sum(len(value) + wire.ATTRIBUTE.size for _kind, value in found) <= len(data)


@given(st.binary(max_size=32))
def test_text_round_trips_through_surrogates(value: bytes) -> None:
    import os

    assert os.fsencode(wire.text(value)) == value.split(b"\0", 1)[0]
