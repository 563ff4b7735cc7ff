"""One inquiry on its way over UDP or a stream: resending, other servers, what counts as the answer (RFC 5452)."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Generator
from typing import NamedTuple

from netscope.core.dns.message import COOKIE, TC, Ask, Edns, Message, Option, answers, decode, encode
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import AXFR, IXFR
from netscope.core.dns.resolver import Event, Inquiry, Mishap, Reply, Server, Transport, Way
from netscope.core.dns.transfer import Transfer
from netscope.core.errors import Unavailable
from netscope.system.dns.channel import Channel, Closed, Late
from netscope.system.dns.loop import Flight, Wait

_BADVERS, _BADCOOKIE = 16, 23
_LARGEST = 65535

SocketAddress = tuple[bytes, int] | tuple[bytes, int, int, int]
Open = Callable[[Server, int], tuple[socket.socket, SocketAddress]]


class Sent(NamedTuple):
    """A query on its way."""

    ident: int
    query: bytes
    at: float


def launch(inquiry: Inquiry, open_socket: Open, client_cookie: bytes) -> Flight:
    """Return the flight of an inquiry, its empty COOKIE option filled in."""
    inquiry = inquiry._replace(ask=_with_cookie(inquiry.ask, client_cookie, replace=False))
    if inquiry.way.transport == "udp" and inquiry.ask.type != AXFR:
        return _Datagrams(inquiry, open_socket).fly()
    return _streamed(inquiry, open_socket, [])


def _with_cookie(ask: Ask, cookie: bytes, *, replace: bool) -> Ask:
    if ask.edns is None:
        return ask
    options = tuple(
        Option(COOKIE, cookie) if option.code == COOKIE and (replace or not option.data) else option
        for option in ask.edns.options
    )
    return ask._replace(edns=ask.edns._replace(options=options))


def _prepare(ask: Ask) -> Sent:
    ident = int.from_bytes(os.urandom(2), "big")
    return Sent(ident, encode(ask, ident), time.monotonic())


def _connected(server: Server, way_source: tuple[str, int], kind: int, open_socket: Open) -> socket.socket:
    """Return a non-blocking socket that is bound as asked and connected (TCP: connecting) to the server.

    A connected UDP socket gets what this address and port sent, nothing else, and hears of ICMP errors.
    """
    made, address = open_socket(server, kind)
    try:
        made.setblocking(False)
        if way_source != ("", 0):
            wildcard = "::" if made.family == socket.AF_INET6 else "0.0.0.0"
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((way_source[0] or wildcard, way_source[1]))
        try:
            made.connect(address)
        except BlockingIOError:
            pass  # TCP on its way
    except BaseException:
        made.close()
        raise
    return made


class _Datagrams:
    """UDP: each server in turn, ``tries`` times around; a late answer from an earlier one still counts."""

    def __init__(self, inquiry: Inquiry, open_socket: Open) -> None:
        self.inquiry = inquiry
        self.open = open_socket
        self.sockets: dict[int, tuple[socket.socket, Server]] = {}
        self.sent: dict[Server, Sent] = {}
        self.events: list[Event] = []

    def fly(self) -> Flight:
        """Ask until somebody answers."""
        servers = self.inquiry.servers
        try:
            for _ in range(self.inquiry.way.tries):
                for server in servers:
                    reply = yield from self._try(server)
                    if reply:
                        return reply
            last = servers[-1]
            sent = self.sent.get(last) or _prepare(self.inquiry.ask)
            return _reply(self.inquiry, sent, None, last, "udp", self.events)
        finally:
            for made, _server in self.sockets.values():
                made.close()

    def _note(self, kind: Mishap, server: Server, text: str = "") -> None:
        self.events.append(Event(kind, server, "udp", text))

    def _try(self, server: Server) -> Generator[Wait, int, Reply | None]:
        """Send once and wait for any of the servers asked so far."""
        if not self._send(server):
            return None
        deadline = time.monotonic() + self.inquiry.way.timeout
        while True:
            ready = yield Wait(deadline, tuple(self.sockets))
            if ready < 0:
                self._note("timeout", server)
                return None
            made, sender = self.sockets[ready]
            try:
                data = made.recv(_LARGEST)
            except BlockingIOError:
                continue  # a wrong checksum wakes poll(2) for nothing
            except OSError as error:
                self._forget(ready)
                self._note("refused" if isinstance(error, ConnectionRefusedError) else "unreachable", sender,
                           (error.strerror or "").lower())  # fmt: skip
                if sender == server:
                    return None
                continue
            message = self._accept(data, sender)
            if message:
                return (yield from self._landed(message, sender))

    def _send(self, server: Server) -> bool:
        way = self.inquiry.way
        found = next((made for made, other in self.sockets.values() if other == server), None)
        try:
            if found is None:
                found = _connected(server, (way.source, way.source_port), socket.SOCK_DGRAM, self.open)
                self.sockets[found.fileno()] = (found, server)
            # The same id again: an answer to the first query is as good.
            before = self.sent.get(server)
            self.sent[server] = before._replace(at=time.monotonic()) if before else _prepare(self.inquiry.ask)
            found.send(self.sent[server].query)
        except OSError as error:
            if found is not None:
                self._forget(found.fileno())
            self._note("refused" if isinstance(error, ConnectionRefusedError) else "unreachable", server,
                       (error.strerror or str(error)).lower())  # fmt: skip
            return False
        return True

    def _forget(self, descriptor: int) -> None:
        found = self.sockets.pop(descriptor, None)
        if found:
            found[0].close()

    def _accept(self, data: bytes, server: Server) -> Message | None:
        """Return the answer in a datagram; None, with a note why, for anything that is none."""
        try:
            if data[:2] != self.sent[server].ident.to_bytes(2, "big"):
                raise Malformed("another id")
            message = decode(data)
            if not answers(message, self.inquiry.ask):
                raise Malformed("not an answer to this question")
        except Malformed as error:
            self._note("ignored", server, str(error))
            return None
        return message

    def _landed(self, message: Message, server: Server) -> Flight:
        sent = self.sent[server]
        cookie = _server_cookie(message)
        if message.rcode == _BADCOOKIE and self.inquiry.way.badcookie and cookie:
            self._note("badcookie", server)
            again = self.inquiry._replace(
                ask=_with_cookie(self.inquiry.ask, cookie, replace=True),
                servers=(server,), way=self.inquiry.way._replace(badcookie=False),
            )  # fmt: skip
            reply = yield from _Datagrams(again, self.open).fly()
            return reply._replace(events=(*self.events, *reply.events))
        offered = self._offered(message)
        if offered is not None:
            self._note("badvers", server, str(offered.version))
            again = self.inquiry._replace(
                ask=self.inquiry.ask._replace(edns=offered), servers=(server,),
                way=self.inquiry.way._replace(negotiate=False),
            )  # fmt: skip
            reply = yield from _Datagrams(again, self.open).fly()
            return reply._replace(events=(*self.events, *reply.events))
        if message.flags & TC and not self.inquiry.way.keep_truncated:
            self._note("truncated", server)
            again = self.inquiry._replace(servers=(server,))
            return (yield from _streamed(again, self.open, self.events, "tcp"))
        return _reply(self.inquiry, sent, message, server, "udp", self.events)

    def _offered(self, message: Message) -> Edns | None:
        """Return our EDNS in the version that a server that refuses ours speaks (RFC 6891, 6.1.3)."""
        ours, theirs = self.inquiry.ask.edns, message.edns
        if message.rcode != _BADVERS or not self.inquiry.way.negotiate or not ours or not theirs:
            return None
        return ours._replace(version=theirs.version) if theirs.version < ours.version else None


def _server_cookie(message: Message) -> bytes:
    options = message.edns.options if message.edns else ()
    return next((option.data for option in options if option.code == COOKIE and len(option.data) > 8), b"")


def _reply(
    inquiry: Inquiry, sent: Sent, message: Message | None, server: Server, transport: Transport, events: list[Event],
    more: tuple[Message, ...] = (),
) -> Reply:  # fmt: skip
    return Reply(
        inquiry, sent.query, message, more, server, transport, time.monotonic() - sent.at, time.time(), tuple(events)
    )


def _streamed(inquiry: Inquiry, open_socket: Open, events: list[Event], over: Transport | None = None) -> Flight:
    """TCP, TLS or HTTPS: each server in turn, once; a stream does not lose what was sent."""
    transport = over or ("tcp" if inquiry.way.transport == "udp" else inquiry.way.transport)
    sent = _prepare(inquiry.ask)
    server = inquiry.servers[0]
    for server in inquiry.servers:
        messages: list[Message] = []
        sent = _prepare(inquiry.ask)
        try:
            sent, messages = yield from _converse(inquiry, sent, server, transport, open_socket)
        except Late:
            events.append(Event("timeout", server, transport))
        except Closed as error:
            events.append(Event("closed", server, transport, str(error)))
        except Malformed as error:
            events.append(Event("failed", server, transport, str(error)))
        except OSError as error:
            events.append(_failed(error, server, transport))
        if messages:
            return _reply(inquiry, sent, messages[0], server, transport, events, tuple(messages[1:]))
    return _reply(inquiry, sent, None, server, transport, events)


def _failed(error: OSError, server: Server, transport: Transport) -> Event:
    if isinstance(error, ConnectionRefusedError):
        return Event("refused", server, transport, "connection refused")
    kind: Mishap = "tls" if hasattr(error, "reason") else "unreachable"
    return Event(kind, server, transport, (error.strerror or str(error)).lower() if kind != "tls" else str(error))


def _converse(
    inquiry: Inquiry, sent: Sent, server: Server, transport: Transport, open_socket: Open
) -> Generator[Wait, int, tuple[Sent, list[Message]]]:
    """Return the messages that answer one query over one connection, and when the query was sent, once it stood."""
    way = inquiry.way
    made = _connected(server, (way.source, way.source_port), socket.SOCK_STREAM, open_socket)
    channel = Channel(made, way.timeout)
    try:
        yield from channel.connect()
        if transport in ("tls", "https"):
            yield from channel.secure(way, server, "h2" if transport == "https" else "dot")
        sent = sent._replace(at=time.monotonic())
        if transport == "https":
            data = yield from _https(channel, way, server, sent.query)
            return sent, [_checked(data, inquiry.ask, sent.ident)]
        yield from channel.send(len(sent.query).to_bytes(2, "big") + sent.query)
        transfer = Transfer(inquiry.ask) if inquiry.ask.type in (AXFR, IXFR) else None
        messages: list[Message] = []
        while True:
            size = int.from_bytes((yield from channel.receive(2)), "big")
            message = _checked((yield from channel.receive(size)), inquiry.ask, sent.ident, first=not messages)
            messages.append(message)
            if transfer is None or transfer.ended(message):
                return sent, messages
            channel.renew()
    finally:
        channel.close()


def _https(channel: Channel, way: Way, server: Server, query: bytes) -> Generator[Wait, int, bytes]:
    try:
        from netscope.system.dns.https import request
    except ImportError:
        raise Unavailable(
            "DNS over HTTPS", "needs the h2 package", "install netscope with its extra: netscope[doh]"
        ) from None
    return (yield from request(channel, way, server, query))


def _checked(data: bytes, ask: Ask, ident: int, *, first: bool = True) -> Message:
    message = decode(data)
    if message.ident != ident:
        raise Malformed("another id")
    if not (answers(message, ask) if first or message.questions else message.flags & 0x8000):
        raise Malformed("not an answer to this question")
    return message
