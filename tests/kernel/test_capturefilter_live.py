"""Capture filters in the kernel: our programs and libpcap's on the same interface, while the same frames come in."""

from __future__ import annotations

import ctypes
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple, TypeVar

import pytest

from netscope.core.capture import Program
from netscope.core.capturefilter import compile_filter
from netscope.system.capture.filtering import attach, for_socket
from tests.lab import Namespace
from tests.unit.filter_frames import frames
from tests.unit.pcap_oracle import NAMES, CProgram, compiled, library, raw

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "tcpdump")]

Result = TypeVar("Result")
_ETH_P_ALL = 3
_NO_INDEX = -1  # some interface that is not the loopback
_SNAPLEN = 2048  # libpcap's ring has a slot of this size for each frame
_SLL, _SLL2 = 113, 276
_LAST = b"\x90\x00"  # an EtherType that no other of the whole frames has
_ENOUGH = 20.0  # seconds that frames may be under way

ETHERNET = """

tcp
udp port 53
host 1.2.3.4
ip6
arp or rarp
icmp or icmp6
vlan
vlan 5
vlan 6
vlan 7
not vlan
vlan and ip
vlan 5 and tcp
vlan 5 and vlan 6
vlan and vlan and vlan 7
vlan 5 or vlan 6
vlan and ip6 and udp port 53
vlan and tcp[13] & 2 != 0
vlan and pppoes and udp
vlan 5 and stp
tcp port 80 and not vlan
vlan and vlan and ip6 and src port 53
vlan and arp
(vlan 5 and tcp) or (vlan 6 and udp)
inbound
outbound
inbound and tcp
ether proto 0x8100
len > 60
less 60
pppoes and ip
mpls and ip
ip protochain 6
geneve and tcp
ip multicast
ether multicast
tcp[tcpflags] & tcp-syn != 0
llc
ip and vlan 5
""".splitlines()[1:]
COOKED = """

tcp
udp port 53
host 1.2.3.4
ip6
arp or rarp
icmp or icmp6
inbound
outbound
outbound and tcp
ip[8] = 64
portrange 50-90
src net 10.0.0.0/8
ip6 host ::1
len > 60
not ip
ether proto 0x88cc
ip multicast
tcp[13] & 2 != 0
ifindex INDEX
stp
ip protochain 6
""".splitlines()[1:]
# The kernel refuses libpcap's programs for these, which then looks at packets itself, with their tags put back.
_IN_USER_SPACE = ("vlan and pppoes and udp", "ip protochain 6")


class _Libpcap(NamedTuple):
    handle: int
    program: CProgram

    def read(self) -> list[bytes]:
        found, header, data = [], ctypes.c_void_p(), ctypes.POINTER(ctypes.c_ubyte)()
        while library().pcap_next_ex(ctypes.c_void_p(self.handle), ctypes.byref(header), ctypes.byref(data)) == 1:
            assert header.value is not None
            captured = struct.unpack("I", ctypes.string_at(header.value + 16, 4))[0]
            found.append(ctypes.string_at(data, captured))
        return found


@contextmanager
def _libpcap(interface: str, text: str, link: int) -> Iterator[_Libpcap]:
    trouble = ctypes.create_string_buffer(256)
    pcap = library()
    handle = pcap.pcap_create(interface.encode(), trouble)
    assert handle, trouble.value
    pointer = ctypes.c_void_p(handle)
    try:
        pcap.pcap_set_snaplen(pointer, _SNAPLEN)
        pcap.pcap_set_immediate_mode(pointer, 1)
        assert pcap.pcap_activate(pointer) >= 0, pcap.pcap_geterr(pointer)
        if link != 1:
            assert pcap.pcap_set_datalink(pointer, link) == 0
        program = compiled(handle, text)
        assert not isinstance(program, str), (text, program)
        assert pcap.pcap_setfilter(pointer, ctypes.byref(program)) == 0
        assert pcap.pcap_setnonblock(pointer, 1, trouble) == 0
        yield _Libpcap(handle, program)
    finally:
        pcap.pcap_close(pointer)


def _packet_socket(interface: str, program: Program, cooked: bool) -> socket.socket:
    """Open a packet socket; on "any" it may have seen something before its filter was there."""
    everywhere = socket.htons(_ETH_P_ALL) if interface == "any" else 0
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM if cooked else socket.SOCK_RAW, everywhere)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        if program:
            attach(sock, program)
        if interface != "any":
            sock.bind((interface, _ETH_P_ALL))
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def _read(sock: socket.socket) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(sock.recv(70000))
        except BlockingIOError:
            return found


def _numbered() -> list[bytes]:
    """Return frames that the kernel can send, whose last bytes tell them apart."""
    whole = [data for data, length in frames() if len(data) == length and len(data) >= 40 and data[12:14] != _LAST]
    return [data + struct.pack("!HI", 0xF11F, place) for place, data in enumerate(whole)]


def _number(data: bytes) -> int | None:
    return int.from_bytes(data[-4:], "big") if data[-6:-4] == b"\xf1\x1f" else None


def _seen(some: list[bytes]) -> Counter[int]:
    return Counter(number for data in some if (number := _number(data)) is not None)


def _pass(source: socket.socket, control: socket.socket, sent: list[bytes]) -> None:
    """Send frames, and wait until they, and one more behind them, have come in."""
    _read(control)
    for frame in sent:
        source.send(frame)
    source.send(b"\xff" * 12 + _LAST + bytes(46))
    until = time.monotonic() + _ENOUGH
    while not any(data[12:14] == _LAST for data in _read(control)):
        assert time.monotonic() < until, "the frames do not arrive"


def _inside(netns: Namespace, function: Callable[[], Result]) -> Result:
    host = netns.host()
    try:
        return host._inside(function)
    finally:
        host.close()


def _pair(netns: Namespace) -> None:
    netns.batch(["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up"])


def _compare(interface: str, texts: list[str], link: int) -> dict[str, int]:
    """Attach both programs for all filters, send all frames, and compare what each let through."""
    sent = _numbered()
    tags = (b"\x81\x00", b"\x88\xa8", b"\x91\x00")
    tagged = [number for number, frame in enumerate(sent) if frame[12:14] in tags]
    taken = {}
    with ExitStack() as stack:
        control = stack.enter_context(_packet_socket("v0", (), cooked=False))
        sides = []
        for text in texts:
            program = compile_filter(text, link, live=True, snaplen=_SNAPLEN, names=NAMES)
            fitted = for_socket(program.instructions, link, _SNAPLEN, "inout", 0 if link == _SLL2 else _NO_INDEX)
            theirs = stack.enter_context(_libpcap(interface, text, link))
            ours = stack.enter_context(_packet_socket(interface, fitted, cooked=link != 1))
            sides.append((text, ours, theirs))
        source = stack.enter_context(_packet_socket("v1", (), cooked=False))
        # libpcap itself filters the first packet after it has set a filter, without what the kernel tells beside it.
        _pass(source, control, [frame[:-6] for frame in sent])
        for _text, ours, theirs in sides:
            _read(ours)
            theirs.read()
        _pass(source, control, sent)
        for text, ours, theirs in sides:
            ours_seen, theirs_seen = _seen(_read(ours)), _seen(theirs.read())
            taken[text] = sum(ours_seen.values())
            if text in _IN_USER_SPACE:
                for number in tagged:
                    del ours_seen[number], theirs_seen[number]
            assert ours_seen == theirs_seen, text
        assert taken[""] >= len(sent)
    return taken


def test_the_same_frames_come_through_as_with_libpcap(netns: Namespace) -> None:
    _pair(netns)
    taken = _inside(netns, lambda: _compare("v0", ETHERNET, 1))
    some = [text for text, many in taken.items() if 0 < many < taken[""]]
    assert len(some) > len(ETHERNET) * 0.8, taken
    assert taken["vlan 5"] >= 5  # the kernel took the tag off: only its ancillary data tells
    assert taken["vlan 5 and vlan 6"] >= 5
    assert taken["vlan and pppoes and udp"] >= 1
    assert taken["ip protochain 6"] > taken["mpls and ip"]
    assert taken["vlan"] + taken["not vlan"] == taken[""]


def test_any_sees_the_same_packets_as_with_libpcap(netns: Namespace) -> None:
    _pair(netns)
    index = next(one["ifindex"] for one in netns.ip_json("link show v0"))
    texts = [text.replace("INDEX", str(index)) for text in COOKED]
    taken = _inside(netns, lambda: _compare("any", texts, _SLL2))
    assert len([text for text, many in taken.items() if 0 < many < taken[""]]) > len(texts) * 0.7, taken
    assert taken["inbound"] + taken["outbound"] == taken[""]
    assert taken[f"ifindex {index}"] * 2 == taken[""]


def test_programs_for_live_captures_are_those_of_libpcap(netns: Namespace) -> None:
    """All but those that libpcap cannot put into the kernel either: loops, and registers that were never written."""
    _pair(netns)

    def check() -> int:
        made = 0
        for interface, link, texts in (("v0", 1, ETHERNET), ("any", _SLL, COOKED), ("any", _SLL2, COOKED)):
            with _libpcap(interface, "", link) as live:
                for text in (text.replace("INDEX", "7") for text in texts if text not in _IN_USER_SPACE):
                    their = compiled(live.handle, text)
                    assert not isinstance(their, str)
                    program = compile_filter(text, link, live=True, snaplen=_SNAPLEN, names=NAMES)
                    assert program.instructions == raw(their), text
                    made += 1
        with _libpcap("v0", "", 1) as live:
            for text in ("vlan 4096", "vlan and ip protochain 6", "mpls and vlan", "type mgt"):
                assert isinstance(compiled(live.handle, text), str)
        return made

    assert _inside(netns, check) > 70
