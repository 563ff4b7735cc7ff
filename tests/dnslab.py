"""A private internet for the DNS tests: real bind9 and unbound in network namespaces.

Two namespaces joined by a veth pair: ``client`` asks, ``servers`` answers. One named serves every authority, each in a
view of its own that is chosen by the address asked, so that each address is a server of its own:

===========================  ==================================================================================
10.53.0.1, fd53::1           the root (signed, ECDSA), also 10.53.0.2
10.53.0.53, fd53::53         a validating bind9 resolver; DoT on 853, DoH on 443
10.53.0.54                   a validating unbound with extended errors
10.53.0.66                   nobody: packets are dropped (a dead server)
10.53.0.67                   nobody listens: connection refused
10.53.1.1, 10.53.1.2         test. (signed, NSEC)
10.53.1.3                    lab. (signed, RSA, NSEC3 with opt-out)
10.53.2.1, 10.53.2.2         the zones below; the second has another differ.test and nothing of lame.test
===========================  ==================================================================================

Zones: signed.test (one record of every type), plain.test (unsigned, 8,000 names in big.plain.test), broken.test (the
parent's DS fits no key), expired.test (signatures of the past), lame.test, differ.test, ed.lab (Ed25519), island.lab
(signed without a DS), and the reverse zones of 10.53/16 and fd53::/64.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.lab import Namespace, namespace

ROOT, ROOT2 = "10.53.0.1", "10.53.0.2"
RESOLVER, UNBOUND = "10.53.0.53", "10.53.0.54"
DEAD, CLOSED = "10.53.0.66", "10.53.0.67"
TEST, TEST2, LAB = "10.53.1.1", "10.53.1.2", "10.53.1.3"
LEAF, LEAF2 = "10.53.2.1", "10.53.2.2"
ROOT6, RESOLVER6, LEAF6 = "fd53::1", "fd53::53", "fd53::2:1"
ADDRESSES = (ROOT, ROOT2, RESOLVER, UNBOUND, CLOSED, TEST, TEST2, LAB, LEAF, LEAF2, "10.53.9.1", "10.53.9.2")
ADDRESSES6 = (ROOT6, RESOLVER6, LEAF6)
BULK = 1000

SOA = "@ 3600 IN SOA ns1.{origin} hostmaster.{origin} {serial} 7200 900 1209600 300\n"
LEAF_NS = "@ 3600 IN NS ns1\n@ 3600 IN NS ns2\nns1 3600 IN A 10.53.2.1\nns1 3600 IN AAAA fd53::2:1\nns2 3600 IN A 10.53.2.2\n"

ROOT_ZONE = """\
. 86400 IN SOA a.root. hostmaster.root. 2026010100 1800 900 604800 86400
. 518400 IN NS a.root.
. 518400 IN NS b.root.
a.root. 518400 IN A 10.53.0.1
a.root. 518400 IN AAAA fd53::1
b.root. 518400 IN A 10.53.0.2
test. 172800 IN NS a.nic.test.
test. 172800 IN NS b.nic.test.
a.nic.test. 172800 IN A 10.53.1.1
b.nic.test. 172800 IN A 10.53.1.2
lab. 172800 IN NS a.nic.lab.
a.nic.lab. 172800 IN A 10.53.1.3
53.10.in-addr.arpa. 172800 IN NS ns1.plain.test.
0.0.0.0.0.0.0.0.0.0.0.0.3.5.d.f.ip6.arpa. 172800 IN NS ns1.plain.test.
"""

TEST_ZONE = """\
@ 3600 IN SOA a.nic.test. hostmaster.nic.test. 2026010101 1800 900 604800 300
@ 3600 IN NS a.nic
@ 3600 IN NS b.nic
a.nic 3600 IN A 10.53.1.1
b.nic 3600 IN A 10.53.1.2
""" + "".join(
    f"{zone} 3600 IN NS ns1.{zone}\n{zone} 3600 IN NS ns2.{zone}\n"
    f"ns1.{zone} 3600 IN A 10.53.2.1\nns2.{zone} 3600 IN A 10.53.2.2\n"
    for zone in ("signed", "plain", "broken", "expired", "differ")
) + """\
lame 3600 IN NS ns1.lame
lame 3600 IN NS ns2.lame
lame 3600 IN NS ns3.lame
ns1.lame 3600 IN A 10.53.2.1
ns2.lame 3600 IN A 10.53.2.2
ns3.lame 3600 IN A 10.53.0.67
"""  # fmt: skip

LAB_ZONE = """\
@ 3600 IN SOA a.nic.lab. hostmaster.nic.lab. 2026010102 1800 900 604800 300
@ 3600 IN NS a.nic
a.nic 3600 IN A 10.53.1.3
ed 3600 IN NS ns1.ed
ns1.ed 3600 IN A 10.53.2.1
island 3600 IN NS ns1.island
ns1.island 3600 IN A 10.53.2.1
"""

ZOO = r"""
@ 300 IN A 10.53.9.1
@ 300 IN MX 10 mail
@ 300 IN MX 20 mail2.plain.test.
@ 300 IN TXT "v=spf1 -all"
@ 300 IN CAA 0 issue "ca.test; account=1"
www 300 IN A 10.53.9.1
www 300 IN A 10.53.9.2
www 300 IN AAAA fd53::9:1
www 300 IN HTTPS 1 . alpn=h2,h3 ipv4hint=10.53.9.1 ipv6hint=fd53::9:1
mail 300 IN A 10.53.9.2
alias 300 IN CNAME alias2
alias2 300 IN CNAME www
far 300 IN CNAME www.plain.test.
loose 300 IN CNAME nothing
tree 300 IN DNAME plain.test.
*.wild 300 IN TXT "from the wildcard"
long 300 IN TXT "{long}" "{long}" "{long}" "{long}" "{long}" "{long}"
escape 300 IN TXT "quote \" back \\ bell \007 high \200\255 semi ; at @" "" "two words"
odd\.dot\032space\@at\;semi\"quote 300 IN A 10.53.9.1
a 300 IN A 10.53.9.1
aaaa 300 IN AAAA fd53::9:1
afsdb 300 IN AFSDB 1 afs.example.
amtrelay1 300 IN AMTRELAY 10 0 1 10.53.9.1
amtrelay2 300 IN AMTRELAY 10 1 2 fd53::9:1
amtrelay3 300 IN AMTRELAY 10 0 3 relay.example.
amtrelay0 300 IN AMTRELAY 0 1 0 .
apl 300 IN APL 1:192.168.32.0/21 !1:192.168.38.0/28 2:fd53::/16
avc 300 IN AVC "app-name:WOLFGANG|app-class:OAM|business=yes"
caa 300 IN CAA 128 iodef "mailto:security@example.com"
cdnskey 300 IN CDNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
cds 300 IN CDS 2371 13 2 1F987CC6583E92DF0890718C42A2A00B4E9A2DD5A5F6B23C8B92C8DB7C4F5A11
cert 300 IN CERT PKIX 65534 RSASHA256 MxFcby9k/yvedMfQgKzhH5er0Mu/vILz45IkskceFGgiWCn/GxHhai6VAuHAoNUz4YoU1tVfSCSqQYn6//11U6Nld80jEeC8aTrO+KKmCaY=
csync 300 IN CSYNC 66 3 A NS AAAA
dhcid 300 IN DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
ds 300 IN DS 2371 13 2 1F987CC6583E92DF0890718C42A2A00B4E9A2DD5A5F6B23C8B92C8DB7C4F5A11
ds 300 IN NS ns.ds.example.
eui48 300 IN EUI48 00-00-5e-00-53-2a
eui64 300 IN EUI64 00-00-5e-ef-10-00-00-2a
gpos 300 IN GPOS -32.6882 116.8652 10.0
hinfo 300 IN HINFO "Generic PC clone" "NetBSD-1.4"
hip 300 IN HIP 2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr1gsNrut79ryra+bSRGQb1slImA8YVJyuIDsj7kwzG7jnERNqnWxZ48AWkskmdHaVDP4BcelrTI3rMXdXF5D rvs1.example.com. rvs2.example.com.
ipseckey0 300 IN IPSECKEY 10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
ipseckey1 300 IN IPSECKEY 10 1 2 10.53.9.1 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
ipseckey2 300 IN IPSECKEY 10 2 2 fd53::9:1 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
ipseckey3 300 IN IPSECKEY 10 3 2 mygateway.example.com. AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
isdn 300 IN ISDN "150862028003217" "004"
key 300 IN KEY 512 255 1 AQMFD5raczCJHViKtLYhWGz8hMY9UGRuniJDBzC7w0aRyzWZriO6i2odGWWQVucZqKVsENW91IOW4vqudngPZsY3
kx 300 IN KX 10 kdc.example.
l32 300 IN L32 10 10.53.9.1
l64 300 IN L64 10 2001:0DB8:1140:1000
loc 300 IN LOC 60 9 0.000 N 24 39 0.000 E 10.00m 20m 2000m 20m
loc2 300 IN LOC 42 21 54.5 S 71 06 18.25 W -24m 30m
lp 300 IN LP 10 l64-subnet.example.
minfo 300 IN MINFO rmailbx.example. emailbx.example.
mb 300 IN MB madname.example.
mg 300 IN MG mgmname.example.
mr 300 IN MR newname.example.
naptr 300 IN NAPTR 100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.gatech.edu.
nid 300 IN NID 10 0014:4fff:ff20:ee64
nsap 300 IN NSAP 0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00
nsap-ptr 300 IN NSAP-PTR foo.example.
ninfo 300 IN NINFO "zone status" "ok"
openpgpkey 300 IN OPENPGPKEY AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
px 300 IN PX 65535 foo.example. bar.example.
ptr 300 IN PTR www.signed.test.
rkey 300 IN RKEY 0 255 1 AQMFD5raczCJHViKtLYhWGz8hMY9UGRuniJDBzC7w0aRyzWZriO6i2odGWWQVucZqKVsENW91IOW4vqudngPZsY3
rp 300 IN RP mbox-dname.example. txt-dname.example.
rt 300 IN RT 0 intermediate-host.example.
sink 300 IN SINK 8 0 2 l4ik
smimea 300 IN SMIMEA 1 1 2 92003BA34942DC74152E2F2C408D29ECA5A520E7F2E06BB944F4DCA346BAF63C1B177615D466F6C4B71C216A50292BD58C9EBDD2F74E38FE51FFD48C43326CBC
spf 300 IN SPF "v=spf1 +mx a:colo.example.com/28 -all"
_sip._tcp 300 IN SRV 10 60 5060 www
sshfp 300 IN SSHFP 4 2 123456789ABCDEF67890123456789ABCDEF67890123456789ABCDEF67890123A
svcb0 300 IN SVCB 0 svc.example.
svcb1 300 IN SVCB 16 svc.example. mandatory=alpn,ipv4hint alpn="h2,h3-19" no-default-alpn port=8443 ipv4hint=10.53.9.1 ech=AEj+DQBE ipv6hint=fd53::9:1 key667="hello\210qoo" dohpath=/dns-query{?dns}
ta 300 IN TA 2371 13 2 1F987CC6583E92DF0890718C42A2A00B4E9A2DD5A5F6B23C8B92C8DB7C4F5A11
dlv 300 IN DLV 2371 13 2 1F987CC6583E92DF0890718C42A2A00B4E9A2DD5A5F6B23C8B92C8DB7C4F5A11
talink 300 IN TALINK talink0.example. talink2.example.
_443._tcp 300 IN TLSA 3 1 1 0D6FCE13243AA7A2D3C1AA8F0B5F8C1C1E0A1D3F6B5A4C3D2E1F00112233AABB
unknown 300 IN TYPE731 \# 6 abcdef012345
uri 300 IN URI 10 1 "ftp://ftp1.example.com/public"
wks 300 IN WKS 10.53.9.1 6 21 25 80
x25 300 IN X25 "311061700956"
zonemd 300 IN ZONEMD 2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7FED2DD5B97AE499FAFA4F22C6BD647DE
"""

PLAIN = """
www 300 IN A 10.53.9.2
www 300 IN AAAA fd53::9:2
mail2 300 IN A 10.53.9.2
short 1 IN A 10.53.9.2
zero 0 IN A 10.53.9.2
day 86400 IN A 10.53.9.2
mixed 90061 IN A 10.53.9.2
big 3600 IN NS ns1
xn--strae-oqa 300 IN A 10.53.9.1
""" + "".join(f"fat 300 IN TXT \"{n:02d} {'x' * 200}\"\n" for n in range(20))


class Zone(NamedTuple):
    """One zone to build. ``algorithm`` "" leaves it unsigned; ``views`` are the authorities that serve it."""

    origin: str
    text: str
    views: tuple[str, ...]
    algorithm: str = ""
    options: tuple[str, ...] = ()
    parent: str = ""  # where its DS goes
    break_ds: bool = False


def _soa(origin: str, serial: int) -> str:
    return SOA.format(origin=origin, serial=serial)


def _leaf(origin: str, body: str = "www 300 IN A 10.53.9.1\n", serial: int = 2026010110) -> str:
    return _soa(origin, serial) + LEAF_NS + body


def _zones() -> list[Zone]:
    """Return the zones, children before their parents."""
    both, first = ("leaf", "leaf2"), ("leaf",)
    ecdsa = "ECDSAP256SHA256"
    reverse = "".join(f"{n % 250 + 1}.{100 + n // 250} 300 IN PTR host-{n}.plain.test.\n" for n in range(BULK))
    reverse += "1.9 300 IN PTR www.signed.test.\n2.9 300 IN PTR nobody.plain.test.\n"
    big = _soa("big.plain.test.", 1) + "@ 3600 IN NS ns1.plain.test.\n"
    big += "".join(f"h{n} 300 IN A 10.{n // 65536}.{n // 256 % 256}.{n % 256}\n" for n in range(8000))
    reverse_ns = "@ 3600 IN NS ns1.plain.test.\n"
    reverse6 = "1.0.0.0.9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 300 IN PTR www.signed.test.\n"
    ip6 = "0.0.0.0.0.0.0.0.0.0.0.0.3.5.d.f.ip6.arpa."
    return [
        Zone("signed.test.", _leaf("signed.test.", ZOO.replace("{long}", "y" * 250)), both, ecdsa, (), "test."),
        Zone("plain.test.", _leaf("plain.test.", PLAIN), both),
        Zone("big.plain.test.", big, both),
        Zone("broken.test.", _leaf("broken.test."), both, ecdsa, (), "test.", break_ds=True),
        Zone("expired.test.", _leaf("expired.test."), both, ecdsa, ("-s", "20200101000000", "-e", "20200201000000"), "test."),
        Zone("differ.test.", _leaf("differ.test."), first),
        Zone("differ.test.", _leaf("differ.test.", "www 300 IN A 10.53.9.2\n", 2026010109), ("leaf2",)),
        Zone("lame.test.", _soa("lame.test.", 5) + "@ 300 IN NS ns1\n@ 300 IN NS ns2\n@ 300 IN NS ns3\n"
             "ns1 300 IN A 10.53.2.1\nns2 300 IN A 10.53.2.2\nns3 300 IN A 10.53.0.67\nwww 300 IN A 10.53.9.1\n", first),
        Zone("ed.lab.", _leaf("ed.lab.").replace("@ 3600 IN NS ns2\n", ""), first, "ED25519", (), "lab."),
        Zone("island.lab.", _leaf("island.lab.").replace("@ 3600 IN NS ns2\n", ""), first, ecdsa),
        Zone("53.10.in-addr.arpa.", _soa("plain.test.", 1) + reverse_ns + reverse, both),
        Zone(ip6, _soa("plain.test.", 1) + reverse_ns + reverse6, both),
        Zone("test.", TEST_ZONE, ("test",), ecdsa, (), "."),
        Zone("lab.", LAB_ZONE, ("lab",), "RSASHA256", ("-3", "beef", "-A", "-H", "1"), "."),
        Zone(".", ROOT_ZONE, ("root",), ecdsa),
    ]  # fmt: skip


VIEWS = {
    "root": (ROOT, ROOT2, ROOT6),
    "test": (TEST, TEST2),
    "lab": (LAB,),
    "leaf": (LEAF, LEAF6),
    "leaf2": (LEAF2,),
}


def build(directory: Path) -> None:
    """Write and sign all zones; ``root.ds`` and ``root.key`` hold the trust anchor, ``root.hints`` the hints."""
    extra: dict[str, str] = {}
    for number, zone in enumerate(_zones()):
        stem = directory / f"{number}.zone"
        stem.write_text(zone.text + extra.get(zone.origin, ""))
        if zone.algorithm:
            ds = _sign(directory, zone, stem)
            if zone.origin == ".":
                (directory / "root.ds").write_text(ds)
            elif zone.parent:
                if zone.break_ds:
                    ds = re.sub(r"[0-9A-F]{16}\n", "0123456789ABCDEF\n", ds)
                extra[zone.parent] = extra.get(zone.parent, "") + ds
    (directory / "root.hints").write_text(
        ". 518400 IN NS a.root.\n. 518400 IN NS b.root.\n"
        "a.root. 518400 IN A 10.53.0.1\na.root. 518400 IN AAAA fd53::1\nb.root. 518400 IN A 10.53.0.2\n"
    )


def _sign(directory: Path, zone: Zone, path: Path) -> str:
    """Sign one zone file with one key and return the DS record's line."""

    def run(*words: str) -> str:
        done = subprocess.run(words, cwd=directory, capture_output=True, text=True)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    size = ("-b", "2048") if zone.algorithm.startswith("RSA") else ()
    key = run("dnssec-keygen", "-q", "-a", zone.algorithm, *size, "-f", "KSK", zone.origin).strip()
    with path.open("a") as file:
        file.write((directory / f"{key}.key").read_text())
    if zone.origin == ".":
        shutil.copy(directory / f"{key}.key", directory / "root.key")
    run("dnssec-signzone", "-q", "-z", "-P", "-o", zone.origin, "-f", f"{path}.signed", *zone.options, str(path), key)
    shutil.move(f"{path}.signed", path)
    return run("dnssec-dsfromkey", "-2", f"{key}.key")


def _authority(directory: Path) -> str:
    """Return the configuration of the named that is every authority."""
    listen = "; ".join(address for addresses in VIEWS.values() for address in addresses if ":" not in address)
    listen6 = "; ".join(address for addresses in VIEWS.values() for address in addresses if ":" in address)
    text = f"""
options {{ directory "{directory}"; pid-file none; session-keyfile none; listen-on {{ {listen}; }};
  listen-on-v6 {{ {listen6}; }}; recursion no; allow-query {{ any; }}; allow-transfer {{ any; }}; dnssec-validation no;
  minimal-responses no; max-udp-size 1232; server-id "lab"; notify no; transfer-format many-answers; }};
controls {{ }};
"""
    for view, addresses in VIEWS.items():
        text += f"view {view} {{ match-destinations {{ {'; '.join(addresses)}; }};\n"
        for number, zone in enumerate(_zones()):
            if view in zone.views:
                text += f'  zone "{zone.origin}" {{ type primary; file "{number}.zone"; check-names ignore; }};\n'
        text += "};\n"
    return text


def _resolver(directory: Path) -> str:
    """Return the configuration of the validating bind9 resolver."""
    flags, protocol, algorithm, *key = (directory / "root.key").read_text().split("DNSKEY")[-1].split()
    return f"""
tls lab {{ key-file "{directory}/tls.key"; cert-file "{directory}/tls.crt"; }};
http lab {{ endpoints {{ "/dns-query"; }}; }};
options {{ directory "{directory}"; pid-file none; session-keyfile none; listen-on {{ {RESOLVER}; }}; listen-on-v6 {{ {RESOLVER6}; }};
  listen-on port 853 tls lab {{ {RESOLVER}; }}; listen-on port 443 tls lab http lab {{ {RESOLVER}; }};
  recursion yes; allow-recursion {{ any; }}; allow-query {{ any; }}; dnssec-validation yes; server-id "resolver";
  empty-zones-enable no; minimal-responses no; max-cache-ttl 1; max-ncache-ttl 1; }};
controls {{ }};
trust-anchors {{ "." static-key {flags} {protocol} {algorithm} "{''.join(key)}"; }};
zone "." {{ type hint; file "root.hints"; }};
"""


def _unbound(directory: Path) -> str:
    return f"""
server:
  interface: {UNBOUND}
  access-control: 10.53.0.0/16 allow
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  directory: "{directory}"
  root-hints: "{directory}/root.hints"
  trust-anchor-file: "{directory}/root.key"
  do-not-query-localhost: no
  ede: yes
  num-threads: 1
  local-zone: "10.in-addr.arpa." nodefault
  local-zone: "d.f.ip6.arpa." nodefault
  local-zone: "test." nodefault
  module-config: "validator iterator"
remote-control:
  control-enable: no
"""


class Internet(NamedTuple):
    """The private internet. ``directory`` holds hints, anchors and certificates."""

    client: Namespace
    servers: Namespace
    directory: Path

    @property
    def hints(self) -> str:
        """Return the path of the root hints file."""
        return str(self.directory / "root.hints")

    @property
    def anchor(self) -> str:
        """Return the path of the trust anchor (a DS record)."""
        return str(self.directory / "root.ds")

    def tool(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of the real tools in the client's namespace, with its resolv.conf."""
        return subprocess.run(
            ["ip", "netns", "exec", self.client.name, *words],
            capture_output=True, text=True, timeout=60, env={**os.environ, "LANG": "C", "HOME": str(self.directory)},
        )  # fmt: skip


@contextmanager
def resolv_conf(name: str, text: str) -> Iterator[None]:
    """Give a namespace a resolv.conf of its own (ip-netns(8))."""
    directory = Path("/etc/netns") / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "resolv.conf").write_text(text)
    try:
        yield
    finally:
        shutil.rmtree(directory)


def _wire(client: Namespace, servers: Namespace) -> None:
    """Join the two namespaces and give the servers their addresses."""
    client.ip(f"link add up0 type veth peer name up0 netns {servers.name}")
    client.batch(["link set up0 up", "addr add 10.53.255.2/24 dev up0", "addr add fd53::ff:2/112 dev up0 nodad",
                  "route add 10.53.0.0/16 via 10.53.255.1", "route add fd53::/64 via fd53::ff:1"])  # fmt: skip
    servers.batch(
        ["link set up0 up", "addr add 10.53.255.1/24 dev up0", "addr add fd53::ff:1/112 dev up0 nodad",
         f"route add blackhole {DEAD}/32"]
        + [f"addr add {address}/32 dev lo" for address in ADDRESSES]
        + [f"addr add {address}/128 dev lo nodad" for address in ADDRESSES6]
    )  # fmt: skip


def _await(internet: Internet, questions: Sequence[tuple[str, str, str]], deadline: float = 20.0) -> None:
    """Wait until every (server, name, expected) answers as expected."""
    end = time.monotonic() + deadline
    for server, name, expected in questions:
        while True:
            got = internet.tool("dig", "+short", "+time=1", "+tries=1", f"@{server}", name, "SOA").stdout
            if expected in got:
                break
            assert time.monotonic() < end, f"{server} does not answer for {name}: {got!r}"


@contextmanager
def private_internet() -> Iterator[Internet]:
    """Build everything, wait until it answers, tear it down."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="netscope-dns-")))
        directory.chmod(0o755)
        client, servers = (stack.enter_context(namespace()) for _ in range(2))
        _wire(client, servers)
        build(directory)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "9",
             "-subj", "/CN=resolver.lab", "-addext", f"subjectAltName=DNS:resolver.lab,IP:{RESOLVER}",
             "-keyout", "tls.key", "-out", "tls.crt"], cwd=directory, check=True, capture_output=True,
        )  # fmt: skip
        (directory / "authority.conf").write_text(_authority(directory))
        (directory / "resolver.conf").write_text(_resolver(directory))
        (directory / "unbound.conf").write_text(_unbound(directory))
        stack.enter_context(resolv_conf(client.name, f"nameserver {RESOLVER}\nsearch signed.test plain.test\n"))
        log = stack.enter_context((directory / "log").open("w"))
        for command in (
            ["named", "-g", "-n", "1", "-c", str(directory / "authority.conf")],
            ["named", "-g", "-n", "1", "-c", str(directory / "resolver.conf")],
            ["unbound", "-d", "-p", "-c", str(directory / "unbound.conf")],
        ):
            process = servers.popen(*command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=directory)
            stack.callback(process.wait)
            stack.callback(process.kill)
        internet = Internet(client, servers, directory)
        try:
            _await(internet, [(ROOT, ".", "2026010100"), (LEAF, "signed.test", "2026010110"),
                              (RESOLVER, "signed.test", "2026010110"), (UNBOUND, "signed.test", "2026010110")])  # fmt: skip
        except AssertionError as error:
            raise AssertionError(f"{error}\n{(directory / 'log').read_text()[-3000:]}") from None
        yield internet


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    """The private internet, built once a session."""
    with private_internet() as made:
        yield made


def free_port() -> int:
    """Return a UDP port that nobody uses on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
