"""Messages that go over several segments are read as if each came in one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from netscope.core.frame import Frame
from netscope.dissect import Context, Dissection, dissect
from tests import conversations, packets
from tests.conversations import Talk
from tests.dissect.oracle import ours, tshark
from tests.dissect.test_summary_lines import by_blocks, of_trees
from tests.packets import Packet, dns, question, record

TOGETHER = ("-o", "tcp.desegment_tcp_streams:TRUE", "-o", "tls.desegment_ssl_records:TRUE")
_HEAD = 54  # Ethernet, IPv4 and TCP without options, as handshakes are made


def handshakes() -> list[list[tuple[bool, bytes]]]:
    """Return what is said in each handshake, and by whom: the client's is True."""
    found: dict[int, list[tuple[bool, bytes]]] = {}
    for packet in conversations.handshakes():
        sport, dport = int.from_bytes(packet.data[34:36], "big"), int.from_bytes(packet.data[36:38], "big")
        found.setdefault(max(sport, dport), []).append((sport > dport, packet.data[_HEAD:]))
    return [said for said in found.values() if said[0][1][:1] == b"\x16"]


def cut(said: Sequence[tuple[bool, bytes]], sizes: Iterator[int], port: int = 443) -> Iterator[Packet]:
    """Yield segments that carry the same, cut elsewhere."""
    talk = Talk(port)
    for client, data in said:
        at = 0
        while at < len(data):
            size = next(sizes)
            yield talk.say(data[at : at + size], client=client)
            at += size


def evenly(size: int) -> Iterator[int]:
    while True:
        yield size


def at_random(seed: int) -> Iterator[int]:
    chance = random.Random(seed)
    while True:
        yield chance.choice((1, 2, 3, 4, 5, 6, 40, 300, 1400))


def told(dissections: Sequence[Dissection], begin: str = "tls.handshake.") -> list[tuple[str, str]]:
    """Return what the messages say."""
    return [(field.name, field.show) for found in dissections for field in found.walk() if field.name.startswith(begin)]


def joined(found: Dissection) -> bool:
    return any(buffer.name == "Reassembled TCP" for buffer in found.buffers)


def dissected(frames: Sequence[Frame]) -> list[Dissection]:
    context = Context()
    return [dissect(frame, context) for frame in frames]


def test_a_handshake_says_the_same_wherever_it_is_cut() -> None:
    for seed, said in enumerate(handshakes()):
        whole = told(dissected(packets.frames(cut(said, evenly(100_000)))))
        assert ("tls.handshake.extensions_server_name", "www.example.com") in whole
        for sizes in (evenly(3), evenly(7), evenly(97), evenly(500), at_random(seed), at_random(seed + 100)):
            assert told(dissected(packets.frames(cut(said, sizes)))) == whole


def transfer() -> bytes:
    """Return some messages over TCP, one of which is large, as a zone transfer has them."""
    answers = [
        record(f"host{number}.example.com", 1, bytes((10, 0, number >> 8, number & 255))) for number in range(300)
    ]
    messages = [dns(1, 0x8400, [question("example.com", 252)], answers), dns(2, 0x8400, [], answers[:3]), dns(3, 0x100)]
    return b"".join(len(message).to_bytes(2, "big") + message for message in messages)


def test_a_zone_transfer_says_the_same_wherever_it_is_cut() -> None:
    data = transfer()
    whole = told(dissected(packets.frames(cut([(False, data)], evenly(len(data)), 53))), "dns.")
    assert sum(name == "dns.a" for name, _value in whole) == 303
    for seed in range(6):
        frames = packets.frames(cut([(False, data)], at_random(seed) if seed else evenly(1460), 53))
        parts = told(dissected(frames), "dns.")
        assert parts == whole
        assert by_blocks(frames) == of_trees(frames)


@pytest.mark.tool("tshark")
@pytest.mark.parametrize("size", [97, 400, 1000])
def test_what_is_put_together_is_where_tshark_has_it(size: int, tmp_path: Path) -> None:
    frames = packets.frames([packet for said in handshakes() for packet in cut(said, evenly(size))])
    theirs, lines = tshark(frames, packets.ETHERNET, tmp_path, *TOGETHER)
    count = 0
    for found, places, line in zip(dissected(frames), theirs, lines, strict=True):
        if not joined(found):
            assert not any(place.name.startswith("tls.handshake.type") for place in places) or (
                {place for place in places if place.name.startswith("tls.handshake.")} <= set(ours(found))
            )
            continue
        if found.buffers[-1].data[0] != 22:
            continue  # how one begins to put together several records at once is tshark's own
        count += 1
        names = ("tls.", "tcp.segment.", "tcp.segments", "tcp.reassembled.")
        mine = {place for place in ours(found) if place.name.startswith(names)}
        wanted = {place for place in places if place.name.startswith((*names, "tcp.segment"))}
        wanted -= {place for place in wanted if place.name in ("tcp.segment_data", "tls.app_data_proto")}
        assert wanted <= set(ours(found)), (found.frame.number, wanted - mine)
        assert found.info.startswith(line.split(" ", 5)[5]) or found.info in line, (found.info, line)
    assert count > 5


def test_rows_say_what_trees_say() -> None:
    for seed, said in enumerate(handshakes()):
        frames = packets.frames([*cut(said, at_random(seed)), *cut(said, evenly(600))])
        assert by_blocks(frames) == of_trees(frames)


def test_a_frame_says_the_same_when_it_is_asked_again() -> None:
    for said in [*handshakes()[:3], [(True, b"\x16\3\1\2\0\1\0\1\xfc" + b"text" * 127)]]:
        frames = packets.frames(cut(said, evenly(300)))
        context = Context()
        first = [ours(dissect(frame, context)) for frame in frames]
        assert [ours(dissect(frame, context)) for frame in frames] == first
        twice = Context()
        for frame, expected in zip(frames, first, strict=True):
            assert ours(dissect(frame, twice)) == expected
            assert ours(dissect(frame, twice)) == expected


def test_what_misses_a_part_is_not_put_together() -> None:
    said = handshakes()[0]
    frames = packets.frames(cut(said[:1], evenly(50)))
    assert len(frames) > 3
    assert [joined(found) for found in dissected(frames)] == [*[False] * (len(frames) - 1), True]
    for missing in range(len(frames)):
        assert not any(map(joined, dissected(frames[:missing] + frames[missing + 1 :])))
    late = [*frames[:1], *frames[2:], frames[1]]
    assert not any(map(joined, dissected([frame._replace(number=place) for place, frame in enumerate(late, 1)])))


def test_what_begins_and_never_goes_on_takes_bounded_memory() -> None:
    context = Context()
    hello = handshakes()[0][0][1][:200]
    for number, frame in enumerate(packets.frames(Talk(443, 1024 + port).say(hello) for port in range(3000)), 1):
        assert "(fragment)" in dissect(frame._replace(number=number), context).info
    assert len(context.begun) == context.begun.most
