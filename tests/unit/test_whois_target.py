"""What is asked for, what belongs to nobody, and whom to ask about the rest."""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.core.errors import BadQuery
from netscope.domains.whois import bootstrap, special
from netscope.domains.whois.bootstrap import Bootstrap
from netscope.domains.whois.questions import question
from netscope.domains.whois.target import parse, to_ascii, to_unicode
from netscope.system.live import LiveHost


@pytest.mark.parametrize(
    ("word", "kind", "text"),
    [
        ("example.com", "domain", "example.com"),
        ("EXAMPLE.Com.", "domain", "example.com"),
        ("com", "domain", "com"),
        ("bücher.de", "domain", "xn--bcher-kva.de"),
        ("BÜCHER。DE", "domain", "xn--bcher-kva.de"),
        ("straße.de", "domain", "xn--strae-oqa.de"),
        ("例え.jp", "domain", "xn--r8jz45g.jp"),
        ("ｅｘａｍｐｌｅ.com", "domain", "example.com"),
        ("_dmarc.example.com", "domain", "_dmarc.example.com"),
        ("xn--bcher-kva.de", "domain", "xn--bcher-kva.de"),
        ("8.8.8.8", "address", "8.8.8.8"),
        ("８。８．８.８", "address", "8.8.8.8"),
        ("2001:4860:0:0::8888", "address", "2001:4860::8888"),
        ("[2001:4860::8888]", "address", "2001:4860::8888"),
        ("fe80::1%eth0", "address", "fe80::1"),
        ("8.8.8.8/32", "prefix", "8.8.8.8/32"),
        ("8.8.8.8/16", "prefix", "8.8.0.0/16"),
        ("2001:4860::1/32", "prefix", "2001:4860::/32"),
        ("4.3.2.1.in-addr.arpa", "address", "1.2.3.4"),
        ("2.1.in-addr.arpa.", "prefix", "1.2.0.0/16"),
        ("0.6.8.4.1.0.0.2.ip6.arpa", "prefix", "2001:4860::/32"),
        ("AS3333", "asn", "AS3333"),
        ("as 3333", "asn", "AS3333"),
        ("3333", "asn", "AS3333"),
        ("AS1.10", "asn", "AS65546"),
        ("4294967295", "asn", "AS4294967295"),
        ("ORG-RIEN1-RIPE", "handle", "ORG-RIEN1-RIPE"),
        ("net-8-8-8-0-1", "handle", "NET-8-8-8-0-1"),
        ("RD132-RIPE", "handle", "RD132-RIPE"),
    ],
)  # fmt: skip
def test_targets(word: str, kind: str, text: str) -> None:
    target = parse(word)
    assert (target.kind, target.text, target.asked) == (kind, text, word)


@pytest.mark.parametrize(
    "word",
    ["", " ", "8.8.8", "8.8.8.8.8", "8.8.8.256", "8.8.8.8/33", "2001:::1", "1:2", "AS4294967296", "AS1.65536", "a..b",
     "-x.com", "x-.com", "http://example.com/", "ex ample.com", "a" * 64 + ".com", ".".join(["a" * 60] * 5),
     "\x1b[31m.com", "na\u202eme.com", "💩.com"],
)  # fmt: skip
def test_what_is_no_target_says_so(word: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(word)
    assert caught.value.why or caught.value.mend


@given(st.text(max_size=80) | st.text(alphabet="0123456789.:/²₃①８。．-ASasſﬁİẞς", max_size=20))
def test_any_word_is_a_target_or_refused(word: str) -> None:
    try:
        target = parse(word)
    except BadQuery:
        return
    assert target.text.isascii()
    assert not set(target.text) & set(" \r\n\0")
    if target.kind != "handle":
        again = parse(target.text)
        assert (again.text, again.network) == (target.text, target.network)


@given(st.ip_addresses())
def test_addresses_are_canonical(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert parse(address.exploded).text == str(address)
    assert parse(address.reverse_pointer).text == str(address)


@given(st.lists(st.text(alphabet="abcäöüßéñ漢字кирил", min_size=1, max_size=12), min_size=1, max_size=4))
def test_names_go_there_and_back(labels: list[str]) -> None:
    name = ".".join(labels)
    assert to_unicode(to_ascii(name)) == name


@pytest.mark.tool("whois")
@pytest.mark.parametrize("name", ["bücher.de", "straße.de", "例え.jp", "ΒΌΛΟΣ.gr", "Ñandú.cl", "россия.рф", "x.中国"])
def test_names_are_encoded_as_whois_does(name: str) -> None:
    done = subprocess.run(
        ["whois", "--verbose", "-h", "127.0.0.1", "-p", "1", name], capture_output=True, text=True, timeout=20,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    asked = [line.split('"')[1] for line in done.stdout.splitlines() if line.startswith("Query string")]
    assert asked == [to_ascii(name)]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("10.255.0.1", "Private-Use"), ("192.168.0.0/24", "Private-Use"), ("127.0.0.1", "Loopback"),
        ("0.0.0.0", "This host on this network"), ("192.0.2.77", "Documentation (TEST-NET-1)"),
        ("239.1.2.3", "Multicast, Administratively Scoped"), ("225.0.0.1", "Multicast"), ("250.0.0.1", "Reserved"),
        ("255.255.255.255", "Limited Broadcast"), ("100.64.0.1", "Shared Address Space"), ("::1", "Loopback Address"),
        ("2001:db8::/48", "Documentation"), ("fe80::1", "Link-Local Unicast"), ("fd00::1", "Unique-Local"),
        ("ff02::1", "Multicast, Link-Local Scope"), ("4000::1", "Reserved by IETF"), ("3fff::1", "Documentation"),
        ("AS0", "Reserved"), ("AS64512", "Private-Use"), ("AS64496", "Documentation"), ("AS23456", "AS_TRANS"),
        ("AS4200000000", "Private-Use"), ("AS100000", "Reserved"), ("router.local", "Multicast DNS"),
        ("x.home.arpa", "Home networks"), ("localhost", "Loopback"), ("a.b.test", "Testing"),
    ],
)  # fmt: skip
def test_what_belongs_to_nobody(word: str, name: str) -> None:
    found = special.find(parse(word))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "word",
    ["8.8.8.8", "10.0.0.0/7", "2a00::1", "AS1", "AS64495", "AS131072", "example.com", "local.com", "X-RIPE", "9.9.9.9"],
)  # fmt: skip
def test_what_belongs_to_somebody(word: str) -> None:
    assert special.find(parse(word)) is None


def test_the_special_blocks_agree_with_the_standard_library() -> None:
    young = {
        "192.88.99.2/32",
        "100:0:0:1::/64",
        "3fff::/20",
        "5f00::/16",
        "64:ff9b:1::/48",
        "fec0::/10",
    }  # than some Pythons
    compared = 0
    for entry in (*special.SPECIAL_4, *special.SPECIAL_6):
        block = ipaddress.ip_network(entry.range)  # raises for host bits
        if entry.reachable is not False or entry.range in young or entry.range.startswith("192.0.0."):
            continue
        if not block.is_multicast:
            assert not block[0].is_global, entry
            compared += 1
    assert compared > 20


@given(st.ip_addresses())
def test_private_addresses_never_reach_a_registry(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        assert special.find(parse(str(address))) is not None


@pytest.mark.parametrize(
    ("word", "inner"),
    [("::ffff:8.8.8.8", "8.8.8.8"), ("64:ff9b::808:808", "8.8.8.8"), ("2002:808:808::1", "8.8.8.8"), ("2a00::1", "")],
)
def test_embedded_addresses_are_named(word: str, inner: str) -> None:
    assert special.embedded(parse(word)) == inner


@pytest.fixture(scope="module")
def registries() -> Bootstrap:
    """The shipped registries."""
    return Bootstrap(LiveHost())


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("example.com", "https://rdap.verisign.com/com/v1/"), ("a.b.example.org", "https://rdap.publicinterestregistry.org/rdap/"),
        ("8.8.8.8", "https://rdap.arin.net/registry/"), ("193.0.6.139", "https://rdap.db.ripe.net/"),
        ("1.1.1.0/24", "https://rdap.apnic.net/"), ("200.3.12.1", "https://rdap.lacnic.net/rdap/"),
        ("2c00::1", "https://rdap.afrinic.net/rdap/"), ("2001:67c::1", "https://rdap.db.ripe.net/"),
        ("AS3333", "https://rdap.db.ripe.net/"), ("AS15169", "https://rdap.arin.net/registry/"),
        ("AS262144", "https://rdap.lacnic.net/rdap/"), ("RD132-RIPE", "https://rdap.db.ripe.net/"),
    ],
)  # fmt: skip
def test_the_service_of_a_target(registries: Bootstrap, word: str, base: str) -> None:
    assert registries.bases(parse(word))[0] == base


def test_every_unicast_number_has_one_service_and_every_special_one_none(registries: Bootstrap) -> None:
    for first in range(256):
        target = parse(f"{first}.1.0.1")
        known = special.find(target) is not None
        assert (first in (0, 10, 127) or first > 223) == known
        assert bool(registries.bases(target)) == (not known)
    for number in (*range(1, 66_000, 7), 131_072, 458_751):
        target = parse(f"AS{number}")
        if special.find(target) is None:
            assert registries.bases(target), number
    assert registries.bases(parse("example.nosuchtld")) == ()
    assert registries.bases(parse("4200000000")) == ()


@pytest.mark.root
@pytest.mark.tool("whois", "unshare")
def test_the_services_agree_with_whois(registries: Bootstrap) -> None:
    """Debian's whois guesses the same registry, where it does not go on to a national one or to a later transfer."""
    hosts = {"arin": "arin", "ripe": "ripe", "apnic": "apnic", "lacnic": "lacnic", "afrinic": "afrinic"}
    agree = total = 0
    for word in (
        *(f"{first}.3.0.1" for first in range(1, 224, 6)),
        *(f"AS{number}" for number in range(1, 64_000, 2_500)),
    ):
        if special.find(parse(word)):
            continue
        done = subprocess.run(
            ["unshare", "-n", "whois", "--verbose", word], capture_output=True, text=True, timeout=20
        )  # no network: only its guess is wanted
        guess = next((line for line in done.stdout.splitlines() if line.startswith("Using server")), "")
        name = next((name for name in hosts if f".{name}.net" in guess), "")
        total += bool(name)
        agree += bool(name) and f"{name}.net" in registries.bases(parse(word))[0]
    assert total > 40
    assert agree / total > 0.9


def test_longest_match_and_refreshed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "netscope" / "rdap"
    folder.mkdir(parents=True)

    def put(name: str, services: object) -> None:
        (folder / f"{name}.json").write_text(json.dumps({"publication": "1999-01-01T00:00:00Z", "services": services}))

    put("dns", [[["uk"], ["http://uk.example"]], [["co.uk"], ["http://a.example/", "https://b.example"]]])
    put("ipv4", [[["8.0.0.0/8"], ["https://wide.example/"]], [["8.8.0.0/16", "nonsense"], ["https://narrow.example/"]]])
    put("asn", [[["1-9"], ["https://old.example/"]]])
    (folder / "object-tags.json").write_text("{")
    found = Bootstrap(LiveHost())
    assert found.bases(parse("x.co.uk")) == ("https://b.example/", "http://a.example/")
    assert found.bases(parse("x.org.uk")) == ("http://uk.example/",)
    assert found.bases(parse("8.8.8.8")) == ("https://narrow.example/",)
    assert found.bases(parse("8.0.0.0/8")) == ("https://wide.example/",)
    assert found.bases(parse("9.9.9.9")) == ()
    assert found.bases(parse("AS1")) == ("https://old.example/",), (
        "what was fetched wins over what was compiled by hand"
    )
    assert not found.problems
    assert found.bases(parse("X-RIPE")) == ("https://rdap.db.ripe.net/",)
    assert "object-tags.json" in found.problems[0].what


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=4)))
def test_any_registry_file_is_read_or_refused(services: object) -> None:
    try:
        found = bootstrap.parse(json.dumps({"services": services}).encode())
    except BadQuery:
        return
    assert all(isinstance(entry, str) for entries, _urls in found.services for entry in entries)


@pytest.mark.parametrize(
    ("server", "word", "line"),
    [
        ("whois.iana.org", "www.example.com", "com"), ("whois.iana.org", "8.0.0.0/9", "8.0.0.0"),
        ("whois.arin.net", "8.8.8.8", "n + 8.8.8.8"), ("whois.arin.net", "AS15169", "a + 15169"),
        ("whois.arin.net", "NET-8-8-8-0-1", "NET-8-8-8-0-1"), ("whois.verisign-grs.com", "x.com", "domain x.com"),
        ("whois.denic.de", "bücher.de", "-T dn,ace xn--bcher-kva.de"),
        ("whois.ripe.net", "193.0.0.0/21", "193.0.0.0/21"),
        ("whois.ripe.net", "as3333", "AS3333"),
    ],
)  # fmt: skip
def test_questions(server: str, word: str, line: str) -> None:
    assert question(server, parse(word)) == line
