"""The walk: delegations, servers that disagree or are lame, verdicts that delv agrees with, the host's own view."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from netscope.cli.schema import schema
from netscope.core.dns.dnssec import check, rrsets
from netscope.core.dns.message import DO, Ask, Edns, Message, Record
from netscope.core.dns.numbers import TYPES
from netscope.core.dns.resolver import Inquiry, Server, Task, Way
from netscope.system.live import LiveHost
from tests.dnslab import Dns, Internet, masked
from tests.dnszones import LAB, LEAF

pytestmark = [pytest.mark.root, pytest.mark.tool("dig", "delv", "named", "unbound")]

VERDICTS = """
www.signed.test A secure
www.signed.test AAAA secure
signed.test MX secure
alias.signed.test A secure
foo.wild.signed.test TXT secure
foo.wild.signed.test A secure
nono.signed.test A secure
mail.signed.test MX secure
loose.signed.test A secure
far.signed.test A insecure
x.tree.signed.test A insecure
www.ed.lab A secure
nono.ed.lab A secure
www.p384.lab A secure
nono.lab A secure
lab NSEC3PARAM secure
signed.test DS secure
lab DNSKEY secure
test SOA secure
. NS secure
nono A secure
www.island.lab A insecure
www.plain.test A insecure
nono.plain.test A insecure
h5.big.plain.test A insecure
www.broken.test A bogus
www.expired.test A bogus
nono.expired.test A bogus
"""
DELV = {
    "secure": ("fully validated",),
    "insecure": ("unsigned answer",),
    "bogus": ("resolution failed: failure", "broken trust chain", "no valid"),
}


def survey(internet: Internet, dns: Dns, *words: str) -> dict[str, Any]:
    """Return the JSON of a walk from the lab's own root."""
    _status, text = dns("--walk", "--hints", internet.hints, "--anchor", internet.anchor, "--json", *words)
    document = json.loads(text)
    jsonschema.validate(document, schema())
    found: dict[str, Any] = document["records"][0]
    return found


@pytest.mark.parametrize("line", VERDICTS.strip().splitlines())
def test_verdicts_are_those_of_delv(internet: Internet, dns: Dns, line: str) -> None:
    name, kind, verdict = line.split()
    assert survey(internet, dns, name, kind)["verdict"] == verdict
    theirs = internet.tool("delv", "@10.53.0.53", "-a", f"{internet.directory}/delv.keys", "+root", name, kind)
    assert any(words in theirs.stdout + theirs.stderr for words in DELV[verdict])


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("www.broken.test", "broken.test. is not the one that the DS in the parent describes"),
        ("www.expired.test", "expired.test. DNSKEY: the signature has expired"),
    ],
)
def test_the_broken_link_is_named(internet: Internet, dns: Dns, name: str, link: str) -> None:
    found = survey(internet, dns, name)
    assert found["broken"].endswith(link)
    assert [step["security"] for step in found["legs"][0]["steps"]] == ["secure", "secure", "bogus"]
    status, _text = dns("--walk", "--hints", internet.hints, "--anchor", internet.anchor, name)
    assert status == 1


def test_another_trust_anchor_makes_all_bogus(internet: Internet, dns: Dns) -> None:
    _status, text = dns("--walk", "--hints", internet.hints, "--json", "www.signed.test")
    found = json.loads(text)["records"][0]
    assert found["verdict"] == "bogus"
    assert found["broken"].startswith("the trust anchor names key 20326, 38696")


def test_zones_servers_and_tags_of_the_way(internet: Internet, dns: Dns) -> None:
    found = survey(internet, dns, "www.signed.test")
    steps = found["legs"][0]["steps"]
    assert [step["zone"] for step in steps] == [".", "test.", "signed.test."]
    assert {server["address"] for server in steps[0]["servers"]} == {"10.53.0.1", "10.53.0.2", "fd53::1"}
    assert all(server["status"] == "ok" for step in steps for server in step["servers"])
    for step in steps:
        assert step["ds"] == step["keys"] == [_tag(internet, step["zone"], step["servers"][0]["address"])]
    assert {record["rdataA"] for record in found["legs"][0]["answer"] if record["TYPEname"] == "A"} == {
        "10.53.9.1",
        "10.53.9.2",
    }


def _tag(internet: Internet, zone: str, server: str) -> int:
    text = internet.tool("dig", f"@{server}", zone, "DNSKEY", "+rrcomments", "+noall", "+answer").stdout
    return int(text.split("key id = ")[1].split()[0])


def test_servers_that_disagree_are_shown(internet: Internet, dns: Dns) -> None:
    last = survey(internet, dns, "www.differ.test")["legs"][0]["steps"][-1]
    assert {server["serial"] for server in last["servers"]} == {2026010109, 2026010110}
    assert [note.split(":")[0] for note in last["notes"]] == ["serials disagree", "answers disagree"]


def test_lame_and_dead_servers_are_shown(internet: Internet, dns: Dns) -> None:
    last = survey(internet, dns, "www.lame.test")["legs"][0]["steps"][-1]
    said = {server["name"]: (server["status"], server["detail"]) for server in last["servers"]}
    assert said == {
        "ns1.lame.test": ("ok", ""),
        "ns2.lame.test": ("lame", "answers REFUSED for lame.test."),
        "ns3.lame.test": ("refused", "connection refused"),
    }
    assert len(last["notes"]) == 2


def test_a_cut_without_a_referral_is_found(internet: Internet, dns: Dns) -> None:
    steps = survey(internet, dns, "h5.big.plain.test")["legs"][0]["steps"]
    assert [step["zone"] for step in steps] == [".", "test.", "plain.test.", "big.plain.test."]


def test_an_alias_is_walked_to_its_end(internet: Internet, dns: Dns) -> None:
    legs = survey(internet, dns, "far.signed.test")["legs"]
    assert [(leg["name"], leg["verdict"]) for leg in legs] == [
        ("far.signed.test.", "secure"),
        ("www.plain.test.", "insecure"),
    ]


def test_the_hosts_own_view_stands_beside_it(internet: Internet, dns: Dns) -> None:
    hosts = Path(f"/etc/netns/{internet.client.name}/hosts")
    hosts.write_text("127.0.0.1 localhost\n192.0.2.7 www.signed.test other # mine\n")
    try:
        found = survey(internet, dns, "www.signed.test")
    finally:
        hosts.unlink()
    assert found["host"]["addresses"] == ["192.0.2.7"]
    assert found["host"]["hosts"] == ["192.0.2.7 www.signed.test other"]
    assert found["host"]["hosts_file"] == str(hosts)
    assert found["resolver"]["answer"] == ["10.53.9.1", "10.53.9.2"]
    assert found["resolver"]["source"] == f"/etc/netns/{internet.client.name}/resolv.conf"
    assert found["resolver"]["authentic"] is True
    assert found["reverse"] == [
        {"address": "10.53.9.1", "names": ["www.signed.test."], "returns": True},
        {"address": "10.53.9.2", "names": ["nobody.plain.test."], "returns": False},
    ] or found["reverse"][::-1] == [
        {"address": "10.53.9.1", "names": ["www.signed.test."], "returns": True},
        {"address": "10.53.9.2", "names": ["nobody.plain.test."], "returns": False},
    ]


def test_the_walk_reads_well(internet: Internet, dns: Dns) -> None:
    status, text = dns("--walk", "--anchor", internet.anchor, "www.differ.test")
    assert status == 0
    assert "\nverdict: insecure: test. proves that differ.test. has no DS\n" in text
    assert "\n  ! serials disagree: " in text
    assert text.startswith("www.differ.test. A\n\n.  secure  (anchor ")


@pytest.mark.parametrize(
    ("zone", "server"),
    [("signed.test.", LEAF), ("ed.lab.", LEAF), ("p384.lab.", LEAF), ("lab.", LAB)],
)
def test_one_changed_bit_breaks_a_signature(internet: Internet, zone: str, server: str) -> None:
    def questions() -> Task[list[Message]]:
        asks = [Ask(zone, kind, edns=Edns(flags=DO)) for kind in (TYPES["DNSKEY"], TYPES["SOA"])]
        replies = yield [Inquiry(ask, (Server(server),), Way()) for ask in asks]
        return [reply.message for reply in replies if reply.message]

    running = LiveHost(internet.client.name).dns().run([questions()], 1)
    keys, soa = (rrsets(message.answer)[0] for message in next(running)[1])
    running.close()
    now = time.time()
    assert check(soa, keys.records, zone, now).valid
    assert not check(soa, keys.records, "test.", now).valid
    assert not check(soa, keys.records, zone, now + 86400 * 365).valid
    assert not check(soa, keys.records, zone, now - 86400 * 365).valid
    assert not check(soa._replace(name=f"other.{zone}"), keys.records, zone, now).valid

    def flipped(record: Record, bit: int) -> Record:
        data = bytearray(record.data)
        data[bit // 8] ^= 1 << bit % 8
        return record._replace(data=bytes(data))

    (record,), (signature,) = soa.records, soa.signatures
    for bit in range(0, len(signature.data) * 8, 7):
        changed = soa._replace(signatures=(flipped(signature, bit),))
        if 18 * 8 <= bit < (18 + len(zone)) * 8 and bit % 8 == 5:
            continue  # the case of the signer's letters does not count
        assert not check(changed, keys.records, zone, now).valid, bit
    for bit in range(0, 20 * 8, 3):
        serial = flipped(record, len(record.data) * 8 - 160 + bit)
        assert not check(soa._replace(records=(serial,)), keys.records, zone, now).valid, bit


TRACES = """
www.signed.test
@10.53.0.1 www.plain.test +nodnssec
@10.53.0.1 nono.signed.test
@10.53.0.1 far.signed.test +nodnssec
@10.53.0.1 -x 10.53.9.1 +nodnssec
@10.53.0.1 www.signed.test +short
"""


@pytest.mark.parametrize("question", TRACES.strip().splitlines())
def test_trace_is_what_dig_prints(internet: Internet, dns: Dns, question: str) -> None:
    def anywhere(text: str) -> list[str]:
        """dig asks a random server of each zone; how much it got depends on which."""
        lines = (line.partition(" from server ")[0] for line in masked(text))
        return sorted("Received" if line.startswith(";; Received") else line for line in lines)

    words = [*question.split(), "+trace"]
    assert anywhere(dns(*words)[1]) == anywhere(internet.tool("dig", *words).stdout)


def test_trace_starts_from_a_hints_file(internet: Internet, dns: Dns) -> None:
    # The only name server of this zone comes without an address: it is found from the root, too.
    status, text = dns("--hints", internet.hints, "+trace", "+nodnssec", "-x", "10.53.9.1")
    assert status == 0
    assert "PTR\twww.signed.test." in text
    assert "10.53.0.53" not in text
