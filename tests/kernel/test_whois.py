"""Whois and RDAP against registries of the tests' own, with Debian's whois as the reader that must agree."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from netscope.domains.whois import schema
from tests.lab import Namespace, netscope
from tests.registries import Registries, certificate, registries

IANA_COM = """\
% IANA WHOIS server

refer:        whois.verisign-grs.com

domain:       COM

organisation: VeriSign Global Registry Services
created:      1985-01-01
source:       IANA

"""
REGISTRY = (
    "   Domain Name: EXAMPLE.COM\r\n"
    "   Registry Domain ID: 2336799_DOMAIN_COM-VRSN\r\n"
    "   Registrar WHOIS Server: whois.registrar.net\r\n"
    "   Updated Date: 2024-08-14T07:01:34Z\r\n"
    "   Creation Date: 1995-08-14T04:00:00Z\r\n"
    "   Registry Expiry Date: 2999-08-13T04:00:00Z\r\n"
    "   Registrar: Example Registrar\r\n"
    "   Domain Status: clientDeleteProhibited https://icann.org/epp#clientDeleteProhibited\r\n"
    "   Name Server: A.IANA-SERVERS.NET\r\n"
    "   DNSSEC: signedDelegation\r\n"
    ">>> Last update of whois database: 2024-08-14T07:01:34Z <<<\r\n"
    "\r\n"
    "TERMS OF USE: You may be blocked after too many queries: access denied.\r\n"
)
REGISTRAR = (
    "Domain Name: example.com\r\n"
    "Registrant Organization:\tDomaine d'Études\r\n"
    "Registrant Country: FR\r\n"
    "Registrar WHOIS Server: whois.registrar.net\r\n"
    "Registrar Abuse Contact Email: abuse@registrar.net\r\n"
)
DOMAIN: dict[str, Any] = {
    "objectClassName": "domain", "handle": "1-COM", "ldhName": "EXAMPLE.COM", "status": ["active"],
    "events": [{"eventAction": "registration", "eventDate": "1995-08-14T04:00:00Z"},
               {"eventAction": "expiration", "eventDate": "2000-08-13T04:00:00Z"}],
    "nameservers": [{"objectClassName": "nameserver", "ldhName": "A.IANA-SERVERS.NET"}],
    "secureDNS": {"delegationSigned": True},
    "entities": [{"objectClassName": "entity", "roles": ["registrar"],
                  "vcardArray": ["vcard", [["fn", {}, "text", "Example \x1b[31mRegistrar"]]]}],
}  # fmt: skip
REGISTRANT = {
    **DOMAIN,
    "handle": "other",
    "entities": [{"roles": ["registrant"], "vcardArray": ["vcard", [["org", {}, "text", "IANA"]]]}],
}
NETWORK = {
    "objectClassName": "ip network", "handle": "193.0.0.0 - 193.0.7.255", "startAddress": "193.0.0.0",
    "endAddress": "193.0.7.255", "name": "RIPE-NCC", "country": "NL",
}  # fmt: skip


@pytest.fixture
def servers(netns: Namespace) -> Iterator[Registries]:
    """Registries in a namespace."""
    with registries(netns) as made:
        yield made


@pytest.fixture
def chain(servers: Registries) -> Registries:
    """IANA, a registry and a registrar on port 43."""
    servers.whois("whois.iana.org", IANA_COM)
    servers.whois("whois.verisign-grs.com", REGISTRY)
    servers.whois("whois.registrar.net", REGISTRAR)
    return servers


def ask(servers: Registries, *words: str, status: int = 0, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``netscope whois`` in the servers' namespace."""
    done = netscope("whois", *words, inside=servers.netns, **options)
    assert done.returncode == status, done
    return done


def look(servers: Registries, *words: str, status: int = 0) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the one record of a look-up, and the problems."""
    document = json.loads(ask(servers, "--json", *words, status=status).stdout)
    (record,) = document["records"]
    Draft202012Validator(schema()).validate(record)
    return record, document["problems"]


def reader(servers: Registries, *words: str) -> str:
    """Return what Debian's whois prints."""
    done = subprocess.run(
        ["ip", "netns", "exec", servers.netns.name, "whois", *words], capture_output=True, timeout=20,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    return done.stdout.decode()


def told(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the servers that standard error says were asked."""
    return [line.split()[2] for line in done.stderr.splitlines() if line.startswith("netscope: asking ")]


@pytest.mark.tool("whois")
def test_the_text_is_what_whois_prints(chain: Registries) -> None:
    text = "A:\tb\r\nName: Ñandú ≠ x\n\n  indented\r\n% comment\nno line end"
    chain.whois("whois.example.net", text)
    chain.whois("whois.other.net", "found: nowhere else\n", port=4343)
    for words in (["-h", "whois.example.net", "x.net"], ["-h", "whois.other.net", "-p", "4343", "x.net"]):
        assert ask(chain, "--raw", *words).stdout == reader(chain, *words)
    # The registrar, too: whois starts it at the registry that it knows, we at IANA.
    mine = ask(chain, "--raw", "example.com")
    assert mine.stdout == IANA_COM + reader(chain, "example.com")
    assert told(mine) == ["whois.iana.org", "whois.verisign-grs.com", "whois.registrar.net"]
    assert ask(chain, "-I", "--raw", "--no-follow", "example.com").stdout == IANA_COM
    assert ask(chain, "--raw", "-h", "whois.verisign-grs.com", "example.com").stdout == reader(chain, "example.com")
    arin = "NetRange: 193.0.0.0 - 193.0.7.255\nNetName: RIPE\n\nReferralServer: whois://whois.ripe.net\n"
    chain.whois("whois.arin.net", arin)
    chain.whois("whois.ripe.net", "inetnum: 193.0.0.0 - 193.0.7.255\nnetname: RIPE-NCC\n")
    theirs = reader(chain, "-h", "whois.arin.net", "193.0.0.1")
    mine = ask(chain, "--raw", "-h", "whois.arin.net", "193.0.0.1")
    assert mine.stdout == theirs.replace("\n\nFound a referral to whois.ripe.net.\n\n", "")


@pytest.mark.tool("whois")
def test_the_same_questions_are_sent_as_by_whois(servers: Registries) -> None:
    for name in ("whois.verisign-grs.com", "whois.denic.de", "whois.arin.net"):
        servers.whois(name, "x: y\n")
    for server, word in (("whois.denic.de", "bücher.de"), ("whois.arin.net", "8.8.8.8"), ("whois.arin.net", "AS15169")):
        reader(servers, word)
        ask(servers, "--raw", "-h", server, word)
        theirs, mine = (question for _server, question in servers.asked)
        assert mine.replace("a + ", "a ") == theirs
        servers.asked.clear()


def test_the_chain_is_one_summary(chain: Registries) -> None:
    record, problems = look(chain, "--whois", "example.com")
    assert not problems
    expected = {
        "source": "whois", "name": "example.com", "holder": "Domaine d'Études", "country": "FR", "dnssec": True,
        "abuse": "abuse@registrar.net", "registrar": "Example Registrar", "created": "1995-08-14T04:00:00Z",
    }  # fmt: skip
    assert {key: record[key] for key in expected} == expected
    assert record["days_left"] > 300_000
    assert [hop["text"] for hop in record["hops"]] == [IANA_COM, REGISTRY, REGISTRAR]
    assert [hop["question"] for hop in record["hops"]] == ["com", "domain example.com", "example.com"]
    assert all(hop["whole"] and hop["address"].startswith("10.99.0.") for hop in record["hops"])
    assert ["Registrant Country", "FR"] in record["hops"][2]["parsed"][0]
    shown = ask(chain, "--whois", "example.com").stdout
    assert "days left)" in shown
    assert shown.splitlines()[0] == "example.com"


def test_a_name_below_the_registered_one_is_found(servers: Registries) -> None:
    servers.whois("whois.iana.org", "refer: whois.nic.org\n")
    servers.whois("whois.nic.org", lambda q: b"NOT FOUND\n" if q != "example.org" else b"Domain Name: example.org\n")
    record, problems = look(servers, "--whois", "a.b.example.org")
    assert (record["name"], problems) == ("example.org", [])
    assert record["note"] == "nothing is registered under a.b.example.org itself"
    assert [question for _server, question in servers.asked] == [
        "org",
        "a.b.example.org",
        "b.example.org",
        "example.org",
    ]
    servers.asked.clear()
    record, problems = look(servers, "--whois", "absent.org", status=1)
    assert record["source"] == "none"
    assert "nothing is registered" in problems[-1]["why"]


@pytest.mark.tool("openssl")
def test_rdap_comes_first_and_over_tls(chain: Registries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certificate(tmp_path, "rdap.verisign.com", "rdap.registrar.net")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    link = {
        "rel": "related",
        "type": "application/rdap+json",
        "href": "https://rdap.registrar.net/x/domain/EXAMPLE.COM",
    }
    chain.rdap("rdap.verisign.com", lambda _path: {**DOMAIN, "links": [link]}, 443, context)
    chain.rdap("rdap.registrar.net", lambda _path: REGISTRANT, 443, context)
    record, problems = look(chain, "example.com")
    assert not problems
    assert (record["source"], record["handle"], record["holder"]) == ("rdap", "1-COM", "IANA")
    assert record["registrar"] == "Example \x1b[31mRegistrar"
    assert record["name_servers"] == ["a.iana-servers.net"]
    assert record["days_left"] < -9000
    assert chain.asked == [
        ("rdap.verisign.com", "/com/v1/domain/example.com"),
        ("rdap.registrar.net", "/x/domain/EXAMPLE.COM"),
    ]
    assert json.loads(record["hops"][1]["text"]) == REGISTRANT == record["hops"][1]["parsed"]
    done = ask(chain, "example.com", "--no-follow")
    assert told(done) == ["rdap.verisign.com"]
    assert "Example \\x1b[31mRegistrar" in done.stdout
    assert "expired" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.tool("openssl")
@pytest.mark.parametrize(
    "fault", ["status", "json", "class", "certificate", "refused", "name", "hang", "half", "plain", "loop"]
)
def test_whois_answers_where_rdap_does_not(
    fault: str, chain: Registries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = certificate(tmp_path, "elsewhere.com" if fault == "certificate" else "rdap.verisign.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    answers: dict[str, Any] = {
        "status": (503, {"errorCode": 503, "title": "Over\x1bloaded", "description": ["come back"]}),
        "json": b"<html>hello</html>", "class": NETWORK, "certificate": DOMAIN,
        "plain": (302, {}, "Location: http://rdap.verisign.com/x\r\n"), "loop": (301, {}, "Location: /again\r\n"),
    }  # fmt: skip
    if fault in answers:
        chain.rdap("rdap.verisign.com", lambda _path: answers[fault], 443, context)
    elif fault == "refused":
        chain.address("rdap.verisign.com")
    elif fault != "name":

        async def stall(reader: Any, writer: Any) -> None:
            await reader.readuntil(b"\r\n\r\n")
            if fault == "half":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
            await reader.read()

        chain.serve("rdap.verisign.com", 443, stall, context)
    record, problems = look(chain, "--timeout", "1", "example.com")
    assert (record["source"], record["holder"]) == ("whois", "Domaine d'Études")
    words = {
        "status": "status 503: Over\x1bloaded come back", "json": "no RDAP answer", "class": "no RDAP answer",
        "certificate": "no secure connection", "refused": "refused", "name": "no address", "hang": "did not finish",
        "half": "did not finish", "plain": "not secure", "loop": "redirections",
    }  # fmt: skip
    assert any(words[fault] in problem["why"] for problem in problems), problems
    forced, _problems = look(chain, "--rdap", "--timeout", "1", "example.com", status=1)
    assert forced["source"] == "none"


def test_no_service_knows_it_or_the_service_will_not_say(servers: Registries) -> None:
    servers.whois("whois.iana.org", "refer: nowhere.example\n")
    said: list[Any] = [(404, {"errorCode": 404, "title": "no such"})]
    address = servers.rdap("rdap.example.net", lambda _path: said[0])
    record, problems = look(servers, "-h", f"http://{address}/base", "a.example.com", status=1)
    assert record["source"] == "none"
    assert "nothing is registered" in problems[-1]["why"]
    assert [path for _server, path in servers.asked] == ["/base/domain/a.example.com", "/base/domain/example.com"]
    said[0] = (500, {})
    servers.asked.clear()
    record, problems = look(servers, "-h", f"http://{address}/", "example.com", status=1)
    assert [server for server, _path in servers.asked] == ["rdap.example.net"]  # no other than the one that was named
    said[0] = (429, {"errorCode": 429, "title": "slow down"}, "Retry-After: 60\r\n")
    servers.asked.clear()
    record, problems = look(servers, "-h", f"http://{address}/", "example.com", status=1)
    assert "limits how often" in problems[0]["why"]
    assert "slow down (Retry-After: 60)" in problems[0]["why"]
    assert len(problems) == 1
    assert len(servers.asked) == 1  # asked again only when the user says so
    assert ask(servers, "--rdap", "x.nosuchtld", status=1).stderr.count("no RDAP service is known") == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("", "Content-Length: 2\r\n\r\n{}"), ("chunked", "Transfer-Encoding: chunked\r\n\r\n"), ("close", "\r\n"),
        ("interim", ""),
    ],
)  # fmt: skip
def test_http_in_each_framing(body: str, headers: str, servers: Registries) -> None:
    text = json.dumps(NETWORK).encode()

    async def talk(reader: Any, writer: Any) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if body == "interim":
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        if body == "chunked":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in range(0, len(text), 7):
                piece = text[start : start + 7]
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await writer.drain()
            writer.write(b"0\r\n\r\n")
        elif body == "close":
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + text)
            return
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        await reader.read()  # the connection stays open: its end must not be waited for

    address = servers.serve("rdap.example.net", 8080, talk)
    record, problems = look(servers, "--timeout", "5", "-h", f"http://{address}:8080/", "193.0.0.0/21")
    assert (record["range"], record["country"], problems) == (["193.0.0.0/21"], "NL", [])
    assert record["hops"][0]["seconds"] < 4


def test_bootstrap_registries_are_refreshed_from_any_base(servers: Registries, tmp_path: Path) -> None:
    """The refreshed file is used from then on; what is damaged on the way leaves the old one."""
    service = servers.rdap("rdap.example.net", lambda _path: DOMAIN)
    files: dict[str, Any] = {
        name: {"version": "1.0", "publication": "2999-01-01T00:00:00Z", "services": [[["9-9"], ["http://x/"]]]}
        for name in ("ipv4", "ipv6", "asn", "object-tags")
    }
    files["dns"] = {**files["asn"], "services": [[["nosuchtld"], [f"http://{service}/new/"]]]}
    base = servers.rdap("data.example.net", lambda path: files[path.removeprefix("/rdap/").removesuffix(".json")])
    done = ask(servers, "--refresh-bootstrap", f"http://{base}/rdap/")
    assert done.stderr.count("published 2999-01-01T00:00:00Z") == 5
    folder = Path(os.environ["XDG_CACHE_HOME"]) / "netscope" / "rdap"
    assert sorted(os.listdir(folder)) == ["asn.json", "dns.json", "ipv4.json", "ipv6.json", "object-tags.json"]
    assert look(servers, "a.nosuchtld")[0]["source"] == "rdap"
    assert servers.asked[-1] == ("rdap.example.net", "/new/domain/a.nosuchtld")
    before = (folder / "dns.json").read_bytes()
    files["dns"] = b"<html>"
    files["asn"] = (500, {})
    done = ask(servers, "--refresh-bootstrap", f"http://{base}/rdap/", status=1)
    assert done.stderr.count("stays as it was") == 2
    assert (folder / "dns.json").read_bytes() == before


def test_what_is_special_is_answered_without_asking(chain: Registries) -> None:
    words = ["10.0.0.1", "192.0.2.0/24", "ff02::1", "fd00::/8", "AS64512", "printer.local", "2001:db8::1"]
    done = ask(chain, "--jsonl", *words)
    assert done.stderr == ""
    assert chain.asked == []
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["target"] for record in records] == words
    assert {record["source"] for record in records} == {"special"}
    assert not any(record["hops"] for record in records)
    ask(chain, "--no-follow", "-h", "whois.iana.org", "10.0.0.1")  # a server that was named is asked
    assert chain.asked == [("whois.iana.org", "10.0.0.1")]


def test_many_targets_keep_their_order_and_each_server_its_peace(servers: Registries) -> None:
    busy: list[int] = [0, 0]

    async def talk(reader: Any, writer: Any) -> None:
        busy[0] += 1
        busy[1] = max(busy)
        name = (await reader.readuntil(b"\n")).decode().strip()
        writer.write(f"Domain Name: {name}\nRegistrar: R\n".encode())
        busy[0] -= 1

    servers.serve("whois.example.net", 43, talk)
    names = [f"n{number}.com" for number in range(20)]
    done = ask(servers, "--jsonl", "-h", "whois.example.net", *names)
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == names
    assert busy[1] == 1
    assert len(told(done)) == 20


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "whose registration"), (["-p", "0", "x.com"], "no port"), (["-p", "43", "x.com"], "name it with -h"),
        (["-I", "-h", "x.org", "x.com"], "leave one"), (["-I", "--rdap", "x.com"], "leave one"),
        (["-h", "http://x/", "--whois", "x.com"], "RDAP service"), (["--timeout", "0", "x.com"], "0.1 to 600"),
        (["8.8.8"], "no address"), (["-h", "a b", "x.com"], "no domain"), (["-H", "x.com"], "unrecognized"),
        (["--refresh-bootstrap", "ftp://x"], "base URL"),
        (["--refresh-bootstrap", "https://x", "y.com"], "looks nothing up"),
    ],
)  # fmt: skip
def test_wrong_usage_is_refused(words: list[str], says: str) -> None:
    done = netscope("whois", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
