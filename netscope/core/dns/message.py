"""DNS messages: records, encoding a query, decoding an answer (RFC 1035, RFC 6891)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from netscope.core.dns import names, rdata
from netscope.core.dns.names import Malformed
from netscope.core.dns.numbers import IXFR, OPT

QR, AA, TC, RD, RA, Z, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0040, 0x0020, 0x0010
DO = 0x8000
NSID, ECS, EXPIRE, COOKIE, KEEPALIVE, PADDING, EDE = 3, 8, 9, 10, 11, 12, 15

_HEADER = struct.Struct("!6H")
_FIXED = struct.Struct("!HHIH")


class Question(NamedTuple):
    """What is asked. ``name`` is absolute, in presentation form."""

    name: str
    type: int
    klass: int


class Record(NamedTuple):
    """One resource record. ``data`` is the record data with its names written out; ``ttl`` in seconds."""

    name: str
    type: int
    klass: int
    ttl: int
    data: bytes

    @property
    def tokens(self) -> list[str]:
        """The record data as master-file tokens."""
        return rdata.tokens(self.type, self.data)

    @property
    def text(self) -> str:
        """The record data as master-file text, nothing broken into pieces."""
        return " ".join(self.tokens)


class Option(NamedTuple):
    """One EDNS option."""

    code: int
    data: bytes


class Edns(NamedTuple):
    """The OPT record. ``size`` is the UDP payload its sender takes, ``flags`` its 16 bits (DO is the highest)."""

    version: int = 0
    flags: int = 0
    size: int = 1232
    options: tuple[Option, ...] = ()


class Message(NamedTuple):
    """One decoded message.

    Attributes:
        ident: its id.
        flags: the header's second word, opcode and response code included.
        rcode: the response code with its EDNS part.
        counts: the header's four counts, as they came.
        edns: the OPT record, which is not among ``additional``.
        opt: the same, raw.
        size: octets on the wire.
        extra: octets behind the message's end.
    """

    ident: int
    flags: int
    rcode: int
    counts: tuple[int, int, int, int]
    questions: tuple[Question, ...]
    answer: tuple[Record, ...]
    authority: tuple[Record, ...]
    additional: tuple[Record, ...]
    edns: Edns | None
    opt: Record | None
    size: int
    extra: int

    @property
    def opcode(self) -> int:
        """The opcode."""
        return self.flags >> 11 & 15


class Ask(NamedTuple):
    """A query to be made. ``serial`` is the version one has (IXFR); ``padding`` a block size (RFC 8467), 0 for none.

    A COOKIE option without data asks whoever sends it to put a client cookie there.
    """

    name: str
    type: int = 1
    klass: int = 1
    flags: int = RD
    edns: Edns | None = None
    serial: int = 0
    padding: int = 0
    header_only: bool = False


def encode(ask: Ask, ident: int) -> bytes:
    """Return a query on the wire. Raises Malformed for a name that is none."""
    question = b"" if ask.header_only else names.pack(ask.name) + struct.pack("!HH", ask.type, ask.klass)
    authority = b""
    if ask.type == IXFR and not ask.header_only:
        soa = bytes(2) + struct.pack("!5I", ask.serial, 0, 0, 0, 0)
        authority = names.pack(ask.name) + _FIXED.pack(6, ask.klass, 0, len(soa)) + soa
    counts = (0 if ask.header_only else 1, 0, 1 if authority else 0, 1 if ask.edns else 0)
    query = _HEADER.pack(ident, ask.flags, *counts) + question + authority
    if ask.edns is None:
        return query
    options = encode_options(ask.edns.options)
    if ask.padding:
        used = len(query) + 11 + len(options) + 4
        options += encode_options((Option(PADDING, bytes(-used % ask.padding)),))
    ttl = ask.edns.version << 16 | ask.edns.flags
    return query + b"\0" + _FIXED.pack(OPT, ask.edns.size, ttl, len(options)) + options


def encode_options(options: Sequence[Option]) -> bytes:
    """Return EDNS options on the wire."""
    return b"".join(struct.pack("!HH", option.code, len(option.data)) + option.data for option in options)


def decode(data: bytes) -> Message:
    """Return the message in ``data``. Raises Malformed."""
    if len(data) < 12:
        raise Malformed("shorter than a header")
    ident, flags, *counts = _HEADER.unpack_from(data)
    known: dict[int, bytes] = {}
    offset = 12
    questions = []
    for _ in range(counts[0]):
        wire, offset = names.read(data, offset, known)
        if offset + 4 > len(data):
            raise Malformed("the question ends too early")
        questions.append(Question(names.text(wire), *struct.unpack_from("!HH", data, offset)))
        offset += 4
    sections: list[tuple[Record, ...]] = []
    for count in counts[1:]:
        records, offset = _section(data, offset, count, known)
        sections.append(records)
    additional = sections[2]
    opts = [record for record in additional if record.type == OPT]
    if len(opts) > 1:
        raise Malformed("more than one OPT record")
    opt = opts[0] if opts else None
    if opt:
        additional = tuple(record for record in additional if record is not opt)
    rcode = flags & 15 | (opt.ttl >> 24 << 4 if opt else 0)
    return Message(
        ident, flags, rcode, (counts[0], counts[1], counts[2], counts[3]), tuple(questions), sections[0], sections[1],
        additional, _edns(opt) if opt else None, opt, len(data), len(data) - offset,
    )  # fmt: skip


def _section(data: bytes, offset: int, count: int, known: dict[int, bytes]) -> tuple[tuple[Record, ...], int]:
    records = []
    for _ in range(count):
        wire, offset = names.read(data, offset, known)
        if offset + 10 > len(data):
            raise Malformed("a record ends too early")
        kind, klass, ttl, length = _FIXED.unpack_from(data, offset)
        offset += 10
        end = offset + length
        if end > len(data):
            raise Malformed("record data passes the end of the message")
        if ttl > 0x7FFFFFFF and kind != OPT:
            ttl = 0  # RFC 2181, 8
        records.append(Record(names.text(wire), kind, klass, ttl, rdata.expand(kind, data, offset, end, known)))
        offset = end
    return tuple(records), offset


def _edns(opt: Record) -> Edns:
    options, offset = [], 0
    while offset < len(opt.data):
        if offset + 4 > len(opt.data):
            raise Malformed("an EDNS option ends too early")
        code, length = struct.unpack_from("!HH", opt.data, offset)
        value = opt.data[offset + 4 : offset + 4 + length]
        if len(value) != length:
            raise Malformed("an EDNS option passes the end of its record")
        options.append(Option(code, value))
        offset += 4 + length
    return Edns(opt.ttl >> 16 & 255, opt.ttl & 0xFFFF, opt.klass, tuple(options))


def answers(message: Message, ask: Ask) -> bool:
    """Tell whether a message is a response to this question (RFC 5452, 9.1; the id and address are checked before).

    A server that does not understand a query may leave the question out.
    """
    if not message.flags & QR or message.opcode != ask.flags >> 11 & 15:
        return False
    if not message.questions:
        return ask.header_only or not message.answer
    asked = Question(names.text(names.pack(ask.name)).lower(), ask.type, ask.klass)
    return (
        len(message.questions) == 1 and message.questions[0]._replace(name=message.questions[0].name.lower()) == asked
    )
