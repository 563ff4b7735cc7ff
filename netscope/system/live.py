"""This machine, as the collectors see it (see :class:`netscope.core.host.Host`)."""

from __future__ import annotations

import os
import time

from netscope.core import netlink as wire
from netscope.core.host import Events, Owners, ProcessDetails
from netscope.core.typed import TYPE_CHECKING, Callable, Collection, Iterator, Mapping, Sequence, TypeVar
from netscope.system.errors import explain
from netscope.system.namespaces import locate, run_inside
from netscope.system.netlink import NetlinkEvents, NetlinkSocket

if TYPE_CHECKING:
    from netscope.system.processes import SocketOwners  # only sockets have owners: the others need not load it

if TYPE_CHECKING:
    from netscope.core.capture import Capture, CaptureRequest
    from netscope.core.capturefilter import Resolver as FilterNames
    from netscope.core.dns.resolver import Resolver
    from netscope.core.frame import OpenedFrames
    from netscope.core.probe import Prober
    from netscope.core.whois import RegistryWire

Result = TypeVar("Result")

_RTM_GETLINK = 18
_IFLA_IFNAME = 3
_IFINFOMSG = 16
_RTEXT_FILTER_SKIP_STATS = wire.attribute(29, (8).to_bytes(4, "little"))
_LINKS = wire.request(_RTM_GETLINK, bytes(_IFINFOMSG) + _RTEXT_FILTER_SKIP_STATS)


class LiveHost:
    """The running kernel, in one network namespace."""

    def __init__(self, namespace: str = "") -> None:
        self._namespace = namespace
        self._path = locate(namespace) if namespace else ""
        self._sockets: dict[int, NetlinkSocket] = {}
        self._owners: SocketOwners | None = None
        self._users: dict[int, str] = {}
        if self._path:
            self._inside(lambda: None)  # says at once when it may not be entered

    @property
    def name(self) -> str:
        """The host's name."""
        return os.uname().nodename

    @property
    def kernel(self) -> str:
        """The kernel release."""
        return os.uname().release

    @property
    def namespace(self) -> str:
        """The namespace as the user named it."""
        return self._namespace

    def _inside(self, function: Callable[[], Result]) -> Result:
        return run_inside(self._path, function) if self._path else function()

    def dump(self, protocol: int, request: bytes) -> list[bytes]:
        """Answer one netlink request."""
        found = self._take(protocol)
        try:
            answer = found.dump(request)
        except BaseException:
            found.close()  # an answer may still be on its way: never read it as the next one's
            raise
        self._give_back(found)
        return answer

    def pieces(self, protocol: int, request: bytes) -> Iterator[memoryview]:
        """Answer one dump piece by piece."""
        found = self._take(protocol)
        try:
            yield from found.pieces(request)
        except BaseException:  # or whoever reads has stopped
            found.close()
            raise
        self._give_back(found)

    def _take(self, protocol: int) -> NetlinkSocket:
        # One socket per thread would be simpler, but a constant port id is what makes answers comparable.
        return self._sockets.pop(protocol, None) or self._inside(lambda: NetlinkSocket(protocol))

    def _give_back(self, found: NetlinkSocket) -> None:
        if self._sockets.setdefault(found.protocol, found) is not found:  # another thread was faster
            found.close()

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        """Subscribe to multicast groups."""
        return self._inside(lambda: NetlinkEvents(protocol, groups))

    def read(self, path: str) -> bytes:
        """Return a whole file, /proc/net being the namespace's."""
        if path.startswith("/proc/net/"):
            path = "/proc/thread-self" + path.removeprefix("/proc")
        return self._inside(lambda: _read(path))

    def names(self, path: str) -> Sequence[str]:
        """Return the names in a directory."""
        try:
            return sorted(os.listdir(path))
        except OSError:
            return ()

    def owners(self, inodes: Collection[int]) -> Owners:
        """Find the holders of sockets."""
        return self._socket_owners().find(inodes)

    def expect_owners(self) -> None:
        """Begin to find the holders."""
        self._socket_owners().expect()

    def _socket_owners(self) -> SocketOwners:
        if self._owners is None:
            from netscope.system.processes import SocketOwners

            self._owners = SocketOwners()
        return self._owners

    def process(self, pid: int) -> ProcessDetails | None:
        """Describe a process."""
        from netscope.system.processes import describe

        return describe(pid)

    def user(self, uid: int) -> str:
        """Return a user's name."""
        name = self._users.get(uid)
        if name is None:
            import pwd

            try:
                name = pwd.getpwuid(uid).pw_name
            except KeyError:
                name = str(uid)
            self._users[uid] = name
        return name

    def ifindexes(self) -> Mapping[int, str]:
        """Return the interfaces' names."""
        names = {}
        for _kind, payload in wire.messages(self.dump(wire.NETLINK_ROUTE, _LINKS)):
            index = int.from_bytes(payload[4:8], "little", signed=True)
            names[index] = wire.text(wire.attributes(payload, _IFINFOMSG).get(_IFLA_IFNAME, b""))
        return names

    def dns(self) -> Resolver:
        """Return what asks name servers from this namespace."""
        from netscope.system.dns.resolver import LiveResolver

        return LiveResolver(self._path, self._inside)

    def filter_names(self) -> FilterNames:
        """Return what looks up the names in capture filters."""
        from netscope.system.filternames import LiveFilterNames

        return LiveFilterNames(self._inside)

    def whois(self) -> RegistryWire:
        """Return the way to the registries."""
        from netscope.system.registries import LiveRegistryWire

        return LiveRegistryWire(self._inside)

    def wall(self) -> float:
        """Return the wall clock."""
        return time.time()

    def clock(self) -> float:
        """Return the monotonic clock."""
        return time.monotonic()

    def prober(self) -> Prober:
        """Return what sends probes from this namespace."""
        from netscope.system.probe.prober import LiveProber

        return LiveProber(self._inside)

    def capture(self, request: CaptureRequest) -> Capture:
        """Open a capture in this namespace."""
        from netscope.system.capture.session import LiveCapture

        return LiveCapture(request, self._inside)

    def open_capture(self, path: str) -> OpenedFrames:
        """Open a capture file and index it on a thread."""
        from netscope.system.capture.opening import follow, open_capture

        frames = open_capture(path)
        follow(frames)
        return frames

    def close(self) -> None:
        """Release the sockets."""
        while self._sockets:
            self._sockets.popitem()[1].close()
        if self._owners is not None:
            self._owners.close()


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise explain(error, path) from error
