"""What a block of the ring holds: frames behind struct tpacket3_hdr and struct sockaddr_ll (linux/if_packet.h).

Offsets in that header: next 0, seconds 4, nanoseconds 8, captured 12, length 16, status 20, frame 24 (16 bits), VLAN
tag 32, its type 36; then the address: protocol 50, interface 52, hardware type 56, packet type 58, address length 59,
address 60. Blocks may come with hundreds of thousands of frames a second: no frame becomes an object unless asked for.
"""

from __future__ import annotations

from array import array
from struct import Struct, pack

from netscope.core.capture import SNAPLEN
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
_TAILS = {
    outgoing: encoded([(option.EPB_FLAGS, _LENGTH.pack(2 if outgoing else 1))], ORDER) for outgoing in (False, True)
}


def offsets(data: bytes, packets: int, first: int, base: int = 0) -> array[int]:
    """Return where the headers of the first ``packets`` frames are, ``base`` added."""
    found = array("I")
    words = memoryview(data)[: len(data) & ~3].cast("I")
    append = found.append
    at = first
    for _ in range(packets):
        append(base + at)
        at += words[at >> 2]
    return found


def frame(data: bytes, at: int, place: int, interface: int, link: int, snaplen: int, *, cooked: bool) -> Frame:
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


def _rebuilt(data: bytes, at: int, snaplen: int, *, cooked: bool) -> tuple[bytes, int]:
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


def pcap_parts(data: bytes, packets: int, first: int, snaplen: int, *, nano: bool, cooked: bool) -> list[bytes]:
    """Return the records of a pcap file, two parts each.

    The ring's header has time, captured and original length one behind the other: with nanoseconds that is the header
    of a record, and nothing is left to do for most frames.
    """
    parts: list[bytes] = []
    append = parts.append
    walk = _WALK.unpack_from
    plain = nano and not cooked
    at = first
    for _ in range(packets):
        step, kept, status, mac = walk(data, at)
        if plain and not status & _VLAN_VALID:
            append(data[at + 4 : at + 20])
            mac += at
            append(data[mac : mac + kept])
        else:
            _step, seconds, nanoseconds, kept, length, status, mac = _HEAD.unpack_from(data, at)
            if cooked or status & _VLAN_VALID:
                content, length = _rebuilt(data, at, snaplen, cooked=cooked)
            else:
                content = data[at + mac : at + mac + kept]
            append(_RECORD.pack(seconds, nanoseconds if nano else nanoseconds // 1000, len(content), length))
            append(content)
        at += step
    return parts


def pcapng_parts(data: bytes, packets: int, first: int, snaplen: int, number: int, *, cooked: bool) -> list[bytes]:
    """Return the blocks of a pcapng file, three parts each; ``number`` is the interface's."""
    parts: list[bytes] = []
    append = parts.append
    at = first
    for _ in range(packets):
        step, seconds, nanoseconds, kept, length, status, mac = _HEAD.unpack_from(data, at)
        if cooked or status & _VLAN_VALID:
            content, length = _rebuilt(data, at, snaplen, cooked=cooked)
        else:
            content = data[at + mac : at + mac + kept]
        kept = len(content)
        time = seconds * 1_000_000_000 + nanoseconds
        size = 44 + kept + (-kept & 3)  # 12 of them for the flags
        append(_BLOCK.pack(EPB, size, number, time >> 32, time & 0xFFFFFFFF, kept, length))
        append(content)
        append(bytes(-kept & 3) + _TAILS[data[at + 58] == OUTGOING] + _LENGTH.pack(size))
        at += step
    return parts


assert SNAPLEN < 1 << 20  # a frame always fits into a block of the ring
