"""libpcap, as tcpdump has it, through ctypes: what it compiles, what it refuses, and its verdicts. For tests alone.

Names in filters are looked up by both sides: whatever compiles one that may have names runs ``in_the_dark``, on a
thread in a network namespace of its own, from which no question can leave.
"""

from __future__ import annotations

import ctypes
import os
import struct
import tempfile
import threading
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

import pytest

from netscope.core.capturefilter import FilterSyntaxError, compile_filter
from netscope.system.filternames import LiveFilterNames

Result = TypeVar("Result")
Raw = tuple[tuple[int, int, int, int], ...]

VERSION = "1.10.3"  # Debian 12's, which the compiler follows; others make other programs here and there
NAMES = LiveFilterNames(lambda function: function())
_CLONE_NEWNET = 0x40000000
_UNKNOWN_MASK = 0xFFFFFFFF


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32),
    )  # fmt: skip


class CProgram(ctypes.Structure):
    """struct bpf_program."""

    _fields_ = (("many", ctypes.c_uint), ("instructions", ctypes.POINTER(_Instruction)))


class _Header(ctypes.Structure):
    _fields_ = (
        ("seconds", ctypes.c_long), ("microseconds", ctypes.c_long), ("captured", ctypes.c_uint32),
        ("length", ctypes.c_uint32),
    )  # fmt: skip


@cache
def library() -> ctypes.CDLL:
    """Load libpcap; skips the test, or fails it in CI, where there is none of the version that is followed."""
    try:
        found = ctypes.CDLL("libpcap.so.0.8")
        found.pcap_lib_version.restype = ctypes.c_char_p
        version = found.pcap_lib_version().decode()
    except OSError as error:
        version = str(error)
    if f"version {VERSION}" not in version:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"needs libpcap {VERSION}, not {version}")
    for name in ("pcap_open_offline", "pcap_create"):
        getattr(found, name).restype = ctypes.c_void_p
    found.pcap_geterr.restype = ctypes.c_char_p
    found.pcap_geterr.argtypes = [ctypes.c_void_p]
    found.pcap_compile.argtypes = [
        ctypes.c_void_p, ctypes.POINTER(CProgram), ctypes.c_char_p, ctypes.c_int, ctypes.c_uint32,
    ]  # fmt: skip
    return found


@cache
def _savefile(link: int, order: str) -> int:
    """Open an empty capture file of a link type, in a byte order."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(struct.pack(order + "IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        file.flush()
        trouble = ctypes.create_string_buffer(256)
        handle = library().pcap_open_offline(file.name.encode(), trouble)
    assert handle, trouble.value
    found: int = handle
    return found


def compiled(handle: int, text: str, netmask: int | None = None) -> CProgram | str:
    """Return libpcap's program, or its complaint."""
    program = CProgram()
    mask = _UNKNOWN_MASK if netmask is None else netmask
    data = text.encode("utf-8", "surrogateescape")
    if library().pcap_compile(handle, ctypes.byref(program), data, 1, mask):
        trouble: bytes = library().pcap_geterr(handle)
        return trouble.decode("utf-8", "replace")
    return program


def theirs(text: str, link: int = 1, netmask: int | None = None, swapped: bool = False) -> CProgram | str:
    """Return libpcap's program for a file, or its complaint."""
    native = "<" if struct.pack("=H", 1)[0] else ">"
    order = {"<": ">", ">": "<"}[native] if swapped else native
    return compiled(_savefile(link, order), text, netmask)


def raw(program: CProgram) -> Raw:
    """Return the instructions of a program of libpcap's."""
    some = (program.instructions[place] for place in range(program.many))
    return tuple((one.code, one.jt, one.jf, one.k) for one in some)


def ours(
    text: str, link: int = 1, netmask: int | None = None, swapped: bool = False, live: bool = False
) -> Raw | FilterSyntaxError:
    """Return our program, or the error."""
    try:
        program = compile_filter(text, link, netmask=netmask, swapped=swapped, live=live, names=NAMES)
    except FilterSyntaxError as error:
        return error
    return tuple((one.code, one.jt, one.jf, one.k) for one in program.instructions)


def same(text: str, link: int = 1, netmask: int | None = None, swapped: bool = False) -> bool:
    """Assert that both refuse a filter, or that both make the same program of it; tell whether they made one."""
    their, our = theirs(text, link, netmask, swapped), ours(text, link, netmask, swapped)
    if isinstance(their, str):
        assert isinstance(our, FilterSyntaxError), f"{text!r} on {link}: libpcap says {their!r}"
        assert 0 <= our.start < our.end, text
        assert our.start <= len(text), text
        return False
    assert not isinstance(our, FilterSyntaxError), f"{text!r} on {link}: {our}"
    assert our == raw(their), f"{text!r} on {link}"
    return True


def verdict(program: CProgram, data: bytes, length: int) -> int:
    """Run a program of libpcap's in libpcap."""
    header = _Header(0, 0, len(data), length)
    found: int = library().pcap_offline_filter(ctypes.byref(program), ctypes.byref(header), data)
    return found & 0xFFFFFFFF


def in_the_dark(function: Callable[[], Result]) -> Result:
    """Run a function on a thread in a new network namespace, without any interface that is up (needs root)."""
    results: list[Result] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            libc: Any = ctypes.CDLL(None, use_errno=True)
            if libc.unshare(_CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "unshare")
            results.append(function())
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


def run(program: Iterable[tuple[int, int, int, int]], data: bytes, length: int) -> int:
    """Run a program of classic BPF: what it says, written down once more (no ancillary data)."""
    code = list(program)
    a = x = place = 0
    memory = [0] * 16
    for _each in range(100_000):
        op, jt, jf, k = code[place]
        place += 1
        kind = op & 7
        if kind in (0, 1):  # ld, ldx
            found = _load(op, k, x, data, length, memory)
            if found is None:
                return 0
            a, x = (found, x) if kind == 0 else (a, found)
        elif kind in (2, 3):
            memory[k] = a if kind == 2 else x
        elif kind == 4:
            operand = x if op & 8 else k
            if op & 0xF0 in (0x30, 0x90) and not operand:
                return 0
            a = _ALU[op & 0xF0](a, operand) & 0xFFFFFFFF
        elif op == 5:
            place += k - (1 << 32) if k >> 31 else k
        elif kind == 5:
            operand = x if op & 8 else k
            true = {0x10: a == operand, 0x20: a > operand, 0x30: a >= operand, 0x40: bool(a & operand)}[op & 0xF0]
            place += jt if true else jf
        elif kind == 6:
            return k
        elif op & 0x80:
            a = x
        else:
            x = a
    raise AssertionError("it does not end")


def _load(op: int, k: int, x: int, data: bytes, length: int, memory: list[int]) -> int | None:
    mode, size = op & 0xE0, {0x00: 4, 0x08: 2, 0x10: 1}[op & 0x18]
    if mode == 0:
        return k
    if mode == 0x60:
        return memory[k]
    if mode == 0x80:
        return length
    start = k + x if mode == 0x40 else k
    if start + size > len(data):
        return None
    found = int.from_bytes(data[start : start + size], "big")
    return (found & 0xF) << 2 if mode == 0xA0 else found


_ALU: dict[int, Callable[[int, int], int]] = {
    0x00: lambda a, b: a + b, 0x10: lambda a, b: a - b, 0x20: lambda a, b: a * b, 0x30: lambda a, b: a // b,
    0x40: lambda a, b: a | b, 0x50: lambda a, b: a & b, 0x60: lambda a, b: a << b if b < 32 else 0,
    0x70: lambda a, b: a >> b if b < 32 else 0, 0x80: lambda a, _b: -a, 0x90: lambda a, b: a % b,
    0xA0: lambda a, b: a ^ b,
}  # fmt: skip
