"""Dissection: one packet against scapy, rows of a list against the text of tcpdump and tshark."""

from __future__ import annotations

import random
import statistics
import time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks.harness import Case, Result, command, netscope, paired
from tests.packets import frames, pcap
from tests.traffic import SYN, Talk, traffic

_COUNT = 150_000


@cache
def _file() -> str:
    packets = []
    for packet in traffic(_COUNT):
        packets.append(packet)
        if len(packets) == _COUNT:
            break
    path = Path(mkdtemp(prefix="netscope-"), "traffic.pcap")
    path.write_bytes(pcap(frames(packets), 1))
    return str(path)


def _rows_against(*words: str) -> Result:
    """Compare the same work, told in lines: all rows of a file, by whole processes."""
    ours = command(netscope("packets", "-r", _file(), "-T", "text"))
    return paired(ours, command([*words, "-n", "-r", _file()]), rounds=5)


def _one() -> tuple[bytes, float]:
    """Return a usual segment, and the median seconds in which all of it is taken apart."""
    from netscope.dissect import Context, dissect

    talk = Talk(random.Random(2), 1)
    made = [talk.segment(0, b"", 2, SYN), talk.segment(1, b"", 0x12, SYN), talk.segment(0, b"", 0x10)]
    for _ in range(1500):
        made += [talk.segment(0, bytes(200), 0x18), talk.segment(1, b"", 0x10)]
    captured = frames(made)
    context, times = Context(), []
    for frame in captured:
        start = time.perf_counter()
        for layer in dissect(frame, context).layers[1:]:  # the first is not of the packet: who captured it, when
            layer.fields()
        if len(frame.data) > 200:
            times.append(time.perf_counter() - start)
    return captured[-2].data, statistics.median(times)


def _alone() -> Result:
    data, ours = _one()
    return Result(ours * 1e6, f"{len(data)} bytes, every field with its place and its line")


def _against_scapy() -> Result:
    try:
        from scapy.layers import inet  # binds what is above
        from scapy.layers.l2 import Ether
    except ImportError:
        return Result(0, "scapy is not installed: not compared")
    assert inet
    data, ours = _one()
    times = []
    for _ in range(500):
        start = time.perf_counter()
        Ether(data).show(dump=True)  # each field's name and value, with no places
        times.append(time.perf_counter() - start)
    theirs = statistics.median(times)
    return Result(ours / theirs, f"{ours * 1e6:.1f} us against {theirs * 1e6:.1f} us")


CASES = [
    Case("dissect: one packet in full, microseconds", 50, _alone),
    Case("dissect: one packet in full / scapy", 0.125, _against_scapy),
    Case("dissect: rows of a file / tcpdump -n -r", 1.0, lambda: _rows_against("tcpdump")),
    Case("dissect: rows of a file / tshark -n -r", 0.3, lambda: _rows_against("tshark")),
]
