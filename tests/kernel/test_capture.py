"""Live captures against tcpdump, which looks at the same interface at the same time."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from netscope.core.capture import (
    ANY,
    LINK_ETHERNET,
    LINK_RAW,
    LINK_SLL2,
    Capture,
    CaptureRequest,
    Output,
    Program,
    Stop,
    Way,
    devices,
)
from netscope.core.errors import BadQuery, NeedsPrivilege
from netscope.core.frame import Frame
from netscope.system.namespaces import locate, run_inside
from tests.kernel.captures import (
    LEFT_RIGHT,
    capabilities,
    capturing,
    ether,
    frames_of,
    pair,
    quiet,
    read,
    sender,
    tcpdump,
    until,
    wait_readable,
)
from tests.lab import Namespace, without_privileges

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", "tcpdump")]

VARIED = [ether(bytes([number]) * (number * 37 % 1400)) for number in range(200)]
TAGGED = [
    LEFT_RIGHT + struct.pack(">HHH", tpid, tci, 0x88B5) + b"tagged" * 10
    for tpid, tci in ((0x8100, 5), (0x8100, 0x6FFF), (0x8100, 0), (0x88A8, 7))
] + [LEFT_RIGHT + struct.pack(">HHHHH", 0x88A8, 100, 0x8100, 200, 0x88B5) + b"two tags" * 9]


def alike(ours: list[Frame], theirs: list[Frame]) -> None:
    """What both saw is the same, in the same order, at the same time."""
    assert [(f.data, f.length) for f in ours] == [(f.data, f.length) for f in theirs]
    assert all(abs(a.time - b.time) < 5_000_000 for a, b in zip(ours, theirs, strict=True))


def longer(capture: Capture, count: int) -> bool:
    return len(capture.frames) > count


def send(inside: Namespace, name: str, frames: list[bytes]) -> None:
    with sender(inside, name) as out:
        for each in frames:
            out.send(each)


@pytest.mark.parametrize("name", ["left", "right"])
@pytest.mark.parametrize("snaplen", [262144, 64])
def test_frames_are_those_that_tcpdump_saw(netns: Namespace, tmp_path: Path, name: str, snaplen: int) -> None:
    pair(netns)
    wire = [*VARIED, *TAGGED]
    with (
        tcpdump(netns, tmp_path / "theirs", "-i", name, "-s", str(snaplen)) as dumped,
        capturing(netns, name, snaplen=snaplen) as capture,
    ):
        send(netns, "left", wire)
        until(lambda: len(capture.frames) >= len(wire))
        capture.stop()
        ours = frames_of(capture)
        assert capture.interfaces[0].link == LINK_ETHERNET
        assert not capture.problems
        assert (capture.statistics[0].received, capture.statistics[0].dropped) == (len(wire), 0)
        alike(ours, dumped.frames(len(ours)))
    assert [f.data for f in ours] == [each[:snaplen] for each in wire], "tags are where they were on the wire"
    assert [f.length for f in ours] == [len(each) for each in wire]
    assert {f.direction for f in ours} == {"out" if name == "left" else "in"}
    assert [f.number for f in ours] == list(range(1, len(wire) + 1))
    assert dumped.interfaces[0].link == LINK_ETHERNET


def test_loopback_is_seen_once(netns: Namespace, tmp_path: Path) -> None:
    quiet(netns)
    with (
        tcpdump(netns, tmp_path / "theirs", "-i", "lo") as dumped,
        capturing(netns, "lo") as capture,
    ):
        netns.run("ping", "-c", "3", "-i", "0.05", "127.0.0.1")
        until(lambda: len(capture.frames) >= 6)
        capture.stop()
        assert len(capture.frames) == 6
        assert capture.interfaces[0].link == LINK_ETHERNET
        ours = frames_of(capture)
        alike(ours, dumped.frames(len(ours)))


def test_any_has_cooked_headers_and_sees_loopback_once(netns: Namespace, tmp_path: Path) -> None:
    pair(netns)
    with (
        tcpdump(netns, tmp_path / "theirs", "-i", "any", "-y", "LINUX_SLL2") as dumped,
        capturing(netns, ANY) as capture,
    ):
        send(netns, "left", VARIED[:20])
        netns.run("ping", "-c", "2", "-i", "0.05", "127.0.0.1")
        until(lambda: len(capture.frames) >= 44)
        capture.stop()
        ours = frames_of(capture)
        assert capture.interfaces[0].link == LINK_SLL2
        assert capture.interfaces[0].name == "any"
        alike(ours, dumped.frames(len(ours)))
        assert dumped.interfaces[0].link == LINK_SLL2
    assert [f.direction for f in ours[:4]] == ["out", "in", "out", "in"]


def test_any_shows_the_tag_that_the_kernel_took_off(netns: Namespace) -> None:
    pair(netns)
    with capturing(netns, ANY, way="in") as capture:
        send(netns, "left", TAGGED[:1])
        until(lambda: len(capture.frames))
        capture.stop()
        (found,) = frames_of(capture)
    assert found.data[:2] == b"\x81\x00"
    assert found.data[20:] == TAGGED[0][14:]
    assert found.length == 20 + len(TAGGED[0]) - 14


@pytest.mark.skipif(not Path("/dev/net/tun").exists(), reason="no tun devices here")
def test_a_tun_device_has_no_link_header(netns: Namespace, tmp_path: Path) -> None:
    quiet(netns)
    netns.ip("tuntap add dev tun9 mode tun")
    packet = bytes.fromhex("4500001c000100004001000a0a0000020a000001") + bytes(8)

    def opened() -> int:
        from fcntl import ioctl

        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        ioctl(descriptor, 0x400454CA, struct.pack("16sH22x", b"tun9", 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
        return descriptor

    tun = run_inside(locate(netns.name), opened)
    netns.ip("link set tun9 up")
    try:
        with (
            tcpdump(netns, tmp_path / "theirs", "-i", "tun9") as dumped,
            capturing(netns, "tun9") as capture,
        ):
            for _ in range(3):
                os.write(tun, packet)
            until(lambda: len(capture.frames) >= 3)
            capture.stop()
            ours = frames_of(capture)
            assert capture.interfaces[0].link == LINK_RAW
            alike(ours, dumped.frames(len(ours)))
            assert dumped.interfaces[0].link == LINK_RAW
    finally:
        os.close(tun)
    assert [f.data for f in ours] == [packet] * 3


@pytest.mark.parametrize(("way", "expected"), [("in", {"in"}), ("out", {"out"}), ("inout", {"in", "out"})])
@pytest.mark.parametrize("name", ["left", "any", "lo"])
def test_one_direction_only(netns: Namespace, way: Way, expected: set[str], name: str) -> None:
    pair(netns)
    with capturing(netns, name, way=way) as capture:
        for _ in range(5):
            send(netns, "left", VARIED[:1])
            send(netns, "right", VARIED[1:2])
        netns.run("ping", "-c", "1", "127.0.0.1")
        each = {"left": 5, "any": 12, "lo": 2}[name]
        if name == "lo" and way == "inout":
            expected = {"in"}  # the second sight is left out
        elif way == "inout":
            each = {"left": 10, "any": 22}[name]
        until(lambda: len(capture.frames) >= each)
        capture.stop()
        assert len(capture.frames) == each
        assert {f.direction for f in frames_of(capture)} == expected


def compiled(words: str, link: str) -> Program:
    """Return what libpcap makes of a filter."""
    done = subprocess.run(["tcpdump", "-y", link, "-ddd", words], capture_output=True, text=True, check=True)
    _count, *lines = done.stdout.splitlines()
    return [tuple(map(int, line.split())) for line in lines]  # type: ignore[misc]


IP = bytes.fromhex("450000200001000040110000") + socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.2")
UDP53 = ether(IP + bytes.fromhex("d2160035000c0000") + b"abcd", 0x800)
UDP99 = ether(IP + bytes.fromhex("d2160063000c0000") + b"efgh", 0x800)


def test_a_filter_is_there_before_the_first_frame(netns: Namespace) -> None:
    pair(netns)
    stop = threading.Event()

    def flood() -> None:
        with sender(netns, "left") as out:
            while not stop.is_set():
                out.send(UDP99)
                out.send(UDP53)

    sending = threading.Thread(target=flood)
    sending.start()
    links: list[int] = []
    try:
        for name, link in (("right", "EN10MB"), (ANY, "LINUX_SLL2")):

            def program(found: int, link: str = link) -> Program:
                links.append(found)
                return compiled("udp dst port 53", link)

            with capturing(netns, name, program=program, way="in") as capture:
                until(partial(longer, capture, 200))
                capture.stop()
                skip = 14 if link == "EN10MB" else 20
                assert {f.data[skip:] for f in frames_of(capture)} == {UDP53[14:]}
    finally:
        stop.set()
        sending.join()
    assert links == [LINK_ETHERNET, LINK_SLL2]


@pytest.mark.parametrize("words", ["inbound", "outbound", "ifindex 3", "ether proto 0x88b5", "ip[12:4] = 0x0a000001"])
def test_filters_on_cooked_headers_are_those_of_tcpdump(netns: Namespace, tmp_path: Path, words: str) -> None:
    pair(netns)
    program = compiled(words, "LINUX_SLL2")
    with (
        tcpdump(netns, tmp_path / "theirs", "-i", "any", "-y", "LINUX_SLL2", words) as dumped,
        capturing(netns, ANY, program=lambda _link: program) as capture,
        capturing(netns, ANY) as everything,
    ):
        send(netns, "left", [*VARIED[:5], UDP53])
        until(lambda: len(everything.frames) >= 12)
        capture.stop()
        ours = frames_of(capture)
        alike(ours, dumped.frames(len(ours)))
    assert 0 < len(ours) < 12


def test_a_filter_on_what_the_kernel_has_not_got_is_refused(netns: Namespace) -> None:
    host = netns.host()
    with pytest.raises(BadQuery, match="byte 11 of the cooked header"):
        host.capture(CaptureRequest([ANY], program=lambda _link: [(0x30, 0, 0, 11), (6, 0, 0, 1)]))
    with pytest.raises(BadQuery, match=r"5,001 instructions"):
        host.capture(CaptureRequest(["lo"], program=lambda _link: [(0x04, 0, 0, 1)] * 4997 + [(6, 0, 0, 1)]))
    host.close()


def test_several_interfaces_at_once(netns: Namespace) -> None:
    pair(netns)
    with capturing(netns, "left", "right", "lo", "left") as capture:
        send(netns, "left", VARIED[:30])
        until(lambda: len(capture.frames) >= 60)
        capture.stop()
        found = frames_of(capture)
        assert [interface.name for interface in capture.interfaces] == ["left", "right", "lo"]
        for number, direction in ((0, "out"), (1, "in")):
            assert [f.data for f in found if f.interface == number] == VARIED[:30]
            assert {f.direction for f in found if f.interface == number} == {direction}
        assert [s.received for s in capture.statistics] == [30, 30, 0]


def test_checksums_left_to_the_hardware_are_known(netns: Namespace) -> None:
    pair(netns)
    netns.ip("addr add 10.0.0.1/24 dev left")
    netns.ip("neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev left")
    with capturing(netns, "left") as capture:
        netns.run(sys.executable, "-c", "import socket; socket.socket(2, 2).sendto(b'x' * 100, ('10.0.0.2', 9))")
        until(lambda: any(f.data[12:14] == b"\x08\x00" for f in frames_of(capture)))
        (sent,) = [f for f in frames_of(capture) if f.data[12:14] == b"\x08\x00"]
        send(netns, "left", VARIED[:1])
        until(lambda: frames_of(capture)[-1].data == VARIED[0])
        assert sent.offloaded
        assert not frames_of(capture)[-1].offloaded


def test_a_count_is_kept_to_exactly(netns: Namespace) -> None:
    pair(netns)
    with capturing(netns, "right", stop=Stop(packets=7)) as capture:
        send(netns, "left", VARIED)
        until(lambda: not capture.running)
        assert [f.data for f in frames_of(capture)] == VARIED[:7]
        assert capture.captured == 7
        assert capture.frames.complete


def test_stopping_takes_in_what_came_before(netns: Namespace) -> None:
    pair(netns)
    with capturing(netns, "right") as capture:
        send(netns, "left", VARIED)
        capture.stop()
        assert len(capture.frames) == len(VARIED)


def test_the_descriptor_tells_of_news_and_of_the_end(netns: Namespace) -> None:
    pair(netns)
    with capturing(netns, "right", stop=Stop(duration=1.0)) as capture:
        send(netns, "left", VARIED[:1])
        while not len(capture.frames):
            wait_readable(capture.fileno())
            capture.seen()
        while capture.running:
            wait_readable(capture.fileno())
            capture.seen()
        assert len(capture.frames) == 1


def test_without_privilege_it_says_what_would_help(netns: Namespace) -> None:
    script = (
        "from netscope.core.capture import CaptureRequest\n"
        "from netscope.core.errors import NeedsPrivilege\n"
        "from netscope.system.live import LiveHost\n"
        "for name in 'lo', 'any':\n"
        "    try: LiveHost().capture(CaptureRequest([name]))\n"
        "    except NeedsPrivilege as error: print(error)\n"
    )
    done = subprocess.run(
        ["ip", "netns", "exec", netns.name, *without_privileges([sys.executable, "-c", script])],
        capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, cwd="/",
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stderr
    for line in lines:
        assert "needs CAP_NET_RAW (run with sudo; " in line
    assert NeedsPrivilege.status == 3


@pytest.mark.parametrize("name", ["nosuch", "", "x" * 16, "with\0zero", "\udcff"])
def test_an_interface_that_is_not_there(netns: Namespace, name: str) -> None:
    host = netns.host()
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(BadQuery):
        host.capture(CaptureRequest(["lo", name]))
    assert len(os.listdir("/proc/self/fd")) == before
    host.close()


def test_the_capturing_thread_has_no_privileges_left(netns: Namespace) -> None:
    pair(netns)
    with capturing(netns, "right") as capture:
        send(netns, "left", VARIED[:1])
        until(lambda: len(capture.frames))
        (thread,) = [t for t in threading.enumerate() if t.name == "capture"]
        assert capabilities(str(thread.native_id)) == 0
        assert capabilities() & (1 << 13), "the main thread keeps them"


def test_dropping_privileges_is_for_good() -> None:
    script = (
        "import os, socket\n"
        "from netscope.system.capture.privileges import FILES, drop\n"
        "def show(): print(*[line.split()[1] for line in open('/proc/thread-self/status') if line[:4] == 'CapE'])\n"
        "drop(FILES); show()\n"
        "drop(); show()\n"
        "try: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)\n"
        "except PermissionError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [f"{0b1011:016x}", f"{0:016x}", "refused"]


def problems_of(capture: Capture) -> list[str]:
    return [problem.what for problem in capture.problems]


def test_an_interface_that_goes_down_is_renamed_and_vanishes(netns: Namespace) -> None:
    pair(netns)
    netns.ip("link add spare type veth peer name end")
    netns.ip("link set spare up")
    netns.ip("link set end up")
    with capturing(netns, "right", "spare") as capture:
        netns.ip("link set right down")
        until(lambda: "right is down" in problems_of(capture))
        netns.ip("link set right name other")
        until(lambda: "right is called other now" in problems_of(capture))
        netns.ip("link set other up")
        until(lambda: "right was down for some time" in problems_of(capture))
        until(lambda: netns.ip_json("link show left")[0]["operstate"] == "UP")
        send(netns, "left", VARIED[:3])
        until(lambda: len(capture.frames) == 3)
        netns.ip("link del other")
        until(lambda: "right is gone" in problems_of(capture))
        assert capture.running
        send(netns, "spare", VARIED[:4])
        until(lambda: len(capture.frames) == 7)
        netns.ip("link del spare")
        until(lambda: not capture.running)
        assert [f.interface for f in frames_of(capture)] == [0] * 3 + [1] * 4


def test_a_bounded_store_lets_the_oldest_go_and_says_so(netns: Namespace) -> None:
    pair(netns)
    wire = [ether(number.to_bytes(4, "big") + bytes(1400)) for number in range(4000)]
    with (
        capturing(netns, "right", memory=2 << 20) as capture,
        capturing(netns, "right", memory=2 << 20, spool=True) as spooled,
    ):
        for at in range(0, len(wire), 500):
            send(netns, "left", wire[at : at + 500])
            until(partial(longer, capture, at + 499))
            until(partial(longer, spooled, at + 499))
        first = capture.frames.first
        assert 1500 < first < 4000
        assert [f.data for f in frames_of(capture)] == wire[first:]
        assert f"the oldest {first:,} frames were let go" in problems_of(capture)
        with pytest.raises(IndexError):
            capture.frames.frame(first - 1)
        assert spooled.frames.first == 0
        assert [f.data for f in frames_of(spooled)] == wire
        assert not spooled.problems


def test_devices_are_those_that_tcpdump_lists(netns: Namespace) -> None:
    pair(netns)
    netns.ip("link add idle type bridge")
    listed = [line.split()[0].split(".", 1)[1] for line in netns.run("tcpdump", "-D").splitlines()]
    host = netns.host()
    found = devices(host)
    real = {"any", "lo", "left", "right", "idle"}
    assert {device.name for device in found} == real
    assert [device.name for device in found] == [name for name in listed if name in real]
    by_name = {device.name: device for device in found}
    assert by_name["left"].up
    assert not by_name["idle"].up
    assert by_name["lo"].loopback
    send(netns, "left", VARIED[:10])
    until(lambda: {d.name: d for d in devices(host)}["right"].packets >= by_name["right"].packets + 10)
    host.close()


def test_what_is_written_is_what_was_kept(netns: Namespace, tmp_path: Path) -> None:
    pair(netns)
    outputs = [
        Output(str(tmp_path / "nano.pcap")),
        Output(str(tmp_path / "micro.pcap"), nano=False),
        Output(str(tmp_path / "made.pcapng"), "pcapng"),
    ]
    wire = [*VARIED, *TAGGED]
    for output in outputs:
        with capturing(netns, "right", output=output, filter="a filter") as capture:
            send(netns, "left", wire)
            capture.stop()
            kept = frames_of(capture)
            found, interfaces = read(output.path)
            assert [f.data for f in found] == [f.data for f in kept] == wire
            step = 1 if output.nano else 1000
            assert [f.time for f in found] == [f.time // step * step for f in kept]
            assert [f.length for f in found] == [f.length for f in kept]
            if output.form == "pcapng":
                assert {f.direction for f in found} == {"in"}
                assert (interfaces[0].name, interfaces[0].filter) == ("right", "a filter")
