"""Whois text in every form and charset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.domains.whois import fields
from netscope.domains.whois import text as whois
from netscope.domains.whois.record import Facts, days_left, moment

RIPE = """\
% This is the RIPE Database query service.
% Abuse contact for '193.0.0.0 - 193.0.7.255' is 'abuse@ripe.net'

inetnum:        193.0.0.0 - 193.0.7.255
netname:        RIPE-NCC
descr:          RIPE Network Coordination Centre
                Amsterdam, Netherlands
+
org:            ORG-RIEN1-RIPE
country:        NL # see remarks
status:         ASSIGNED PA
created:        2003-03-17T12:15:57Z
last-modified:  2017-12-04T14:42:31Z
source:         RIPE

organisation:   ORG-RIEN1-RIPE
org-name:       Reseaux IP Europeens Network Coordination Centre (RIPE NCC)
country:        NL

role:           RIPE NCC Operations
nic-hdl:        OPS4-RIPE

route:          193.0.0.0/21
origin:         AS3333
"""
ARIN = """\
#
# ARIN WHOIS data and services are subject to the Terms of Use
#

# start

NetRange:       8.0.0.0 - 8.127.255.255
CIDR:           8.0.0.0/9
NetName:        LVLT-ORG-8-8
NetHandle:      NET-8-0-0-0-1
NetType:        Direct Allocation
OriginAS:
Organization:   Level 3 Parent, LLC (LPL-141)
RegDate:        1992-12-01
Updated:        2018-04-23

OrgName:        Level 3 Parent, LLC
OrgAbuseEmail:  abuse@level3.com

# start

NetRange:       8.8.8.0 - 8.8.8.255
CIDR:           8.8.8.0/24
NetName:        GOGL
NetHandle:      NET-8-8-8-0-2
NetType:        Direct Allocation
OriginAS:       AS15169, AS36040
Organization:   Google LLC (GOGL)
RegDate:        2023-12-28
Updated:        2023-12-28

OrgName:        Google LLC
Country:        US

OrgAbuseEmail:  network-abuse@google.com
"""
NOMINET = """\

    Domain name:
        example.co.uk

    Data validation:
        Nominet was able to match the registrant's name and address

    Registrar:
        Nominet UK [Tag = NOMINET]
        URL: https://www.nominet.uk

    Relevant dates:
        Registered on: 26-Nov-1996
        Expiry date:  15-Nov-2027
        Last updated:  16-Oct-2025

    Registration status:
        Registered until expiry date.

    Name servers:
        ns1.nic.uk                213.248.216.1  2a01:618:400::1
        ns2.nic.uk

    DNSSEC:
        Signed

    WHOIS lookup made at 12:00:00 01-Jan-2026
"""
JPRS = """\
[ JPRS database provides information on network administration. ]

Domain Information:
[Domain Name]                   JPRS.JP

[Registrant]                    Japan Registry Services Co.,Ltd.

[Name Server]                   ns1.jprs.jp
[Name Server]                   ns2.jprs.jp
[Signing Key]                   12345 8 2 (AA)

[Created on]                    2001/02/02
[Expires on]                    2027/02/28
[Status]                        Active
[Last Updated]                  2026/03/01 01:05:04 (JST)
"""
LACNIC = """\
inetnum:     200.3.12/22
aut-num:     N/A
owner:       LACNIC - Latin American and Caribbean IP address
ownerid:     UY-LACN-LACNIC
country:     UY
created:     20021227
changed:     20150528
"""
FINNISH = """\
domain.............: example.fi
status.............: Registered
created............: 1.2.2004 00:00:00
expires............: 31.8.2027 10:31:06
nserver............: ns1.example.fi [OK]
dnssec.............: no
registrar..........: Example Oy
"""


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (
            RIPE,
            "address",
            Facts(
                "RIPE-NCC",
                None,
                ("193.0.0.0/21",),
                "Reseaux IP Europeens Network Coordination Centre (RIPE NCC)",
                "NL",
                "abuse@ripe.net",
                (3333,),
                None,
                (),
                None,
                ("ASSIGNED PA",),
                "2003-03-17T12:15:57Z",
                "2017-12-04T14:42:31Z",
            ),
        ),
        (
            ARIN,
            "address",
            Facts(
                "GOGL",
                "NET-8-8-8-0-2",
                ("8.8.8.0/24",),
                "Google LLC",
                "US",
                "network-abuse@google.com",
                (15169, 36040),
                None,
                (),
                None,
                ("Direct Allocation",),
                "2023-12-28",
                "2023-12-28",
            ),
        ),
        (
            NOMINET,
            "domain",
            Facts(
                "example.co.uk",
                None,
                (),
                None,
                None,
                None,
                (),
                "Nominet UK [Tag = NOMINET]",
                ("ns1.nic.uk", "ns2.nic.uk"),
                True,
                ("Registered until expiry date.",),
                "1996-11-26",
                "2025-10-16",
                "2027-11-15",
            ),
        ),
        (
            JPRS,
            "domain",
            Facts(
                "jprs.jp",
                None,
                (),
                "Japan Registry Services Co.,Ltd.",
                None,
                None,
                (),
                None,
                ("ns1.jprs.jp", "ns2.jprs.jp"),
                True,
                ("Active",),
                "2001-02-02",
                "2026-03-01T01:05:04",
                "2027-02-28",
            ),
        ),
        (
            LACNIC,
            "address",
            Facts(
                None,
                None,
                ("200.3.12.0/22",),
                "LACNIC - Latin American and Caribbean IP address",
                "UY",
                created="2002-12-27",
                changed="2015-05-28",
            ),
        ),
        (
            FINNISH,
            "domain",
            Facts(
                "example.fi",
                registrar="Example Oy",
                name_servers=("ns1.example.fi",),
                dnssec=False,
                status=("Registered",),
                created="2004-02-01T00:00:00",
                expires="2027-08-31T10:31:06",
            ),
        ),
    ],
    ids=["ripe", "arin", "nominet", "jprs", "lacnic", "fi"],
)
def test_each_registrys_words(text: str, kind: str, expected: Facts) -> None:
    for form in (text, text.replace("\n", "\r\n")):
        assert fields.facts(whois.blocks(form), form, kind) == expected


def test_an_as_number() -> None:
    text = "as-block: AS3209 - AS3353\ndescr: RIPE block\n\naut-num: AS3333\nas-name: RIPE-NCC-AS\norg-name: RIPE NCC\n"
    found = fields.facts(whois.blocks(text), text, "asn")
    assert (found.name, found.range, found.holder) == ("RIPE-NCC-AS", ("AS3333",), "RIPE NCC")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2027-08-13T04:00:00Z", "2027-08-13T04:00:00Z"),
        ("2027-08-13T04:00:00.123Z", "2027-08-13T04:00:00Z"),
        ("2027-08-13 04:00:00+02:00", "2027-08-13T04:00:00+02:00"),
        ("2027-08-13 04:00:00 UTC", "2027-08-13T04:00:00Z"),
        ("1995-08-14", "1995-08-14"),
        ("14-Aug-1995", "1995-08-14"),
        ("14 August 1995", "1995-08-14"),
        ("2025.08.13", "2025-08-13"),
        ("13.08.2025", "2025-08-13"),
        ("13/08/2025", "2025-08-13"),
        ("20250813", "2025-08-13"),
        ("20250813040000Z", "2025-08-13T04:00:00Z"),
        ("2024/05/01 (JST)", "2024-05-01"),
        ("Wed Aug 13 04:00:00 UTC 2025", "2025-08-13T04:00:00Z"),
        ("1.2.2004 00:00:00", "2004-02-01T00:00:00"),
        ("before Aug-1996", "before Aug-1996"),
        ("2025-13-45", "2025-13-45"),
        ("99.99.9999", "99.99.9999"),
        ("31-Feb-2020", "31-Feb-2020"),
        ("", ""),
    ],
)
def test_dates(said: str, meant: str) -> None:
    assert moment(said) == meant


def test_days_left() -> None:
    now = 1_800_000_000.0  # 2027-01-15T08:00:00Z
    assert days_left("2027-01-16T08:00:00Z", now) == 1
    assert days_left("2027-01-16T07:59:59Z", now) == 0
    assert days_left("2027-01-15", now) == -1
    assert days_left("next year", now) is None
    assert days_left(None, now) is None


@given(st.text(max_size=60))
def test_any_date_is_read_or_kept(text: str) -> None:
    found = moment(text)
    assert found == text.strip() or days_left(found, 0.0) is not None
    days_left(text, 0.0)


_LINES = st.lists(
    st.text(max_size=60)
    | st.sampled_from(
        [
            "Domain Name: x.com",
            "  Registrar:",
            "    Foo Ltd",
            "% comment",
            "",
            "[Key] value",
            "inetnum: 1.0.0.0 - 1.0.0.255",
            "cidr: 1.0.0.0/8, 2.0.0.0/8",
            "aut-num: AS1",
            "as-block: AS1 - AS9",
            "+",
            "nserver: ns.x.org",
            "created: 20010203",
            "refer: whois.x.org",
            "OriginAS: AS1,AS2",
            "ReferralServer: rwhois://x.y:4321/",
        ]
    ),
    max_size=30,
)


@given(
    _LINES, st.sampled_from(["\n", "\r\n", "\n\n"]), st.sampled_from(["domain", "address", "prefix", "asn", "handle"])
)
def test_any_text_is_read(lines: list[str], end: str, kind: str) -> None:
    text = end.join(lines)
    found = whois.blocks(text)
    flat = text.expandtabs()
    for block in found:
        assert block
        for key, value in block:
            assert key.strip()
            assert key in flat
            assert value in flat
    facts = fields.facts(found, text, kind)
    assert all(isinstance(number, int) for number in facts.origin)
    whois.says_nothing(text)
    refused = whois.refusal(text)
    assert "\n" not in refused
    place = whois.referral(text, kind)
    assert place is None or (0 < place[1] < 65536 and not set(place[0]) & set(" /\r\n@"))


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Za-z][A-Za-z -]{0,20}[A-Za-z]", fullmatch=True).filter(
                lambda key: not key.upper().startswith(("NOTICE", "TERMS"))
            ),
            st.from_regex(r"[A-Za-z0-9][ -~]{0,40}[A-Za-z0-9]", fullmatch=True),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_what_was_written_is_read_back(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"  {key}: {value}\r\n" for key, value in pairs)
    assert whois.blocks(text) == (tuple(pairs),)


@pytest.mark.parametrize(
    "text", ["\n" * 1_000_000, "a: " * 300_000, " " * 1_000_000, ("x" * 50 + ":\n") * 19_000, "exceeded " * 100_000]
)
def test_a_megabyte_of_anything_takes_no_time(text: str) -> None:
    fields.facts(whois.blocks(text), text, "domain")
    whois.says_nothing(text)
    whois.refusal(text)
    whois.referral(text, "domain")
    whois.abuse_comment(text)


@pytest.mark.parametrize(
    ("data", "text", "charset", "trouble"),
    [
        ("név: tűzoltó".encode(), "név: tűzoltó", "utf-8", False),
        (b"\xef\xbb\xbfx: y", "x: y", "utf-8", False),
        ("owner: São Paulo".encode("latin-1"), "owner: São Paulo", "iso-8859-1", False),
        ("% charset: KOI8-R\nимя: Привет".encode("koi8-r"), "% charset: KOI8-R\nимя: Привет", "koi8-r", False),
        ("[Name] 日本".encode("iso2022_jp"), "[Name] 日本", "iso-2022-jp", False),
        (b"% Encoding: rot13\nx: y", "% Encoding: rot13\nx: y", "utf-8", True),
        (b"% Encoding: UTF-8\nx: \xff", "% Encoding: UTF-8\nx: \xff", "iso-8859-1", True),
        (b"x: \x1b[31m\x00", "x: \x1b[31m\x00", "utf-8", False),
        (b"", "", "utf-8", False),
    ],
)
def test_charsets(data: bytes, text: str, charset: str, trouble: bool) -> None:
    found = whois.decode(data)
    assert (found.text, found.charset, bool(found.trouble)) == (text, charset, trouble)


@given(st.binary(max_size=300))
def test_any_bytes_are_text(data: bytes) -> None:
    assert isinstance(whois.decode(data).text, str)
    whois.decode(b"% charset: big5\n" + data)


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("refer:        whois.ripe.net\n", "address", ("whois.ripe.net", 43)),
        ("ReferralServer:  whois://whois.ripe.net\n", "address", ("whois.ripe.net", 43)),
        ("ReferralServer: rwhois://rwhois.x.net:4321/\n", "prefix", ("rwhois.x.net", 4321)),
        ("ReferralServer: whois://[2001:db8::1]:4343\n", "prefix", ("2001:db8::1", 4343)),
        ("   Registrar WHOIS Server: WHOIS.X.com.\r\n", "domain", ("whois.x.com", 43)),
        ("   Registrar WHOIS Server: http://whois.x.com/\r\n", "domain", ("whois.x.com", 43)),
        ("   Registrar WHOIS Server: whois.x.com\r\n", "address", None),
        ("   Registrar WHOIS Server:\r\n", "domain", None),
        ("% referto: whois -h whois.arin.net -p 43 as 1\n", "asn", ("whois.arin.net", 43)),
        ("refer: localhost\n", "domain", None),
        ("refer: x.y;rm -rf\n", "domain", None),
        ("refer: x.y:99999\n", "domain", None),
        ("refer: -oops.net@evil\n", "domain", None),
        ("refer: \x1b[31m.net\n", "domain", None),
        ("", "domain", None),
    ],
)
def test_referrals(text: str, kind: str, place: tuple[str, int] | None) -> None:
    assert whois.referral(text, kind) == place


@pytest.mark.parametrize(
    "text",
    [
        'No match for "X.COM".\r\n',
        "NOT FOUND\n",
        "%ERROR:101: no entries found\n",
        "Domain x.de was not found.\n",
        "% No entries found in the selected source(s).\n",
        "Status: free\n",
        "The queried object does not exist: x\n",
        ">>> This domain has not been registered.\n",
        "No Data Found\n",
    ],
)
def test_nothing_registered(text: str) -> None:
    assert whois.says_nothing(text)
    assert not whois.refusal(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("%ERROR:201: access denied for 192.0.2.1\n%\n", "ERROR:201: access denied for 192.0.2.1"),
        (
            "WHOIS LIMIT EXCEEDED - SEE WWW.PIR.ORG/WHOIS FOR DETAILS\n",
            "WHOIS LIMIT EXCEEDED - SEE WWW.PIR.ORG/WHOIS FOR DETAILS",
        ),
        ("You have exceeded the maximum number of queries.\n", "You have exceeded the maximum number of queries."),
        ("hello\n# Query rate limit exceeded. Try again later.\n", "Query rate limit exceeded. Try again later."),
        ("Too many requests", "Too many requests"),
        ("Your connection limit exceeded.", "Your connection limit exceeded."),
    ],
)
def test_refusals(text: str, line: str) -> None:
    assert whois.refusal(text) == line
