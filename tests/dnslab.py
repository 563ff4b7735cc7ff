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
10.53.2.1, 10.53.2.2         the other zones; the second has another differ.test and nothing of lame.test
===========================  ==================================================================================

The zones are those of :mod:`tests.dnszones`.
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
from tests.dnszones import ADDRESSES, ADDRESSES6, DEAD, LEAF, RESOLVER, RESOLVER6, ROOT, UNBOUND, VIEWS, build, zones
from tests.lab import Namespace, namespace


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
        for number, zone in enumerate(zones()):
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
