"""Capture filters for 802.11 against libpcap: the same refusals, the same verdicts, behind all radios' headers."""

from __future__ import annotations

import random
import struct

import pytest

from netscope.core.capturefilter import FilterSyntaxError, compile_filter
from netscope.core.capturefilter.match import matcher
from tests.unit.filter_expressions import right
from tests.unit.filter_frames import frames
from tests.unit.pcap_oracle import NAMES, ours, run, theirs, verdict

pytestmark = pytest.mark.tool("tcpdump")  # libpcap comes with it

PLAIN, PRISM, RADIOTAP, AVS, PPI = LINKS = (105, 119, 127, 163, 192)
_ADDRESSES = (bytes(range(1, 7)), b"\xff" * 6, b"\1\0\x5e\0\0\1", b"\2\0\0\0\0\7")
_KINDS = (0x08, 0x88, 0x00, 0x80, 0x40, 0xB0, 0xC4, 0xD4, 0xB4, 0xA4, 0x48, 0xC8, 0x0C, 0x8C)
FILTERS = (
    "type mgt", "type 4", "type MGT", "type management", "TYPE mgt", "type ctl subtype ack", "subtype beacon",
    "type data",
    "type mgt subtype 0x80", "type Mgt subtype BEACON", "subtype null", "subtype qos-cf-ack-poll", "subtype 5",
    "type data subtype qos-data", "dir tods", "dir 7", "direction fromds", "dir nods", "dir dstods", "dir 0x100000000",
    *(f"wlan {field} 1:2:3:4:5:6" for field in ("addr1", "addr2", "addr3", "addr4", "ra", "ta", "address2", "host")),
    "wlan src 1:2:3:4:5:6", "wlan dst 2:0:0:0:0:7", "wlan src and dst 1:2:3:4:5:6", "ether src or dst 1:2:3:4:5:6",
    "ether broadcast", "ether multicast", "broadcast", "multicast", "not type data", "wlan addr1 or addr2 1:2:3:4:5:6",
    "type mgt or (type ctl and not subtype ack)", "wlan[0] = 8", "wlan[0] & 0xfc = 0x88", "radio[2] = 8", "radio",
    "radio[len - 1] > 5", "link[4:2] = 0x102", "byte 0 = 8", "vlan 5 and ip", "vlan", "llc", "llc ui", "llc i", "llc s",
    "llc xid", "pppoes and ip", "not pppoes",
    "type foo", "subtype foo", "type mgt subtype ack", "type 3", "dir foo", "type (4)",
    "type data subtype 0x81", "ip and wlan host 1:2:3:4:5:6", "tcp port 80 or type mgt", "wlan type mgt", "tcp dir 1",
    "atalk", "ipx", "iso", "netbeui", "stp", "src type mgt", "inbound", "ifindex 3", "ether proto 0x800", "type", "dir",
    "ether proto 0x42", "ip protochain 6", "mpls", "wlan", "tcp type mgt and ip", "subtype", "type mgt subtype",
    "type mgt host 1.2.3.4", "port 80 or type mgt or 443", "wlan host 1.2.3.4", "ip addr1 1.2.3.4",
)  # fmt: skip


def _radio(link: int, drawn: random.Random) -> bytes:
    """Return what a radio tells before a frame."""
    if link == RADIOTAP:
        present = drawn.choice([0, 1, 2, 3, 15, 0x80000003])  # 1: a clock of 8 bytes, 2: flags
        told = bytes(8) if present & 1 else b""
        told += bytes([drawn.choice([0, 0x20, 0x10])]) if present & 2 else b""
        told += bytes(drawn.randrange(6))
        return struct.pack("<BBHI", 0, 0, 8 + len(told), present) + told
    if link == PPI:
        size = drawn.choice([8, 20])
        return struct.pack("<BBHI", 0, 0, size, drawn.choice([105, 105, 105, 1])) + bytes(size - 8)
    if link == PRISM and drawn.random() < 0.5:
        return struct.pack("<II", 0x44, 144) + bytes(136)
    size = drawn.choice([64, 68])
    return b"" if link == PLAIN else struct.pack(">II", 0x80211001, size) + bytes(size - 8)


def _frame(link: int, drawn: random.Random, inside: list[bytes]) -> bytes:
    kind = drawn.choice([*_KINDS, drawn.randrange(256)])
    way = drawn.choice([0, 1, 2, 3, 0x41, 0x82])
    header = bytes([kind, way, 0, 0]) + b"".join(drawn.choice(_ADDRESSES) for _ in range(3)) + b"\x10\0"
    header += drawn.choice(_ADDRESSES) if way & 3 == 3 else b""
    header += bytes(2) if kind & 0x8C == 0x88 else b""
    ether = drawn.choice(inside)
    snapped = b"\xaa\xaa\3\0\0\0" + (
        b"\x88\x64\x11\0\0\1\0\x40\0\x21" + ether[14:] if drawn.random() < 0.1 else ether[12:]
    )
    others = [
        b"\x42\x42\3" + ether[14:], b"\xe0\xe0\3" + ether[14:], b"\xf0\xf0" + ether[14:],
        b"\xaa\xaa\3\x08\0\7\x80\x9b" + ether[14:], b"\xfe\xfe\3\x83" + ether[14:],
    ]  # fmt: skip
    whole = _radio(link, drawn) + header + drawn.choice([snapped] * 6 + others)
    return whole[: drawn.randrange(len(whole))] if drawn.random() < 0.15 else whole


@pytest.mark.parametrize("link", LINKS)
def test_the_verdict_on_every_frame_is_that_of_libpcap(link: int) -> None:
    drawn = random.Random(link)
    inside = [data for data, _length in frames(1) if len(data) > 20]
    some = [_frame(link, drawn, inside) for _ in range(200)]
    taken = tested = refused = 0
    for text in (*FILTERS, *right()[link % 5 :: 5]):
        if "geneve" in text or ("pppoes" in text and link != PLAIN):
            continue  # see netscope.core.capturefilter.wifi
        their, our = theirs(text, link), ours(text, link)
        if isinstance(their, str):
            assert isinstance(our, FilterSyntaxError), (text, their)
            refused += 1
            continue
        assert not isinstance(our, FilterSyntaxError), (text, our)
        match = matcher(compile_filter(text, link, names=NAMES))
        for data in some if text in FILTERS else drawn.sample(some, 20):
            wanted = verdict(their, data, len(data))
            assert run(our, data, len(data)) == wanted, (text, data.hex())
            assert match(data, len(data)) == wanted, (text, data.hex())
            taken += wanted != 0
            tested += 1
    assert tested > 8000
    assert taken > tested / 20
    assert refused > 15


def test_what_is_for_80211_alone_is_said() -> None:
    for text, part in (("tcp or type mgt", "type mgt"), ("dir tods", "dir tods"), ("wlan subtype ack", "subtype ack")):
        with pytest.raises(FilterSyntaxError, match=r"is for 802\.11 captures only") as caught:
            compile_filter(text, 1)
        assert (caught.value.start, caught.value.end) == (text.index(part), len(text))
    with pytest.raises(
        FilterSyntaxError, match=r"expected a subtype of that type \(ps-poll, rts, cts, .*, not 'beacon'"
    ):
        compile_filter("type ctl subtype beacon", PLAIN)
