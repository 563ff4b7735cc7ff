"""What must be remembered between frames, and how to read them. Everything here is bounded: the oldest is let go."""

from __future__ import annotations

from netscope.core.typed import TYPE_CHECKING, Any, Callable, Collection, Mapping, Sequence, TypeVar

if TYPE_CHECKING:
    from netscope.core.frame import Interface
    from netscope.dissect.fragments import Datagram, Piece
    from netscope.dissect.segments import Begun
    from netscope.dissect.tcp_analysis import Conversation, Verdict

K = TypeVar("K")
V = TypeVar("V")

_CONVERSATIONS = 20_000
_VERDICTS = 200_000
_ANSWERS = 10_000
_DATAGRAMS = 256
_MESSAGES = 500


class Kept(dict[K, V]):
    """A dictionary that lets the oldest go."""

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def keep(self, key: K, value: V) -> V:
        """Put a value in, and return it."""
        if len(self) >= self.most and key not in self:
            del self[next(iter(self))]
        self[key] = value
        return value


class Context:
    """The memory of one capture, for frames dissected in order; a frame dissected again finds what was said of it.

    Args:
        checksums: verify those of IPv4, TCP, UDP and SCTP (those of ICMP always are).
        decode_as: what to take a port or a type for: ``{"tcp.port==8080": "http"}``. Raises ValueError for a table or
            a protocol that there is not.
        name: returns what to call a link-layer address in the tree ("" for no name); None leaves all in numbers.
        left: protocols that are not to be taken apart.
    """

    def __init__(
        self,
        *,
        checksums: bool = False,
        decode_as: Mapping[str, str] | None = None,
        name: Callable[[str], str] | None = None,
        left: Collection[str] = (),
    ) -> None:
        from netscope.dissect.registry import tables

        self.checksums = checksums
        self.name = name
        self.tables = tables(decode_as or {}, left)
        self.first_time: int | None = None
        self.last = 0  # the highest frame number seen
        self.last_time: int | None = None
        self.interfaces: Sequence[Interface] = ()  # of the capture, as far as they are known
        self.deltas: Kept[int, int] = Kept(_VERDICTS)
        self.tcp: Kept[tuple[Any, ...], Conversation] = Kept(_CONVERSATIONS)
        self.tcp_count = 0
        self.verdicts: Kept[tuple[int, int], Verdict] = Kept(_VERDICTS)
        self.udp: Kept[tuple[Any, ...], list[int]] = Kept(_CONVERSATIONS)
        self.udp_count = 0
        self.udp_seen: Kept[tuple[int, int], tuple[int, int, int]] = Kept(_VERDICTS)
        self.datagrams: Kept[tuple[Any, ...], Datagram] = Kept(_DATAGRAMS)
        self.whole: Kept[tuple[int, int], tuple[bytes, Any]] = Kept(_DATAGRAMS)
        self.begun: Kept[tuple[Any, ...], Begun] = Kept(_MESSAGES)  # messages that go on in a segment to come
        self.joined: Kept[tuple[int, int], tuple[bytes, tuple[Piece, ...]]] = Kept(_MESSAGES)
        self.asked: Kept[tuple[Any, ...], tuple[int, int]] = Kept(_ANSWERS)
        self.answered: Kept[tuple[Any, ...], tuple[int, int]] = Kept(_ANSWERS)
        self.listed = 0  # the highest frame number that a row was made of without a verdict
        self.brief = False  # rows are made with it, which keep no account of what is on its way
        self.touched: tuple[Conversation, tuple[bytes, int, bytes, int]] | None = None  # the last one judged
        self.summaries: Any = None
        self.notes: Kept[tuple[Any, ...], Any] = Kept(_CONVERSATIONS)

    def begin(self, number: int, time: int) -> int:
        """Take note that a frame's turn has come; return the nanoseconds since the one before it."""
        if self.first_time is None:
            self.first_time = time
        if number > self.last:
            self.last = number
            before, self.last_time = self.last_time, time
            delta = 0 if before is None else time - before
            if delta:
                self.deltas.keep(number, delta)
            return delta
        return self.deltas.get(number, 0)
