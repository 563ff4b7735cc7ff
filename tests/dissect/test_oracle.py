"""Every field against tshark: its name, its place, its size, what it shows; and the line of the list."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netscope.dissect import Context, dissect, fieldnames
from tests import conversations, packets, protocols, traffic
from tests.dissect.oracle import compare, tshark
from tests.protocols.internet import ipv4s
from tests.protocols.oddities import connections, streams

# Fields of tshark's that we do not have, by the protocol in which they are missed.
LACKING = {
    "_ws.expert",
    "_ws.expert.severity",
    "_ws.expert.group",  # remarks of theirs, and which they are:
    "tcp.options.mss.absent",
    "tcp.nop",
    "tcp.ack.nonzero",
    "tcp.analysis.tfo_syn",
    "tcp.analysis.tfo_ack",
    "ip.ttl.lncb",
    "ipv6.routing.undecoded",
    "ipv6.opt.header_mismatch",
    "esp.sequence-analysis.expected-sn",
    "esp.sequence-analysis.wrong-sequence-number",
    "esp.sequence-analysis.previous-frame",
    "sctp.parameter_padding.expert",
    "sctp.chunk_length.bad",
    "dhcpv6.expert.tld_lookup",
    "dhcp.option.nonstd_data",
    "http.prev_request_in",
    "http.prev_response_in",
    "http.next_request_in",
    "http.next_response_in",
    "_ws.malformed",  # theirs says it twice
    "tcp.pdu.size",  # how we would reassemble, if we did
}
QUIRKS = {
    "icmps": {"tcp.analysis"},  # theirs has one with nothing in it for a quoted segment
    "associations": {"sctp"},  # theirs begins a second layer behind the first payload
    "lldps": {"eth.trailer"},  # theirs ends three bytes early
    "exchanges": {"ssh.seq_num"},  # theirs counts the first packet twice, and some not at all
    "extensions": {"ipv6.opt"},  # theirs gives Pad1 the length that the next byte says
}
# Fields that we place or word otherwise.
APART = {
    "dns.dnskey.key_id",  # worked out: it lies nowhere
    "ip.fragments",
    "ipv6.fragments",  # they begin where the buffer does
    "tls.app_data_proto",  # it lies nowhere
    "_ws.expert.message",  # their words
}


def _links(generator: Callable[[], Iterator[packets.Packet]]) -> dict[int, list[packets.Packet]]:
    found: dict[int, list[packets.Packet]] = {}
    for packet in generator():
        found.setdefault(packet.link, []).append(packet)
    return found


@pytest.mark.tool("tshark")
@pytest.mark.parametrize(
    "generator",
    [*protocols.GENERATORS, *conversations.GENERATORS, *traffic.GENERATORS],
    ids=lambda generator: generator.__name__,
)
def test_every_field_is_where_tshark_has_it(generator: Callable[[], Iterator[packets.Packet]], tmp_path: Path) -> None:
    apart = APART | QUIRKS.get(generator.__name__, set())
    for link, made in _links(generator).items():
        captured = packets.frames(made)
        theirs, lines = tshark(captured, link, tmp_path)
        wrong, missed, said = [], Counter[str](), []
        for difference in compare(captured, theirs, lines, Context()):
            wrong += [(difference.number, place) for place in difference.extra if place.name not in apart]
            missed.update(place.name for place in difference.lacking if place.name not in apart | LACKING)
            if difference.line != difference.wanted:
                said.append((difference.number, difference.line, difference.wanted))
        assert not wrong, wrong[:20]
        assert not missed, missed
        assert not said, said[:10]


@pytest.mark.tool("tshark")
def test_lost_and_repeated_segments_are_called_what_tshark_calls_them(tmp_path: Path) -> None:
    captured = packets.frames([*traffic.lossy(), *connections()], 1000)
    theirs, lines = tshark(captured, packets.ETHERNET, tmp_path)
    found = compare(captured, theirs, lines, Context())
    assert sum("[TCP " in difference.wanted for difference in found) > 100
    assert not [(one.number, one.line, one.wanted) for one in found if one.line != one.wanted]
    assert not [(one.number, one.extra) for one in found if one.extra]


@pytest.mark.tool("tshark")
def test_messages_that_share_segments_or_go_on_in_the_next_are_told_apart(tmp_path: Path) -> None:
    captured = packets.frames(list(streams()))
    theirs, lines = tshark(captured, packets.ETHERNET, tmp_path, "-o", "tcp.desegment_tcp_streams:TRUE")
    assert sum("[TCP segment of a reassembled PDU]" in line for line in lines) == 3
    found = compare(captured, theirs, lines, Context())
    assert sum(place.name == "tcp.segments" for places in theirs for place in places) == 4
    for difference in found:
        assert difference.line == difference.wanted
        assert not difference.extra
        missed = {place.name for place in difference.lacking} - {"tcp.segment_data", "tcp.pdu.size"}
        assert not {name for name in missed if name.startswith(("dns.", "tcp."))}


@pytest.mark.tool("tshark")
def test_checksums_are_judged_as_tshark_judges_them(tmp_path: Path) -> None:
    made = []
    for packet in (*list(traffic.usual())[:60], *ipv4s(), *conversations.associations()):
        made.append(packet)
        damaged = bytearray(packet.data)
        damaged[-1] ^= 1
        made.append(packet._replace(data=bytes(damaged)))
    captured = packets.frames(made)
    words = [f"{name}:TRUE" for name in ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum")]
    words.append("sctp.checksum:crc-32c")
    theirs, lines = tshark(captured, packets.ETHERNET, tmp_path, *(part for word in words for part in ("-o", word)))
    found = compare(captured, theirs, lines, Context(checksums=True))
    for difference in found:
        assert not [place for place in difference.extra if place.name.endswith(("checksum.status", "checksum_bad"))]
    judged = [place.show for places in theirs for place in places if place.name.endswith("checksum.status")]
    assert judged.count("0") > 50
    assert judged.count("1") > 50


@pytest.mark.tool("tshark")
def test_names_of_fields_are_those_of_wireshark() -> None:
    listed = subprocess.run(["tshark", "-G", "fields"], capture_output=True, check=True, text=True).stdout
    known = {line.split("\t")[2] for line in listed.splitlines() if line.count("\t") > 1}
    context = Context()
    every = [*protocols.corpus(), *conversations.corpus(), *traffic.lossy()]
    names = {field.name for frame in packets.frames(every) for field in dissect(frame, context).walk()}
    assert len(names) > 700
    assert sorted(names - known - {""}) == []
    there_are = fieldnames.known()
    assert sorted(names - there_are - {""}) == []
    assert sorted(there_are - known) == ["ip.options.unknown", "tcp.options.mptcp"]
    assert len(every) + len(list(traffic.usual())) >= 2000
