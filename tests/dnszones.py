"""The addresses and zones of the private internet (see :mod:`tests.dnslab`), written and signed.

Zones: signed.test (one record of every type), plain.test (unsigned, 8,000 names in big.plain.test), broken.test (the
parent's DS fits no key), expired.test (signatures of the past), lame.test, differ.test, ed.lab, p384.lab, island.lab
(signed without a DS), and the reverse zones of 10.53/16 and fd53::/64.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

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


def zones() -> list[Zone]:
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
    for number, zone in enumerate(zones()):
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
