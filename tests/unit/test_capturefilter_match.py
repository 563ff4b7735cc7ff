"""Capture filters on the packets of a file: our function says of each what libpcap says, running its own program."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.capturefilter import compile_filter
from netscope.core.capturefilter.match import matcher
from netscope.core.capturefilter.program import Instruction, Program
from tests.unit.filter_expressions import right
from tests.unit.filter_frames import frames
from tests.unit.pcap_oracle import NAMES, CProgram, run, theirs, verdict

LOOPS = ("ip protochain 6", "ip6 protochain 17", "protochain 58", "not ip6 protochain 6 and len > 60")


@pytest.mark.parametrize("link", [1, 113, 276, 101])
def test_the_same_packets_as_libpcap(link: int) -> None:
    packets = frames(link)
    compared = 0
    for text in [*right()[::3], *LOOPS]:
        program = theirs(text, link)
        if not isinstance(program, CProgram):
            continue
        match = matcher(compile_filter(text, link, names=NAMES))
        for data, length in packets:
            assert bool(match(data, length)) == bool(verdict(program, data, length)), (text, data.hex())
        compared += 1
    assert compared > 50


def test_no_filter_takes_all() -> None:
    match = matcher(compile_filter("", 1, snaplen=68))
    assert match(b"", 0) == match(bytes(100), 100) == 68


_CODES = [
    0x00, 0x01, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x60, 0x61, 0x80, 0xB1, 0x02, 0x03, 0x07, 0x87, 0x04, 0x14, 0x24,
    0x34, 0x44, 0x54, 0x64, 0x74, 0x84, 0x94, 0xA4, 0x0C, 0x1C, 0x2C, 0x3C, 0x4C, 0x5C, 0x6C, 0x7C, 0x9C, 0xAC, 0x05,
    0x15, 0x25, 0x35, 0x45, 0x1D, 0x2D, 0x3D, 0x4D, 0x06,
]  # fmt: skip


def _instruction(draw: st.DrawFn, left: int) -> Instruction:
    code = draw(st.sampled_from(_CODES))
    k = draw(st.sampled_from([0, 1, 2, 4, 12, 14, 20, 31, 32, 255, 2**31, 2**32 - 1]))
    if code in (0x60, 0x61, 0x02, 0x03):
        k %= 16
    if code in (0x34, 0x94):
        k = k or 3
    if code == 0x05:
        k = draw(st.integers(0, left - 1))
    jump = st.integers(0, min(left - 1, 255))
    return Instruction(code, draw(jump), draw(jump), k) if code & 7 == 5 else Instruction(code, 0, 0, k)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Draw a program that the kernel would take: jumps go forward, the last instruction returns."""
    many = draw(st.integers(1, 40))
    body = [_instruction(draw, many - place) for place in range(many)]
    return Program((*body, Instruction(0x06, 0, 0, 1)))


@settings(max_examples=300, deadline=None)
@given(programs(), st.binary(max_size=80))
def test_any_program_gives_what_it_gives_step_by_step(program: Program, data: bytes) -> None:
    assert matcher(program)(data, len(data) + 4) == run(program.instructions, data, len(data) + 4)
