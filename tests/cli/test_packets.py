"""``netscope packets`` on files and pipes: what it prints, writes and ends with."""

from __future__ import annotations

import gzip
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.cli.packets.grammar import parse
from netscope.cli.packets.printers import sink
from netscope.cli.schema import schema
from netscope.core.frame import Interface
from netscope.core.text import printable
from netscope.domains.packets.tsharktext import clean, encoded
from netscope.system.live import LiveHost
from tests.dissect.test_tcpdumptext import conversations
from tests.files.made import everything, opened
from tests.framemaker import eth, ip4, number, pcap, tcp, udp
from tests.framesamples import ETHERNET
from tests.framesamples.links import others
from tests.lab import REPOSITORY
from tests.packets import frames
from tests.packets import pcap as pcap_of
from tests.protocols.internet import extensions, fragments4
from tests.traffic import traffic

_FIELDS = (
    "frame.number", "frame.len", "frame.time_epoch", "eth.src", "eth.type", "ip.src", "ip.dst", "ip.addr", "ip.ttl",
    "ip.flags.df", "ipv6.src", "tcp.srcport", "tcp.port", "tcp.flags", "udp.length", "udp.port", "dns.id", "arp.opcode",
    "vlan.id", "dhcp.option.dhcp", "dhcpv6.msgtype", "sctp.chunk_type", "ntp.stratum", "ip", "icmp", "tcp.analysis",
    "tcp.connection.syn", "tcp.flags.str", "ip.host", "ip.src_host", "eth.dst_resolved",
    "tcp.options.nop", "_ws.col.No.", "_ws.col.Source", "_ws.col.Length",
)  # fmt: skip
_GROUPS = ("bridges", "dhcp", "dhcp6", "sctp", "ntp")


def packets(*words: str | Path, stdin: bytes = b"", pass_fds: Sequence[int] = ()) -> subprocess.CompletedProcess[bytes]:
    """Run the command."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TZ": "UTC"}
    return subprocess.run(
        [sys.executable, "-m", "netscope", "packets", *map(str, words)],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
        env=environment,
        pass_fds=pass_fds,
    )


def tool(*words: str | Path, stdin: bytes = b"") -> bytes:
    """Run another program and return its output."""
    environment = {**os.environ, "TZ": "UTC"}
    return subprocess.run(words, input=stdin, capture_output=True, check=True, timeout=60, env=environment).stdout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A capture file of some conversations."""
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap(conversations(300)))
    return path


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize(
    "words", ["-n", "-nc 7", "-nvv -e", "-n tcp port 80", "-nS -c 3 udp", "-ntttt -s 60", "-n#XX -c 4 ip6"]
)
def test_a_file_as_tcpdump_prints_it(file: Path, words: str) -> None:
    # tcpdump does not cut the frames of a file: -s changes nothing there.
    done = packets("-r", file, *words.replace("-s 60", "").split())
    assert (done.stderr, done.returncode) == (b"", 0)
    assert done.stdout == tool("tcpdump", "-r", file, *words.split())


@pytest.mark.tool("tcpdump")
@pytest.mark.parametrize("words", ["-n", "-tt -n", "-tttt -n", "-n --nano", "-v -n", "-n udp"])
def test_a_fraction_of_more_than_a_second_is_printed_as_it_stands(tmp_path: Path, words: str) -> None:
    begun = pcap([])
    path = tmp_path / "odd.pcap"
    records = [
        struct.pack("<IIII", 1_700_000_000 + place, fraction, 42, 42) + data
        for place, fraction in enumerate((999_999, 1_000_000, 4_000_000))
        for data in (eth(0x0800, ip4(17, udp(1, 2, b""))), eth(0x0800, ip4(17, udp(1, 2, b""), options=bytes(4)))[:42])
    ]
    path.write_bytes(begun + b"".join(records))
    assert packets("-r", path, *words.split()).stdout == tool("tcpdump", "-r", path, *words.split())


@pytest.mark.tool("tcpdump")
def test_from_a_pipe_compressed_and_nanoseconds(file: Path, tmp_path: Path) -> None:
    expected = tool("tcpdump", "-n", "-r", file)
    assert packets("-n", "-r", "-", stdin=file.read_bytes()).stdout == expected
    packed = tmp_path / "some.pcap.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert packets("-nr", packed).stdout == expected
    for form in ("pcap", "pcapng"):
        again = tmp_path / f"again.{form}"
        assert packets("-r", file, "-w", again, "--nano").returncode == 0
        assert packets("-nr", again).stdout == expected
        assert tool("tcpdump", "-n", "-r", again) == expected


@pytest.mark.tool("tcpdump", "capinfos")
def test_what_passes_is_written_again(file: Path, tmp_path: Path) -> None:
    for form in ("pcap", "pcapng"):
        target = tmp_path / f"udp.{form}"
        done = packets("-r", file, "-w", target, "udp")
        assert done.returncode == 0
        assert done.stderr.endswith(b"packets written to " + os.fsencode(target) + b"\n")
        assert tool("tcpdump", "-n", "-r", target) == tool("tcpdump", "-n", "-r", file, "udp")
        assert tool("capinfos", "-t", target).endswith(f"- {form}\n".encode())
    piped = packets("-r", file, "-w", "-", "-c", "5")
    assert tool("tcpdump", "-n", "-r", "-", stdin=piped.stdout).count(b"\n") == 5
    mixed = packets("-r", target, "-w", tmp_path / "printed.pcap", "--print", "-n")
    assert mixed.stdout == tool("tcpdump", "-n", "-r", target)


def test_a_descriptor_is_a_file_too(file: Path) -> None:
    """As bash writes the name of ``>(command)``."""
    whole = packets("-r", file, "-w", "-").stdout
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe:
        done = packets("-r", file, "-c", "20", "-w", f"/dev/fd/{writing}", pass_fds=[writing])
        os.close(writing)
        assert done.returncode == 0
        assert pipe.read() == packets("-r", file, "-c", "20", "-w", "-").stdout
    assert packets("-r", file, "-w", "/dev/stdout").stdout == whole
    done = packets("-r", file, "-w", "/dev/fd/1000000")
    assert (done.returncode, done.stderr) == (2, b"netscope: /dev/fd/1000000 is not written: it is not open\n")


@pytest.mark.tool("editcap")
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_a_file_becomes_several(file: Path, tmp_path: Path, form: str) -> None:
    """By count they are editcap's, by size and time those that a capture would have written."""

    def split(*words: str) -> list[list[tuple[int, bytes]]]:
        for old in tmp_path.glob("some_*"):
            old.unlink()
        done = packets("-r", file, "-w", tmp_path / f"some.{form}", *words)
        assert done.returncode == 0, done.stderr
        found = sorted(tmp_path.glob("some_*"))
        assert b"written to %s" % bytes(found[0]) in done.stderr
        return [kept(each) for each in found]

    def kept(path: Path) -> list[tuple[int, bytes]]:
        return [(found.time, found.data) for found in everything(opened(path.read_bytes()))]

    subprocess.run(["editcap", "-F", form, "-c", "80", file, tmp_path / "theirs"], check=True)
    theirs = [kept(each) for each in sorted(tmp_path.glob("theirs*"))]
    assert len(theirs) > 3
    assert split("-b", "packets:80") == theirs
    assert split("-b", "packets:80", "-b", "files:2") == theirs[-2:]
    assert split("-b", "packets:80", "-a", "files:2") == theirs[:2]
    assert split("-b", "packets:80", "-c", "160") == theirs[:2]
    whole = kept(file)
    for words in (f"-b duration:{(whole[-1][0] - whole[0][0]) / 4e9:.6f}", "-C 6K", "-b filesize:6"):
        parts = split(*words.split())
        assert 2 < len(parts) < 30
        assert [each for part in parts for each in part] == whole
    *full, _last = [each.stat().st_size for each in sorted(tmp_path.glob("some_*"))]
    assert all(6000 <= size < 8000 for size in full)


def test_a_file_ends_where_it_is_told_to(file: Path, tmp_path: Path) -> None:
    lines = packets("-ttnr", file).stdout.splitlines(keepends=True)
    times = [float(line.split()[0]) for line in lines if line[:1].isdigit()]
    span = (times[-1] - times[0]) / 3
    soon = sum(time < times[0] + span for time in times)
    assert 1 < soon < len(times)
    first = packets("-ttnr", file, "-c", str(soon)).stdout
    assert packets("-ttnr", file, "-a", f"duration:{span:.6f}").stdout == first
    assert packets("-r", file, "-a", f"duration:{span:.6f}", "--count").stdout == b"%d packets\n" % soon
    assert packets("-ttnr", file, "-a", "packets:3").stdout == b"".join(lines[:3])
    packets("-r", file, "-a", "filesize:1", "-w", tmp_path / "short.pcap")
    assert 1000 <= (tmp_path / "short.pcap").stat().st_size < 2600
    assert b"".join(lines).startswith(packets("-ttnr", tmp_path / "short.pcap").stdout)


def test_where_there_can_be_no_other_file_this_one_is_whole(file: Path, tmp_path: Path) -> None:
    """The third one's name is longer than a name can be: its number has a digit more."""
    base = "x" * (255 - len("_99999_20261231235959.pcapng")) + ".pcapng"
    code = (
        "import sys\n"
        "from netscope.cli.main import run\n"
        "from netscope.cli.packets import saving\n"
        "made = saving.numbered\n"
        "saving.numbered = lambda path, number, stamp: made(path, number + 99_997, stamp)\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    words = ["packets", "-r", str(file), "-w", str(tmp_path / base), "-b", "packets:40"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    failed = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, timeout=60, env=environment)
    assert failed.returncode == 1
    assert b"is not written: File name too long" in failed.stderr
    counts = [packets("-r", each, "--count").stdout for each in sorted(tmp_path.glob("x*"))]
    assert counts == [b"40 packets\n", b"40 packets\n"]


def test_frames_are_cut_where_snaplen_says(file: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.pcap"
    assert packets("-r", file, "-s", "40", "-w", short).returncode == 0
    assert b"[|tcp]" in packets("-nr", short).stdout


@pytest.mark.tool("tshark")
@pytest.mark.parametrize(
    "words",
    [
        "", "-E header=yes -E separator=, -E bom=y", "-E occurrence=f -E quote=d -E separator=/s",
        "-E occurrence=l -E quote=s", "-E aggregator=; -E separator=/t -V",
    ],
)  # fmt: skip
def test_fields_as_tshark_prints_them(tmp_path: Path, words: str) -> None:
    path = tmp_path / "some.pcap"
    made = [data for group in _GROUPS for data in ETHERNET[group]()]
    path.write_bytes(pcap(number([*made, *list(ETHERNET["icmp"]())[:8], *(packet.data for packet in traffic(60))])))
    asked = [word for field in _FIELDS for word in ("-e", field)]
    done = packets("-r", path, "-T", "fields", *asked, *words.split())
    assert (done.stderr, done.returncode) == (b"", 0)
    expected = tool("tshark", "-n", "-r", path, "-T", "fields", *asked, *words.split())
    for ours, theirs in zip(done.stdout.split(b"\n"), expected.split(b"\n"), strict=True):
        assert ours == theirs


@pytest.mark.tool("tshark")
def test_lines_and_trees_as_tshark_prints_them(tmp_path: Path) -> None:
    talk = [packet.data for packet in (*traffic(8), *list(extensions())[:1]) if packet.link == 1]
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap(number([*list(ETHERNET["arp"]())[:6], *list(ETHERNET["icmp"]())[3:4], *talk])))
    assert packets("-r", path, "-T", "text").stdout == tool("tshark", "-n", "-r", path)
    ours = packets("-r", path, "-V").stdout.decode().split("\n")
    theirs = tool("tshark", "-n", "-r", path, "-V").decode().split("\n")
    assert len(theirs) > 300
    assert ours == theirs


@pytest.mark.tool("tshark")
def test_bytes_as_tshark_prints_them(tmp_path: Path) -> None:
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap_of(frames(list(fragments4())), 1))
    ours = packets("-r", path, "-T", "text", "-x").stdout
    assert b"\nReassembled IPv4 (" in ours
    assert ours == tool("tshark", "-n", "-r", path, "-x")
    whole = number([eth(0x0800, ip4(17, udp(40_000, 999, bytes(range(60)))))])
    (cut := tmp_path / "cut.pcap").write_bytes(pcap([whole[0]._replace(data=whole[0].data[:60])]))
    asked = ("-T", "fields", "-e", "data", "-e", "data.len", "-e", "data.data")
    assert packets("-r", cut, *asked).stdout == tool("tshark", "-n", "-r", cut, *asked)
    both = packets("-r", path, "-V", "-xc", "3").stdout
    assert both.startswith(b"Frame 1")
    assert both.count(b"\n0000  02 00 ") == 3


@pytest.mark.parametrize("words", [[], ["-c", "7"], ["udp"], ["-c", "20", "tcp"], ["-s", "60"]])
def test_lines_are_the_same_from_any_source(tmp_path: Path, words: list[str]) -> None:
    captured = frames(list(traffic(150)))
    plain, newer = tmp_path / "some.pcap", tmp_path / "some.pcapng"
    plain.write_bytes(pcap_of(captured, 1)[:-7])  # the last record is cut short
    assert packets("-r", plain, "-w", newer).returncode == 1
    piped = packets("-r", "-", "-T", "text", *words, stdin=plain.read_bytes()).stdout
    assert piped.count(b"\n") > 6
    for path in plain, newer:
        assert packets("-r", path, "-T", "text", *words).stdout == piped


def test_the_lines_of_a_file_are_written_many_at_a_time(tmp_path: Path) -> None:
    (path := tmp_path / "some.pcap").write_bytes(pcap_of(frames(list(traffic(1500))), 1))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # which keeps writes apart
    words = [sys.executable, "-m", "netscope", "packets", "-r", str(path), "-T", "fields", "-e", "ip.src"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with ours, subprocess.Popen(words, stdout=theirs.fileno(), env=environment) as process:
        theirs.close()
        written = list(iter(lambda: ours.recv(1 << 18), b""))
    assert process.returncode == 0
    assert len(b"".join(written).split(b"\n")) > 3000
    assert len(written) < 10


@pytest.mark.parametrize("words", ["-n", "-T text", "-n -v"])
def test_frames_longer_than_what_is_read_at_a_time(tmp_path: Path, words: str) -> None:
    sizes = (100, 262_144, 9, 262_143, 131_000, 131_000, 60, 262_000, 0)
    made = [
        frame._replace(data=frame.data + bytes(max(size - len(frame.data), 0)), length=max(size, len(frame.data)))
        for frame, size in zip(conversations(300), sizes * 34, strict=False)
    ][: len(sizes) * 3]
    (path := tmp_path / "long.pcap").write_bytes(pcap(made))
    piped = packets("-r", "-", *words.split(), stdin=path.read_bytes()).stdout
    assert piped.count(b"\n") >= len(made)
    assert packets("-r", path, *words.split()).stdout == piped


def test_lines_are_fit_for_any_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap_of(frames(list(traffic(5))), 1))
    expected = packets("-r", path, "-T", "text").stdout
    assert "→".encode() in expected
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert packets("-r", path, "-T", "text").stdout == expected.replace("→".encode(), b"\\u2192")


@pytest.mark.tool("tshark")
def test_json_as_tshark_prints_it(file: Path, tmp_path: Path) -> None:
    asked = ["-T", "json", "-e", "ip.addr", "-e", "tcp.dstport", "-e", "udp.length"]
    for words in (asked, [*asked, "-c", "7", "-E", "occurrence=l"]):
        assert packets("-r", file, *words).stdout == tool("tshark", "-n", "-r", file, *words)
    plain = tmp_path / "plain.pcap"
    plain.write_bytes(pcap(number(list(ETHERNET["dhcp"]())[:12])))
    whole = json.loads(packets("-r", plain, "-T", "json").stdout)
    theirs = json.loads(tool("tshark", "-n", "-r", plain, "-T", "json"))
    for ours, their in zip(whole, theirs, strict=True):
        assert ours["_source"]["layers"].keys() == their["_source"]["layers"].keys()
        assert ours["_source"]["layers"]["eth"]["eth.src"] == their["_source"]["layers"]["eth"]["eth.src"]
        assert (ours["_index"], ours["_type"]) == (their["_index"], their["_type"])


_JSON = st.recursive(st.text() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(_JSON)
def test_json_is_encoded_as_the_standard_library_does(value: object) -> None:
    assert encoded(value, "") == json.dumps(value, indent=2)


@given(st.lists(st.text(st.sampled_from("aZ ·…\n\x1b\x7f\u202eé\\")), min_size=1))
def test_no_line_of_a_tree_does_anything_to_the_terminal(lines: list[str]) -> None:
    assert clean(lines) == "\n".join(map(printable, lines))


def test_records_in_the_envelope(file: Path) -> None:
    done = packets("-r", file, "--json", "tcp")
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema())
    assert document["topic"] == "packets"
    lines = [json.loads(line) for line in packets("-r", file, "--jsonl", "tcp").stdout.splitlines()]
    assert document["records"] == lines
    assert {line["protocol"] for line in lines} >= {"TCP"}
    assert lines[0]["time"].startswith("2023-11-14T22:13:2")
    assert lines[0]["length"] == lines[0]["captured"]


def test_decode_as_and_checksums(tmp_path: Path) -> None:
    path = tmp_path / "some.pcap"
    segment = tcp(40_000, 8888, b"GET / HTTP/1.1\r\n\r\n")
    wrong = segment[:16] + b"\1\2" + segment[18:]
    path.write_bytes(pcap(number([eth(0x0800, ip4(6, segment)), eth(0x0800, ip4(6, wrong))])))
    asked = ["-T", "fields", "-e", "frame.protocols", "-e", "tcp.checksum.status"]
    plain = packets("-r", path, *asked).stdout.split(b"\n")
    assert plain[0].endswith(b"\t2")
    decoded = packets("-r", path, *asked, "-d", "tcp.port==8888,http", "--checksums").stdout.split(b"\n")
    assert decoded[0] == b"eth:ethertype:ip:tcp:http\t1"
    assert decoded[1].endswith(b"\t0")
    done = packets("-r", path, "-V", "-d", "tcp.port==8888,nosuch")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"no such protocol" in done.stderr


@pytest.mark.tool("tcpdump")
def test_the_compiled_filter(file: Path) -> None:
    text = "tcp port 80 or (udp and not host 192.0.2.1)"
    for flag in ("-d", "-dd", "-ddd"):
        assert packets(flag, "-r", file, text).stdout == tool("tcpdump", flag, "-r", file, text)
    assert packets("--ddd", "ip").stdout == packets("-ddd", "ip").stdout
    for text in ("ip broadcast", "not ip broadcast"):  # of no network that a file would tell
        assert packets("-ddd", "-r", file, text).stdout == tool("tcpdump", "-ddd", "-r", file, text)
        assert packets("-nr", file, text).stdout == tool("tcpdump", "-nr", file, text)


@pytest.mark.tool("tcpdump", "mergecap")
def test_a_filter_is_for_the_link_types_of_the_file(file: Path, tmp_path: Path) -> None:
    """Some filters are for frames that are not Ethernet's alone, and a file may have those beside others."""
    cooked, mixed = tmp_path / "cooked.pcap", tmp_path / "mixed.pcapng"
    # type IPv4, reserved, interface, Ethernet, to others or from this host, an address of 6 bytes
    heads = [struct.pack(">HHIHBB8x", 0x0800, 0, 7000 + place, 1, place % 5, 6) for place in range(1, 9)]
    cooked.write_bytes(pcap(number([head + ip4(17, udp(5, 6, b"x")) for head in heads]), 276))
    subprocess.run(["mergecap", "-a", "-w", mixed, file, cooked], check=True)
    for text in ("inbound", "outbound", "ifindex 7003", "not ifindex 7003"):
        there = tool("tcpdump", "-nr", cooked, text)
        assert packets("-nr", cooked, text).stdout == there
        done = packets("-nr", mixed, text)
        assert (done.returncode, done.stdout) == (0, there)
        assert b"frames of link type 1 are left out" in done.stderr
        for refused in (packets("-nr", file, text), packets("-nr", "-", text, stdin=file.read_bytes())):
            assert refused.returncode == 2
            assert refused.stdout == b""
            assert b"a file of Ethernet frames does not tell" in refused.stderr


def test_a_filter_from_a_file(file: Path, tmp_path: Path) -> None:
    (tmp_path / "filter").write_text("tcp\nand port 80\n")
    assert packets("-nr", file, "-F", tmp_path / "filter").stdout == packets("-nr", file, "tcp and port 80").stdout
    assert packets("--count", "-r", file, "tcp").stdout == b"%d packets\n" % packets("-nr", file, "tcp").stdout.count(
        b"\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ("-r {file} host 203.0.113.9", 1, ""),
        ("-r {file} tcp prt 80", 2, "^^^"),
        ("-r {file} tcp prt 80", 2, "expected 'and', 'or' or the end, not 'prt'"),
        ("-r /nosuch/file", 2, "/nosuch/file cannot be read: No such file"),
        ("-r {empty}", 1, "is empty"),
        ("-r {text}", 2, "neither a pcap nor a pcapng file"),
        ("-r {short}", 1, "the file is cut short at byte"),
        ("-r {corrupt}", 1, "the file is corrupt at byte"),
        ("-r {file} -T fields -e a -E separator=ab", 2, "one character"),
        ("-r {file} -w /nosuch/dir/f", 4, "/nosuch/dir/f"),
        ("-r {file} -w - --print", 2, "standard output"),
        ("-r {file} -T fields -e ip.src -e tcp.srcprt", 2, "no field tcp.srcprt (did you mean tcp.srcport?)"),
        ("-r {file} -T json -e nosuch.field -e x", 2, "no fields nosuch.field (netscope takes no nosuch apart), x ("),
        ("-i lo -T fields -e _ws.col.Inf", 2, "no field _ws.col.Inf (did you mean _ws.col.Info"),
        ("-r {file} -T fields -e _ws.col.info -e tls.handshake.ciphersuite -e tcp.bogus_header_length", 0, ""),
        ("-r {file} -T fields -e ip.src -E header=maybe", 2, "header=y|n"),
        ("-r {file} -T fields -e ip.src -E escape=n", 2, "always escaped"),
        ("-r {file} -T pdml", 2, "does not print that form of tshark's (it does text, fields, json)"),
        ("-r {file} -V -e ip.src", 2, "-e names a field (of -T fields or -T json"),
        ("-r {file} -T fields -e ip.src -x", 2, "-x does not go with -T fields"),
        ("-i nosuch0", 2, "nosuch0"),
        ("-i 4711", 2, "no interface 4711"),
        ("-F /nosuch/filter -r {file}", 2, "/nosuch/filter cannot be read"),
        ("--help", 0, ""),
        ("-D", 0, ""),
    ],
)
def test_statuses(file: Path, tmp_path: Path, words: str, status: int, says: str) -> None:
    whole = file.read_bytes()
    for name, content in (
        ("empty", b""), ("text", b"this is no capture file at all"), ("short", whole[:-7]),
        ("corrupt", whole + b"\xff" * 20),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
    names = {"file": file, **{name: tmp_path / name for name in ("empty", "text", "short", "corrupt")}}
    done = packets(*words.format(**names).split())
    assert done.returncode == status, done.stderr
    assert says.encode() in done.stderr
    assert b"Traceback" not in done.stderr


def test_what_could_be_read_is_printed(file: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(file.read_bytes() + b"\xff" * 40)
    for words in (["-n"], ["-nv"], ["-T", "text"]):
        done = packets("-r", damaged, *words)
        assert done.returncode == 1
        assert done.stdout == packets("-r", file, *words).stdout
        assert f"corrupt at byte {len(file.read_bytes()):,}".encode() in done.stderr


def test_a_reader_that_goes_away_is_no_trouble(file: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.pcap"
    large.write_bytes(pcap(conversations(30_000)))
    done = subprocess.run(
        f"{sys.executable} -m netscope packets -nr {large} | head -1",
        shell=True,
        capture_output=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


def test_bytes_from_outside_do_nothing_to_the_terminal(this_host: LiveHost) -> None:
    groups = [(1, ETHERNET[name]()) for name in ("dns", "bridges", "lines", "dhcp", "tunnels")]
    for link, group in [*groups, *others()]:
        frames = number(group, link)
        for words in (
            "-nvvv",
            "-T text",
            "-V",
            "-T fields -e dns.qry.name -e lldp.tlv.system.desc",
            "--jsonl",
            "-T json",
        ):
            made = sink(parse([*words.split(), "-r", "f"]), this_host)
            text = "".join(made.frame(frame, [Interface("", link)]) for frame in frames)
            assert text.replace("\n", "").replace("\t", "").isprintable(), (words, ascii(text))


@pytest.fixture
def this_host() -> Iterator[LiveHost]:
    """This host, which is asked for the names of ports alone."""
    host = LiveHost()
    yield host
    host.close()


def test_a_live_filter_is_told_before_privileges_are_asked_for() -> None:
    done = packets("-i", "lo", "tcp prt 80")
    assert done.returncode == 2
    assert b"^^^" in done.stderr
