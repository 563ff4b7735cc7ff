"""One packet socket with a ring that the kernel fills and this program reads (TPACKET_V3, packet(7),
Documentation/networking/packet_mmap.rst).
"""

from __future__ import annotations

import errno
import mmap
import socket
import time
from collections.abc import Iterator
from fcntl import ioctl
from struct import Struct, pack, unpack, unpack_from

from netscope.core.capture import ANY, LINK_SLL2, CaptureRequest, Program, link_type
from netscope.core.errors import BadQuery, NeedsPrivilege, NetscopeError
from netscope.core.frame import Interface, Statistics
from netscope.core.snapshot import Problem
from netscope.system.capture.filtering import attach, attach_nothing, for_socket
from netscope.system.errors import explain

BLOCK = 1 << 20
_RING = 32 << 20
_RETIRE = 50  # milliseconds after which a block that is not full is handed over
# To wake up costs a Python program more than a hundred frames do: what nobody looks at comes in larger portions.
_LARGE_BLOCK, _LARGE_RETIRE = 4 << 20, 100
_SEVERAL = 4  # blocks at least, one of which is being read
_LEAST = 2
_FRAME = 2048  # only has to divide the block: frames lie one behind the other in version 3

_ETH_P_ALL = 3
_SOL_PACKET = 263
_ADD_MEMBERSHIP, _RX_RING, _STATISTICS, _VERSION = 1, 5, 6, 10
_TPACKET_V3 = 2
_MR_PROMISC = 1
_SIOCGIFNAME, _SIOCGIFFLAGS, _SIOCGIFHWADDR, _SIOCGIFINDEX = 0x8910, 0x8913, 0x8927, 0x8933
_IFF_UP = 1
_NAME = 16  # IFNAMSIZ
_STATUS = Struct("=8xIIII")  # of a block: status, packets, offset of the first, length
_FREE = bytes(4)

MEND = (
    "run with sudo; or make a copy of Python that may: python3 -m venv --copies ENV, "
    "sudo setcap cap_net_raw=ep ENV/bin/python3"
)


class Ring:
    """Frames of one interface, or of all (``any``). Made within the namespace; used from anywhere afterwards."""

    def __init__(self, name: str, request: CaptureRequest) -> None:
        self.name = name
        self.gone = False
        self._received = self._dropped = 0
        self._next = 0
        self._renamed = ""
        self._was_down = self._is_down = False
        try:
            self._socket, self.ifindex, self.link = _socket(name)
        except PermissionError as error:
            raise NeedsPrivilege(f"capturing on {name}", "needs CAP_NET_RAW", MEND, error.errno or 0) from error
        except OSError as error:
            raise explain(error, f"capturing on {name}") from error
        try:
            program = request.program(self.link) if request.program else ()
            self._attach(for_socket(program, self.link, request.snaplen, request.way, self.ifindex))
            most = _RING // len(request.interfaces)
            large = not request.keep and most >= _SEVERAL * _LARGE_BLOCK
            self._block, self.retire = (_LARGE_BLOCK, _LARGE_RETIRE) if large else (BLOCK, _RETIRE)
            self._map(max(_LEAST, most // self._block))
            self._begin(request.promiscuous)
        except OSError as error:
            self._socket.close()
            raise explain(error, f"capturing on {name}") from error
        except BaseException:
            self._socket.close()
            raise
        self.cooked = self.link == LINK_SLL2
        self.snaplen = request.snaplen
        self.interface = Interface(name, self.link, request.snaplen, request.filter)

    def _attach(self, program: Program) -> None:
        try:
            attach(self._socket, program)
        except OSError as error:
            raise explain(error, f"the filter on {self.name}") from error

    def _map(self, blocks: int) -> None:
        """Make the ring, a smaller one where memory is short."""
        self._socket.setsockopt(_SOL_PACKET, _VERSION, _TPACKET_V3)
        while True:
            wanted = pack("=7I", self._block, blocks, _FRAME, self._block // _FRAME * blocks, self.retire, 0, 0)
            try:
                self._socket.setsockopt(_SOL_PACKET, _RX_RING, wanted)
                self._ring = mmap.mmap(self._socket.fileno(), self._block * blocks, mmap.MAP_SHARED)
            except OSError as error:
                if error.errno != errno.ENOMEM or blocks <= _LEAST:
                    raise
                blocks //= 2
            else:
                break
        view = memoryview(self._ring)
        self._blocks = [view[at : at + self._block] for at in range(0, self._block * blocks, self._block)]

    def _begin(self, promiscuous: bool) -> None:
        if self.ifindex:
            # Until now it was bound to no protocol: the filter is there before the first frame is.
            self._socket.bind((self.name, _ETH_P_ALL))
            if promiscuous:
                self._socket.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, pack("=iHH8x", self.ifindex, _MR_PROMISC, 0))
        # What came before the filter, on all interfaces, went with the receive queue when the ring took its place.
        self._count()
        self._received = self._dropped = 0
        self._begun = time.time_ns()
        self.look()

    def fileno(self) -> int:
        """Return the socket's descriptor, readable when a block is ready."""
        return self._socket.fileno()

    def blocks(self, most: int) -> Iterator[tuple[memoryview, int, int]]:
        """Yield the blocks that are ready: the block, how many frames it has, where the first one is.

        The block is the kernel's again when the next one is asked for.
        """
        for _ in range(most):
            view = self._blocks[self._next]
            status, packets, first, length = _STATUS.unpack_from(view)
            if not status & 1:  # TP_STATUS_USER
                return
            try:
                with view[:length] as block:
                    yield block, packets, first
            finally:
                view[8:12] = _FREE
                self._next = (self._next + 1) % len(self._blocks)

    def end(self) -> None:
        """Let no more frames in. What came before is handed over within twice ``retire`` milliseconds."""
        try:
            attach_nothing(self._socket)
        except OSError:
            pass  # then some more come, which does no harm

    def _count(self) -> None:
        counted = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 12)  # reading sets it to zero
        received, dropped = unpack_from("=II", counted)
        self._received += received
        self._dropped += dropped

    def statistics(self, number: int) -> Statistics:
        """Return what was counted since the beginning, as interface ``number``."""
        if not self.gone:
            self._count()
        return Statistics(number, self._received, self._dropped, begun=self._begun)

    def look(self) -> bool:
        """Look after the interface; return whether anything about it changed."""
        if not self.ifindex or self.gone:
            return False
        before = (self._renamed, self._is_down, self._was_down, self.gone)
        try:
            self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # ENETDOWN; reading it lets poll(2) wait again
            found = ioctl(self._socket, _SIOCGIFNAME, pack("=16si20x", b"", self.ifindex))
            name = found[:_NAME].split(b"\0", 1)[0]
            flags = unpack_from("=H", ioctl(self._socket, _SIOCGIFFLAGS, pack("=16s24x", name)), _NAME)[0]
        except OSError:
            self.gone = True
        else:
            told = name.decode("utf-8", "surrogateescape")
            self._renamed = told if told != self.name else ""
            self._is_down = not flags & _IFF_UP
            self._was_down |= self._is_down
        return before != (self._renamed, self._is_down, self._was_down, self.gone)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the interface, and what was lost."""
        name = self.name
        if self.gone:
            yield Problem(f"{name} is gone", "the interface was removed while it was captured on", partial=True)
        elif self._is_down:
            yield Problem(f"{name} is down", "nothing comes until it is up", f"ip link set {self._renamed or name} up")
        elif self._was_down:
            yield Problem(f"{name} was down for some time", "it is up again")
        if self._renamed:
            yield Problem(f"{name} is called {self._renamed} now", "the capture goes on")
        if self._dropped:
            why = f"the program was not fast enough for {self._received:,} frames"
            mend = "a capture filter, a smaller -s, or -w to a file lets it be faster"
            yield Problem(f"{self._dropped:,} frames on {name} were lost", why, mend)

    def close(self) -> None:
        """Close the socket and the ring. May be called twice."""
        if self._socket.fileno() < 0:
            return
        for view in self._blocks:
            view.release()
        self._ring.close()
        self._socket.close()


def _socket(name: str) -> tuple[socket.socket, int, int]:
    """Open the socket for an interface; return it with the interface's index and the link type. Raises OSError."""
    if name == ANY:
        # bind(2) for all interfaces is beyond Python's socket module: the socket is bound from the beginning.
        return _packet_socket(socket.SOCK_DGRAM, _ETH_P_ALL), 0, LINK_SLL2
    made = _packet_socket(socket.SOCK_RAW, 0)
    try:
        asked = _interface_request(name)
        ifindex = unpack("=16si20x", ioctl(made, _SIOCGIFINDEX, asked))[1]
        hardware = unpack_from("=H", ioctl(made, _SIOCGIFHWADDR, asked), _NAME)[0]
    except OSError as error:
        made.close()
        if error.errno == errno.ENODEV:
            raise _unknown(name) from error
        raise
    except NetscopeError:
        made.close()
        raise
    link = link_type(hardware)
    if link == LINK_SLL2:
        made.close()
        made = _packet_socket(socket.SOCK_DGRAM, 0)
    return made, ifindex, link


def _packet_socket(kind: int, protocol: int) -> socket.socket:
    return socket.socket(socket.AF_PACKET, kind | socket.SOCK_CLOEXEC, socket.htons(protocol))


def _interface_request(name: str) -> bytes:
    try:
        raw = name.encode()
    except UnicodeEncodeError:
        raise BadQuery(f"capturing on {name}", "its name is not UTF-8", "any captures on all interfaces") from None
    if not 0 < len(raw) < _NAME or b"\0" in raw:
        raise _unknown(name)
    return pack("=16s24x", raw)


def _unknown(name: str) -> BadQuery:
    return BadQuery(f"no interface {name!r}", "", "netscope packets -D lists them")
