"""``netscope packets``, live: frames printed as they come, or written to files, until something ends it."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator, Sequence
from types import FrameType

from netscope.cli.output import Output, complain, complain_of
from netscope.cli.packets.filtering import live
from netscope.cli.packets.grammar import Command
from netscope.cli.packets.printers import records, sink
from netscope.cli.packets.run import chosen
from netscope.cli.packets.saving import form_of
from netscope.core.capture import LINK_ETHERNET, Capture, CaptureRequest, Rotation, devices
from netscope.core.capture import Output as Written
from netscope.core.frame import Frame, Interface
from netscope.core.host import Host
from netscope.core.snapshot import Problem

_TICK = 500  # milliseconds between two looks at whether it has ended
_GRACE = 2.0  # seconds in which what came before a signal is still printed
_LINKS = {0: "NULL (BSD loopback)", 1: "EN10MB (Ethernet)", 101: "RAW (Raw IP)", 113: "LINUX_SLL (Linux cooked v1)",
          276: "LINUX_SLL2 (Linux cooked v2)"}  # fmt: skip


def capture(command: Command, host: Host) -> int:
    """Run the command on interfaces. What needs privileges is opened first; then they are given up."""
    from netscope.system.capture.privileges import FILES, drop

    names = chosen(command, host)
    request = _request(command, host, names)
    opened = host.capture(request)
    try:
        run = _Run(command, opened, host)
        drop(FILES if request.output is not None else ())
        return run.go()
    finally:
        opened.close()


def _request(command: Command, host: Host, names: Sequence[str]) -> CaptureRequest:
    program = None
    if command.filter:
        # A filter that is wrong is told before anything is opened.
        links = {device.name: device.link for device in devices(host)}
        made = live(command, host, names)
        for name in dict.fromkeys(names):
            made(links.get(name, LINK_ETHERNET))
        program = live(command, host, names)
    written = None
    if command.write:
        rotation = None if command.rotation == Rotation() else command.rotation
        nano = command.style.nanoseconds
        written = Written(command.write, form_of(command), nano=nano, rotation=rotation, force=True)
    return CaptureRequest(
        names,
        program,
        command.filter,
        command.snaplen,
        command.promiscuous,
        command.way,
        command.stop,
        written,
        keep=written is None or command.both,
        memory=command.memory,
    )


class _Run:
    """One capture while it goes on."""

    def __init__(self, command: Command, live: Capture, host: Host) -> None:
        self.command = command
        self.live = live
        self.host = host
        self.place = 0
        self.missed = 0
        self._ending = False
        self._patience = 0.0
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.sink = None
        if (not command.write or command.both) and not command.tally and command.form != "json":
            self.sink = sink(command, host)
        self.output = Output() if command.write != "-" else None

    def go(self) -> int:
        """Capture, and say at the end what there was."""
        for interface in self.live.interfaces:
            link = _LINKS.get(interface.link, str(interface.link))
            complain(f"listening on {interface.name}, link-type {link}, snapshot length {self.command.snaplen} bytes")
        complain_of(self.live.problems)  # an interface that is down: or one would wait without knowing why
        self._listen()
        try:
            if self.command.form == "json":
                self._document()
            else:
                self._print()
        except BaseException:
            self.live.stop()
            raise
        finally:
            os.close(self._wake)
        return self._close()

    def _listen(self) -> None:
        """Let the signals that end it do so between two packets: what is printed is whole, be it JSON or a line.

        Who is told so twice ends at once: the reader of its output may have stopped reading for good.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup(1), a job of a shell script in the background
                signal.signal(number, self._end)
        signal.signal(signal.SIGUSR1, lambda _number, _frame: self._counts())

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if self._ending:
            raise KeyboardInterrupt
        self._ending = True
        self._patience = time.monotonic() + _GRACE
        os.eventfd_write(self._wake, 1)

    def _frames(self) -> Iterator[tuple[Frame, Sequence[Interface]] | None]:
        """Yield frames as they come, None where there are no more for the moment; end with the capture."""
        live, poll = self.live, select.poll()
        poll.register(live.fileno(), select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        live.start()
        while True:
            if self._ending:
                live.stop()
            running = live.running
            live.seen()
            yield from self._waiting()
            yield None
            if not running:
                return
            poll.poll(_TICK)

    def _waiting(self) -> Iterator[tuple[Frame, Sequence[Interface]]]:
        frames = self.live.frames
        while self.place < len(frames):
            if self._ending and (self.live.running or time.monotonic() > self._patience):
                return  # what came before the end is printed when no more comes, as far as there is time
            if self.place < frames.first:
                self.missed += frames.first - self.place
                self.place = frames.first
            place, self.place = self.place, self.place + 1
            try:
                frame = frames.frame(place)
            except IndexError:
                self.missed += 1
                continue
            yield frame, self.live.interfaces

    def _print(self) -> None:
        to, output = self.sink, self.output
        if to is not None and output is not None:
            output.write([to.head()])
        waiting: list[str] = []
        for found in self._frames():
            if to is None or output is None:
                continue
            if found is None:
                # Nothing more is there: what was read so far is shown at once, piped or not.
                output.write(waiting)
                waiting = []
                continue
            waiting.append(to.frame(*found))
            if len(waiting) >= 1000:
                output.write(waiting)
                waiting = []

    def _document(self) -> None:
        from netscope.domains.packets import DOMAIN
        from netscope.export import streamed

        found = records((found for found in self._frames() if found is not None), self.command)
        Output().write(streamed(DOMAIN, found, self._problems, self.host, self.host.wall()))

    def _problems(self) -> list[Problem]:
        # Frames that were let go after they had been printed are no loss.
        found = [problem for problem in self.live.problems if self.missed or not problem.what.startswith("the oldest ")]
        left = len(self.live.frames) - self.place
        if self._ending and left and not self.command.tally and (self.sink is not None or self.command.form == "json"):
            what = f"{left:,} packets that came before the end were not printed"
            found.append(Problem(what, "printing is slower than they came", "-w FILE keeps up"))
        return found

    def _close(self) -> int:
        self.live.stop()
        if self.sink is not None and self.output is not None:
            self.output.write([self.sink.tail()])
        if self.command.tally and self.output is not None:
            self.output.write([f"{self.live.captured} packets\n"])
        self._counts()
        problems = self._problems()
        complain_of(problems)
        return 1 if any(problem.partial for problem in problems) else 0

    def _counts(self) -> None:
        """Say what tcpdump says at its end."""
        received = sum(one.received or 0 for one in self.live.statistics)
        dropped = sum(one.dropped or 0 for one in self.live.statistics)
        lost = sum(one.interface_dropped or 0 for one in self.live.statistics)
        complain(f"{self.live.captured} packets captured")
        complain(f"{max(received, self.live.captured)} packets received by filter")
        complain(f"{dropped} packets dropped by kernel")
        if lost:
            complain(f"{lost} packets dropped by interface")
