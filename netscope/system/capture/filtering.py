"""Filters as the kernel takes them: classic BPF (linux/filter.h), made fit for a packet socket as libpcap does it."""

from __future__ import annotations

import _socket
import socket
from array import array
from struct import pack

from netscope.core.capture import LINK_SLL2, Program, Way
from netscope.core.errors import BadQuery

SLL2_SIZE = 20
OUTGOING = 4  # PACKET_OUTGOING
LOOPBACK_INDEX = 1  # in every network namespace (linux/net_namespace.h)
_SO_ATTACH_FILTER = 26
_MOST = 4096  # BPF_MAXINSNS

_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_CLASS, _MODE = 0x07, 0xE0
_LD, _LDX = 0, 1
_ABS, _IND, _MSH = 0x20, 0x40, 0xA0
_AD = 0xFFFFF000  # SKF_AD_OFF: what the kernel knows beside the bytes
_AD_PROTOCOL, _AD_PKTTYPE, _AD_IFINDEX, _AD_HATYPE = _AD, _AD + 4, _AD + 8, _AD + 28
# Where the fields of a LINUX_SLL2 header are, which the kernel has not got in front of the frame.
_COOKED = {0: _AD_PROTOCOL, 4: _AD_IFINDEX, 8: _AD_HATYPE, 10: _AD_PKTTYPE}


def for_socket(program: Program, link: int, snaplen: int, way: Way, ifindex: int) -> Program:
    """Return the whole program for a packet socket.

    It begins by refusing what goes the other way, and the second sight of each frame on the loopback. What a filter
    accepts is cut to ``snaplen`` bytes. For cooked headers, which frames get only later, loads are moved to where the
    kernel has the same. Raises BadQuery where that cannot be.
    """
    whole = [*_directions(way, ifindex), *_fitted(program, link, snaplen)]
    if len(whole) > _MOST:
        raise BadQuery("the filter", f"it takes {len(whole):,} instructions, and the kernel takes {_MOST:,}")
    return whole


def _directions(way: Way, ifindex: int) -> Program:
    """``ifindex`` is 0 for all interfaces."""
    if way == "out":
        return [(_LOAD, 0, 0, _AD_PKTTYPE), (_JUMP_EQUAL, 1, 0, OUTGOING), (_RETURN, 0, 0, 0)]
    if way == "in" or ifindex == LOOPBACK_INDEX:
        return [(_LOAD, 0, 0, _AD_PKTTYPE), (_JUMP_EQUAL, 0, 1, OUTGOING), (_RETURN, 0, 0, 0)]
    if ifindex == 0:
        return [
            (_LOAD, 0, 0, _AD_PKTTYPE),
            (_JUMP_EQUAL, 0, 3, OUTGOING),
            (_LOAD, 0, 0, _AD_IFINDEX),
            (_JUMP_EQUAL, 0, 1, LOOPBACK_INDEX),
            (_RETURN, 0, 0, 0),
        ]
    return []


def _fitted(program: Program, link: int, snaplen: int) -> Program:
    cooked = link == LINK_SLL2
    accepted = max(snaplen - SLL2_SIZE, 1) if cooked else snaplen
    if not program:
        return [(_RETURN, 0, 0, accepted)]
    fitted = []
    for code, jt, jf, k in program:
        value = k
        if code == _RETURN and k:
            value = accepted
        elif cooked and code & _CLASS in (_LD, _LDX) and code & _MODE in (_ABS, _IND, _MSH):
            value = _moved(k, code & _MODE == _ABS)
        fitted.append((code, jt, jf, value))
    return fitted


def _moved(k: int, absolute: bool) -> int:
    if k >= 0x80000000:
        return k
    if k >= SLL2_SIZE:
        return k - SLL2_SIZE
    if absolute and k in _COOKED:
        return _COOKED[k]
    raise BadQuery(
        "this filter does not work on any",
        f"it looks at byte {k} of the cooked header, which the kernel has not got",
        "capture on one interface, or leave that part out",
    )


def attach(made: _socket.socket, program: Program) -> None:
    """Put a program on a socket (SO_ATTACH_FILTER, socket(7)). Raises OSError."""
    code = array("B", b"".join(pack("=HBBI", *instruction) for instruction in program))
    made.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, pack("@HP", len(program), code.buffer_info()[0]))


def attach_nothing(made: socket.socket) -> None:
    """Let no frame pass any more."""
    attach(made, [(_RETURN, 0, 0, 0)])
