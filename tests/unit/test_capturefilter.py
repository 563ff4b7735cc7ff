"""Capture filters against libpcap: the same programs, the same refusals, the same verdicts."""

from __future__ import annotations

import socket
import subprocess

import pytest

from netscope.core.capturefilter import FilterSyntaxError, compile_filter
from netscope.core.errors import BadQuery
from netscope.system.capture.filtering import attach
from tests.unit.filter_expressions import WRONG, right
from tests.unit.filter_frames import frames
from tests.unit.pcap_oracle import NAMES, in_the_dark, ours, raw, run, same, theirs, verdict

LINKS = (1, 0, 101, 108, 113, 276, 228, 229, 9, 50, 51, 104, 166)

needs_libpcap = pytest.mark.tool("tcpdump")  # libpcap comes with it


@needs_libpcap
@pytest.mark.parametrize("link", LINKS)
def test_the_program_is_that_of_libpcap(link: int) -> None:
    expressions = right()
    assert len(expressions) >= 500
    made = sum(same(text, link) for text in expressions)
    assert made >= (500 if link == 1 else 200)


@needs_libpcap
def test_the_mask_and_the_byte_order_of_a_file_matter() -> None:
    assert same("ip broadcast", netmask=0xFFFFFF00)
    assert same("ip broadcast or host 1.2.3.4", netmask=0)
    for text in ("ip", "ip6", "tcp port 80", "ip6 or host 1.2.3.4"):
        for swapped in (False, True):
            assert same(text, 0, swapped=swapped)
            assert same(text, 108, swapped=swapped)
    assert ours("ip", 0) != ours("ip", 0, swapped=True)


@needs_libpcap
@pytest.mark.parametrize("link", LINKS)
def test_the_verdict_on_every_packet_is_that_of_libpcap(link: int) -> None:
    """This compares what the programs do: our interpreter runs ours, libpcap runs its own."""
    some = frames(link)
    cut = [frame for frame in some if len(frame[0]) < 14]
    assert len(some) > 200
    assert len(cut) > 20
    taken = tested = 0
    for place, text in enumerate(right()):
        their, our = theirs(text, link), ours(text, link)
        if isinstance(their, str):
            assert isinstance(our, FilterSyntaxError), text
            continue
        assert not isinstance(our, FilterSyntaxError), text
        # All frames on Ethernet, a different tenth of them for each filter on the others.
        for data, length in some if link == 1 else some[place % 10 :: 10]:
            wanted = verdict(their, data, length)
            assert run(our, data, length) == wanted, (text, data.hex())
            taken += wanted != 0
            tested += 1
    assert tested > 5000
    assert taken > tested / 50


@needs_libpcap
@pytest.mark.root
def test_what_libpcap_refuses_is_refused_at_its_place() -> None:
    in_the_dark(_refused)


def _refused() -> None:
    for text, part in WRONG:
        if "\0" not in text:  # C ends there
            assert isinstance(theirs(text), str), text
        error = ours(text)
        assert isinstance(error, FilterSyntaxError), text
        assert isinstance(error, BadQuery)
        if part == "$":
            assert error.start == len(text), (text, error)
        elif part is not None:
            assert error.start == text.index(part), (text, error, error.start)
        assert error.drawn().splitlines()[1].count("^") >= 1


def test_an_error_says_what_was_expected() -> None:
    said = {
        "host": "expected a name, a number or an address, but here is the end",
        "tpc port 80": "did you mean tcp",
        "tcp udp": "expected 'and', 'or' or the end, not 'udp'",
        "port 80 and (90 or port 91)": "expected a name, a number or an address, not 'port'",
        "tcp[0]": "expected one of > >= = <= < != to compare the value with, but here is the end",
        "net 10.0.0.1/8": "10.0.0.0 is the network's address",
        "ip and not ip": "no packet can be like that",
        "tcp\x1b[31m": r"\x1b' has no meaning in a capture filter",
        "tcp and 80": "nothing before '80' says what it is",
        "(tcp or udp": "expected ')' for the '(' at character 1, but here is the end",
        "tcp host 1.2.3.4": "'tcp' does not go with an IPv4 host (write tcp and host ADDRESS)",
        "ip host ::1": "'ip' does not go with an IPv6 host (leave it out)",
        "port 80-90": "no service is called '80-90' (write portrange)",
        "inbound": "a file of Ethernet frames does not tell their direction",
    }
    for text, words in said.items():
        with pytest.raises(FilterSyntaxError) as caught:
            compile_filter(text, 1)
        assert words in str(caught.value), str(caught.value)


def test_nesting_and_length_have_an_end() -> None:
    assert compile_filter("(" * 50 + "tcp" + ")" * 50, 1) == compile_filter("tcp", 1)
    assert compile_filter("not " * 5001 + "tcp", 1) == compile_filter("not tcp", 1)
    for text in ("(" * 5000 + "tcp" + ")" * 5000, "- " * 5000 + "1 = 1", "1 ^ " * 5000 + "1 = 1", "tcp[" * 5000):
        with pytest.raises(FilterSyntaxError, match="nested more than"):
            compile_filter(text, 1)
    assert compile_filter("len + " * 2000 + "len = 3", 1).instructions
    long = " or ".join(f"host 10.0.{number >> 8}.{number & 255}" for number in range(1000))
    with pytest.raises(FilterSyntaxError, match=r"the kernel runs 4096 at most"):
        compile_filter(f"vlan and ip protochain 5 or {long}", 1)
    with pytest.raises(FilterSyntaxError, match=r"this has \d+ tests, and 6000 are the most"):
        compile_filter(f"{long} or {long}", 1)


def test_long_words_take_no_time_and_no_traceback() -> None:
    many = 20_000
    for text in (
        "a" * many, "tcp " + "b" * many, "host " + "1" * many, "port 0x" + "f" * many, "port 0" + "7" * many,
        "portrange " + "1" * many + "-" + "2" * many, "portrange \\+" + "3" * many + "-5", "port \\" + "4" * many,
        "net 1." + "0" * many + "2x", "net " + "1." * many, "decnet host 1." + "5" * many + "6.7.8.9", "1:" * many,
        "host " + "1:" * many, "host ::" + "1" * many, "ether host " + "1-" * many, "tcp[" + "0" * many + "8] = 1",
        "\\" + "c" * many, "tcp and " * 2000 + "x", "(" * many, "not " * many, "- " * many, "1 + " * many,
    ):  # fmt: skip
        with pytest.raises(FilterSyntaxError) as caught:
            compile_filter(text, 1)
        assert 0 <= caught.value.start <= len(text)
    assert compile_filter("net 1." + "0" * many + "2", 1) == compile_filter("net 1.2", 1)


@needs_libpcap
def test_jumps_reach_further_than_255_instructions() -> None:
    ports = " or ".join(f"tcp src port {number}" for number in range(1, 600, 4))
    assert same(f"udp or ({ports}) or arp")
    hosts = " or ".join(f"ether src 0:{number}:0:0:{number}:1" for number in range(99))
    assert same(f"not ({hosts}) and (ip or arp) and (net 10.0.0.0/8 or {hosts})")
    program = compile_filter(f"(tcp or not ({hosts})) and udp", 1)
    assert any(one.code == 5 for one in program.instructions)  # an unconditional jump: ja


@needs_libpcap
def test_of_other_link_types_only_length_and_bytes_count() -> None:
    for link in (240, 147, 189, 195, 252):
        for text in ("", "len > 100", "less 60 or greater 1000", "not (len % 2 = 1 and -len + 2 * 3 < 1)"):
            assert same(text, link)
        for text in ("link[0] = 1", "ether[link[2] & 7:2] > len", "byte 0 = 1", "not byte 3 < 9 and link[3:4] != 1"):
            if link != 240:  # whose bytes count from behind another header
                assert same(text, link)
                continue
            with pytest.raises(FilterSyntaxError, match=f"frames of link type {link} can be filtered by their length"):
                compile_filter(text, link)
        for text in ("tcp", "len > 5 and port 80", "1 + -(2 * ip[0]) = 5", "link[ip[0]] = 1", "vlan", "inbound"):
            with pytest.raises(FilterSyntaxError, match=f"frames of link type {link} can be filtered by their length"):
                compile_filter(text, link)
    assert compile_filter("tcp", 12) == compile_filter("tcp", 14) == compile_filter("tcp", 101)


@pytest.mark.tool("tcpdump")
def test_listings_are_those_of_tcpdump() -> None:
    texts = ["", "tcp port 80", "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420", "ip protochain 6",
             "len % 3 = 1 or geneve",
             "ip[0] - 1 > len", "ether[len - 1] ^ 5 | 3 << 2 = -1", "vlan and -ip[8] / 3 * 2 = 5"]  # fmt: skip
    for text in texts:
        program = compile_filter(text, 1)
        for flag, listing in (("-d", program.text()), ("-dd", program.dd()), ("-ddd", program.ddd())):
            done = subprocess.run(["tcpdump", "-y", "EN10MB", flag, text], capture_output=True, text=True)
            printed = [line.rstrip() for line in done.stdout.splitlines()]
            assert [line.rstrip() for line in listing.splitlines()] == printed, (text, done.stderr)


def test_the_kernel_takes_every_program() -> None:
    """Any socket may have a filter attached, without privileges; the kernel checks the program then."""
    taken = 0
    for link, live in ((1, True), (1, False), (276, True), (113, True), (101, False)):
        for text in [*right(), "vlan and geneve", "vlan 5 and pppoes and mpls and ip", "geneve and vlan and geneve"]:
            try:
                program = compile_filter(text, link, live=live, names=NAMES)
            except FilterSyntaxError:
                pass
            else:
                assert program.loops == (not live and "protochain" in text)
                if not program.loops:
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                        attach(sock, program.instructions)
                    taken += 1
    assert taken > 2000


def test_protochain_is_found_without_a_loop() -> None:
    """Live, where there can be no loop, verdicts are those of the loop."""
    taken = 0
    for text in ("ip protochain 6", "ip6 protochain 17", "protochain 58", "ip protochain 51", "protochain 6 or arp"):
        loop, rounds = compile_filter(text, 1), compile_filter(text, 1, live=True)
        assert loop.loops
        assert not rounds.loops
        for data, length in frames():
            wanted = run(loop.instructions, data, length)
            assert run(rounds.instructions, data, length) == wanted, (text, data.hex())
            taken += wanted != 0
    assert taken > 30


@needs_libpcap
@pytest.mark.root
def test_names_are_looked_up_as_libpcap_does() -> None:
    texts = [
        "host localhost", "ip host localhost", "ip6 host localhost", "dst host localhost", "tcp host localhost",
        r"host \1.2.3.4", r"host \0x7f.1", r"host \::1", r"ip host \::1", "net loopback", "net nosuch", "port http",
        "tcp port http", "udp port tftp", "tcp port tftp", "udp port domain", "sctp port domain", "port nfs",
        r"port \70000", "portrange http-https", "portrange 80-http", "portrange 80-90abc", "portrange 80-",
        "host nosuch",
        "portrange http", r"portrange \-5-7", r"ip proto \ospf", "proto ospf", "ip6 proto nosuch", "iso proto clnp",
        "ether host nosuch", "ether proto ipx", r"ip protochain \tcp", "localhost", "host a-b", "host a-", "host a_b",
        "host 1.2.3.4.5", "host localhost and port ssh",
    ]  # fmt: skip
    made = in_the_dark(lambda: [same(text, link) for text in texts for link in (1, 101)])
    assert sum(made) > 30
    assert len(made) - sum(made) > 20


def test_without_a_resolver_numbers_and_known_protocols_work() -> None:
    assert compile_filter(r"ip proto \tcp", 1) == compile_filter("ip proto 6", 1)
    assert compile_filter("portrange 80-90", 1).instructions
    for text in ("host example.org", "port http", "net loopback", "ether host foo"):
        with pytest.raises(FilterSyntaxError):
            compile_filter(text, 1)


def test_raw_is_what_ours_is() -> None:
    """The comparison itself can fail."""
    their = theirs("tcp")
    assert not isinstance(their, str)
    assert raw(their) != ours("udp")
