"""What a block of the ring holds: frames behind struct tpacket3_hdr and struct sockaddr_ll (linux/if_packet.h).

Offsets in that header: next 0, seconds 4, nanoseconds 8, captured 12, length 16, status 20, frame 24 (16 bits), VLAN
tag 32, its type 36; then the address: protocol 50, interface 52, hardware type 56, packet type 58, address length 59,
address 60. Blocks may come with hundreds of thousands of frames a second: no frame becomes an object unless asked for.
"""

from __future__ import annotations

from array import array
from itertools import repeat
from mmap import mmap
from struct import Struct, pack

from netscope.core.frame import Direction, Frame
from netscope.system.capture.filtering import OUTGOING, SLL2_SIZE

_CSUM_NOT_READY, VLAN_VALID, _VLAN_TPID_VALID = 1 << 3, 1 << 4, 1 << 6
_TAG_PLACE = 12  # behind the two addresses
_TPID = 0x8100
HEAD = Struct("=IIIIIIH")
_TAG = Struct("=32xIH")
_ADDRESS = Struct("=50x2sIHBB8s")
_SLL2 = Struct(">2s2xIHBB8s")
HEAD_SIZE = 68  # bytes of both headers
TYPE = 58  # where the packet type is
_WORTH = 32  # frames equally far apart, from where on it is worth while not to go from one to the next
_WALK = 256  # frames to go over before looking for such again


def offsets(block: memoryview, packets: int, head: int) -> array[int]:
    """Return where the headers of a block's first ``packets`` frames are; ``head`` is the first one's place."""
    found = array("I")
    append = found.append
    # In a copy: memory that is read in turn comes faster than headers here and there.
    with memoryview(bytes(block[: len(block) & ~3])).cast("I") as words:
        at = head
        while (left := packets - len(found)) > 0:
            step, count = words[at >> 2], _run(words, at, left)
            if count:
                found.extend(array("I", range(at, at + count * step, step)))
                at += count * step
                continue
            for _ in repeat(None, min(left, _WALK)):
                append(at)
                at += words[at >> 2]
    return found


def _run(words: memoryview[int], at: int, packets: int) -> int:
    """Return how many frames from ``at`` on are as far apart as the first two; 0 where that is not worth while."""
    stride = words[at >> 2] >> 2
    if packets < _WORTH or not stride or words[at >> 2] & 3:
        return 0
    steps = words[at >> 2 :: stride][:packets]
    count = _WORTH
    if len(steps) < count or steps[1:count] != steps[: count - 1]:
        return 0
    count = len(steps)
    while steps[1:count] != steps[: count - 1]:
        count = max(_WORTH, count // 2)
    return count


def frame(data: bytes | mmap, at: int, place: int, interface: int, link: int, snaplen: int, *, cooked: bool) -> Frame:
    """Return a frame as it went over the wire: with its VLAN tag, or with a cooked header."""
    _next, seconds, nanoseconds, kept, length, status, mac = HEAD.unpack_from(data, at)
    packet_type = data[at + TYPE]
    direction: Direction = "out" if packet_type == OUTGOING else "in"
    if cooked or status & VLAN_VALID:
        content, length = rebuilt(data, at, snaplen, cooked=cooked)
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


def rebuilt(data: bytes | mmap, at: int, snaplen: int, *, cooked: bool) -> tuple[bytes, int]:
    """Return a frame that does not lie in the ring as it went over the wire, and its length."""
    _next, _seconds, _nanoseconds, kept, length, status, mac = HEAD.unpack_from(data, at)
    content = data[at + mac : at + mac + kept]
    tagged = bool(status & VLAN_VALID)
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
