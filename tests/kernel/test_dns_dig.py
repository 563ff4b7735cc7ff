"""What dig prints, and what ``netscope dns`` prints, word for word."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from netscope.cli.dns.run import run
from netscope.cli.schema import schema
from netscope.core.dns.numbers import TYPES as NUMBERS
from netscope.core.errors import BadQuery
from netscope.domains.dns import to_json
from netscope.system.live import LiveHost
from tests.dnslab import Dns, Internet, masked

pytestmark = [pytest.mark.root, pytest.mark.tool("dig", "named", "unbound")]

QUESTIONS = r"""
@10.53.2.1 www.signed.test
@10.53.2.1 www.signed.test +dnssec +nsid +subnet=10.1.0.0/16
@10.53.2.1 signed.test any
@10.53.2.1 signed.test mx +noall +answer
@10.53.2.1 nono.signed.test
@10.53.2.1 nono.signed.test +dnssec +norec
@10.53.0.53 www.signed.test +dnssec
www.signed.test
www +search
@10.53.0.53 www.broken.test
@10.53.0.53 www.broken.test +cd
@10.53.2.2 lame.test
@10.53.2.1 fat.plain.test txt
@10.53.2.1 fat.plain.test txt +ignore
@10.53.2.1 fat.plain.test txt +noedns
@10.53.2.1 plain.test axfr
@10.53.2.1 plain.test axfr +noall +answer
@10.53.2.1 plain.test axfr +onesoa
@10.53.2.1 plain.test ixfr=1
@10.53.2.1 plain.test ixfr=2026010110
@10.53.1.1 lame.test axfr
@10.53.2.1 plain.test axfr +short
-x 10.53.9.1
-x 10.53.9.1 +short
-x 10.53.9.1 +short +identify
-x 10.53.9.1 +noall +answer +identify
-x fd53::9:1
@10.53.2.1 www.plain.test +qr
@10.53.2.1 www.plain.test +ednsopt=65001:beef +expire +padding=128 +keepalive +subnet=fd53::/48 +qr
@10.53.2.1 signed.test dnskey +multiline
@10.53.2.1 signed.test dnskey +rrcomments +noall +answer
@10.53.2.1 signed.test dnskey +nocrypto +dnssec
@10.53.2.1 ds.signed.test ds +nocrypto
@10.53.2.1 signed.test soa +multiline
@10.53.2.1 signed.test soa +multiline +norrcomments
@10.53.2.1 www.signed.test rrsig +multiline
@10.53.2.1 +ttlunits mixed.plain.test
@10.53.2.1 +ttlunits zero.plain.test +noall +answer
@10.53.2.1 +nottlid www.plain.test
@10.53.2.1 +noclass www.plain.test
@10.53.2.1 +noclass +nottlid www.plain.test
@10.53.2.1 +nocomments www.plain.test
@10.53.2.1 +nostats www.plain.test
@10.53.2.1 +noquestion +noadditional www.plain.test
@10.53.2.1 +nocmd www.plain.test
@10.53.2.1 +noall www.plain.test
@10.53.2.1 +noall +comments www.plain.test
@10.53.2.1 +noall +stats www.plain.test
@10.53.2.1 +noall +question www.plain.test
@10.53.2.1 +noall +authority +additional www.plain.test
@10.53.2.1 +tcp www.plain.test
@10.53.2.1 +noedns www.plain.test
@10.53.2.1 +nocookie www.plain.test
@10.53.2.1 +bufsize=512 fat.plain.test TXT
@10.53.2.1 +edns=1 www.plain.test
@10.53.2.1 +noadflag +cdflag +zflag +aaflag www.plain.test +qr
@10.53.2.1 +unknownformat www.plain.test
@10.53.2.1 +split=16 www.signed.test +dnssec
@10.53.2.1 +nosplit www.signed.test +dnssec
@10.53.2.1 +header-only
@10.53.2.1 +opcode=notify plain.test soa
@10.53.2.1 +opcode=status plain.test soa
@10.53.0.53 version.bind txt ch
@10.53.0.53 ch txt id.server +nsid
@10.53.2.1 www.plain.test www.signed.test AAAA plain.test MX
@10.53.2.1 -t MX signed.test -t A www.signed.test
@10.53.2.1 -q mx -t a
@10.53.0.1
@10.53.0.1 test ns
-6 @fd53::1 test ns
@10.53.2.1 -b 10.53.255.2 www.plain.test
@10.53.2.1 alias.signed.test
@10.53.2.1 far.signed.test
@10.53.0.53 loose.signed.test
@10.53.2.1 x.tree.signed.test
@10.53.2.1 foo.wild.signed.test txt
@10.53.2.1 escape.signed.test txt
@10.53.2.1 odd\.dot\032space\@at\;semi\"quote.signed.test
@10.53.2.1 signed.test NSEC
@10.53.1.3 nono.lab +dnssec +norec
@10.53.1.3 nono.lab +dnssec +norec +multiline
@10.53.1.3 lab NSEC3PARAM
@10.53.2.1 WWW.Plain.Test
@10.53.2.1 www.plain.test +domain=x.y
www +domain=plain.test
www.plain +search +ndots=5
@10.53.0.67 a.b +tries=2
@10.53.0.66 a.b +time=1 +tries=1
@10.53.0.53 +tls www.plain.test
@10.53.0.53 +tls -p 853 www.plain.test
@10.53.2.1 www.plain.test TYPE65 CLASS1
@10.53.2.1 www.plain.test -c HS
@10.53.0.53 +https www.plain.test
@10.53.0.53 +https-get=/dns-query www.plain.test +noall +answer
@10.53.0.53 www.plain.test +cookie=0011223344556677
-4 @10.53.0.53 www.plain.test +idnin +retry=1 +time=1
@10.53.2.2 lame.test +fail
@10.53.0.53 www.plain.test +badcookie +keepalive +tcp
"""
# One record of each type; dig 9.18 does not know dohpath by name yet.
TYPES = r"""
a aaaa afsdb amtrelay0 amtrelay1 amtrelay2 amtrelay3 apl avc caa cdnskey cds cert csync dhcid ds eui48 eui64 gpos hinfo
hip ipseckey0 ipseckey1 ipseckey2 ipseckey3 isdn key kx l32 l64 loc loc2 lp minfo mb mg mr naptr nid nsap nsap-ptr
ninfo openpgpkey px ptr rkey rp rt sink smimea spf _sip._tcp sshfp svcb0 svcb1 ta dlv talink _443._tcp unknown uri wks
x25 zonemd
"""
NAMED = {"_sip._tcp": "srv", "_443._tcp": "tlsa", "unknown": "type731"}


@pytest.mark.parametrize("question", QUESTIONS.strip().splitlines())
def test_same_as_dig(internet: Internet, dns: Dns, question: str) -> None:
    words = question.split()
    if "@" not in question:
        internet.tool("dig", *words)  # the resolver has it then, for both
    assert masked(dns(*words)[1]) == masked(internet.tool("dig", *words).stdout)


@pytest.mark.parametrize("name", TYPES.split())
def test_every_type_as_dig_prints_it(internet: Internet, dns: Dns, name: str) -> None:
    kind = NAMED.get(name, name if name.upper() in NUMBERS else name.rstrip("0123"))
    words = ["@10.53.2.1", "+norec", "+noall", "+answer"]
    for style in ("+multiline", "+nomultiline", "+unknownformat"):
        words += [f"{name}.signed.test", kind, style]
    theirs = internet.tool("dig", *words).stdout.replace("key7=", "dohpath=").split()
    ours = dns(*words)[1].split()
    assert ours == theirs
    assert len(ours) >= 3 * 5, "the zone has it"


def test_a_name_beyond_ascii_is_asked_for_as_idna2008(dns: Dns) -> None:
    assert dns("@10.53.2.1", "straße.plain.test", "+short") == (0, "10.53.9.1\n")


def test_extended_errors_are_told(dns: Dns) -> None:
    status, text = dns("@10.53.0.54", "www.broken.test")
    assert status == 0
    assert re.search(r"^; EDE: \d+ \([A-Za-z ]+\)", text, re.MULTILINE)


HOST = """
www.signed.test
alias.signed.test
signed.test
plain.test
www
far.signed.test
loose.signed.test
nono.signed.test
10.53.9.1
fd53::9:1
10.53.9.77
www.broken.test
-t txt escape.signed.test
-t ns signed.test
-t soa signed.test
-t any ptr.signed.test
-t srv _sip._tcp.signed.test
-t caa caa.signed.test
-t hinfo hinfo.signed.test
-t mx nono.signed.test
-t aaaa mail.signed.test
www.plain.test 10.53.2.1
"""


@pytest.mark.tool("host")
@pytest.mark.parametrize("question", HOST.strip().splitlines())
def test_host_style_is_what_host_prints(internet: Internet, dns: Dns, question: str) -> None:
    words = [re.sub(r"^(?=10.53.2.1$)", "@", word) for word in question.split()]
    theirs = internet.tool("host", *question.split())
    status, text = dns("--style", "host", *words)
    assert sorted(text.splitlines()) == sorted(theirs.stdout.splitlines())
    assert status == theirs.returncode


JSON = """
www.signed.test
www.signed.test +dnssec +nsid
signed.test MX
signed.test SOA
nono.signed.test
escape.signed.test TXT
unknown.signed.test TYPE731
alias.signed.test
_sip._tcp.signed.test SRV
ds.signed.test DS +dnssec
nono.lab +dnssec
plain.test AXFR
fat.plain.test TXT
www.signed.test AAAA +tcp
"""
VOLATILE = ("dateString", "dateSeconds", "ID", "netscope")


def comparable(text: str) -> list[dict[str, Any]]:
    """Return the messages without what differs each time, records sorted; kdig writes hashes in lower case."""
    found = json.loads(text)
    messages = found if isinstance(found, list) else [found]
    for message in messages:
        for name in VOLATILE:
            message.pop(name, None)
        for section in ("answerRRs", "authorityRRs", "additionalRRs"):
            if section in message:
                for record in message[section]:
                    for name in [name for name in record if name.startswith("rdata")]:
                        record[name] = record[name].lower().strip()
                message[section].sort(key=lambda record: json.dumps(record, sort_keys=True))
    return messages


@pytest.mark.tool("kdig")
@pytest.mark.parametrize("question", JSON.strip().splitlines())
def test_json_is_what_kdig_prints(internet: Internet, dns: Dns, question: str) -> None:
    words = ["@10.53.1.3" if "lab" in question else "@10.53.2.1", *question.split()]
    # What kdig asks with is its own: RD without AD, no cookie, EDNS only where an option wants it.
    same = ["+noadflag", "+nocookie", *([] if "+dnssec" in words else ["+noedns"])]
    if "AXFR" in words:
        same.append("+norec")
    theirs = comparable(internet.tool("kdig", "+json", *words).stdout)
    assert comparable(dns("--style", "json", *same, *words)[1]) == theirs
    assert theirs[0]["QR"] == 1


def test_json_documents_fit_their_schema(dns: Dns) -> None:
    words = ["@10.53.2.1", "www.signed.test", "+dnssec", "unknown.signed.test", "TYPE731", "plain.test", "AXFR"]
    document = json.loads(dns("--json", *words)[1])
    jsonschema.validate(document, schema())
    assert [record["QNAME"] for record in document["records"]] == [
        "www.signed.test.",
        "unknown.signed.test.",
        "plain.test.",
    ]
    assert document["records"][0]["netscope"]["source"] == "@10.53.2.1"
    lines = [json.loads(line) for line in dns("--jsonl", *words)[1].splitlines()]
    assert [line["QNAME"] for line in lines] == [record["QNAME"] for record in document["records"]]


def test_nobody_answering_is_told_in_every_style(dns: Dns) -> None:
    words = ["@10.53.0.67", "a.test", "+tries=1"]
    for style in ("dig", "host", "short"):
        status, text = dns("--style", style, *words)
        assert (status, ";; no servers could be reached" in text) == (1, True)
    status, text = dns("--json", *words)
    way = json.loads(text)["records"][0]["netscope"]
    assert (status, way["answered"], way["events"][0]["kind"]) == (1, False, "refused")
    assert json.loads(text)["problems"][0]["what"] == "no answer about a.test"
    jsonschema.validate(json.loads(text), schema())


def test_without_a_question_nobody_is_asked(internet: Internet, dns: Dns) -> None:
    assert "10.53.0.53" in dns()[1]
    document = json.loads(dns("--json")[1])
    jsonschema.validate(document, schema())
    assert [record["address"] for record in document["records"]] == ["10.53.0.53"]


def test_the_name_servers_of_the_namespace_are_the_topics_records(internet: Internet) -> None:
    snapshot = internet.client.collect("dns")
    (server,) = [to_json(record) for record in snapshot.records]
    assert server["address"] == "10.53.0.53"
    assert server["source"] == f"/etc/netns/{internet.client.name}/resolv.conf"
    assert server["search"] == ["signed.test", "plain.test"]
    jsonschema.validate(server, schema()["$defs"]["dns"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["+nonsense"], "no option '+nonsense'"),
        (["+tr"], "may be"),
        (["+yaml"], "RFC 8427"),
        (["-y", "key:x"], "TSIG"),
        (["-t", "nonsense"], "no type"),
        (["-c", "nonsense"], "no class"),
        (["-p", "0"], "range"),
        (["-p"], "needs a value"),
        (["-x", "fe80::zz"], "no address"),
        (["+subnet=x"], "address"),
        (["+cookie=abc"], "hexadecimal"),
        (["a..b"], "legal name"),
        (["x" * 64], "legal name"),
        (["ixfr"], "serial"),
        (["-4", "@fd53::1", "a.test"], "no IPv4 address"),
        (["-b", "here", "a.test"], "-b needs an address"),
        (["+trace", "+tls", "@10.53.0.53", "a.test"], "over UDP and TCP"),
        (["--walk", "--style", "host", "@10.53.0.53", "a.test"], "no style"),
        (["--style", "loud"], "styles are"),
    ],
)
def test_bad_command_lines_are_refused(words: list[str], said: str) -> None:
    host = LiveHost()
    with pytest.raises(BadQuery, match=re.escape(said)):
        run(words, host)
