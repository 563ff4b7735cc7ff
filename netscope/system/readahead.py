"""The rest of a long netlink answer, read by a thread while whoever asked is busy with what has come.

The kernel makes a dump while it is read, datagram by datagram: half of the time that a look at many sockets takes, and
a second processor has nothing else to do. Between two datagrams the thread must not ask for the interpreter's lock,
which the other holds for longer than the kernel takes: recvmmsg(2) receives several at once.
"""

from __future__ import annotations

import _socket as socket
import ctypes
import errno
import os
from _queue import SimpleQueue  # the module behind queue, which loads threading
from _thread import allocate_lock, start_new_thread
from struct import Struct

from netscope.core.typed import Callable, Iterator

DATAGRAM = 1 << 15  # the kernel makes none of a dump larger (netlink_dump in net/netlink/af_netlink.c)
_PART = Struct("@PN")  # iovec: base, length
_MESSAGE = Struct("@PIPNPNi0PI0P")  # mmsghdr: name, size; parts, number; control data, size; flags; received
_FLAGS, _RECEIVED = 6, 7

_receive = ctypes.CDLL(None, use_errno=True).recvmmsg
_receive.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)


class _Buffer:
    """Memory for some datagrams."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        places = range(0, len(view) - DATAGRAM + 1, DATAGRAM)
        start = _address(view)
        self._parts = bytearray().join(_PART.pack(start + place, DATAGRAM) for place in places)
        parts = range(_address(self._parts), _address(self._parts) + len(self._parts), _PART.size)
        self._messages = bytearray().join(_MESSAGE.pack(0, 0, part, 1, 0, 0, 0, 0) for part in parts)
        self._start = _address(self._messages)
        self._count = len(places)
        self._lengths: list[int] = []

    def receive(self, source: socket.socket) -> memoryview:
        """Take the datagrams that can be had, and return the last of them. Waits for one.

        Raises OSError, TimeoutError as the socket does.
        """
        self._lengths = self._received(source)
        start = (len(self._lengths) - 1) * DATAGRAM
        return self._view[start : start + self._lengths[-1]]

    def piece(self) -> memoryview:
        """Return what was received, one behind the other. It is moved here: the thread has no time for it."""
        view, size = self._view, 0
        for number, length in enumerate(self._lengths):
            start = number * DATAGRAM
            if start != size:
                view[size : size + length] = view[start : start + length]
            size = (size + length + 3) & ~3
        return view[:size]

    def _received(self, source: socket.socket) -> list[int]:
        count = _receive(source.fileno(), self._start, self._count, socket.MSG_DONTWAIT, None)
        if count > 0:
            found = list(_MESSAGE.iter_unpack(self._messages))[:count]
            if any(message[_FLAGS] & socket.MSG_TRUNC for message in found):
                raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
            return [message[_RECEIVED] for message in found]
        code = ctypes.get_errno()
        if count < 0 and code not in (errno.EAGAIN, errno.EINTR, errno.ENOSYS):
            raise OSError(code, os.strerror(code))
        return [source.recv_into(self._view)]


def _address(memory: bytearray | memoryview) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def read_ahead(
    source: socket.socket, piece: memoryview, view: memoryview, ends: Callable[[memoryview], bool]
) -> Iterator[memoryview]:
    """Yield ``piece``, which lies in the first half of ``view``, then the rest of the answer, up to what ``ends`` it.

    Each piece is good until the next is asked for. ``ends`` is asked of the last datagram of each, on the thread; what
    goes wrong there is raised here. The thread has ended when this generator has.
    """
    half = len(view) // 2
    free, filled = SimpleQueue[_Buffer | None](), SimpleQueue[bool | BaseException]()
    ended = allocate_lock()

    def read() -> None:
        try:
            over = False
            while not over and (buffer := free.get()) is not None:
                over = ends(buffer.receive(source))
                filled.put(over)
        except BaseException as error:  # noqa: BLE001 - raised where the pieces are asked for
            filled.put(error)
        finally:
            ended.release()

    mine, other = _Buffer(view[:half]), _Buffer(view[half:])
    free.put(other)
    ended.acquire()
    try:
        start_new_thread(read, ())
    except RuntimeError:  # as many as this user may have
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None
    over = False
    try:
        while True:
            yield piece
            if over:
                return
            free.put(mine)
            mine, other = other, mine
            found = filled.get()
            if isinstance(found, BaseException):
                raise found
            piece, over = mine.piece(), found
    finally:
        free.put(None)
        ended.acquire()
