"""What netscope asks of a host. ``netscope.system`` answers it live; tests and replays answer it from data."""

from __future__ import annotations

from netscope.core.typed import TYPE_CHECKING, Callable, Collection, Iterator, Mapping, NamedTuple, Protocol, Sequence

if TYPE_CHECKING:
    from netscope.core.capture import Capture, CaptureRequest
    from netscope.core.capturefilter import Resolver as FilterNames
    from netscope.core.frame import OpenedFrames
    from netscope.core.probe import Prober
    from netscope.core.whois import RegistryWire


class Process(NamedTuple):
    """One process that holds a socket. ``fd`` is its descriptor of that socket."""

    pid: int
    name: str
    fd: int


class Inodes:
    """The inodes of a question for owners, one of a row of questions.

    All of them are made up only when they are needed: of 50,000, some hundred came and went since the question before.

    Attributes:
        came, went: how they differ from those of the question ``after``, when that is known.
        after: the ``question`` that was asked before, None for the first and where not all that came and went is known.
        question: what the next one is to say that it comes after.
    """

    def __init__(
        self, all_of_them: Callable[[], set[int]], came: set[int], went: set[int], after: object | None
    ) -> None:
        self._all_of_them = all_of_them
        self._known: set[int] | None = None
        self.came = came
        self.went = went
        self.after = after
        self.question = object()

    def _all(self) -> set[int]:
        if self._known is None:
            self._known = self._all_of_them()
        return self._known

    def __iter__(self) -> Iterator[int]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, inode: object) -> bool:
        return inode in self._all()


class Owners(NamedTuple):
    """Who holds which socket inode.

    Attributes:
        holders: inode -> the processes that hold it (never empty tuples).
        unreadable: how many processes would not show their descriptors.
        hidden: there are processes that are not even listed (another pid namespace, hidepid).
        version: the same as in an answer before where no inode that was in both has other holders now; 0 says nothing.
        unheld: how many of the inodes asked for have no holder that could be seen; None says nothing.
    """

    holders: Mapping[int, tuple[Process, ...]]
    unreadable: int
    hidden: bool = False
    version: int = 0
    unheld: int | None = None


class ProcessDetails(NamedTuple):
    """What /proc tells of one process. A field that cannot be read is ``None``.

    ``started`` is seconds since the epoch; ``unit`` is the systemd unit and ``container`` the container id or
    name, both read off the cgroup path.
    """

    pid: int
    name: str
    command: tuple[str, ...] | None
    executable: str | None
    user: str | None
    started: float | None
    cgroup: str | None
    unit: str | None
    container: str | None


class Events(Protocol):
    """A netlink multicast subscription, for ``loop.add_reader``."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when something happened."""

    def drain(self) -> tuple[list[bytes], bool]:
        """Return the datagrams waiting, without blocking, and whether the kernel dropped some (ENOBUFS)."""

    def close(self) -> None:
        """Close the subscription. May be called twice."""


class Host(Protocol):
    """One network namespace of one machine, as the collectors see it.

    Every method raises :class:`~netscope.core.errors.NeedsPrivilege` for EPERM/EACCES and
    :class:`~netscope.core.errors.Unavailable` where the kernel or the file is missing. All of them may block for
    as long as the kernel takes, so the hub calls them on a worker thread.
    """

    @property
    def name(self) -> str:
        """The host's name (uname nodename)."""

    @property
    def kernel(self) -> str:
        """The kernel release (uname release)."""

    @property
    def namespace(self) -> str:
        """The network namespace as the user named it; "" for the one the program was started in."""

    def dump(self, protocol: int, request: bytes) -> list[bytes]:
        """Send one netlink request (header included) and return the datagrams of the whole answer.

        The answer is read to NLMSG_DONE, NLMSG_ERROR or, for a request without NLM_F_DUMP, to its first datagram
        (netlink(7)). Each item holds whole messages, headers included. A dump that the kernel marks as interrupted
        (NLM_F_DUMP_INTR) is asked again a few times. An NLMSG_ERROR with a non-zero code raises.
        """

    def pieces(self, protocol: int, request: bytes) -> Iterator[memoryview]:
        """Send a request for a dump and yield the answer in large pieces of whole messages, one memory for all.

        A piece may be written to, and is good until the next is asked for: who reads 20 MB so never has them. For dumps
        that the kernel does not mark as interrupted (sock_diag's); this one would not be asked again.
        """

    def events(self, protocol: int, groups: Collection[int]) -> Events:
        """Subscribe to netlink multicast groups, given by number."""

    def read(self, path: str) -> bytes:
        """Return a whole file. ``/proc/net/...`` is that of this host's namespace."""

    def names(self, path: str) -> Sequence[str]:
        """Return the names in a directory, sorted; empty where there is no such directory or it may not be read."""

    def owners(self, inodes: Collection[int]) -> Owners:
        """Find which processes hold these socket inodes; incremental between calls."""

    def expect_owners(self) -> None:
        """Say that the first question for owners comes soon, so that their search may begin meanwhile."""

    def process(self, pid: int) -> ProcessDetails | None:
        """Describe one process; ``None`` when it is gone."""

    def user(self, uid: int) -> str:
        """Return the name of a uid, or its digits where it has none (getpwuid(3))."""

    def ifindexes(self) -> Mapping[int, str]:
        """Return ifindex -> interface name in this namespace, undecodable bytes surrogate-escaped."""

    def whois(self) -> RegistryWire:
        """Return the way to the registries (whois and RDAP), which starts in this namespace."""

    def wall(self) -> float:
        """Return the wall clock, seconds since the epoch."""

    def clock(self) -> float:
        """Return a monotonic clock in seconds."""

    def prober(self) -> Prober:
        """Return what sends probes from this namespace and hears what comes back (ping, trace)."""

    def capture(self, request: CaptureRequest) -> Capture:
        """Open what a capture needs, in this namespace; nothing is taken in before it is started.

        Raises NeedsPrivilege without CAP_NET_RAW, BadQuery for an interface that is not there.
        """

    def filter_names(self) -> FilterNames:
        """Return what looks up the names in capture filters."""

    def open_capture(self, path: str) -> OpenedFrames:
        """Open a capture file; it is indexed while its first frames are read.

        Raises BadQuery where there is no such file or it is no capture file, NeedsPrivilege, or Unavailable where zstd
        is wanted and not there.
        """

    def close(self) -> None:
        """Release sockets and descriptors. May be called twice."""
