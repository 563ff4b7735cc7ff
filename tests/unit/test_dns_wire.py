"""Names, records and messages: against dnspython, and against anything at all."""

from __future__ import annotations

import socket
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netscope.core.dns import names, rdata
from netscope.core.dns.denial import deny, types_at
from netscope.core.dns.dnssec import RRset, check, rrsets
from netscope.core.dns.message import (
    DO,
    RD,
    Ask,
    Edns,
    Message,
    Option,
    Question,
    Record,
    answers,
    decode,
    encode,
)  # fmt: skip
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import TYPES
from netscope.core.dns.resolvconf import candidates, parse
from netscope.core.dns.signatures import SUPPORTED, verify
from netscope.core.dns.zonefile import ROOT_ANCHORS, Anchor, anchors, hints
from netscope.core.errors import BadQuery
from netscope.domains.dns import digtext, rfc8427
from netscope.domains.dns.lookup import Lookup
from netscope.domains.dns.records import record_line, ttl_units, verbose_ttl

ZONE = Path(__file__).parent.parent / "dnslab.zone"
NOT_IN_DNSPYTHON = {
    "WKS",
    "GID",
    "UID",
    "MINFO",
    "MB",
    "MG",
    "MR",
    "SINK",
    "TALINK",
    "RKEY",
    "NINFO",
    "NULL",
    "KEY",
    "TA",
}
OTHERWISE = {"NID", "L64"}  # dnspython wants leading zeros, which BIND leaves out


def zone_records() -> list[tuple[str, str]]:
    """Return type and data text of each record of the zone with one of everything."""
    found = []
    for line in ZONE.read_text().splitlines():
        parts = line.split(None, 4)
        if line[:1] not in ("", ";") and parts[3] not in NOT_IN_DNSPYTHON | OTHERWISE and "{long}" not in line:
            found.append((parts[3], parts[4]))
    return found


@pytest.mark.parametrize(("kind", "text"), zone_records())
def test_text_means_the_same_to_dnspython(kind: str, text: str) -> None:
    origin = dns.name.from_text("signed.test.")
    number = dns.rdatatype.from_text(kind)
    theirs = dns.rdata.from_text(dns.rdataclass.IN, number, text, origin, relativize=False)
    wire = theirs.to_wire()
    assert wire is not None
    ours = " ".join(rdata.tokens(number, wire))
    again = dns.rdata.from_text(dns.rdataclass.IN, number, ours, origin, relativize=False)
    assert again.to_wire() == wire
    assert ours.isascii()
    assert ours.isprintable()


def sample() -> bytes:
    """Return a compressed response with a bit of everything, made by dnspython."""
    query = dns.message.make_query("www.example.org", "A", use_edns=0, want_dnssec=True)
    query.id = 4711
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    text = "id 4711\nopcode QUERY\nrcode NOERROR\nflags QR AA RD\n;QUESTION\nwww.example.org. IN A\n;ANSWER\n"
    text += "www.example.org. 300 IN CNAME web.example.org.\nweb.example.org. 300 IN A 192.0.2.1\n;AUTHORITY\n"
    text += (
        "example.org. 300 IN SOA ns.example.org. root.example.org. 1 2 3 4 5\nexample.org. 300 IN NS ns.example.org.\n"
    )
    text += ";ADDITIONAL\nns.example.org. 300 IN AAAA 2001:db8::1\nexample.org. 300 IN MX 10 mx.example.org.\n"
    text += "_s._tcp.example.org. 300 IN SRV 1 2 3 ns.example.org.\n"
    text += 'example.org. 300 IN NAPTR 1 2 "a" "" "" ns.example.org.\n'
    return dns.message.from_text(text).to_wire()


def test_a_response_is_read_as_dnspython_wrote_it() -> None:
    message = decode(sample())
    theirs = dns.message.from_wire(sample())
    assert (message.ident, message.rcode, message.opcode) == (4711, 0, 0)
    assert message.questions == (Question("www.example.org.", 1, 1),)
    for ours, section in (
        (message.answer, theirs.answer),
        (message.authority, theirs.authority),
        (message.additional, theirs.additional),
    ):
        expected = sorted(f"{rrset.name} {rrset.ttl} {item.to_text()}" for rrset in section for item in rrset)
        assert sorted(f"{record.name} {record.ttl} {record.text}" for record in ours) == expected


def test_a_query_is_what_dnspython_reads() -> None:
    edns = Edns(flags=DO, size=1400, options=(Option(3, b""), Option(65001, b"\1\2")))
    wire = encode(Ask("Straße.example.".encode("ascii", "ignore").decode(), TYPES["MX"], 1, RD, edns), 99)
    query = dns.message.from_wire(wire)
    assert (query.id, query.flags, query.edns, query.payload) == (99, RD, 0, 1400)
    assert query.ednsflags == DO
    assert [(int(option.otype), option.to_wire()) for option in query.options] == [(3, b""), (65001, b"\1\2")]
    assert decode(wire).questions == (Question("Strae.example.", TYPES["MX"], 1),)
    assert len(encode(Ask("a.", edns=Edns(), padding=128), 1)) == 128


labels = st.binary(min_size=1, max_size=63)


@given(st.lists(labels, max_size=12))
def test_names_survive_text_and_wire(parts: list[bytes]) -> None:
    wire = b"".join(bytes((len(part),)) + part for part in parts) + b"\0"
    if len(wire) > 255:
        with pytest.raises(Malformed):
            names.read(wire, 0, {})
        return
    text = names.text(wire)
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text
    assert names.pack(text) == wire
    assert names.read(wire, 0, {}) == (wire, len(wire))
    assert names.split(text) == parts
    assert dns.name.from_text(text).to_wire() == wire


@pytest.mark.parametrize("name", ["a..b", ".a", "x" * 64, "a." * 128, "a\\", "a\\25", "a\\256", "a\\2x4"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(Malformed):
        names.pack(name)


@pytest.mark.parametrize(
    "data",
    [b"\xc0\x00", b"\x01a\xc0\x00", b"\xc0\x05" + bytes(9), b"\x40", b"\x80a", b"\x05abc", b"\x01a", b"", b"\xc0"],
)
def test_bad_wire_names_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        names.read(data, 0, {})


def everything(message: Message) -> None:
    """Show a message in every way: none may fail, or print what a terminal acts on."""
    lookup = Lookup(name="x", rrcomments=True)
    lines = [*digtext.message_text(message, lookup, b"")]
    for section in (message.answer, message.authority, message.additional):
        for style in (lookup.having(multiline=True, ttlunits=True), lookup.having(crypto=False, unknownformat=True)):
            lines += "\n".join(record_line(record, style) for record in section).replace("\t", " ").split("\n")
    assert all(line.replace("\t", " ").isprintable() for line in lines)
    rfc8427.message_json(message, 0.0)
    sets = rrsets([*message.answer, *message.authority])
    for rrset in sets:
        check(rrset, message.answer, "example.org.", 0.0)
    deny(sets, ".", "www.example.org.", 1, nxdomain=True)
    deny(sets, ".", "www.example.org.", 1, nxdomain=False)


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused_or_shown(data: bytes) -> None:
    try:
        message = decode(data)
    except Malformed:
        return
    everything(message)


@settings(max_examples=300)
@given(st.data())
def test_mutated_answers_are_refused_or_shown(data: st.DataObject) -> None:
    wire = bytearray(sample())
    for _ in range(data.draw(st.integers(1, 6))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(wire)))
    try:
        message = decode(bytes(wire[:cut] if data.draw(st.booleans()) else wire))
    except Malformed:
        return
    everything(message)


@settings(max_examples=400)
@given(st.sampled_from(sorted(TYPES.values())), st.binary(max_size=120))
def test_any_record_data_has_a_text_or_its_octets(kind: int, data: bytes) -> None:
    text = " ".join(rdata.tokens(kind, data))
    assert text.isprintable()
    record = Record("example.org.", kind, 1, 5, data)
    for style in (Lookup(), Lookup(multiline=True, rrcomments=True), Lookup(crypto=False)):
        assert record_line(record, style).replace("\t", " ").replace("\n", " ").isprintable()


@settings(max_examples=200)
@given(st.sampled_from(["NSEC", "NSEC3"]), st.binary(max_size=60))
def test_random_proofs_prove_nothing(kind: str, data: bytes) -> None:
    record = Record("example.org.", TYPES[kind], 1, 5, data)
    try:
        types_at(record)
    except (Malformed, IndexError):
        found = deny([RRset("example.org.", TYPES[kind], (record,), ())], ".", "x.example.org.", 1, nxdomain=True)
        assert not found.proven


@settings(max_examples=200)
@given(st.sampled_from(sorted(SUPPORTED)), st.binary(max_size=140), st.binary(max_size=140), st.binary(max_size=20))
def test_random_signatures_do_not_verify(algorithm: int, key: bytes, signature: bytes, signed: bytes) -> None:
    assert verify(algorithm, key, signature, signed) is False


@given(st.integers(0, 3), st.integers(0, 255))
def test_only_the_answer_to_the_question_counts(which: int, value: int) -> None:
    ask = Ask("www.Example.org.")
    assert answers(decode(sample()), ask)
    message = decode(sample())
    question = message.questions[0]
    others = (
        message._replace(flags=message.flags & 0x7FFF),
        message._replace(questions=(question._replace(name="ww.example.org."),)),
        message._replace(questions=(question._replace(type=value + 2),)),
        message._replace(questions=(question._replace(klass=value + 2),)),
    )
    assert not answers(others[which], ask)


def test_resolv_conf_is_read_as_its_manual_says() -> None:
    text = """
# a comment
; another
domain one.test
nameserver 192.0.2.1
search two.test three.test
nameserver fe80::1%eth0
nameserver 192.0.2.3 trailing
nameserver 192.0.2.4
options ndots:2 timeout:99 attempts:x rotate
options attempts:4
"""
    found = parse(text, "/x")
    assert found.servers == ("192.0.2.1", "fe80::1%eth0", "192.0.2.3")
    assert found.search == ("two.test", "three.test")
    assert (found.ndots, found.timeout, found.attempts, found.path) == (2, 30, 4, "/x")
    assert parse("").servers == ("127.0.0.1",)


def test_search_lists_follow_ndots() -> None:
    search = ("a.test", "b.test")
    assert candidates("x", search, 1) == ["x.a.test", "x.b.test", "x"]
    assert candidates("x.y", search, 1) == ["x.y", "x.y.a.test", "x.y.b.test"]
    assert candidates("x.y", search, 2) == ["x.y.a.test", "x.y.b.test", "x.y"]
    assert candidates("x.", search, 5) == ["x."]
    assert candidates("x", (), 1) == ["x"]


def test_hints_and_anchors() -> None:
    found = hints(
        ". 3600 IN NS a.root. ; a comment\n.  NS B.root.\na.root. 3600 A 192.0.2.1\nb.ROOT. AAAA 2001:db8::1\n"
    )
    assert [(server.address, server.name) for server in found] == [("192.0.2.1", "a.root"), ("2001:db8::1", "B.root")]
    assert [anchor.zone for anchor in anchors(ROOT_ANCHORS)] == [".", "."]
    key = anchors(". IN DNSKEY 257 3 13 AQID")[0]
    assert key == Anchor(".", TYPES["DNSKEY"], b"\1\1\3\x0d\1\2\3")
    for text in ("", "nonsense", ". IN DS x y z w", ". IN DS 70000 8 2 AB", ". IN DNSKEY 257 3 13 !!"):
        with pytest.raises(BadQuery):
            anchors(text)
    with pytest.raises(BadQuery):
        hints("www. A 192.0.2.1")
    for wrong in ("x", "2001:db8::1", "\0", "\udcff"):
        with pytest.raises(BadQuery, match=r"the hints give a\. the A record"):
            hints(f". NS a.\na. A {wrong}")


def test_addresses_backwards() -> None:
    assert names.reverse("192.0.2.7") == "7.2.0.192.in-addr.arpa."
    assert names.reverse("10.53") == "53.10.in-addr.arpa."
    text = names.reverse("2001:db8::1")
    assert text == str(dns.name.from_text(text))
    assert text.count(".") == 34
    assert socket.inet_pton(socket.AF_INET6, "2001:db8::1").hex() == "".join(reversed(text.split(".")[:32]))


@given(st.integers(0, 2**31 - 1))
def test_times_with_units_add_up(seconds: int) -> None:
    units = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
    total, digits = 0, ""
    for char in ttl_units(seconds):
        if char.isdigit():
            digits += char
        else:
            total, digits = total + int(digits) * units[char], ""
    assert total == seconds
    words = verbose_ttl(seconds).split()
    assert sum(int(n) * units[unit[0]] for n, unit in zip(words[::2], words[1::2], strict=True)) == seconds
