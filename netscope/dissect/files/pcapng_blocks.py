"""The blocks of a pcapng file that are no frames: interfaces, statistics, names, secrets, custom ones."""

from __future__ import annotations

from struct import Struct, unpack_from

from netscope.core.frame import Interface, Options, Statistics
from netscope.core.snapshot import Problem
from netscope.core.typed import Any, NamedTuple, Sequence
from netscope.dissect.files import options as option
from netscope.dissect.files.options import options, text
from netscope.dissect.files.records import Complaints, Custom, Extras, Name, Secrets

SHB, IDB, NRB, ISB, SECRETS, CUSTOM = 0x0A0D0D0A, 1, 4, 5, 10, 0x00000BAD
BYTE_ORDER = 0x1A2B3C4D
NAME_SIZES = {1: 4, 2: 16, 3: 6, 4: 8}  # IPv4, IPv6, EUI-48, EUI-64
_KEPT = 64 << 20  # bytes of such blocks that are kept


_COUNTS = {
    option.ISB_IFRECV: "received", option.ISB_OSDROP: "dropped", option.ISB_IFDROP: "interface_dropped",
    option.ISB_FILTERACCEPT: "accepted", option.ISB_USRDELIV: "delivered",
}  # fmt: skip
_TIMES = {option.ISB_STARTTIME: "begun", option.ISB_ENDTIME: "ended"}


class Clock(NamedTuple):
    """How an interface's timestamps become nanoseconds since the epoch."""

    factor: int = 1000
    divisor: int = 1
    offset: int = 0

    def time(self, stamp: int) -> int:
        """Return nanoseconds since the epoch."""
        return stamp * self.factor // self.divisor + self.offset


def interface_of(block: bytes, order: str) -> Interface:
    """Read an interface description block."""
    link, _reserved, snaplen = unpack_from(order + "HHI", block, 8)
    found = Interface("", link, snaplen)
    for code, value in options(block, 16, len(block) - 4, order):
        if code == option.IF_NAME:
            found = found._replace(name=text(value))
        elif code == option.IF_DESCRIPTION:
            found = found._replace(description=text(value))
        elif code == option.IF_FILTER and value[:1] == b"\0":  # 0: as libpcap's text; 1 would be BPF code
            found = found._replace(filter=text(value[1:]))
        elif code == option.IF_FCSLEN and value:
            bits = value[0]  # the draft says bits; there are writers that mean bytes
            found = found._replace(fcs=bits // 8 if bits >= 8 else bits)
        elif code == option.COMMENT:
            found = found._replace(comments=(*found.comments, text(value)))
        else:
            found = found._replace(options=found.options + option.kept(code, value, option.INTERFACE_KEPT, order))
    return found


def clock(block: bytes, order: str) -> Clock:
    """Return the clock that an interface description block tells; microseconds where it does not."""
    found = Clock()
    for code, value in options(block, 16, len(block) - 4, order):
        if code == option.IF_TSRESOL and value:
            power = value[0] & 0x7F
            if value[0] & 0x80:
                found = found._replace(factor=1_000_000_000, divisor=1 << power)
            elif power <= 9:
                found = found._replace(factor=10 ** (9 - power), divisor=1)
            else:
                found = found._replace(factor=1, divisor=10 ** (power - 9))
        elif code == option.IF_TSOFFSET and len(value) == 8:
            found = found._replace(offset=unpack_from(order + "q", value)[0] * 1_000_000_000)
    return found


def statistics_of(block: bytes, order: str, clocks: Sequence[Clock]) -> Statistics | None:
    """Read an interface statistics block; its interface counts within the section, as do the clocks."""
    if len(block) < 24:
        return None
    interface, high, low = unpack_from(order + "III", block, 8)
    if interface >= len(clocks):
        return None
    clock = clocks[interface]
    told: dict[str, Any] = {"time": clock.time(high << 32 | low)}
    comments: list[str] = []
    for code, value in options(block, 20, len(block) - 4, order):
        if code == option.COMMENT:
            comments.append(text(value))
        elif code in _COUNTS and len(value) == 8:
            told[_COUNTS[code]] = unpack_from(order + "Q", value)[0]
        elif code in _TIMES and len(value) == 8:
            high, low = unpack_from(order + "II", value)
            told[_TIMES[code]] = clock.time(high << 32 | low)
    return Statistics(interface, comments=tuple(comments), **told)


class MetaBlocks:
    """What a file tells beside frames, gathered while it is read."""

    def __init__(self, problems: Complaints) -> None:
        self._problems = problems
        self._made = Extras()
        self._comments: list[str] = []
        self._names: list[Name] = []
        self._resolver: tuple[tuple[str, ...], Options] = ((), ())
        self._secrets: list[Secrets] = []
        self._customs: list[Custom] = []
        self._bytes = 0

    def extras(self) -> Extras:
        """Return all of it."""
        return self._made._replace(
            comments=tuple(self._comments),
            names=tuple(self._names),
            resolver=self._resolver,
            secrets=tuple(self._secrets),
            customs=tuple(self._customs),
        )

    def section(self, block: bytes, order: str) -> None:
        """Take in a section header."""
        fields = {option.SHB_HARDWARE: "hardware", option.SHB_OS: "system", option.SHB_USERAPPL: "application"}
        for code, value in options(block, 24, len(block) - 4, order):
            if code == option.COMMENT and self._room(block, 0):
                self._comments.append(text(value))
            elif code in fields and not getattr(self._made, fields[code]):
                about: dict[str, Any] = {fields[code]: text(value)}
                self._made = self._made._replace(**about)

    def add(self, kind: int, block: bytes, order: str, offset: int) -> None:
        """Take in a block of names, secrets or somebody's own."""
        if not self._room(block, offset):
            return
        if kind == NRB:
            names, behind = _names(block, order)
            self._names += names
            comments, others = self._resolver
            for code, value in options(block, behind, len(block) - 4, order):
                if code == option.COMMENT:
                    comments = (*comments, text(value))
                else:
                    # A file has a block of them here and there, and who was asked in each.
                    others += tuple(o for o in option.kept(code, value, option.NAMES_KEPT, order) if o not in others)
            self._resolver = (comments, others)
        elif kind == SECRETS and len(block) >= 20:
            sort, length = unpack_from(order + "II", block, 8)
            if length <= len(block) - 20:
                after = options(block, 16 + length + (-length & 3), len(block) - 4, order)
                comments = tuple(text(value) for code, value in after if code == option.COMMENT)
                self._secrets.append(Secrets(sort, block[16 : 16 + length], comments))
        elif kind == CUSTOM and len(block) >= 16:
            self._customs.append(Custom(unpack_from(order + "I", block, 8)[0], block[12:-4], order))

    def _room(self, block: bytes, offset: int) -> bool:
        self._bytes += len(block) + 200  # an object is larger than a short block
        if self._bytes <= _KEPT:
            return True
        self._problems.once(
            Problem(f"names, comments and secrets from byte {offset:,} on are left out", "there are too many of them")
        )
        return False


def _names(block: bytes, order: str) -> tuple[list[Name], int]:
    """Read a name resolution block's records; return them, and where its options begin."""
    head = Struct(order + "HH")
    found = []
    at, end = 8, len(block) - 4
    while at + 4 <= end:
        kind, length = head.unpack_from(block, at)
        at += 4
        if kind == 0 or at + length > end:
            break
        size = NAME_SIZES.get(kind, 0)
        if 0 < size < length:
            words = block[at + size : at + length].rstrip(b"\0").split(b"\0")
            found.append(Name(block[at : at + size], tuple(text(word) for word in words if word)))
        at += length + (-length & 3)
    return found, at
