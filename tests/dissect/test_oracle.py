"""Every field against tshark: its name, its place, its size, what it shows; and the line of the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netscope.dissect import Context
from tests import conversations, packets
from tests.dissect.oracle import compare, tshark

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
    "ip.ttl.too_small",
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
    "tls.ignored_unknown_record",
    "tcp.pdu.size",  # how we would reassemble, if we did
}
QUIRKS = {
    "associations": {"sctp"},  # theirs begins a second layer behind the first payload
    "lldps": {"eth.trailer"},  # theirs ends three bytes early
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
    "generator", packets.GENERATORS + conversations.GENERATORS, ids=lambda generator: generator.__name__
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
