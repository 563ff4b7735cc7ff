"""Lines written by the block say what trees say, wherever the blocks end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from struct import Struct

import pytest

from netscope.core.frame import Frame
from netscope.dissect import Context, dissect
from netscope.dissect.files.block import PAD, Block, Match
from netscope.dissect.summary import Summary, summaries
from netscope.dissect.summary_lines import Lines, line
from tests import conversations, packets, protocols
from tests.packets import Packet
from tests.traffic import STAMPS, SYN, Talk, lossy, traffic

_HEADER = Struct("<IIII").unpack_from
_CORPUS = [packet for packet in protocols.corpus() + conversations.corpus() if packet.link == 1]


def of_trees(frames: Iterable[Frame]) -> list[str]:
    """Return the lines that dissecting the frames leads to."""
    context, first, lines = Context(), None, []
    for frame in frames:
        found = dissect(frame, context)
        first = frame.time if first is None else first
        row = Summary(found.source, found.destination, found.protocol, frame.length, found.info)
        lines.append(line(frame.number, frame.time - first, row))
    return lines


def records(data: bytes) -> Block:
    """Return the records of a pcap file whose header was taken off."""
    return Block(data + bytes(PAD), len(data), _HEADER, 262_144)


def by_blocks(frames: list[Frame], piece: int = 1 << 20, match: Match | None = None) -> list[str]:
    """Return the lines that are written of the same frames in a file, read in pieces of so many bytes."""
    lines, data = Lines(factor=1, match=match), packets.pcap(frames, 1)
    text, rest = b"", b""
    for at in range(24, len(data), piece):
        rest += data[at : at + piece]
        more, used = lines.block(records(rest), 1 << 60)
        text += more
        rest = rest[used:]
    assert not rest
    assert (lines.place, lines.count) == (len(frames), text.count(b"\n"))
    return text.decode().split("\n")[:-1]


def over_ipv6(packet: Packet) -> Packet:
    """Return a packet whose IPv4 header, where it has a plain one, has become one of IPv6."""
    data = packet.data
    if data[12:15] != b"\x08\0\x45":
        return packet
    before = bytes.fromhex("20010db8") + bytes(8)
    head = bytes.fromhex("86dd60012345") + (int.from_bytes(data[16:18], "big") - 20).to_bytes(2, "big")
    head += data[23:24] + b"\x40" + before + data[26:30] + before + data[30:34]
    return Packet(data[:12] + head + data[34:])


def with_odd_headers(packet: Packet) -> Packet:
    """Return a packet with a type of service, and what Ethernet pads short frames with."""
    data = packet.data
    return Packet(data[:15] + b"\x10" + data[16:] + bytes(max(0, 64 - len(data))))


def test_the_corpus_has_the_same_lines() -> None:
    frames = packets.frames(_CORPUS)
    expected = of_trees(frames)
    assert by_blocks(frames) == expected
    assert by_blocks(frames, 700) == expected


@pytest.mark.parametrize("changed", [lambda packet: packet, over_ipv6, with_odd_headers])
def test_traffic_has_the_same_lines(changed: Callable[[Packet], Packet]) -> None:
    frames = packets.frames([changed(packet) for packet in (*traffic(700), *lossy())])
    expected = of_trees(frames)
    assert len({line.split()[5] for line in expected}) > 4
    assert by_blocks(frames) == expected
    assert by_blocks(frames, 3000) == expected


def with_other_options(packet: Packet) -> Packet:
    """Return a packet whose time stamps, where its segment has no other options, have become one edge of SACK."""
    stamps = packet.data[54:66]
    sacked = b"\x01\x01\x05\x0a" + packet.data[42:46] + packet.data[42:46]
    return Packet(packet.data[:54] + sacked + packet.data[66:]) if stamps == STAMPS else packet


def test_segments_with_other_options_have_the_same_lines() -> None:
    taken = [with_other_options(packet) for packet in traffic(300)]
    for frames in packets.frames(taken), packets.frames(map(over_ipv6, taken)):
        expected = of_trees(frames)
        assert sum(" SLE=" in line for line in expected) > 300
        assert by_blocks(frames) == expected


@pytest.mark.parametrize("seed", range(4))
def test_lost_repeated_swapped_and_cut_packets_have_the_same_lines(seed: int) -> None:
    chance = random.Random(seed)
    kept = [packet for packet in traffic(500) for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 2)))]
    for index in range(0, len(kept) - 1, 7):
        kept[index], kept[index + 1] = kept[index + 1], kept[index]
    if seed & 1:
        kept = [over_ipv6(packet) for packet in kept]
    frames = packets.frames(kept)
    for index in range(0, len(frames), 11):
        frames[index] = frames[index]._replace(data=frames[index].data[: chance.randrange(100)])
    assert by_blocks(frames) == of_trees(frames)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_packets_have_the_same_lines(seed: int) -> None:
    damaged = (packet for packet in protocols.mutated(_CORPUS + list(traffic(100)), seed) if packet.link == 1)
    frames = packets.frames([next(damaged) for _ in range(1500)])
    assert by_blocks(frames, 5000) == of_trees(frames)


def test_what_only_looks_like_a_record_of_data_has_the_same_line() -> None:
    talk, said = conversations.Talk(443), [packet.data[54:] for packet in conversations.handshakes()][:5]
    kept = [talk.say(data, client=not number & 1) for number, data in enumerate(said)]
    kept += [talk.say(head + b"\0\x20" + bytes(32)) for head in (b"\x17\3\3", b"\x17\4\3", b"\x17\3\5", b"\x17\3\3")]
    frames = packets.frames(kept)
    assert by_blocks(frames) == of_trees(frames)
    assert [text.rsplit(" ", 2)[1] for text in by_blocks(frames)[-4:]] == [
        "Application",
        "Unknown",
        "Unknown",
        "Application",
    ]


def test_times_before_the_first_and_long_after_it() -> None:
    spans = (0, 999, 1_000, 999_999_999, 1_000_000_000, -1, -1_500_000_000, 5_000_000, 2_000_000_000_000, 0)
    frames = packets.frames(list(traffic(3))[: len(spans)])
    frames = [frame._replace(time=packets.START + span) for frame, span in zip(frames, spans, strict=True)]
    assert by_blocks(frames) == of_trees(frames)
    assert [text.split()[1] for text in by_blocks(frames)][3:9] == [
        "0.999999", "1.000000", "-0.000000", "-1.500000", "0.005000", "2000.000000",
    ]  # fmt: skip


def test_a_filter_takes_what_passes_and_leaves_the_numbers() -> None:
    frames = packets.frames(list(traffic(300)))
    assert by_blocks(frames, 4000, lambda data, _length: data[23] == 17) == of_trees(
        frame for frame in frames if frame.data[23] == 17
    )


def test_no_more_than_was_asked_for() -> None:
    frames = packets.frames(list(traffic(50)))
    for match in (None, lambda _data, _length: 1):
        lines = Lines(factor=1, match=match)
        text, _used = lines.block(records(packets.pcap(frames, 1)[24:]), 7)
        assert text.decode().split("\n")[:-1] == of_trees(frames[:7])
        assert lines.count == 7


def test_lines_go_on_where_a_block_ended() -> None:
    frames = packets.frames(list(traffic(200)))
    lines = Lines()
    text, _used = lines.block(records(packets.pcap(frames[:300], 1)[24:]), 1 << 60)
    rest = "".join(lines.line(frame) for frame in frames[300:])
    assert (text.decode() + rest).split("\n")[:-1] == of_trees(frames)


def test_dns_messages_that_differ_in_their_identifiers_alone() -> None:
    asked = (packets.question("100%.example"), b"\x03www\xc0\0\0\1\0\1", b"\xc0\0\0\1\0\1", packets.question("."))
    messages = [
        packets.dns(ident, flags, [name]) for name in asked for flags in (0x0100, 0x8183) for ident in (7, 0, 7)
    ]
    datagrams = [packets.over4(message, 40_000 + place, 53) for place, message in enumerate(messages)]
    frames = packets.frames(datagrams + [packets.over6(message, 53, 40_000) for message in messages])
    expected = of_trees(frames)
    assert sum("0x0007 A 100%.example" in text for text in expected) == 4
    assert by_blocks(frames) == expected
    rows = zip(frames, summaries(frames), strict=True)
    assert [line(frame.number, frame.time - frames[0].time, row) for frame, row in rows] == expected


def test_numbers_of_any_width() -> None:
    frames = packets.frames([packets.over4(b"", 9, 9)])
    for place in (0, 98, 9_998, 9_999, 99_999, 1_234_566):
        lines = Lines()
        lines.place = place
        text, _used = lines.block(records(packets.pcap(frames, 1)[24:]), 1)
        assert text.decode() == of_trees([frames[0]._replace(number=place + 1)])[0] + "\n"


@pytest.mark.parametrize("begun", [True, False])
def test_bytes_between_ports_of_tls_that_are_no_records(begun: bool) -> None:
    said = (
        bytes(100),
        b"\x17\3",
        b"EHLO example",
        b"\xfe" * 1400,
        b"\x17\3\3\0\5" + bytes(5),
        bytes(9),
        b"STARTTLS",
        b"\0",
    )
    talk = Talk(random.Random(3), 1)
    talk.ports = talk.ports[0], 443
    made = [talk.segment(0, b"", 2, SYN), talk.segment(1, b"", 0x12, SYN), talk.segment(0, b"", 0x10)]
    made = made if begun else made[2:]
    for payload in said * 2:
        made += [talk.segment(0, payload, 0x18), talk.segment(0, payload, 0x18), talk.segment(1, payload, 0x18)]
        made.append(talk.segment(0, b"", 0x10))
    frames = packets.frames(made)
    expected = of_trees(frames)
    assert {text.split()[5] for text in expected} == {"TCP", "SSL", "TLSv1.2"}
    assert by_blocks(frames) == expected
