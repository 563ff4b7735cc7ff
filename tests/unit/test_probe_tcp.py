"""SYNs as probes: what is written has the right checksum, any bytes are read safely, answers are told apart."""

from __future__ import annotations

import socket
import struct

from hypothesis import given
from hypothesis import strategies as st

from netscope.core.probe_tcp import Answered, answered, quoted, syn
from netscope.core.probe_wire import checksum

PORTS = st.tuples(st.integers(1, 65_535), st.integers(1, 65_535))
NUMBERS = st.integers(0, 2**32 - 1)
FIN, SYN, RST, ACK = 1, 2, 4, 16


def segment(ports: tuple[int, int], acknowledged: int, flags: int) -> bytes:
    return struct.pack(">HHIIBBHHH", *ports, 7, acknowledged, 5 << 4, flags, 0, 0, 0)


@given(PORTS, NUMBERS, st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_a_syn_has_its_checksum(ports: tuple[int, int], sequence: int, source: object, to: object) -> None:
    made = syn(4, ports, sequence, str(source), str(to))
    pseudo = socket.inet_aton(str(source)) + socket.inet_aton(str(to)) + struct.pack(">HH", 6, len(made))
    assert checksum(pseudo + made) == 0
    assert len(made) == made[12] >> 4 << 2 == 40
    assert made[13] == SYN
    bare = syn(6, ports, sequence)
    assert (bare[:13], bare[16:18], len(bare)) == (made[:13], b"\0\0", 40)  # the kernel fills it in


@given(PORTS, NUMBERS)
def test_a_quoted_syn_is_known_by_its_first_eight_bytes(ports: tuple[int, int], sequence: int) -> None:
    made = syn(6, ports, sequence)
    assert quoted(made[:8], ports) == quoted(made, ports) == sequence
    assert quoted(made[:7], ports) is None
    assert quoted(made, (ports[0] ^ 1, ports[1])) is None
    assert quoted(made, (ports[0], ports[1] ^ 1)) is None


@given(PORTS, NUMBERS)
def test_answers_are_told_apart(ports: tuple[int, int], sequence: int) -> None:
    back, number = (ports[1], ports[0]), (sequence + 1) % 2**32
    assert answered(segment(back, number, SYN | ACK), ports) == Answered(sequence, accepts=True, refuses=False)
    assert answered(segment(back, number, RST | ACK), ports) == Answered(sequence, accepts=False, refuses=True)
    assert answered(segment(back, number, ACK), ports) == Answered(sequence, accepts=False, refuses=False)
    for flags in (0, SYN, RST, FIN):  # they acknowledge nothing
        assert answered(segment(back, number, flags), ports) is None
    assert answered(segment((ports[1] ^ 1, ports[0]), number, SYN | ACK), ports) is None
    assert answered(segment((ports[1], ports[0] ^ 1), number, SYN | ACK), ports) is None
    assert answered(segment(back, number, SYN | ACK)[:19], ports) is None


@given(st.binary(max_size=80), PORTS)
def test_any_bytes_are_read(data: bytes, ports: tuple[int, int]) -> None:
    for found in (answered(data, ports), answered(struct.pack(">HH", ports[1], ports[0]) + data, ports)):
        assert found is None or 0 <= found.sequence < 2**32
    number = quoted(struct.pack(">HH", *ports) + data, ports)
    assert (number is None) == (len(data) < 4)
