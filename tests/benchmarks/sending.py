"""Send frames fast, from a process of its own.

``python -m tests.benchmarks.sending NAMESPACE INTERFACE SIZES COUNT RATE``, the sizes separated by commas. sendmmsg(2)
has no call in Python; ctypes makes it, 64 frames at a time. Prints how many were sent a second.
"""

from __future__ import annotations

import ctypes
import socket
import sys
import time

from netscope.system.namespaces import locate, run_inside

_AT_ONCE = 64
_SOL_PACKET, _QDISC_BYPASS = 263, 20
_HEADER = bytes.fromhex("02000000000202000000000188b5")  # 0x88b5: local experiments


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("vectors", ctypes.POINTER(_Vector)),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("padding", ctypes.c_int),
        ("sent", ctypes.c_uint),
    )


def flood(inside: str, interface: str, sizes: list[int], count: int, rate: int) -> float:
    """Send ``count`` frames of these sizes in turn, ``rate`` a second (0: as fast as it goes); return the rate."""

    def opened() -> socket.socket:
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        made.bind((interface, 0))
        made.setsockopt(_SOL_PACKET, _QDISC_BYPASS, 1)
        return made

    out = run_inside(locate(inside), opened)
    libc = ctypes.CDLL(None, use_errno=True)
    messages = (_Message * _AT_ONCE)()
    held = []
    for number in range(_AT_ONCE):
        size = sizes[number % len(sizes)]
        buffer = ctypes.create_string_buffer(_HEADER + bytes(size - len(_HEADER)), size)
        vector = _Vector(ctypes.cast(buffer, ctypes.c_void_p), size)
        held.append((buffer, vector))
        messages[number].vectors = ctypes.pointer(vector)
        messages[number].vector_count = 1
    begun = time.perf_counter()
    sent = 0
    while sent < count:
        done = libc.sendmmsg(out.fileno(), messages, min(_AT_ONCE, count - sent), 0)
        if done > 0:
            sent += done
        if rate:
            ahead = sent / rate - (time.perf_counter() - begun)
            if ahead > 0.0005:
                time.sleep(ahead)
    return sent / (time.perf_counter() - begun)


if __name__ == "__main__":
    _program, _inside, _interface, _sizes, _count, _rate = sys.argv
    print(int(flood(_inside, _interface, [int(size) for size in _sizes.split(",")], int(_count), int(_rate))))
