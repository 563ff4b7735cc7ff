"""A table of neighbours: records when they are asked for, JSON by templates.

Neighbours differ in their two addresses and in the times of the cache. Each message is cut at these three; the pieces
between them are the same bytes for many neighbours and are decoded once (a *form*).
"""

from __future__ import annotations

from itertools import groupby, islice, repeat
from operator import itemgetter
from struct import Struct

from netscope.core.encode import encode
from netscope.core.inet import inet_ntop
from netscope.core.netlink import ATTRIBUTE, HEADER, Malformed, header_at
from netscope.core.snapshot import Problem
from netscope.core.typed import Any, Callable, Iterable, Iterator, NamedTuple, Sequence, overload
from netscope.domains.oui import vendors
from netscope.domains.rtnl import RTM_NEWNEIGH, USER_HZ, Facts, fixed, garbled, run_length

NDMSG = Struct("=BxxxiHBB")  # family, interface index, state, flags, type
NDA_DST, NDA_LLADDR, NDA_CACHEINFO = 1, 2, 3
CACHEINFO = Struct("=IIII")  # confirmed, used, updated (ticks ago), references
_START = HEADER.size + NDMSG.size
_WIDTHS = {2: 4, 10: 16}
_MAC = 6
_PIECE = 2000  # neighbours in one piece of JSON


class Neighbour(NamedTuple):
    """One neighbour. ``facts`` is its object in ``ip -j -s neigh``, plus ``family``.

    ``hardware`` holds the bytes of the link-layer address; who made the card is looked up when it is asked for.
    """

    facts: Facts
    hardware: bytes = b""


class _Cut(NamedTuple):
    """Where messages of one length are cut: offsets of the addresses and times, and the layout of the pieces."""

    offsets: tuple[int, ...]  # where destination, link-layer address and times stand, each with its size
    layout: Struct


class _Form(NamedTuple):
    """What a group of neighbours has in common: facts, and JSON between the parts that vary.

    ``words`` stand before the destination, the link-layer address, the times and the vendor.
    """

    family: int
    before: Facts
    after: Facts
    words: tuple[str, str, str, str]


_Key = tuple[int, bytes, bytes, bytes, bytes]  # the length of a message, and what lies between the cuts
_Row = tuple[_Form, bytes, bytes, bytes]  # destination, link-layer address, times


def times(value: bytes) -> dict[str, int]:
    """Return what NDA_CACHEINFO says, in seconds. Raises Malformed."""
    confirmed, used, updated, references = fixed(CACHEINFO, value)
    counted = {"refcnt": references} if references else {}
    return {**counted, "used": used // USER_HZ, "confirmed": confirmed // USER_HZ, "updated": updated // USER_HZ}


class _Times(dict[bytes, str]):
    """The JSON of NDA_CACHEINFO; many neighbours have been touched in the same tick."""

    def __missing__(self, value: bytes) -> str:
        text = self[value] = encode(times(value))[1:-1]
        return text


class _Makers(dict[bytes, str]):
    """As many of a link-layer address's first bytes as decide on it -> JSON of the vendor."""

    def of(self, hardware: bytes) -> str:
        """Find out a vendor, and remember it."""
        text = self[hardware[: vendors().decided_by(hardware)]] = encode(vendors().of(hardware))
        return text


class NeighbourTable(Sequence[Neighbour]):
    """The neighbours of one look. Immutable once built; ``problems`` says what could not be understood."""

    def __init__(
        self, datagrams: Iterable[bytes], decode: Callable[[bytes], Neighbour], keep: Callable[[bytes], bool]
    ) -> None:
        """Read the messages of some dumps. ``keep`` may look at the fixed part of a message only."""
        self.problems: list[Problem] = []
        self._decode = decode
        self._keep = keep
        self._cuts: dict[int, _Cut | None] = {}
        self._forms: dict[_Key, _Form | None] = {}
        self._rows: list[_Row | Neighbour] = []
        for data in datagrams:
            try:
                self._read(data)
            except Malformed as error:
                self._complain(error)

    def _complain(self, error: Malformed) -> None:
        if not self.problems:
            self.problems.append(garbled("neighbours", error))

    def _read(self, data: bytes) -> None:
        offset, end = 0, len(data)
        while offset < end:
            length, kind = header_at(data, offset)
            if kind != RTM_NEWNEIGH or length % 4:
                self._alone(data[offset : offset + length])
                offset += (length + 3) & ~3
                continue
            count = run_length(data, offset, length)
            self._take(data[offset : offset + count * length], length)
            offset += count * length

    def _take(self, run: bytes, length: int) -> None:
        if length not in self._cuts:
            self._cuts[length] = _cut(run[:length])
        cut = self._cuts[length]
        if cut is None:
            for at in range(0, len(run), length):
                self._alone(run[at : at + length])
            return
        firsts, destinations, seconds, hardware, thirds, caches, lasts = zip(*cut.layout.iter_unpack(run), strict=True)
        keys = list(zip(repeat(length), firsts, seconds, thirds, lasts))
        if keys.count(keys[0]) == len(keys) and (form := self._form(keys[0], run[:length], cut)):
            self._rows += zip(repeat(form), destinations, hardware, caches)
            return
        for at, (key, *parts) in enumerate(zip(keys, destinations, hardware, caches, strict=True)):
            message = run[at * length : (at + 1) * length]
            found = self._form(key, message, cut)
            if found is not None:
                self._rows.append((found, *parts))
            else:
                self._alone(message)

    def _form(self, key: _Key, message: bytes, cut: _Cut) -> _Form | None:
        """Return the form of the messages that are so between the cuts; None for what is to be decoded by itself."""
        if key not in self._forms:
            self._forms[key] = self._learn(message, cut)
        return self._forms[key]

    def _learn(self, message: bytes, cut: _Cut) -> _Form | None:
        """Decode the first message of a form; None when it is not cut as expected or does not belong."""
        payload = message[HEADER.size :]
        again = _cut(message)
        if again is None or again.offsets != cut.offsets or HEADER.unpack_from(message)[1] != RTM_NEWNEIGH:
            return None
        if not self._keep(payload):
            return None
        blank = bytearray(message)
        for start, size in zip(cut.offsets[0::2], cut.offsets[1::2], strict=True):
            blank[start : start + size] = bytes(size)
        try:
            facts = self._decode(bytes(blank)[HEADER.size :]).facts
        except Malformed:
            return None
        before, after = {}, {}
        for name, value in facts.items():
            if name in ("probes", "state", "protocol", "family"):
                after[name] = value
            elif name not in ("refcnt", "used", "confirmed", "updated"):
                before[name] = value
        return _Form(payload[0], before, after, _words(before, after))

    def _alone(self, message: bytes) -> None:
        payload = message[HEADER.size :]
        if HEADER.unpack_from(message)[1] != RTM_NEWNEIGH:
            return
        try:
            if self._keep(payload):
                self._rows.append(self._decode(payload))
        except Malformed as error:
            self._complain(error)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Neighbour: ...

    @overload
    def __getitem__(self, index: slice) -> list[Neighbour]: ...

    def __getitem__(self, index: int | slice) -> Neighbour | list[Neighbour]:
        rows = self._rows[index]
        return [_record(row) for row in rows] if isinstance(rows, list) else _record(rows)

    def __iter__(self) -> Iterator[Neighbour]:
        return map(_record, self._rows)

    def json_rows(self, between: str) -> Iterator[str]:
        """Yield the JSON of the neighbours (see :class:`netscope.core.domain.JsonRows`)."""
        spans, makers = _Times(), _Makers()
        for _form, alike in groupby(self._rows, itemgetter(0)):
            while piece := list(islice(alike, _PIECE)):
                yield between.join(_texts(piece, spans, makers))


def _texts(rows: list[_Row | Neighbour], spans: _Times, makers: _Makers) -> Iterator[str]:
    """Yield the JSON of neighbours of one form."""
    if isinstance(rows[0], Neighbour):
        for record in rows:
            assert isinstance(record, Neighbour)
            yield encode({**record.facts, "vendor": vendors().of(record.hardware)})
        return
    forms, destinations, hardware, caches = zip(*rows, strict=True)
    family, _before, _after, words = forms[0]
    one, two, three, four = (word.replace("%", "%%") for word in words)
    yield from map(
        f"{one}%s{two}%s{three}%s{four}%s}}".__mod__,
        zip(
            map(inet_ntop, repeat(family), destinations),
            map(bytes.hex, hardware, repeat(":")),
            map(spans.__getitem__, caches),
            [makers.get(card[:3]) or makers.get(card[:5]) or makers.of(card) for card in hardware],
            strict=True,
        ),
    )


def _cut(message: bytes) -> _Cut | None:
    """Return where a message is cut; None for one that is not as the kernel makes them for IPv4 and IPv6."""
    end = len(message)
    found: dict[int, tuple[int, int]] = {}
    at = _START
    while end - at >= ATTRIBUTE.size:
        size, kind = ATTRIBUTE.unpack_from(message, at)
        if size < ATTRIBUTE.size or size > end - at or kind in found:
            return None
        found[kind] = at + ATTRIBUTE.size, size - ATTRIBUTE.size
        at += (size + 3) & ~3
    width = _WIDTHS.get(message[HEADER.size]) if end > HEADER.size else None
    destination, hardware, cache = (found.get(kind, (0, 0)) for kind in (NDA_DST, NDA_LLADDR, NDA_CACHEINFO))
    if not hardware[0]:
        hardware = destination[0] + destination[1], 0  # cut nothing out, right behind
    if width is None or destination[1] != width or hardware[1] not in (0, _MAC) or cache[1] != CACHEINFO.size:
        return None
    sizes = [destination[0], width]
    for before, (start, size) in ((destination, hardware), (hardware, cache)):
        if start < sum(before):
            return None
        sizes += [start - sum(before), size]
    sizes.append(end - sum(cache))
    return _Cut((*destination, *hardware, *cache), Struct("=" + "".join(f"{size}s" for size in sizes)))


def _words(before: Facts, after: Facts) -> tuple[str, str, str, str]:
    """Cut the JSON of a neighbour whose parts that vary are zeros."""
    text = encode(before)[:-1]
    zero = encode(before["dst"])[1:-1]
    one, _cut_out, rest = text.partition(zero)
    two, three = rest, ""
    if "lladdr" in before:
        two, _cut_out, three = rest.partition(f'"lladdr":"{before["lladdr"]}')
        two += '"lladdr":"'
    return one, two, three + ",", f',{encode(after)[1:-1]},"vendor":'


def _record(row: tuple[_Form, bytes, bytes, bytes] | Neighbour) -> Neighbour:
    if isinstance(row, Neighbour):
        return row
    form, destination, hardware, cache = row
    facts: dict[str, Any] = dict(form.before)
    facts["dst"] = inet_ntop(form.family, destination)
    if hardware:
        facts["lladdr"] = hardware.hex(":")
    facts.update(times(cache))
    facts.update(form.after)
    return Neighbour(facts, hardware)
