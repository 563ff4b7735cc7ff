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
parent's DS fits no key), expired.test (signatures of the past), lame.test, differ.test, ed.lab, p384.lab, island.lab
(signed without a DS), and the reverse zones of 10.53/16 and fd53::/64.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from netscope.cli.dns.run import run
from netscope.system.live import LiveHost
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
LEAF_NS = (
    "@ 3600 IN NS ns1\n@ 3600 IN NS ns2\nns1 3600 IN A 10.53.2.1\nns1 3600 IN AAAA fd53::2:1\nns2 3600 IN A 10.53.2.2\n"
)

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
p384 3600 IN NS ns1.p384
ns1.p384 3600 IN A 10.53.2.1
"""

ZOO = Path(__file__).with_name("dnslab.zone").read_text()

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
""" + "".join(f'fat 300 IN TXT "{n:02d} {"x" * 200}"\n' for n in range(20))


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
    past = ("-s", "20200101000000", "-e", "20200201000000")
    ecdsa = "ECDSAP256SHA256"
    reverse = "".join(f"{n % 250 + 1}.{100 + n // 250} 300 IN PTR host-{n}.plain.test.\n" for n in range(BULK))
    reverse += "1.9 300 IN PTR www.signed.test.\n2.9 300 IN PTR nobody.plain.test.\n"
    big = _soa("big.plain.test.", 1) + "@ 3600 IN NS ns1.plain.test.\n"
    big += "".join(f"h{n} 300 IN A 10.{n // 65536}.{n // 256 % 256}.{n % 256}\n" for n in range(8000))
    reverse_ns = "@ 3600 IN NS ns1.plain.test.\n"
    reverse6 = "1.0.0.0.9.0.0.0.0.0.0.0.0.0.0.0 300 IN PTR www.signed.test.\n"
    ip6 = "0.0.0.0.0.0.0.0.0.0.0.0.3.5.d.f.ip6.arpa."
    return [
        Zone("signed.test.", _leaf("signed.test.", ZOO.replace("{long}", "y" * 250)), both, ecdsa, (), "test."),
        Zone("plain.test.", _leaf("plain.test.", PLAIN), both),
        Zone("big.plain.test.", big, both),
        Zone("broken.test.", _leaf("broken.test."), both, ecdsa, (), "test.", break_ds=True),
        Zone("expired.test.", _leaf("expired.test."), both, ecdsa, past, "test."),
        Zone("differ.test.", _leaf("differ.test."), first),
        Zone("differ.test.", _leaf("differ.test.", "www 300 IN A 10.53.9.2\n", 2026010109), ("leaf2",)),
        Zone("lame.test.", _soa("lame.test.", 5) + "@ 300 IN NS ns1\n@ 300 IN NS ns2\n@ 300 IN NS ns3\n"
             "ns1 300 IN A 10.53.2.1\nns2 300 IN A 10.53.2.2\nns3 300 IN A 10.53.0.67\n"
             "www 300 IN A 10.53.9.1\n", first),
        Zone("ed.lab.", _leaf("ed.lab.").replace("@ 3600 IN NS ns2\n", ""), first, "ED25519", (), "lab."),
        Zone("p384.lab.", _leaf("p384.lab.").replace("@ 3600 IN NS ns2\n", ""), first, "ECDSAP384SHA384", (), "lab."),
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
    tag, algorithm, digest, *words = (directory / "root.ds").read_text().split("DS")[1].split()
    (directory / "delv.keys").write_text(
        f'trust-anchors {{ . static-ds {tag} {algorithm} {digest} "{"".join(words)}"; }};\n'
    )
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
options {{ directory "{directory}"; pid-file none; session-keyfile none; listen-on {{ {RESOLVER}; }};
  listen-on-v6 {{ {RESOLVER6}; }}; listen-on port 853 tls lab {{ {RESOLVER}; }};
  listen-on port 443 tls lab http lab {{ {RESOLVER}; }};
  recursion yes; allow-recursion {{ any; }}; allow-query {{ any; }}; dnssec-validation yes; server-id "resolver";
  empty-zones-enable no; minimal-responses yes; max-cache-ttl 1; max-ncache-ttl 1; }};
controls {{ }};
trust-anchors {{ "." static-key {flags} {protocol} {algorithm} "{"".join(key)}"; }};
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
    """Give a namespace a resolv.conf of its own (ip-netns(8)); afterwards what was there before."""
    directory = Path("/etc/netns") / name
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "resolv.conf"
    before = path.read_text() if path.exists() else None
    path.write_text(text)
    try:
        yield
    finally:
        if before is None:
            shutil.rmtree(directory)
        else:
            path.write_text(before)


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
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "9", "-subj", "/CN=resolver.lab", "-addext", f"subjectAltName=DNS:resolver.lab,IP:{RESOLVER}",
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
            signed = "signed.test"
            _await(
                internet, [(ROOT, ".", "2026010100"), *((at, signed, "2026010110") for at in (LEAF, RESOLVER, UNBOUND))]
            )
        except AssertionError as error:
            raise AssertionError(f"{error}\n{(directory / 'log').read_text()[-3000:]}") from None
        yield internet


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    """The private internet, built once a session."""
    with private_internet() as made:
        yield made


VARYING = (
    (r"^; <<>> .*", "; <<>>"),
    (r"\bid: \d+", "id: N"),
    (r"COOKIE: \w+", "COOKIE: HEX"),
    (r"(Query time:|\bin) \d+ ms", r"\1 N ms"),
    (r"WHEN: .*", "WHEN:"),
)

Dns = Callable[..., tuple[int, str]]


@pytest.fixture
def dns(internet: Internet, capfd: pytest.CaptureFixture[str]) -> Dns:
    """Return a function that runs ``netscope dns`` inside the client's namespace: words -> (status, output)."""

    def asked(*words: str) -> tuple[int, str]:
        capfd.readouterr()
        host = LiveHost(internet.client.name)
        try:
            status = run(words, host)
        finally:
            host.close()
        return status, capfd.readouterr().out

    return asked


def masked(text: str) -> list[str]:
    """Return the lines without what differs each time; records of a section sorted, as servers rotate them."""
    lines: list[str] = []
    section: list[str] = []
    for pattern, instead in VARYING:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    for line in [*text.splitlines(), ";"]:
        if line and line[0] not in ";\t":
            section.append(line)
        else:
            lines += [*sorted(section), line]
            section = []
    return lines
