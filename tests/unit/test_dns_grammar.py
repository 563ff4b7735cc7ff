"""dig's command line, as far as nobody has to be asked."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from netscope.cli.dns.printing import safe
from netscope.core.dns.message import encode
from netscope.core.errors import BadQuery
from netscope.domains.dns.grammar import batch, complete, parse
from netscope.domains.dns.lookup import Lookup, ask
from netscope.domains.dns.plus import subnet

WORDS = [
    "@192.0.2.1",
    "a.test",
    "MX",
    "CH",
    "-x",
    "192.0.2.7",
    "-t",
    "-c",
    "-p",
    "53",
    "-q",
    "-4",
    "-6",
    "-f",
    "+short",
    "+noall",
    "+tcp",
    "+time=1",
    "+subnet=192.0.2.0/24",
    "+nocookie",
    "--json",
    "--style",
    "host",
    "+",
    "-",
    "--",
]


def test_options_before_the_first_name_hold_for_all_and_others_for_their_name() -> None:
    command = parse(["@192.0.2.1", "+tcp", "MX", "a.test", "+short", "b.test", "@192.0.2.2", "+notcp", "TXT", "c.test"])
    assert [(k.name, k.servers, k.tcp, k.short, k.type) for k in command.lookups] == [
        ("a.test", ("192.0.2.1",), True, True, 15),
        ("b.test", ("192.0.2.2",), False, False, 16),
        ("c.test", ("192.0.2.1",), True, False, 15),
    ]


def test_values_may_be_attached() -> None:
    (lookup,) = parse(["-p5353", "-tMX", "-qmx", "-4"]).lookups
    assert (lookup.port, lookup.type, lookup.name, lookup.family) == (5353, 15, "mx", 4)
    assert parse(["-b", "192.0.2.9#53", "a.test"]).lookups[0].source_port == 53
    assert parse(["--style=json", "a.test"]).style == "json"


@pytest.mark.parametrize(
    ("short", "long"),
    [("+norec", "+norecurse"), ("+multi", "+multiline"), ("+do", "+dnssec"), ("+cd", "+cdflag"), ("+ans", "+answer"),
     ("+nocomm", "+nocomments"), ("+vc", "+tcp"), ("+ad", "+adflag"), ("+ident", "+identify"), ("+sub=0", "+subnet=0")],
)  # fmt: skip
def test_options_may_be_abbreviated_as_with_dig(short: str, long: str) -> None:
    assert parse([short, "a.test"]).lookups == parse([long, "a.test"]).lookups != ()


def test_defaults_are_digs() -> None:
    assert complete(parse(["@192.0.2.1"]))[0][:2] == (".", 2)
    (lookup,) = complete(parse(["-x", "192.0.2.7"]))
    assert (lookup.name, lookup.asked_type) == ("7.2.0.192.in-addr.arpa.", 12)
    assert [parse([kind, "a.test"]).lookups[0].transport for kind in ("A", "ANY", "AXFR", "ixfr=7")] == [
        "udp", "tcp", "tcp", "tcp",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("192.0.2.0/24", b"\0\1\x18\0\xc0\0\2"),
        ("192.0.2.255/25", b"\0\1\x19\0\xc0\0\2\x80"),
        ("10.53/16", b"\0\1\x10\0\x0a\x35"),
        ("2001:db8::/32", b"\0\2\x20\0\x20\x01\x0d\xb8"),
        ("192.0.2.1", b"\0\1\x20\0\xc0\0\2\1"),
        ("0", bytes(4)),
        ("0.0.0.0/0", b"\0\1\0\0"),
    ],
)
def test_client_subnets(text: str, data: bytes) -> None:
    assert subnet(text) == data


def test_names_beyond_ascii_become_idna2008() -> None:
    names = [lookup.name for lookup in complete(parse(["straße.test", "BÜCHER.test", "日本。test", "plain.test"]))]
    assert names == ["xn--strae-oqa.test", "xn--bcher-kva.test", "xn--wgv71a.test", "plain.test"]


@settings(max_examples=400)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=8))
@example(["+subnet=\udcff", "a.b"])
@example(["\udcff"])
@example(["-x", "\0"])
def test_any_words_are_understood_or_refused(words: list[str]) -> None:
    try:
        lookups = complete(parse(words))
    except BadQuery:
        return
    for lookup in lookups:
        assert encode(ask(lookup, lookup.name), 1)


@given(st.lists(st.text(max_size=30), max_size=4))
def test_any_file_is_understood_or_refused(lines: list[str]) -> None:
    try:
        lookups = batch(lines, Lookup())
    except BadQuery:
        return
    assert all(encode(ask(lookup, lookup.name), 1) for lookup in lookups)


@given(st.text(max_size=60))
def test_no_line_is_obeyed_by_a_terminal(line: str) -> None:
    shown = safe(line)
    assert shown.endswith("\n")
    assert shown.replace("\t", "").replace("\n", "").isprintable()
