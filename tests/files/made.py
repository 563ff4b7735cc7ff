"""Capture files for the tests: frames, and files of them in every variant, built without the code under test."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from netscope.core.frame import Frame, Interface, Statistics
from netscope.dissect.files.frames import FileFrames
from netscope.dissect.files.source import Held

UDP = bytes.fromhex(
    "02000000000102000000000208004500002400004000401166b70a0000010a00000204d2162e00100000"
) + b"netscope"  # fmt: skip
SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


def frame(number: int, data: bytes = UDP, *, time: int = START, **more: Any) -> Frame:
    """Return a frame."""
    return Frame(number, time, data, len(data), 1)._replace(**more)


FRAMES = tuple(
    frame(number, UDP + bytes(number % 7), time=START + number * 1_234_567_000) for number in range(1, 8)
)  # whole microseconds


def pcap(
    frames: Sequence[Frame], order: str = "<", magic: int = 0xA1B2C3D4, network: int = 1, snaplen: int = 65535
) -> bytes:
    """Return a pcap file."""
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, network)]
    out += [bytes(4)] if magic in (0x1C0001AC, 0x1C0001AB) else []
    for each in frames:
        fraction = each.time % SECOND if magic == 0xA1B23C4D else each.time % SECOND // 1000
        out.append(struct.pack(order + "IIII", each.time // SECOND, fraction, len(each.data), each.length))
        if magic == 0xA1B2CD34:
            out.append(struct.pack(order + "IHBB", 2, 0x0800, 4 if each.direction == "out" else 0, 0))
        out.append(each.data)
    return b"".join(out)


def block(order: str, kind: int, body: bytes) -> bytes:
    """Return a pcapng block."""
    body += bytes(-len(body) & 3)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def options(order: str, *found: tuple[int, bytes]) -> bytes:
    """Return the options of a block."""
    out = b"".join(
        struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) & 3) for code, value in found
    )
    return out + bytes(4)


def section(order: str, *found: tuple[int, bytes]) -> bytes:
    """Return a section header."""
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + options(order, *found))


def interface(order: str, *found: tuple[int, bytes], link: int = 1, snaplen: int = 0) -> bytes:
    """Return an interface description."""
    return block(order, 1, struct.pack(order + "HHI", link, 0, snaplen) + options(order, *found))


def packet(order: str, data: bytes, stamp: int = 0, number: int = 0, *found: tuple[int, bytes]) -> bytes:
    """Return an enhanced packet block."""
    head = struct.pack(order + "IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data))
    return block(order, 6, head + data + bytes(-len(data) & 3) + (options(order, *found) if found else b""))


def opened(data: bytes) -> FileFrames:
    """Return a file's frames, all indexed."""
    frames = FileFrames(Held(data), "the file")
    while frames.advance():
        pass
    return frames


def everything(frames: FileFrames) -> list[Frame]:
    """Return all frames."""
    return [frames.frame(place) for place in range(frames.first, len(frames))]


def tshark(path: Path, *fields: str) -> list[list[str]]:
    """Return what tshark reads, a list of fields a frame. It may not complain."""
    words = [word for name in fields for word in ("-e", name)]
    done = subprocess.run(
        ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "separator=|", *words],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if line and "as user" not in line]
    assert done.returncode == 0, done.stderr
    assert not complaints, complaints
    return [line.split("|") for line in done.stdout.splitlines()]


def tshark_bytes(path: Path) -> list[str]:
    """Return the bytes of each frame as tshark reads them, in hexadecimal."""
    done = subprocess.run(
        ["tshark", "-n", "-r", str(path), "-T", "jsonraw", "--no-duplicate-keys", "-j", "frame"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return [found["_source"]["layers"]["frame_raw"][0] for found in json.loads(done.stdout)]


def capinfos(path: Path) -> dict[str, str]:
    """Return what capinfos tells of a file. It may not complain."""
    done = subprocess.run(["capinfos", "-M", str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    told = (line.split(":", 1) for line in done.stdout.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in told}


# Nothing in it could be taken for more than one text: options end at a zero byte only by convention.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)
_words, _doubles, _some = (st.binary(min_size=size, max_size=most) for size, most in ((4, 4), (8, 8), (0, 30)))
_own = st.tuples(st.sampled_from([2988, 2989]), st.binary(min_size=4, max_size=30))  # an enterprise's, to be copied


def _options(**known: st.SearchStrategy[bytes]) -> st.SearchStrategy[tuple[tuple[int, bytes], ...]]:
    """Draw options of a block, in the order of their codes."""
    one = st.one_of(_own, *(st.tuples(st.just(int(code[1:])), value) for code, value in known.items()))
    return st.lists(one, max_size=3, unique_by=lambda each: each[0]).map(lambda found: tuple(sorted(found)))


_flags = st.integers(1, 2**30 - 1).map(lambda bits: (bits << 2).to_bytes(4, "little"))  # without the direction
interfaces = st.builds(
    Interface,
    name=st.just("") | texts,
    link=st.sampled_from([1, 101, 113, 276]),
    snaplen=st.sampled_from([0, 96, 262144]),
    filter=st.just("") | texts,
    description=st.just("") | texts,
    fcs=st.sampled_from([-1, 0, 4]),
    comments=st.lists(texts, max_size=2).map(tuple),
    options=_options(_4=_doubles, _8=_doubles, _10=_words, _12=_some, _15=_some, _17=_doubles),
)
_counts = st.none() | st.integers(0, 2**64 - 1)
statistics = st.builds(
    Statistics,
    interface=st.just(0),
    received=_counts,
    dropped=_counts,
    interface_dropped=_counts,
    accepted=_counts,
    delivered=_counts,
    time=st.integers(0, 2**64 - 1),
    begun=_counts,
    ended=_counts,
    comments=st.lists(texts, max_size=2).map(tuple),
)


@st.composite
def captures(draw: st.DrawFn) -> tuple[list[Interface], list[Frame]]:
    """Draw a pcapng file's contents."""
    known = draw(st.lists(interfaces, min_size=1, max_size=4))
    drawn = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        data = draw(st.binary(max_size=90))
        place = draw(st.integers(0, len(known) - 1))
        drawn.append(
            Frame(
                number,
                draw(st.integers(0, 2**64 - 1)),
                data,
                len(data) + draw(st.integers(0, 2000)),
                known[place].link,
                place,
                draw(st.sampled_from(["", "in", "out"])),
                tuple(draw(st.lists(texts, max_size=2))),
                options=draw(_options(_2=_flags, _3=_some, _4=_doubles, _5=_doubles, _6=_words, _7=_some)),
            )
        )
    return known, drawn
