"""A host on paper: what a kernel once answered, moment by moment, and nothing else.

``python -m tests.record_host`` writes such a recording. It is JSON: the answers, each once, and for each moment its two
clocks and which answer each call got. A call is spelt as one line, such as ``dump 0 FAAAAB...`` or ``user 33``. What
was not recorded is not made up: :class:`Unrecorded` says what was asked.
"""

from __future__ import annotations

import json
import os
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from netscope.core.capture import Capture, CaptureRequest
from netscope.core.capturefilter import Resolver
from netscope.core.capturefilter.names import NumbersOnly
from netscope.core.domain import Collector, Domain, Query
from netscope.core.errors import BadQuery, NeedsPrivilege, NetscopeError, Unavailable
from netscope.core.frame import OpenedFrames
from netscope.core.host import Events, Host, Owners, Process, ProcessDetails
from netscope.core.probe import Prober
from netscope.core.snapshot import Snapshot
from netscope.core.whois import RegistryWire

RECORDED = Path(__file__).parent / "tui" / "recorded.json"
_ERRORS = {error.__name__: error for error in (NetscopeError, NeedsPrivilege, Unavailable, BadQuery)}


class Unrecorded(AssertionError):
    """The code under test asked for something that the recording has not got."""


class Codec(NamedTuple):
    """How the answers to one method become JSON, and come back."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def in_pieces(datagrams: Sequence[bytes]) -> Iterator[memoryview]:
    """Yield datagrams as :meth:`netscope.core.host.Host.pieces` does: in one memory, which is written over."""
    memory = bytearray(max(map(len, datagrams), default=0))
    for datagram in datagrams:
        memory[:] = datagram.ljust(len(memory), b"\xff")
        yield memoryview(memory)[: len(datagram)]


def _owners_to_json(owners: Owners) -> Any:
    return [sorted(owners.holders.items()), owners.unreadable, owners.hidden, owners.version]


def _owners_from_json(data: Any) -> Owners:
    holders, *rest = data
    return Owners({inode: tuple(Process(*process) for process in held) for inode, held in holders}, *rest)


def _process_from_json(data: Any) -> ProcessDetails | None:
    if data is None:
        return None
    found = ProcessDetails(*data)
    return found._replace(command=None if found.command is None else tuple(found.command))


def _datagrams_to_json(datagrams: Sequence[bytes]) -> list[str]:
    return [b64encode(datagram).decode() for datagram in datagrams]


def _datagrams_from_json(data: Sequence[str]) -> list[bytes]:
    return [b64decode(datagram) for datagram in data]


def _same(value: Any) -> Any:
    return value


CODECS = {
    "dump": Codec(_datagrams_to_json, _datagrams_from_json),
    "drain": Codec(
        lambda drained: [_datagrams_to_json(drained[0]), drained[1]],
        lambda data: (_datagrams_from_json(data[0]), data[1]),
    ),
    "read": Codec(
        lambda data: data.decode("utf-8", "surrogateescape"), lambda text: text.encode("utf-8", "surrogateescape")
    ),
    "names": Codec(list, _same),
    "owners": Codec(_owners_to_json, _owners_from_json),
    "process": Codec(_same, _process_from_json),
    "user": Codec(_same, _same),
    "ifindexes": Codec(lambda names: sorted(names.items()), dict),
}


def spelt(method: str, *arguments: Any) -> str:
    """Return a call as one line."""
    return " ".join([method, *(b64encode(a).decode() if isinstance(a, bytes) else str(a) for a in arguments)])


def error_to_json(error: NetscopeError) -> dict[str, Any]:
    """Return the answer that stands for an error."""
    return {"raises": type(error).__name__, "with": [error.what, error.why, error.mend, error.errno]}


def answer(method: str, data: Any) -> Any:
    """Return what a call returned, or raise what it raised."""
    if isinstance(data, dict):
        raise _ERRORS[data["raises"]](*data["with"])
    return CODECS[method].decode(data)


class ReplayHost:
    """Answers every call as it was answered at the moment that it stands at (see :class:`netscope.core.host.Host`).

    Attributes:
        moment: the number of that moment, from 0 up.
        missing: the calls that could not be answered: a thread that died of one may have nobody to tell.
    """

    def __init__(self, recording: Mapping[str, Any], moment: int = 0) -> None:
        self.name: str = recording["name"]
        self.kernel: str = recording["kernel"]
        self.namespace = ""
        self.moment = moment
        self.missing: list[str] = []
        self._answers: Sequence[Any] = recording["answers"]
        self._moments: Sequence[Mapping[str, Any]] = recording["moments"]
        self._subscriptions: list[ReplayedEvents] = []
        self._turn = threading.Condition()
        self._over = False

    @property
    def last(self) -> int:
        """Return the number of the last moment."""
        return len(self._moments) - 1

    def advance(self) -> None:
        """Go to the next moment; whoever waits for it goes on."""
        with self._turn:
            if self.moment == self.last:
                raise Unrecorded("there is no later moment")
            self.moment += 1
            self._turn.notify_all()
        for subscription in self._subscriptions:
            subscription.notify()

    def wait_beyond(self, moment: int) -> int:
        """Block until a later moment has come, and return its number. Raises Unavailable when the replay is over."""
        with self._turn:
            self._turn.wait_for(lambda: self._over or self.moment > moment)
            if self._over:
                raise Unavailable("the replay", "it is over")
            return self.moment

    def recorded(self, method: str, *arguments: Any) -> Any:
        """Answer a call as it was answered."""
        call = spelt(method, *arguments)
        number = self._moments[self.moment]["calls"].get(call)
        if number is None:
            self.missing.append(call)
            raise Unrecorded(f"moment {self.moment} has no answer to: {call}")
        return answer(method, self._answers[number])

    def dump(self, protocol: int, request: bytes) -> list[bytes]:
        found: list[bytes] = self.recorded("dump", protocol, request)
        return found

    def pieces(self, protocol: int, request: bytes) -> Iterator[memoryview]:
        return in_pieces(self.dump(protocol, request))

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        made = ReplayedEvents(self, protocol, groups)
        self._subscriptions.append(made)
        return made

    def read(self, path: str) -> bytes:
        found: bytes = self.recorded("read", path)
        return found

    def names(self, path: str) -> Sequence[str]:
        found: Sequence[str] = self.recorded("names", path)
        return found

    def owners(self, inodes: Collection[int]) -> Owners:
        found: Owners = self.recorded("owners", *sorted(inodes))
        return found

    def expect_owners(self) -> None:
        """Nothing is to be found."""

    def process(self, pid: int) -> ProcessDetails | None:
        found: ProcessDetails | None = self.recorded("process", pid)
        return found

    def user(self, uid: int) -> str:
        found: str = self.recorded("user", uid)
        return found

    def ifindexes(self) -> Mapping[int, str]:
        found: Mapping[int, str] = self.recorded("ifindexes")
        return found

    def whois(self) -> RegistryWire:
        raise Unrecorded("questions to registries are not recorded")

    def filter_names(self) -> Resolver:
        return NumbersOnly()

    def open_capture(self, path: str) -> OpenedFrames:
        raise Unrecorded("captures are not recorded")

    def prober(self) -> Prober:
        raise Unrecorded("probes are not recorded")

    def capture(self, request: CaptureRequest) -> Capture:
        raise Unrecorded("captures are not recorded")

    def wall(self) -> float:
        return float(self._moments[self.moment]["wall"])

    def clock(self) -> float:
        return float(self._moments[self.moment]["clock"])

    def close(self) -> None:
        """End the replay: whoever waits for a later moment is told so."""
        with self._turn:
            self._over = True
            self._turn.notify_all()


class ReplayedEvents:
    """A subscription that becomes readable when a moment begins before which something happened."""

    def __init__(self, host: ReplayHost, protocol: int, groups: Collection[int]) -> None:
        self._host = host
        self._arguments = (protocol, *groups)
        self._descriptor = os.eventfd(0, os.EFD_NONBLOCK)
        self._open = True
        host.recorded("drain", *self._arguments)  # says at once when nobody had subscribed

    def fileno(self) -> int:
        return self._descriptor

    def notify(self) -> None:
        """A moment begins."""
        datagrams, lost = self._host.recorded("drain", *self._arguments)
        if self._open and (datagrams or lost):
            os.eventfd_write(self._descriptor, 1)

    def drain(self) -> tuple[list[bytes], bool]:
        try:
            os.eventfd_read(self._descriptor)
        except BlockingIOError:
            pass  # nothing had come: the answer says so, too
        datagrams, lost = self._host.recorded("drain", *self._arguments)
        return datagrams, lost

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._descriptor)


class Patient:
    """A collector that looks once at each moment: a further look waits for the next."""

    def __init__(self, collector: Collector, host: ReplayHost) -> None:
        self._collector = collector
        self._host = host
        self._seen = -1

    def collect(self) -> Snapshot:
        self._seen = self._host.wait_beyond(self._seen)
        return self._collector.collect()

    def close(self) -> None:
        self._collector.close()


def patient(domain: Domain, host: ReplayHost) -> Domain:
    """Return a topic that looks once at each moment, however often it is asked: so a picture has a known history."""

    def opened(given: Host, query: Query) -> Collector:
        return Patient(domain.open(given, query), host)

    return domain._replace(open=opened)


def recording() -> Any:
    """Read the recording of the demonstration network."""
    return json.loads(RECORDED.read_text())
