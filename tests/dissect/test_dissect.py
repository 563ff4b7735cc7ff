"""What holds for every frame: nothing raises, ranges lie in their buffers, what is remembered is bounded."""

from __future__ import annotations

import struct
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.frame import Frame
from netscope.dissect import Context, Dissection, dissect
from netscope.dissect.quick import QUICK
from netscope.domains.packets.tsharkfields import Picker, unneeded
from tests import conversations, packets, protocols, traffic

CORPUS = protocols.corpus() + conversations.corpus()


def check(dissection: Dissection) -> None:
    """Ask for everything, and see that it lies where there is something."""
    count = 0
    for layer in dissection.layers:
        assert isinstance(layer.title, str)
        for field in layer.walk():
            count += 1
            size = max(len(dissection.buffers[field.buffer].data), dissection.frame.length)
            assert 0 <= field.start <= size + 65_535, field
            assert field.length >= 0, field
            assert isinstance(field.show, str), field
            assert isinstance(field.text, str), field
    assert count < 200_000


def test_the_corpus_is_dissected_without_a_fault() -> None:
    context = Context()
    for frame in packets.frames(CORPUS):
        dissection = dissect(frame, context)
        check(dissection)
        assert dissection.layers[0].name == "frame"


@given(st.binary(max_size=300), st.sampled_from((0, 1, 9, 12, 101, 108, 113, 228, 229, 276, 147)), st.integers(0, 50))
def test_any_bytes_are_dissected(data: bytes, link: int, longer: int) -> None:
    check(dissect(Frame(1, packets.START, data, len(data) + longer, link)))


@pytest.mark.parametrize("seed", range(4))
def test_damaged_packets_are_dissected(seed: int) -> None:
    context = Context(checksums=bool(seed & 1))
    damaged = protocols.mutated(CORPUS, seed)
    for number in range(1, 1501):
        packet = next(damaged)
        before = time.perf_counter()
        check(dissect(Frame(number, packets.START, packet.data, packet.length, packet.link), context))
        assert time.perf_counter() - before < 5, packet


def test_a_chain_of_labels_is_gone_through_once() -> None:
    """Two thousand questions enter the same twenty thousand labels, each at another place."""
    behind = 12 + 2000 * 6
    asked = [struct.pack("!3H", 0xC000 | behind + 2 * number, 1, 1) for number in range(2000)]
    frame = packets.frames([packets.over4(packets.dns(1, 0x100, asked) + b"\1a" * 20_000 + b"\0", 40_000, 53)])[0]
    before = time.process_time()
    found = dissect(frame)
    assert found.info.count("<Name too long>") == 2000
    check(found)
    assert time.process_time() - before < 3


def test_truncated_frames_say_so() -> None:
    for packet in CORPUS:
        whole = packet.data
        for cut in {len(whole) // 2, len(whole) - 1, 15, 20}:
            if 0 < cut < len(whole):
                found = dissect(Frame(1, packets.START, whole[:cut], len(whole), packet.link))
                check(found)
                assert found.trouble != "malformed" or dissect(packets.frames([packet])[0]).trouble == "malformed"


def test_a_frame_dissected_again_says_the_same() -> None:
    context = Context()
    captured = packets.frames(CORPUS)
    first = [dissect(frame, context) for frame in captured]
    again = [dissect(frame, context) for frame in captured]
    for one, two in zip(first, again, strict=True):
        assert [layer.title for layer in one.layers] == [layer.title for layer in two.layers]
        # What only a later frame told (the reply to a request) may have been added.
        assert two.info.startswith(one.info[:40])


def test_what_is_read_without_making_fields_is_what_they_show() -> None:
    context, seen = Context(), Counter[str]()
    for frame in packets.frames([*protocols.corpus(), *conversations.corpus(), *traffic.lossy()]):
        for layer in dissect(frame, context).layers:
            quick = QUICK.get(layer.name)
            if quick is not None and layer.makes(quick.fields) and quick.fits(layer.args):
                shown = {name: read(layer.args) for name, read in quick.read.items()}
                made = list(layer.walk())
                assert shown == {name: tuple(field.show for field in made if field.name == name) for name in shown}
                seen.update(shown.keys())
    assert {name for quick in QUICK.values() for name in quick.read} == set(seen)


def test_what_nobody_asks_for_is_left_in_bytes() -> None:
    names = ("ip.src", "ip.addr", "ipv6.dst", "tcp.stream", "tcp.analysis.retransmission", "udp.length", "arp.opcode")
    left = unneeded(names)
    assert left >= {"dns", "tls", "http"}
    assert not {"dns", "mdns"} & unneeded(["dns.qry.name"])
    assert not unneeded(["_ws.malformed"])
    assert not {"tls", "dns", "mdns", "llmnr"} & unneeded(["tcp.segment.count"])
    whole, few, picker = Context(), Context(left=left), Picker(names)
    for frame in packets.frames([*protocols.corpus(), *conversations.corpus(), *traffic.lossy()]):
        assert picker.pick(dissect(frame, few), 0) == picker.pick(dissect(frame, whole), 0)


def test_decode_as_takes_a_port_for_a_protocol() -> None:
    frame = packets.frames([packets.over4(packets.dns(1, 0x100, [packets.question("a.b")]), 40000, 4321)])[0]
    assert dissect(frame).protocol == "UDP"
    assert dissect(frame, Context(decode_as={"udp.port==4321": "dns"})).protocol == "DNS"


@pytest.mark.parametrize(
    "words", [{"udp.port": "dns"}, {"udp.port==x": "dns"}, {"udp.port==1": "no"}, {"no==1": "dns"}]
)
def test_decode_as_says_what_it_does_not_know(words: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="decode as"):
        Context(decode_as=words)


def test_a_wrong_checksum_is_told_unless_it_was_left_to_the_hardware() -> None:
    data = bytearray(packets.segment(b"abc").data)
    data[-1] ^= 1
    frame = Frame(1, packets.START, bytes(data), len(data), 1)
    assert dissect(frame, Context(checksums=True)).trouble == "checksum"
    assert dissect(frame).trouble == ""
    assert dissect(frame._replace(offloaded=True), Context(checksums=True)).trouble == ""


def test_a_link_layer_address_is_called_what_it_is_called() -> None:
    frame = packets.frames([packets.segment(b"abc")])[0]
    named = dissect(frame, Context(name={"02:00:00:00:00:01": "router"}.get, checksums=False)).layers[1]  # type: ignore[arg-type]
    assert named.title == "Ethernet II, Src: 02:00:00:00:00:02, Dst: router (02:00:00:00:00:01)"
    assert named.fields()[0].text == "Destination: router (02:00:00:00:00:01)"
    assert named.fields()[0].show == "02:00:00:00:00:01"


def test_fragments_that_never_make_a_whole_take_bounded_memory() -> None:
    context = Context()
    piece = bytes(1000)
    for number in range(1, 3001):
        data = packets.ether(packets.ip4(piece, 17, ident=number % 700, flags=0x2000 | number % 8))
        dissect(Frame(number, packets.START, data, len(data), packets.ETHERNET), context)
    held = sum(len(part.data) for datagram in context.datagrams.values() for part in datagram.pieces)
    assert len(context.datagrams) <= 256
    assert held <= 256 * 2 * 65_535


def test_many_conversations_let_the_oldest_go() -> None:
    context = Context()
    context.tcp.most = context.verdicts.most = 50
    captured = packets.frames([packets.segment(b"abc", sport=port) for port in range(20_000, 20_500)])
    for frame in captured:
        dissect(frame, context)
    assert len(context.tcp) == len(context.verdicts) == 50


def test_an_arp_packet_that_ends_early_shows_what_it_has() -> None:
    data = packets.ether(packets.arp(1)[:12], 0x0806)
    found = dissect(Frame(1, packets.START, data, len(data), packets.ETHERNET))
    shown = {field.name: field.show for field in found.walk()}
    assert (found.protocol, found.trouble) == ("ARP", "malformed")
    assert (shown["arp.hw.type"], shown["arp.opcode"]) == ("1", "1")


def test_a_segment_that_was_acknowledged_long_ago_is_no_late_one() -> None:
    reply = packets.tcp(b"", 0x10, sport=9999, dport=40_000, seq=1, ack=1300, src=packets.B, dst=packets.A)
    made = [packets.segment(b"x" * 100, 0x18, seq=1000 + 100 * number, ack=1) for number in range(3)]
    made.append(packets.Packet(packets.ether(packets.ip4(reply, 6, src=packets.B, dst=packets.A))))
    made += [packets.segment(b"x" * 100, 0x18, seq=1300, ack=1), packets.segment(b"x" * 100, 0x18, seq=1100, ack=1)]
    context = Context()
    found = [dissect(frame, context) for frame in packets.frames(made, 1000)]  # a microsecond between them
    assert found[-1].info.startswith("[TCP Spurious Retransmission]")


def test_a_quoted_segment_belongs_to_its_conversation_and_changes_nothing_of_it() -> None:
    segment = packets.segment(b"abc", 0x18, seq=5000, ack=1)
    quote = packets.Packet(packets.ether(packets.ip4(packets.icmp(11, 0, bytes(4) + segment.data[14:]), 1)))
    captured = packets.frames([segment, quote, packets.segment(b"abc", 0x18, seq=5003, ack=1)])
    context = Context()
    found = [dissect(frame, context) for frame in captured]
    for number in (1, 1, 0, 2):
        again = dissect(captured[number], context)
        assert [list(layer.walk()) for layer in again.layers] == [list(layer.walk()) for layer in found[number].layers]
    quoted = {field.name: field.show for field in found[1].walk()}
    assert (quoted["tcp.stream"], quoted["tcp.seq"], quoted["tcp.time_delta"]) == ("0", "5000", "0.001234000")
    assert "tcp.len" not in quoted
    assert "tcp.nxtseq" not in quoted
    assert not found[2].info.startswith("[")


def test_a_header_that_goes_on_behind_its_segment_shows_what_is_there() -> None:
    made = bytearray(packets.segment(b"", 0x10, seq=5, ack=9).data)
    made[46] = 0xA0
    found = dissect(Frame(1, packets.START, bytes(made), len(made), packets.ETHERNET))
    shown = {field.name: field.show for field in found.walk()}
    assert found.info == "40000 → 9999 [ACK] Seq=5 Ack=9 Win=64240[Malformed Packet]"
    assert (found.trouble, found.layers[-1].title) == ("malformed", "[Malformed Packet: TCP]")
    assert (shown["tcp.hdr_len"], shown["tcp.seq"]) == ("40", "5")
    assert "tcp.len" not in shown


def test_a_message_of_a_handshake_that_makes_no_sense_ends_itself_only() -> None:
    hello = b"\x16\3\3\0\x0a\2\0\0\6" + b"\3\3" + bytes(4)
    made = packets.segment(hello + b"\x16\3\3\0\4\x0e\0\0\0", dport=443)
    found = dissect(packets.frames([made])[0])
    assert (found.protocol, found.info) == ("TLSv1.2", "Server Hello, Server Hello Done")
    assert found.trouble == "malformed"
    assert [field.show for field in found.walk() if field.name == "tls.handshake.type"] == ["2", "14"]
    assert max(field.start + field.length for field in found.walk()) <= len(made.data)


def test_what_follows_a_change_of_cipher_is_encrypted_whatever_it_looks_like() -> None:
    nonce = b"\x0f\0\x7d\xaa\x03\x81\x32\x53"  # as if it were a Certificate Verify of 32,170 bytes
    changed = conversations.Talk(443).say(b"\x14\x03\x03\0\1\1\x16\x03\x03\0\x28" + nonce + bytes(32), client=False)
    (frame,) = packets.frames([changed])
    assert dissect(frame, Context()).info == "Change Cipher Spec, Encrypted Handshake Message"


def test_a_first_fragment_that_was_cut_off_shows_what_it_begins() -> None:
    message = packets.udp(packets.dns(7, 0x100, [packets.question("a.b")]) + bytes(2000), 40_000, 53)
    for data in (
        packets.ether(packets.ip4(message[:1480], 17, ident=1, flags=0x2000)),
        packets.ether(packets.ip6(b"\x11\0\0\1\0\0\0\7" + message[:1448], 44), 0x86DD),
    ):
        found = dissect(Frame(1, packets.START, data[:200], len(data), packets.ETHERNET))
        assert (found.protocol, found.info[:28]) == ("DNS", "Standard query 0x0007 A a.b")
