"""802.11 (IEEE 802.11, 9.2), also behind what radios tell: headers as long as each packet says, addresses by direction.

Bits of the first byte: 0x0c the type (0x00 management, 0x04 control, 0x08 data), 0xf0 the subtype; of the second one:
0x01 to the distribution system, 0x02 from it.

Verdicts are libpcap's, except behind ``geneve``, and behind ``pppoes`` where a radio's header comes first: there
libpcap (1.10) reads registers that it has not written.
"""

from __future__ import annotations

from collections.abc import Callable

from netscope.core.capturefilter.errors import Refused
from netscope.core.capturefilter.graph import Fragment, Stmt, both, decide, either, negated
from netscope.core.capturefilter.opcodes import (
    ABS,
    ADD,
    ALU,
    AND,
    IMM,
    IND,
    JA,
    JEQ,
    JMP,
    JSET,
    LD,
    LDX,
    LSH,
    MEM,
    OR,
    ST,
    TAX,
    TXA,
    B,
    K,
    W,
    X,
)
from netscope.core.capturefilter.state import (
    AVS,
    IEEE80211,
    PPI,
    PRISM,
    RADIOTAP,
    WIFI,
    State,
    compare,
    compare_bytes,
    load,
)
from netscope.core.capturefilter.words import SUBTYPE, TYPE, WAY

_CONTROL, _DATA = 0x04, 0x08
_CTS, _ACK = 0xC0, 0xD0
_TO, _FROM = 0x01, 0x02
_QOS = 0x80
_HEADER = 24  # bytes without a fourth address, and without the two that tell the quality of service


def prologue(c: State, following: list[Stmt]) -> list[Stmt]:
    """Return what must run first: it stores where the header and what it carries begin, for those who ask for that."""
    found = _prefix(c)
    register = c.outer_payload.register
    if c.outermost not in WIFI or register == -1:
        return found
    c.optimized = False
    return [*(found or [Stmt(LDX | IMM, 0)]), *_behind(c, register, following[0])]


def of_radio(c: State, found: Fragment) -> Fragment:
    """Return a test after that of what a PPI header says that follows: 802.11."""
    if c.outermost != PPI:
        return found
    return both(decide([Stmt(LD | ABS | W, 4)], JEQ, IEEE80211 << 24), found)  # lowest byte first


def _prefix(c: State) -> list[Stmt]:
    """Return what stores the length of the radio's header, and leaves it in X."""
    register = c.outer.register
    if c.outermost == PRISM:
        c.optimized = False  # whether it is needed or not: so does libpcap (1.10)
    if register == -1:
        return []
    if c.outermost == AVS:
        return [Stmt(LD | ABS | W, 4), Stmt(ST, register), Stmt(TAX)]
    if c.outermost == PRISM:  # or an AVS header after all
        avs, length = Stmt(LD | ABS | W, 4), Stmt(LD | W | IMM, 144)
        which = Stmt(JMP | JEQ | K, 0x80211000)
        which.jt, which.jf = avs, length
        start = [Stmt(LD | ABS | W, 0), Stmt(ALU | AND | K, 0xFFFFF000), which]
        return [*start, avs, Stmt(JMP | JA, 1), length, Stmt(ST, register), Stmt(TAX)]
    return [
        Stmt(LD | ABS | B, 3), Stmt(ALU | LSH | K, 8), Stmt(TAX), Stmt(LD | ABS | B, 2), Stmt(ALU | OR | X),
        Stmt(ST, register), Stmt(TAX),
    ]  # fmt: skip


def _behind(c: State, register: int, following: Stmt) -> list[Stmt]:
    """Return what stores where the payload begins; X leads to the 802.11 header."""
    start = [Stmt(TXA), Stmt(ALU | ADD | K, _HEADER), Stmt(ST, register), Stmt(LD | IND | B, 0)]
    data, control, quality = (Stmt(JMP | JSET | K, bit) for bit in (_DATA, _CONTROL, _QOS))
    more = [Stmt(LD | MEM, register), Stmt(ALU | ADD | K, 2), Stmt(ST, register)]
    padding = _padding(register, following) if c.outermost == RADIOTAP else []
    data.jt, data.jf = control, following
    control.jt, control.jf = following, quality
    quality.jt, quality.jf = more[0], padding[0] if padding else following
    return [*start, data, control, quality, *more, *padding]


def _padding(register: int, following: Stmt) -> list[Stmt]:
    """Return what goes past the padding that radiotap's flags may tell of (0x20), where those are easily found."""
    present = Stmt(LD | ABS | W, 4)  # lowest byte first
    flags, extended, clock = (Stmt(JMP | JSET | K, bit) for bit in (0x02000000, 0x00000080, 0x01000000))
    late, early = (Stmt(LD | ABS | B, place) for place in (16, 8))
    padded_late, padded_early = (Stmt(JMP | JSET | K, 0x20) for _each in range(2))
    rounded = [Stmt(LD | MEM, register), Stmt(ALU | ADD | K, 3), Stmt(ALU | AND | K, 0xFFFFFFFC), Stmt(ST, register)]
    flags.jt, flags.jf = extended, following
    extended.jt, extended.jf = following, clock
    clock.jt, clock.jf = late, early
    for test in (padded_late, padded_early):
        test.jt, test.jf = rounded[0], following
    return [present, flags, extended, clock, late, padded_late, early, padded_early, *rounded]


def is_data(c: State) -> Fragment:
    """Return the test for a data frame."""
    return both(negated(_bit(c, 0, _CONTROL)), _bit(c, 0, _DATA))


def kind(c: State, place: int, value: int, mask: int, word: str) -> Fragment:
    """Return the test of a type, a subtype or a direction. Raises Refused."""
    if not c.wifi or c.linktype == PPI:
        raise Refused(f"{word!r} is for 802.11 captures only")
    return compare(c, "link", place, B, value, mask)


def host(c: State, address: bytes, direction: str) -> Fragment:
    """Return the test of an 802.11 address: of a station, or of one of the header's fields."""
    if direction in _FIELDS:
        return _FIELDS[direction](c, address)
    if direction == "src":
        return _source(c, address)
    if direction == "dst":
        return destination(c, lambda place: compare_bytes(c, "link", place, address))
    join = both if direction == "and" else either
    return join(_source(c, address), host(c, address, "dst"))


def destination(c: State, one: Callable[[int], Fragment]) -> Fragment:
    """Return a test of the address of whom a frame is for, wherever it is; in control frames it is nowhere."""
    away = both(_bit(c, 1, _TO), one(16))
    data = both(_bit(c, 0, _DATA), either(away, both(negated(_bit(c, 1, _TO)), one(4))))
    return both(negated(_bit(c, 0, _CONTROL)), either(both(negated(_bit(c, 0, _DATA)), one(4)), data))


def multicast(c: State) -> Fragment:
    """Return the test for a group's address."""
    return destination(c, lambda place: _bit(c, place, 1))


def _source(c: State, address: bytes) -> Fragment:
    def one(place: int) -> Fragment:
        return compare_bytes(c, "link", place, address)

    relayed = either(both(_bit(c, 1, _TO), one(24)), both(negated(_bit(c, 1, _TO)), one(16)))
    data = either(both(_bit(c, 1, _FROM), relayed), both(negated(_bit(c, 1, _FROM)), one(10)))
    data = both(_bit(c, 0, _DATA), data)
    return both(negated(_bit(c, 0, _CONTROL)), either(both(negated(_bit(c, 0, _DATA)), one(10)), data))


def _second(c: State, address: bytes) -> Fragment:
    """CTS and ACK have no second address."""
    others = both(*(negated(compare(c, "link", 0, B, each, SUBTYPE)) for each in (_CTS, _ACK)))
    allowed = either(negated(compare(c, "link", 0, B, _CONTROL, TYPE)), others)
    return both(allowed, compare_bytes(c, "link", 10, address))


def _of_data(c: State, found: Fragment) -> Fragment:
    """Receiver and transmitter are looked for in data frames only, as libpcap (1.10) does."""
    return both(_bit(c, 0, _DATA), found)


_FIELDS: dict[str, Callable[[State, bytes], Fragment]] = {
    "addr1": lambda c, address: compare_bytes(c, "link", 4, address),
    "addr2": _second,
    "addr3": lambda c, address: both(
        negated(compare(c, "link", 0, B, _CONTROL, TYPE)), compare_bytes(c, "link", 16, address)
    ),
    "addr4": lambda c, address: both(compare(c, "link", 1, B, WAY, WAY), compare_bytes(c, "link", 24, address)),
    "ra": lambda c, address: _of_data(c, compare_bytes(c, "link", 4, address)),
    "ta": lambda c, address: _of_data(c, _second(c, address)),
}


def _bit(c: State, place: int, bit: int) -> Fragment:
    return decide(load(c, "link", place, B), JSET, bit)
