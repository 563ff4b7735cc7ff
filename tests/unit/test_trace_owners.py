"""Who owns the routers of a trace: from a file, and nobody is asked."""

from __future__ import annotations

from pathlib import Path

from netscope.domains.trace_owners import find_owners
from netscope.domains.trace_text import Style, shown
from netscope.system.live import LiveHost
from tests.lab import netscope

TABLE = "192.0.3.0\t192.0.3.255\t64500\tZZ\tEXAMPLE-NET\n193.0.0.0\t193.0.255.255\t0\tNone\tNot routed\n"


def test_a_file_tells_and_special_ranges_need_none(tmp_path: Path) -> None:
    (tmp_path / "as.tsv").write_text(TABLE)
    host = LiveHost()
    told: list[str] = []
    found, problems = find_owners(
        host,
        ["192.0.3.7", "10.1.2.3", "fe80::1%eth0", "193.0.0.1", "198.17.0.1"],
        told.append,
        [str(tmp_path / "as.tsv")],
    )
    host.close()
    assert not told, "nobody is asked"
    assert found["192.0.3.7"].text == "AS64500 EXAMPLE-NET ZZ"
    assert found["10.1.2.3"].text == "Private-Use"
    assert found["fe80::1%eth0"].source == "special"
    assert found["193.0.0.1"].text == ""
    assert any("198.17.0.1" in problem.what for problem in problems)
    style = Style(True, False, found)
    assert shown("192.0.3.7", style, {}) == "192.0.3.7 [AS64500 EXAMPLE-NET ZZ]"
    assert shown("193.0.0.1", style, {}) == "193.0.0.1"


def test_the_command_shows_them_behind_the_addresses(tmp_path: Path) -> None:
    (tmp_path / "as.tsv").write_text(TABLE)
    done = netscope("trace", "-n", "-q", "1", "--db", str(tmp_path / "as.tsv"), "127.0.0.1", check=True)
    assert " 1  127.0.0.1 [Loopback]  " in done.stdout
    assert "rdap" not in done.stderr.lower()
    wrong = netscope("trace", "-n", "-q", "1", "--db", str(tmp_path / "none"), "127.0.0.1")
    assert "none" in wrong.stderr
    assert "Traceback" not in wrong.stderr
