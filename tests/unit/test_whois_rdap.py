"""RDAP objects of every shape, and HTTP answers in any pieces."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.domains.whois import rdap
from netscope.domains.whois.record import EMPTY, Facts
from netscope.domains.whois.target import parse
from netscope.system import http

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = (
    "ldhName",
    "handle",
    "entities",
    "roles",
    "vcardArray",
    "events",
    "status",
    "nameservers",
    "secureDNS",
    "links",
    "cidr0_cidrs",
    "startAddress",
    "endAddress",
    "startAutnum",
    "endAutnum",
    "country",
    "arin_originas0_originautnums",
    "title",
    "description",
    "name",
    "unicodeName",
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.sampled_from(["domain", "ip network", "autnum", "entity", 7]))
def test_any_object_is_read(found: dict[str, Any], kind: object) -> None:
    found["objectClassName"] = kind
    facts = rdap.facts(found)
    for name, value in facts._asdict().items():
        if name in ("range", "name_servers", "status"):
            assert all(isinstance(item, str) for item in value)
        elif name == "origin":
            assert all(isinstance(item, int) for item in value)
        elif name == "dnssec":
            assert value in (None, True, False)
        else:
            assert value is None or isinstance(value, str)
    assert isinstance(rdap.complaint(found), str)
    assert isinstance(rdap.registrar_link(found), str)


def test_a_network() -> None:
    card = [
        "vcard",
        [
            ["version", {}, "text", "4.0"],
            ["fn", {}, "text", "Holder Ltd"],
            ["adr", {"cc": "nl"}, "text", ["", "", "x", "y", "", "1", ""]],
            ["email", {}, "text", "abuse@x.org"],
        ],
    ]
    found = {
        "objectClassName": "ip network",
        "handle": "H-1",
        "name": "NET",
        "startAddress": "8.8.8.0",
        "endAddress": "8.8.9.255",
        "entities": [
            {"roles": ["registrant"], "vcardArray": card, "entities": [{"roles": ["abuse"], "vcardArray": card}]}
        ],
        "events": [{"eventAction": "registration", "eventDate": "2020-01-02T03:04:05Z"}],
        "status": ["active"],
        "arin_originas0_originautnums": [15169, True, "x"],
    }
    assert rdap.facts(found) == Facts(
        "NET",
        "H-1",
        ("8.8.8.0/23",),
        "Holder Ltd",
        "NL",
        "abuse@x.org",
        (15169,),
        status=("active",),
        created="2020-01-02T03:04:05Z",
    )
    found["cidr0_cidrs"] = [{"v4prefix": "8.8.8.0", "length": 24}, {"v4prefix": "nonsense"}]
    assert rdap.facts(found).range == ("8.8.8.0/24",)
    assert rdap.facts({}) == EMPTY


def test_the_organization_and_its_country_as_ripe_and_arin_give_them() -> None:
    label = {"label": "1 Main St\nEllendale\nMN\n56026\nUnited States"}
    found = {
        "objectClassName": "ip network",
        "entities": [
            {
                "roles": ["registrant"],
                "vcardArray": ["vcard", [["fn", {}, "text", "X-MNT"], ["kind", {}, "text", "individual"]]],
            },
            {"roles": ["technical"], "vcardArray": ["vcard", [["fn", {}, "text", "T"]]]},
            {
                "roles": ["registrant"],
                "vcardArray": [
                    "vcard",
                    [["fn", {}, "text", "Link"], ["kind", {}, "text", "org"], ["adr", label, "text", [""] * 7]],
                ],
            },
        ],
    }
    assert rdap.facts(found) == Facts(holder="Link", country="United States")


def test_deep_and_odd_json_is_no_object() -> None:
    assert rdap.parse("[" * 100_000) is None
    assert rdap.parse("[]") is None
    assert rdap.parse("{") is None
    nested: dict[str, Any] = {}
    for _ in range(50):
        nested = {"entities": [nested]}
    assert rdap.facts(nested) == EMPTY


def answer(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


@given(st.binary(max_size=200), st.lists(st.integers(1, 30), max_size=8))
def test_chunks_go_there_and_back(body: bytes, sizes: list[int]) -> None:
    coded, rest = b"", body
    for size in [*sizes, 1000]:
        if rest:
            coded += f"{len(rest[:size]):x};x=y\r\n".encode() + rest[:size] + b"\r\n"
            rest = rest[size:]
    coded += b"0\r\n\r\n"
    assert http.unchunk(coded) == (body, True)
    for cut in range(len(coded)):
        part, complete = http.unchunk(coded[:cut])
        assert body.startswith(part)
        assert not complete
    data = bytearray(answer(coded, "Transfer-Encoding: chunked"))
    found = http.head(data)
    assert found is not None
    assert http.finished(found, data)
    assert http.body(found, bytes(data)) == (body, True)


@given(st.binary(max_size=300))
def test_any_bytes_are_http_or_not(data: bytes) -> None:
    for prefix in (b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 "):
        whole = prefix + data
        try:
            found = http.head(whole)
            if found is not None:
                http.finished(found, bytearray(whole))
                http.body(found, whole)
        except http.Malformed:
            pass


def test_heads() -> None:
    whole = answer(b"x", "Content-Length: 5", "content-length: 7", "X :y")
    for cut in range(whole.index(b"\r\n\r\n") + 3):
        assert http.head(whole[:cut]) is None
    found = http.head(b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n" + whole)
    assert found is not None
    assert (found.status, dict(found.headers)) == (200, {"content-length": "5", "x": "y"})
    for wrong in (b"SSH-2.0-x", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK" + b"x" * 70_000):
        with pytest.raises(http.Malformed):
            http.head(wrong)


def test_codings_are_bounded() -> None:
    bomb = zlib.compress(b"a" * 50_000_000)
    assert len(http.uncode(bomb, "deflate", 1000)) == 1000
    packer = zlib.compressobj(wbits=31)
    assert http.uncode(packer.compress(b"hello") + packer.flush(), "gzip", 1000) == b"hello"
    assert http.uncode(b"plain", "", 3) == b"pla"
    with pytest.raises(http.Malformed):
        http.uncode(b"nonsense", "gzip", 1000)


def test_urls_are_quoted() -> None:
    base = "https://r.example/"
    assert rdap.url(base, parse("2001:67c::/32")) == base + "ip/2001:67c::/32"
    assert rdap.url(base, parse("AS3333")) == base + "autnum/3333"
    assert rdap.url(base, parse("!X1-RIPE")) == base + "entity/%21X1-RIPE"
    assert rdap.parse(json.dumps({"a": 1})) == {"a": 1}
