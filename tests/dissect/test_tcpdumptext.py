"""tcpdump's text: line by line what the real tcpdump prints, whatever the bytes are."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from struct import Struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.frame import Frame
from netscope.dissect.files.block import PAD, Block
from netscope.dissect.tcpdumptext.fast import Fast
from netscope.dissect.tcpdumptext.printer import Printer
from netscope.dissect.tcpdumptext.style import Style, Times
from tests.framemaker import A4, A6, B4, B6, cut, eth, ip4, ip6, number, pcap, tcp, udp
from tests.framesamples import ETHERNET
from tests.framesamples.links import others
from tests.framesamples.rare import RARE

_TIMES: dict[str, Times] = {
    "-t": "none", "-tt": "epoch", "-ttt": "delta", "-tttt": "date", "-ttttt": "since",
}  # fmt: skip
_HEADER = Struct("<IIII").unpack_from


def style(words: Sequence[str]) -> Style:
    """Return the style that some of tcpdump's flags ask for."""
    made = Style(numeric=True)
    for word in words:
        if word in _TIMES:
            made = made._replace(times=_TIMES[word])
        elif word.startswith("-v"):
            made = made._replace(verbose=len(word) - 1)
        elif word[1] in "xXA":
            made = made._replace(dump=word[1:])  # type: ignore[arg-type]
        else:
            field = {"-e": "link", "-q": "quiet", "-S": "absolute", "-#": "numbered"}.get(word)
            made = made._replace(checksums=False) if word == "-K" else made._replace(**{str(field): True})  # type: ignore[arg-type]
    return made


def theirs(file: Path, words: Sequence[str]) -> str:
    """Return what tcpdump prints of a file."""
    done = subprocess.run(["tcpdump", "-n", *words, "-r", file], capture_output=True, check=True, env=_environment())
    return done.stdout.decode("latin-1")


def _environment() -> dict[str, str]:
    return {**os.environ, "TZ": "UTC"}


def ours(frames: Sequence[Frame], words: Sequence[str]) -> str:
    """Return what we print of frames."""
    printer = Printer(style(words)._replace(utc=True))
    return "".join(printer.lines(frames))


def same(tmp_path: Path, frames: Sequence[Frame], words: Sequence[str], link: int = 1) -> int:
    """Assert that both print the same; return how many frames that were."""
    file = tmp_path / "some.pcap"
    file.write_bytes(pcap(frames, link))
    expected, found = theirs(file, words).split("\n"), ours(frames, words).split("\n")
    for place, (want, got) in enumerate(zip(expected, found, strict=False)):
        assert got == want, f"line {place + 1} with {' '.join(words)}"
    assert len(found) == len(expected)
    return len(frames)


def conversations(count: int, seed: int = 3) -> list[Frame]:
    """Return segments and datagrams of some conversations over both versions of IP, in both directions, mixed."""
    chance = random.Random(seed)
    sides = [
        (chance.randrange(1024, 60_000), chance.choice([443, 80, 22, 8443, 53]), [1, 2**32 - 500]) for _ in range(20)
    ]
    says = [b"", b"x" * 100, b"GET / HTTP/1.1\r\n\r\n", bytes(7), b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n"]
    packets = []
    for place in range(count):
        high, low, numbers = chance.choice(sides)
        turned = chance.random() < 0.5
        sport, dport = (low, high) if turned else (high, low)
        near, far = (A6, B6) if high % 2 == 0 else (A4, B4)
        source, destination = (far, near) if turned else (near, far)
        if chance.random() < 0.2:
            body = udp(sport, 9000 + low, bytes(chance.randrange(80)), source, destination)
            packets.append(_framed(17, body, source, destination))
            continue
        data = chance.choice(says)
        flags = chance.choice([0x10, 0x18, 0x18, 0x18, 0x11, 0x02, 0x12, 0x14, 0x04, 0x50])
        stamps = bytes([1, 1, 8, 10]) + place.to_bytes(4, "big") + bytes(4) if chance.random() < 0.7 else b""
        seq, ack = numbers[turned], numbers[not turned]
        body = tcp(
            sport, dport, data, seq=seq, ack=ack, flags=flags, options=stamps, source=source, destination=destination
        )
        packets.append(_framed(6, body, source, destination))
        numbers[turned] = (seq + len(data)) % 2**32
    return number(packets)


def _framed(protocol: int, data: bytes, source: bytes, destination: bytes) -> bytes:
    if len(source) == 4:
        return eth(0x0800, ip4(protocol, data, source, destination))
    return eth(0x86DD, ip6(protocol, data, source, destination))


@pytest.mark.tool("tcpdump")
def test_every_line_is_tcpdumps(tmp_path: Path) -> None:
    compared = sum(same(tmp_path, number(packets()), ()) for packets in ETHERNET.values())
    compared += sum(same(tmp_path, number(packets, link), (), link) for link, packets in others())
    compared += same(tmp_path, conversations(1000), ())
    assert compared >= 2000


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize("words", ["-v", "-vv", "-vvv", "-e", "-q", "-S", "-e -v", "-S -v", "-K -v", "-X -vv"])
@pytest.mark.parametrize("group", [*ETHERNET, "others"])
def test_more_and_less_of_it(tmp_path: Path, group: str, words: str) -> None:
    if group == "others":
        for link, packets in others():
            same(tmp_path, number(packets, link), words.split(), link)
        return
    same(tmp_path, number(ETHERNET[group]()), words.split())


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize(
    "words", ["-t", "-tt", "-ttt", "-tttt", "-ttttt", "-#", "-x", "-xx", "-X", "-XX", "-A", "-AA", "-e -XX -vv"]
)
def test_times_numbers_and_bytes(tmp_path: Path, words: str) -> None:
    for group in ("udp", "icmp", "dns", "lines", "dhcp"):
        same(tmp_path, number(ETHERNET[group]()), words.split())


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize("group", ["udp", "arp", "ip", "icmp", "igmp", "bridges", "ntp", "dhcp"])
def test_frames_that_were_cut(tmp_path: Path, group: str) -> None:
    same(tmp_path, cut(number(ETHERNET[group]()), range(20, 150, 7)), ())


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize("words", ["", "-v", "-vvv", "-e -vv", "-X -vv"])
@pytest.mark.parametrize("group", RARE)
def test_rare_messages(tmp_path: Path, group: str, words: str) -> None:
    same(tmp_path, number(RARE[group]()), words.split())


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize("words", ["", "-v"])
@pytest.mark.parametrize("group", RARE)
def test_rare_messages_that_were_cut(tmp_path: Path, group: str, words: str) -> None:
    same(tmp_path, cut(number(RARE[group]()), range(36, 160, 11)), words.split())


def test_headers_that_cannot_be() -> None:
    printer = Printer(Style(times="none"))
    assert printer.line(Frame(1, 0, b"", 0, 1)) == "[Invalid header: caplen==0, len==0]\n"
    assert printer.line(Frame(1, 0, bytes(9), 4, 1)) == "[Invalid header: len(4) < caplen(9)]\n"
    assert printer.line(Frame(1, 0, bytes(9), 300_000, 1)) == "[Invalid header: len(300000) > 262144]\n"


def test_names_of_ports_and_interfaces() -> None:
    frame = number([eth(0x0800, ip4(17, udp(5000, 123, bytes(4))))])[0]
    printer = Printer(Style(times="none"), {(123, "udp"): "ntp", (5000, "tcp"): "not-udp"})
    assert printer.line(frame).startswith("IP 192.0.2.1.5000 > 198.51.100.7.ntp: NTPv0")
    cooked = dict(others())[276][0]
    printer.text.interfaces = {99_999: "eth7"}
    assert printer.line(Frame(1, 0, cooked, len(cooked), 276)).startswith("eth7  In  IP 192.0.2.1.7 > ")


def test_nanoseconds_and_utc() -> None:
    frame = Frame(1, 1_700_000_000_123_456_789, eth(0x0800, ip4(17, udp(1, 2, b""))), 42, 1)
    assert Printer(Style(nanoseconds=True, utc=True)).line(frame).startswith("22:13:20.123456789 IP ")
    assert Printer(Style(utc=True, times="date")).line(frame).startswith("2023-11-14 22:13:20.123456 IP ")


def blocked(data: bytes, made: Style, piece: int = 1 << 20) -> str:
    """Return what the fast way prints of the records of a pcap file, handed over in pieces."""
    fast = Fast(Printer(made), 1000)
    text, rest = [], b""
    for at in range(24, len(data), piece):
        rest += data[at : at + piece]
        lines, used = fast.block(records(rest), 1 << 60)
        text.append(lines)
        rest = rest[used:]
    return b"".join(text).decode()


def records(data: bytes) -> Block:
    """Return the records of a pcap file whose header was taken off."""
    return Block(data + bytes(PAD), len(data), _HEADER, 262_144)


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("times", ["clock", "none", "epoch", "date"])
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_the_fast_way_leads_to_the_same(absolute: bool, times: Times, nanoseconds: bool) -> None:
    made = Style(numeric=True, absolute=absolute, times=times, nanoseconds=nanoseconds, utc=True)
    groups = [number(packets()) for packets in ETHERNET.values()]
    for frames in (*groups, *(cut(group, (34, 42, 54, 66, 74)) for group in groups), conversations(1000)):
        expected = "".join(Printer(made).lines(frames))
        assert blocked(pcap(frames), made) == expected
        assert blocked(pcap(frames), made, 1000) == expected


def test_the_fast_way_ends_at_what_is_no_record() -> None:
    frames = conversations(10)
    data = (pcap(frames) + b"\xff" * 16 + pcap(frames)[24:])[24:]
    fast = Fast(Printer(Style(times="none")), 1000)
    text, used = fast.block(records(data), 100)
    assert (text.count(b"\n"), used, fast.count, fast.place) == (10, len(pcap(frames)) - 24, 10, 10)
    for match in (None, lambda _data, _length: 1):
        fast = Fast(Printer(Style(times="none")), 1000, match)
        assert fast.block(records(data), 3)[0].count(b"\n") == fast.count == 3


def test_the_fast_way_takes_what_passes() -> None:
    frames = conversations(200)
    data = pcap(frames)[24:]
    fast = Fast(Printer(Style()), 1000, lambda data, _length: data[23] == 17)
    text, _used = fast.block(records(data), 1 << 60)
    printer = Printer(Style())
    assert text.decode() == "".join(printer.lines(frame for frame in frames if frame.data[23] == 17))
    assert (fast.place, fast.count) == (200, text.count(b"\n"))


_ALL = [frame.data for packets in [*ETHERNET.values(), *RARE.values()] for frame in number(packets())]
_STYLES = [
    Style(), Style(verbose=3, link=True), Style(verbose=1), Style(quiet=True), Style(dump="AA"),
    Style(dump="X", absolute=True, verbose=2),
]  # fmt: skip


def harmless(text: str) -> None:
    """Assert that a terminal does nothing with a text but print it."""
    assert text.isascii()
    assert text.replace("\n", "").replace("\t", "").isprintable(), ascii(text)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(_ALL),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4),
    st.integers(0, 300),
    st.sampled_from([0, 1, 101, 108, 113, 276, 147]),
    st.sampled_from(_STYLES),
)
def test_whatever_the_bytes_are_it_is_a_line(
    base: bytes, changes: list[tuple[int, int]], length: int, link: int, made: Style
) -> None:
    data = bytearray(base)
    for place, value in changes:
        data[place % len(data)] = value
    kept = bytes(data[: length or None])
    text = Printer(made).line(Frame(1, 10**18, kept, len(data), link))
    assert text.endswith("\n")
    harmless(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([0, 1, 101, 113, 276]), st.sampled_from(_STYLES))
def test_noise_is_a_line(data: bytes, link: int, made: Style) -> None:
    harmless(Printer(made).line(Frame(1, 0, data, len(data) or 1, link)))
