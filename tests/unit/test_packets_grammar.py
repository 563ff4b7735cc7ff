"""The command line of ``netscope packets``: tcpdump's words, dumpcap's and tshark's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netscope.cli.packets.grammar import Command, parse
from netscope.core.capture import Rotation, Stop
from netscope.core.errors import BadQuery
from netscope.dissect.tcpdumptext.style import Style


def _parsed(words: str) -> Command:
    return parse(words.split())


def test_tcpdumps_flags_together_and_apart() -> None:
    command = parse(["-nvvvSei", "eth0", "-XX", "-c5", "-s", "96", "port", "53", "-ttt", "-Qin", "-p"])
    assert command.interfaces == ("eth0",)
    assert command.filter == "port 53"
    assert (command.most, command.snaplen, command.way, command.promiscuous) == (5, 96, "in", False)
    assert command.stop == Stop(packets=5)
    assert command.style == Style(times="delta", link=True, numeric=True, verbose=3, absolute=True, dump="XX")


@pytest.mark.parametrize(
    ("words", "dump"),
    [("-x", "x"), ("-xx", "xx"), ("-x -x", "xx"), ("-X", "X"), ("-XX", "XX"), ("-A", "A"), ("-AA", "AA")],
)
def test_the_bytes(words: str, dump: str) -> None:
    assert _parsed(words).style.dump == dump


def test_options_may_follow_the_filter_and_two_dashes_end_them() -> None:
    assert parse(["icmp", "-n", "or", "arp"]).filter == "icmp or arp"
    assert parse(["-n", "--", "-1", "=", "1"]).filter == "-1 = 1"
    assert parse(["-f", "tcp", "port", "80"]).filter == "(tcp) and (port 80)"


def test_tcpdumps_long_options_that_change_little() -> None:
    assert _parsed("--immediate-mode -n") == _parsed("-n")
    assert _parsed("--time-stamp-precision=nano").style.nanoseconds
    assert not _parsed("--nano --time-stamp-precision micro").style.nanoseconds


def test_dumpcaps_files() -> None:
    command = _parsed("-w f.pcapng -b files:3 -b filesize:100 -b duration:1.5 -b packets:7 -a files:9 -a filesize:2")
    assert command.rotation == Rotation(files=3, size=100_000, duration=1.5, packets=7)
    assert command.stop == Stop(size=2000, files=9)
    assert parse(["-C", "2", "-W", "4", "-w", "f"]).rotation == Rotation(files=4, size=2_000_000)
    assert parse(["-C512K", "-wf"]).rotation == Rotation(size=512 << 10)
    assert _parsed("-G 60 -W 3 -w f") == Command(write="f", rotation=Rotation(duration=60), stop=Stop(files=3))


def test_e_names_a_field_where_fields_are_wanted() -> None:
    assert _parsed("-e").style.link
    command = _parsed("-e ip.src -T fields -eip.dst -E header=y -Eseparator=,")
    assert (command.fields, command.how, command.style.link) == (
        ("ip.src", "ip.dst"),
        ("header=y", "separator=,"),
        False,
    )
    assert _parsed("-Tjson -e a").fields == ("a",)
    for words in ("-T text -e ip.src", "-V -e"):
        with pytest.raises(BadQuery, match="-e names a field"):
            _parsed(words)
    shapes = [_parsed(words).shape for words in ("-V", "-V -T text", "-T text -V", "-V -Tjson", "-Tjson -V")]
    assert shapes == ["tree", "tree", "tree", "json", "json"]


def test_d_decodes_or_shows_the_filter() -> None:
    assert _parsed("-d tcp.port==8888,http").decode == (("tcp.port==8888", "http"),)
    assert parse(["-dtcp.port==8888,http"]).decode == (("tcp.port==8888", "http"),)
    assert parse(["--decode-as=udp.port==1,dns"]).decode == (("udp.port==1", "dns"),)
    assert [_parsed(words).show for words in ("-d tcp", "-dd", "-ddd", "--ddd", "-d -d tcp")] == [
        "d", "dd", "ddd", "ddd", "dd",
    ]  # fmt: skip
    assert _parsed("-dni lo") == Command(show="d", style=Style(numeric=True), interfaces=("lo",))


@pytest.mark.parametrize(
    ("text", "size"), [("1M", 1 << 20), ("256MiB", 256 << 20), ("2g", 2 << 30), ("2000000", 2_000_000)]
)
def test_memory(text: str, size: int) -> None:
    assert parse(["--memory", text]).memory == size


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("-c 0", "-c needs a whole number of at least 1, not '0'"),
        ("-c x", "-c needs a whole number"),
        ("-i", "-i needs a value"),
        ("-s -1", "-s needs a whole number"),
        ("-k", "no option '-k'"),
        ("-j host", "option '-j': times are the kernel's"),
        ("-B 4096", "leave it out: the kernel's buffer"),
        ("--buffer-size=4096", "leave it out: the kernel's buffer"),
        ("-nZ root", "leave it out: privileges are given up"),
        ("--relinquish-privileges=root", "leave it out: privileges are given up"),
        ("-z gzip", "no command is run on files"),
        ("--time-stamp-precision=milli", "micro or nano"),
        ("-E header=y", "-E goes with -T fields"),
        ("-G 60", "name the first with -w FILE"),
        ("-b files:3", "name the first with -w FILE"),
        ("-b files:3 -w f", "no other file is begun"),
        ("-a files:3 -w f", "no other file is begun"),
        ("-b packets:3 -w -", "standard output is one file"),
        ("-a filesize:3", "-a filesize is for files"),
        ("--jason", "no option '--jason'"),
        ("--interface=", "--interface needs a value"),
        ("-I", "monitor mode is not offered"),
        ("-Y http", "display filters are not offered yet"),
        ("-T xml", "-T takes text, fields, json"),
        ("-T fields", "-T fields needs fields"),
        ("-Q up", "in, out or inout"),
        ("-a wait:3", "duration:SECONDS"),
        ("-b files", "filesize:KB"),
        ("-a duration:0", "needs seconds"),
        ("-d tcp.port==80", "as in -d tcp.port==8888,http"),
        ("-W 3", "-W needs -C or -G"),
        ("-C 5Q", "-C needs"),
        ("-tttttt", "-t is given too often"),
        ("--memory 5", "--memory needs at least 1 MiB"),
        ("--memory lots", "--memory needs a size"),
        ("--format erf", "no file format"),
    ],
)
def test_what_is_wrong_is_named(words: str, says: str) -> None:
    with pytest.raises(BadQuery) as raised:
        _parsed(words)
    assert says in str(raised.value)


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_words_are_understood_or_refused(words: list[str]) -> None:
    try:
        command = parse(words)
    except BadQuery:
        return
    assert isinstance(command, Command)


@pytest.mark.parametrize("option", ["-r", "-w", "-F"])
def test_an_empty_name_is_no_file(option: str) -> None:
    """Or ``-r "$file"`` of an unset variable would capture."""
    with pytest.raises(BadQuery, match="a file needs a name"):
        parse([option, ""])


def test_standard_output_has_two_names() -> None:
    assert _parsed("-w /dev/stdout").write == "-"
