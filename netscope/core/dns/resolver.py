"""What the topic asks of the host: questions sent to servers, and the host's own view of names.

What to ask next is decided by *tasks*: generators that yield the inquiries they want made (all at once) and are sent
the replies, in the same order. So a search list, a walk from the root or a chain of trust is a plain function without
any input or output, and a thousand of them run side by side.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, runtime_checkable

from netscope.core.dns.message import Ask, Message
from netscope.core.errors import Unavailable
from netscope.core.host import Host

Transport = Literal["udp", "tcp", "tls", "https"]
Mishap = Literal["timeout", "refused", "unreachable", "closed", "tls", "ignored", "truncated", "badcookie", "badvers",
                 "failed"]  # fmt: skip

PORTS: dict[str, int] = {"udp": 53, "tcp": 53, "tls": 853, "https": 443}


class Server(NamedTuple):
    """A server to ask: numeric address (a zone may follow %), port, and the name it was given by."""

    address: str
    port: int = 53
    name: str = ""

    @property
    def label(self) -> str:
        """As dig names it: address#port."""
        return f"{self.address}#{self.port}"


class Way(NamedTuple):
    """How to ask.

    Attributes:
        transport: over what.
        timeout: seconds for one try.
        tries: how often every server is asked (UDP), one after another, before giving up.
        source: address to ask from, "" lets the kernel choose; ``source_port`` likewise 0.
        keep_truncated: take a truncated answer instead of asking again over TCP.
        badcookie: ask again with the server's cookie after BADCOOKIE.
        authorities: file of certificates that a TLS server must present one of; "" with ``verify`` the system's.
        verify: whether a TLS server must prove who it is (``hostname``, or its address).
        hostname: the name it must prove.
        path: path of the DNS-over-HTTPS endpoint.
        get: ask with GET instead of POST.
        negotiate: after BADVERS, ask again with the EDNS version that the server offers.
    """

    transport: Transport = "udp"
    timeout: float = 5.0
    tries: int = 3
    source: str = ""
    source_port: int = 0
    keep_truncated: bool = False
    badcookie: bool = True
    authorities: str = ""
    verify: bool = False
    hostname: str = ""
    path: str = "/dns-query"
    get: bool = False
    negotiate: bool = True


class Inquiry(NamedTuple):
    """One question for the first of some servers that answers."""

    ask: Ask
    servers: tuple[Server, ...]
    way: Way


class Event(NamedTuple):
    """Something that happened on the way to an answer; ``text`` says more where there is more to say."""

    kind: Mishap
    server: Server
    transport: Transport
    text: str = ""


class Reply(NamedTuple):
    """What came of an inquiry.

    Attributes:
        inquiry: what was asked, its cookie filled in.
        query: the query as sent last.
        message: the answer; None when nobody answered.
        more: the messages after the first (zone transfers).
        server: who answered, or was asked last.
        transport: over what.
        seconds: from sending the query to having the answer.
        at: wall clock of the answer, seconds since the epoch.
        events: what went wrong, in order.
    """

    inquiry: Inquiry
    query: bytes
    message: Message | None
    more: tuple[Message, ...]
    server: Server
    transport: Transport
    seconds: float
    at: float
    events: tuple[Event, ...] = ()

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages of the answer."""
        return (self.message, *self.more) if self.message else ()


Result = TypeVar("Result")
Task = Generator[Sequence[Inquiry], Sequence[Reply], Result]


class Link(NamedTuple):
    """The servers that systemd-resolved asks over one interface, "" for those of no interface.

    ``domains`` are the names that go this way (a leading ~ routes only, "~." everything), ``source`` is the file.
    """

    name: str
    servers: tuple[str, ...]
    domains: tuple[str, ...]
    source: str


class Configuration(NamedTuple):
    """resolv.conf(5). ``path`` is the file that was read; ``timeout`` in seconds.

    ``links`` tells whom systemd-resolved asks in turn, where its stub is one of the servers.
    """

    path: str = ""
    servers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    ndots: int = 1
    timeout: float = 5.0
    attempts: int = 2
    links: tuple[Link, ...] = ()


class Found(NamedTuple):
    """What getaddrinfo(3) says of a name: addresses in its order, the canonical name, or its error."""

    addresses: tuple[str, ...]
    canonical: str
    error: str


class Resolver(Protocol):
    """The network side of DNS in one namespace. Nothing is sent but what a task asks for."""

    def run(
        self, tasks: Iterable[Task[Any]], concurrency: int, stop: int | None = None
    ) -> Generator[tuple[int, Any], None, None]:
        """Run tasks side by side, that many at most; yield (position, result) as each ends.

        Closing the iterator ends all, and so does a descriptor ``stop`` that becomes readable, also while the iterator
        waits on another thread: no socket stays open.
        """

    def configuration(self) -> Configuration:
        """Read the namespace's resolv.conf. Raises NetscopeError when it cannot be read."""

    def lookup(self, name: str, family: int = 0) -> Found:
        """Ask as every program on the host does: getaddrinfo(3) in this namespace. ``family`` 0, 4 or 6."""

    def etc(self, name: str) -> tuple[str, bytes]:
        """Return the path and contents of a file of /etc as the namespace sees it (ip-netns(8) may replace it)."""


@runtime_checkable
class Asking(Protocol):
    """A host that can ask; one that is replayed from a file cannot."""

    def dns(self) -> Resolver:
        """Return what asks name servers, and the host's own view of names."""


def resolver(host: Host) -> Resolver:
    """Return a host's resolver. Raises Unavailable when the host cannot ask."""
    if not isinstance(host, Asking):
        raise Unavailable("asking name servers", f"{host.name} is not the running host")
    return host.dns()
