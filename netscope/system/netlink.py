"""Raw netlink sockets: dumps and multicast, without a library in between (netlink(7), sock_diag(7)).

Measured: pyroute2 takes 25 to 60 times as long as ``ip -j`` for a large table and 200 ms to import.
"""

from __future__ import annotations

import _socket as socket  # the module behind socket, which makes enums: 7 ms of every start
import errno
import os

from netscope.core.errors import NetscopeError
from netscope.core.netlink import (
    HEADER,
    NETLINK_ROUTE,
    NLM_F_DUMP,
    NLM_F_DUMP_INTR,
    NLMSG_DONE,
    NLMSG_ERROR,
    Malformed,
)
from netscope.core.typed import Collection, Iterator
from netscope.system.errors import explain

_SOL_NETLINK = 270
_NETLINK_ADD_MEMBERSHIP = 1
_NETLINK_GET_STRICT_CHK = 12
_SO_RCVBUFFORCE = 33
_DONE_SIZE = HEADER.size + 4
_BUFFER = 1 << 18  # the kernel never sends a dump datagram over 32 KiB; multicast ones are smaller
_FULL = _BUFFER - (
    1 << 15
)  # so many bytes are a piece, and with one datagram more still half of what there is room for
_PIECE = 1 << 19  # what is large goes back to the system when it is freed, small pieces leave holes
_EVENT_BUFFER = 4 << 20
_RETRIES = 5
_TIMEOUT = 10.0


class NetlinkSocket:
    """One netlink socket for requests. Its port id stays the same, so equal kernel state gives equal bytes."""

    def __init__(self, protocol: int) -> None:
        self.protocol = protocol
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
        except OSError as error:
            raise explain(error, "netlink") from error
        self._socket.settimeout(_TIMEOUT)
        if protocol == NETLINK_ROUTE:
            try:
                self._socket.setsockopt(_SOL_NETLINK, _NETLINK_GET_STRICT_CHK, 1)
            except OSError:
                pass  # before Linux 4.20: dumps are filtered by the caller anyway
        self._socket.bind((0, 0))
        self._view = memoryview(bytearray(_PIECE))
        self._interrupted = False

    def dump(self, request: bytes) -> list[bytes]:
        """Return the datagrams that answer ``request`` (see :meth:`netscope.core.host.Host.dump`)."""
        answer: list[bytes] = []
        for _attempt in range(_RETRIES):
            answer = list(map(bytes, self._ask(request, ahead=False)))
            if not self._interrupted:
                break
        return answer

    def pieces(self, request: bytes) -> Iterator[memoryview]:
        """Yield the answer in pieces of whole messages (see :meth:`netscope.core.host.Host.pieces`)."""
        return self._ask(request, ahead=True)

    def _ask(self, request: bytes, *, ahead: bool) -> Iterator[memoryview]:
        dumping = HEADER.unpack_from(request)[2] & NLM_F_DUMP == NLM_F_DUMP
        self._interrupted = False
        try:
            self._socket.send(request)
            yield from self._answer(dumping, ahead)
        except TimeoutError as error:
            raise NetscopeError("netlink", "the kernel did not answer in 10 seconds") from error
        except OSError as error:
            raise explain(error, "netlink request") from error

    def _answer(self, dumping: bool, ahead: bool) -> Iterator[memoryview]:
        receive, view, size = self._socket.recv_into, self._view, 0
        while True:
            received = receive(view[size:])
            data = view[size : size + received]
            if _is_acknowledged(data):
                yield view[:size]
                return
            size = (size + received + 3) & ~3
            if not dumping or self._is_done(data):
                yield view[:size]
                return
            if size > _FULL:
                if ahead and size <= _PIECE // 2:
                    rest = self._rest(view[:size])
                    if rest is not None:
                        yield from rest
                        return
                yield view[:size]
                size = 0

    def _rest(self, piece: memoryview) -> Iterator[memoryview] | None:
        """Return a first piece and those that follow, which a thread reads; None where there is no ctypes."""
        try:
            from netscope.system.readahead import read_ahead
        except ImportError:
            return None
        return read_ahead(self._socket, piece, self._view, self._is_end)

    def _is_done(self, data: memoryview) -> bool:
        flags = _done_flags(data)
        if flags is None:
            return False
        self._interrupted = bool(flags & NLM_F_DUMP_INTR)
        return True

    def _is_end(self, data: memoryview) -> bool:
        return _is_acknowledged(data) or self._is_done(data)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _is_acknowledged(data: memoryview) -> bool:
    """Tell whether an NLMSG_ERROR ends the answer without an error; raise the error that it tells of."""
    if len(data) < HEADER.size:
        raise NetscopeError("netlink", "short datagram from the kernel")
    if HEADER.unpack_from(data)[1] != NLMSG_ERROR:
        return False
    code = -int.from_bytes(data[HEADER.size : HEADER.size + 4], "little", signed=True)
    if code:
        raise OSError(code, os.strerror(code))
    return True


def _done_flags(data: bytes | memoryview) -> int | None:
    """Return the flags of the NLMSG_DONE that ends this datagram, or None. It may ride behind data messages."""
    start = len(data) - _DONE_SIZE
    if start < 0:
        return None
    length, kind, flags, _sequence, _port = HEADER.unpack_from(data, start)
    if kind != NLMSG_DONE or length != _DONE_SIZE or not _is_boundary(data, start):
        return None
    code = -int.from_bytes(data[start + HEADER.size :], "little", signed=True)
    if code > 0:
        raise OSError(code, os.strerror(code))
    return int(flags)


def _is_boundary(data: bytes | memoryview, target: int) -> bool:
    """Tell whether a message begins at ``target``: payload bytes may look like a header by accident."""
    offset = 0
    while offset < target:
        length = int.from_bytes(data[offset : offset + 4], "little")
        if length < HEADER.size:
            raise NetscopeError("netlink", str(Malformed("message shorter than its header")))
        offset += (length + 3) & ~3
    return offset == target


class NetlinkEvents:
    """A multicast subscription (see :class:`netscope.core.host.Events`)."""

    def __init__(self, protocol: int, groups: Collection[int]) -> None:
        try:
            self._socket = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, protocol
            )
        except OSError as error:
            raise explain(error, "netlink events") from error
        try:
            try:
                self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _EVENT_BUFFER)
            except OSError:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _EVENT_BUFFER)
            self._socket.bind((0, 0))
            for group in groups:
                self._socket.setsockopt(_SOL_NETLINK, _NETLINK_ADD_MEMBERSHIP, group)
        except OSError as error:
            self._socket.close()
            raise explain(error, "netlink events") from error

    def fileno(self) -> int:
        """Return the descriptor to watch."""
        return self._socket.fileno()

    def drain(self) -> tuple[list[bytes], bool]:
        """Return what waits, and whether messages were lost (then the caller looks again at the whole)."""
        datagrams: list[bytes] = []
        lost = False
        while True:
            try:
                datagrams.append(self._socket.recv(_BUFFER))
            except BlockingIOError:
                return datagrams, lost
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise explain(error, "netlink events") from error
                lost = True

    def close(self) -> None:
        """Close the subscription."""
        self._socket.close()
