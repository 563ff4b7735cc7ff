"""What a block of the ring holds: frames behind struct tpacket3_hdr and struct sockaddr_ll (linux/if_packet.h).

Offsets in that header: next 0, seconds 4, nanoseconds 8, captured 12, length 16, status 20, frame 24 (16 bits), VLAN
tag 32, its type 36; then the address: protocol 50, interface 52, hardware type 56, packet type 58, address length 59,
address 60. Blocks may come with hundreds of thousands of frames a second: no frame becomes an object unless asked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from mmap import mmap
from struct import Struct, pack
from typing import NamedTuple

from netscope.core.frame import Direction, Frame
from netscope.dissect.files import options as option
from netscope.dissect.files.options import encoded
from netscope.dissect.files.pcapng import EPB
from netscope.dissect.files.write import ORDER
from netscope.system.capture.filtering import OUTGOING, SLL2_SIZE

_CSUM_NOT_READY, _VLAN_VALID, _VLAN_TPID_VALID = 1 << 3, 1 << 4, 1 << 6
_TAG_PLACE = 12  # behind the two addresses
_TPID = 0x8100
_HEAD = Struct("=IIIIIIH")
_WALK = Struct("=I8xI4xIH")  # next, captured, status, frame
_TAG = Struct("=32xIH")
_ADDRESS = Struct("=50x2sIHBB8s")
_SLL2 = Struct(">2s2xIHBB8s")
_RECORD = Struct(ORDER + "IIII")
_BLOCK = Struct(ORDER + "IIIIIII")
_LENGTH = Struct(ORDER + "I")
_FRAME_HEAD = 68  # bytes of both headers
_PIECE = 1 << 17
_BATCH = 128  # frames that are encoded and written at once: what they take stays in the processor's cache
_RUN = 64
_SAME = (0, 3, 5, 6)  # next, captured, status, frame: the words that frames of a run have in common
_TAILS = {
    outgoing: encoded([(option.EPB_FLAGS, _LENGTH.pack(2 if outgoing else 1))], ORDER) for outgoing in (False, True)
}


class Batch(NamedTuple):
    """Records: their parts, how many frames they are of, and where the next frame's header is."""

    parts: Sequence[bytes]
    packets: int
    at: int


def offsets(block: memoryview, packets: int, head: int) -> array[int]:
    """Return where the headers of a block's first ``packets`` frames are; ``head`` is the first one's place."""
    found = array("I")
    append = found.append
    with block[: len(block) & ~3].cast("I") as words:
        at = head
        for _ in range(packets):
            append(at)
            at += words[at >> 2]
    return found


def frame(data: bytes | mmap, at: int, place: int, interface: int, link: int, snaplen: int, *, cooked: bool) -> Frame:
    """Return a frame as it went over the wire: with its VLAN tag, or with a cooked header."""
    _next, seconds, nanoseconds, kept, length, status, mac = _HEAD.unpack_from(data, at)
    packet_type = data[at + 58]
    direction: Direction = "out" if packet_type == OUTGOING else "in"
    if cooked or status & _VLAN_VALID:
        content, length = _rebuilt(data, at, snaplen, cooked=cooked)
    else:
        content = data[at + mac : at + mac + kept]
    return Frame(
        place + 1,
        seconds * 1_000_000_000 + nanoseconds,
        content,
        length,
        link,
        interface,
        direction,
        (),
        bool(status & _CSUM_NOT_READY),
    )


def _rebuilt(data: bytes | mmap, at: int, snaplen: int, *, cooked: bool) -> tuple[bytes, int]:
    """Return a frame that does not lie in the ring as it went over the wire, and its length."""
    _next, _seconds, _nanoseconds, kept, length, status, mac = _HEAD.unpack_from(data, at)
    content = data[at + mac : at + mac + kept]
    tagged = bool(status & _VLAN_VALID)
    tag, kind = _TAG.unpack_from(data, at)
    if not status & _VLAN_TPID_VALID:
        kind = _TPID
    if cooked:
        protocol, ifindex, hardware, packet_type, size, address = _ADDRESS.unpack_from(data, at)
        if tagged:
            content = pack(">H", tag & 0xFFFF) + protocol + content
            length += 4
            protocol = pack(">H", kind)
        content = _SLL2.pack(protocol, ifindex, hardware, packet_type, size, address) + content
        length += SLL2_SIZE
    elif tagged and kept >= _TAG_PLACE:
        content = content[:_TAG_PLACE] + pack(">HH", kind, tag & 0xFFFF) + content[_TAG_PLACE:]
        length += 4
    return content[:snaplen], length


def pcap_parts(block: memoryview, packets: int, at: int, snaplen: int, *, nano: bool, cooked: bool) -> Batch:
    """Return records of a pcap file, two parts each, of some of ``packets`` frames from ``at`` on.

    The ring's header has time, captured and original length one behind the other: with nanoseconds that is the header
    of a record, and nothing is left to do for most frames.
    """
    plain = nano and not cooked
    if plain:
        alike = _alike(block, packets, at)
        if alike:
            return alike
    piece = _piece(block, at)
    parts: list[bytes] = []
    append = parts.append
    walk, head, record = _WALK.unpack_from, _HEAD.unpack_from, _RECORD.pack
    here, last = 0, len(piece) - _FRAME_HEAD
    for number in range(min(packets, _BATCH)):
        if here > last:
            return Batch(parts, number, at + here)
        if plain:
            step, kept, status, mac = walk(piece, here)
        else:
            step, seconds, nanoseconds, kept, length, status, mac = head(piece, here)
        mac += here
        content = piece[mac : mac + kept]
        if len(content) < kept:  # the piece ends within
            return Batch(parts, number, at + here)
        if cooked or status & _VLAN_VALID:
            content, length = _rebuilt(piece, here, snaplen, cooked=cooked)
            if plain:
                _step, seconds, nanoseconds, *_rest = head(piece, here)
            header = record(seconds, nanoseconds if nano else nanoseconds // 1000, len(content), length)
        elif plain:
            header = piece[here + 4 : here + 20]
        else:
            header = record(seconds, nanoseconds if nano else nanoseconds // 1000, kept, length)
        append(header)
        append(content)
        here += step
    return Batch(parts, min(packets, _BATCH), at + here)


def _piece(block: memoryview, at: int) -> bytes:
    """Return a copy of what is at ``at``, small enough to stay in the processor's cache, with one frame at least."""
    _step, kept, _status, mac = _WALK.unpack_from(block, at)
    return bytes(block[at : at + max(_PIECE, mac + kept)])


_uniform: dict[tuple[int, int, int], Struct] = {}  # what takes a run of frames of one size apart


def _alike(block: memoryview, packets: int, at: int) -> Batch | None:
    """Return the records of a run of frames of one size, all taken apart at once; None where there is no such run.

    Bulk transfers and floods are made of such runs: it is when frames come fastest that time is short.
    """
    if packets < _RUN:
        return None
    step, kept, status, mac = _WALK.unpack_from(block, at)
    if status & _VLAN_VALID or at + _RUN * step > len(block) or step < _HEAD.size or step & 3:
        return None
    with block[at : at + _RUN * step].cast("I") as words:
        stride = step >> 2
        for field in _SAME:
            if words[field::stride].tobytes() != words[field : field + 1].tobytes() * _RUN:
                return None
    taken = _uniform.get((step, kept, mac))
    if taken is None:
        if len(_uniform) > 200:
            _uniform.clear()
        taken = Struct(f"4x16s{mac - 20}x{kept}s{step - mac - kept}x" * _RUN)
        _uniform[step, kept, mac] = taken
    return Batch(taken.unpack_from(block, at), _RUN, at + _RUN * step)


def pcapng_parts(block: memoryview, packets: int, at: int, snaplen: int, interface: int, *, cooked: bool) -> Batch:
    """Return blocks of a pcapng file, three parts each, of some of ``packets`` frames from ``at`` on."""
    piece = _piece(block, at)
    parts: list[bytes] = []
    append = parts.append
    here, end = 0, len(piece)
    for number in range(min(packets, _BATCH)):
        if here + _FRAME_HEAD > end:
            return Batch(parts, number, at + here)
        step, seconds, nanoseconds, kept, length, status, mac = _HEAD.unpack_from(piece, here)
        if here + mac + kept > end:
            return Batch(parts, number, at + here)
        if cooked or status & _VLAN_VALID:
            content, length = _rebuilt(piece, here, snaplen, cooked=cooked)
        else:
            content = piece[here + mac : here + mac + kept]
        kept = len(content)
        time = seconds * 1_000_000_000 + nanoseconds
        size = 44 + kept + (-kept & 3)  # 12 of them for the flags
        append(_BLOCK.pack(EPB, size, interface, time >> 32, time & 0xFFFFFFFF, kept, length))
        append(content)
        append(bytes(-kept & 3) + _TAILS[piece[here + 58] == OUTGOING] + _LENGTH.pack(size))
        here += step
    return Batch(parts, min(packets, _BATCH), at + here)
