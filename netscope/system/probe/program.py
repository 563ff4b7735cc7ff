"""The ping program as a means of last resort: it may carry the capability that this user has not got."""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from collections.abc import Callable
from typing import Any

from netscope.core.errors import NetscopeError
from netscope.core.probe import Event, Plan, Probe
from netscope.core.probe_words import PORT_UNREACHABLE, TIME_EXCEEDED, sentence

Inside = Callable[[Callable[[], Any]], Any]

_REPLY = re.compile(r"^(\d+) bytes from (.+): icmp_seq=\d+(?: ttl=(\d+))?(?: time=([\d.]+) ms)?", re.MULTILINE)
_ERROR = re.compile(r"^From (\S+?):? icmp_seq=\d+ (.+)$", re.MULTILINE)
_LOOPBACK = {4: "127.0.0.1", 6: "::1"}
_STAMPED = 16  # ping tells the time of packets that have room for its own stamp


class ProgramChannel:
    """One run of ping(8) for each probe: its measure of time, its words for errors."""

    def __init__(self, plan: Plan, inside: Inside) -> None:
        self._plan = plan
        self._inside = inside
        self._epoll = select.epoll()
        self._running: dict[int, tuple[subprocess.Popen[str], int]] = {}
        self.how = "the ping program"
        try:
            tried = self._start(Probe(0, _LOOPBACK[plan.family]), Plan(family=plan.family))
        except OSError as error:
            self._epoll.close()
            raise NetscopeError("the ping program", os.strerror(error.errno or 0)) from error
        text = tried.communicate()[0]
        if not _REPLY.search(text):
            self._epoll.close()
            raise NetscopeError("the ping program", text.strip().splitlines()[-1] if text.strip() else "said nothing")

    def _start(self, probe: Probe, plan: Plan) -> subprocess.Popen[str]:
        size = plan.size if probe.size < 0 else probe.size
        words = ["ping", f"-{plan.family}", "-n", "-c", "1", "-W", "30", "-s", str(size)]
        for flag, value in (
            ("-t", probe.ttl), ("-Q", plan.tos), ("-M", plan.discover if plan.discover != "probe" else ""),
            ("-I", plan.interface or plan.source),
        ):  # fmt: skip
            if value:
                words += [flag, str(value)]
        if plan.broadcast:
            words.append("-b")
        started: subprocess.Popen[str] = self._inside(
            lambda: subprocess.Popen(
                [*words, probe.address], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, errors="replace", env={**os.environ, "LC_ALL": "C"},
            )
        )  # fmt: skip
        return started

    def fileno(self) -> int:
        """Return the epoll descriptor, which stands for all runs."""
        return self._epoll.fileno()

    def send(self, probe: Probe) -> Event | None:
        """Start one run."""
        started = self._start(probe, self._plan)
        assert started.stdout is not None
        descriptor = started.stdout.fileno()
        self._running[descriptor] = started, probe.token
        self._epoll.register(descriptor, select.EPOLLIN)
        return None

    def drain(self) -> list[Event]:
        """Return the runs that ended. The program writes all it has to say at the end, so reading does not wait."""
        events = []
        for descriptor, flags in self._epoll.poll(0):
            if not flags & select.EPOLLHUP:
                continue
            started, token = self._running.pop(descriptor)
            self._epoll.unregister(descriptor)
            events.append(self._event(token, started.communicate()[0]))
        return events

    def _event(self, token: int, text: str) -> Event:
        received = time.time()
        reply = _REPLY.search(text)
        if reply:
            size, who, ttl, milliseconds = reply.groups()
            rtt = float(milliseconds) / 1000 if milliseconds else None
            return Event(token, "reply", who, rtt, received, int(ttl) if ttl else None, int(size))
        error = _ERROR.search(text)
        if error:
            return Event(token, "error", error[1], None, received, icmp=self._icmp(error[2]))
        return Event(token, "lost", received=received)

    def _icmp(self, words: str) -> tuple[int, int]:
        family = self._plan.family
        known = [TIME_EXCEEDED[family], PORT_UNREACHABLE[family]]
        known += [(3 if family == 4 else 1, code) for code in range(16)]
        return next((pair for pair in known if sentence(family, *pair) == words), (3 if family == 4 else 1, 255))

    def forget(self, token: int) -> None:
        """End the run of one probe."""
        for descriptor, (started, its) in list(self._running.items()):
            if its == token:
                del self._running[descriptor]
                self._epoll.unregister(descriptor)
                started.kill()
                started.communicate()

    def close(self) -> None:
        """End all runs."""
        for _started, token in list(self._running.values()):
            self.forget(token)
        self._epoll.close()
