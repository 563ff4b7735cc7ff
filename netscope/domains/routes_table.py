"""A table of routes of any size: columns instead of objects, records when they are asked for.

In a large table nearly all messages differ in nothing but the destination. So each message is taken apart: what is
left when the destination is blanked out, the same bytes for many routes, is decoded once (a *form*); of each route
only the number of its form and the bytes of its destination are kept. A million routes through a few gateways take
some 10 MB, and their JSON is made by joining strings.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import chain
from struct import Struct

from netscope.core.encode import encode
from netscope.core.inet import AF_INET6, inet_ntoa, inet_ntop
from netscope.core.netlink import HEADER, Malformed, attribute_list, header_at
from netscope.core.snapshot import Problem
from netscope.core.typed import Callable, Iterable, Iterator, NamedTuple, Sequence, overload
from netscope.domains.routes_decode import Decoder, Route
from netscope.domains.rtnl import RTM_NEWROUTE, garbled, run_length

# The kernel begins every route with RTA_TABLE and RTA_DST. What does not look so is decoded by itself.
_RTMSG = 12
_RTA_DST = 1
_DST = HEADER.size + _RTMSG + 8 + 4  # where the destination's bytes stand
_DST_LENGTH = HEADER.size + 1  # where the length of its prefix stands (rtmsg)
_TABLE_AT = slice(HEADER.size + 12, HEADER.size + 12 + 4)
_TABLE = Struct("=HH").pack(8, 15)
_DST_AT = slice(_DST - 4, _DST)
_WIDTHS = {Struct("=HH").pack(4 + width, 1): width for width in (4, 16)}
_FAMILIES = {2: 4, 10: 16}  # an MPLS label is four bytes, too, but does not read as an address
_NO_FORM = 0  # this message must be decoded by itself
_FEW = 8  # messages of one length in a row that are not worth comparing by columns
_PIECE = 2048  # routes in one piece of JSON: it stays in the processor's cache
_OCTETS = [str(octet) for octet in range(256)]
_DOTTED = [f"{octet}." for octet in range(256)]


class _Form(NamedTuple):
    """What a group of routes has in common. ``length`` is the text after the address ("/24", or "")."""

    route: Route
    length: str


class _Segment(NamedTuple):
    """Routes in a row whose destinations have the same number of bytes (0: each form is one whole route)."""

    width: int
    forms: array[int]
    destinations: bytearray


class _Variants(dict[tuple[int, ...], int]):
    """The values of the bytes that vary in a run of messages -> number of the form; found out when first seen."""

    def __init__(self, blank: bytes, varying: tuple[int, ...], number: Callable[[bytes], int]) -> None:
        super().__init__()
        self._blank = blank
        self._varying = varying
        self._number = number

    def __missing__(self, values: tuple[int, ...]) -> int:
        message = bytearray(self._blank)
        for at, value in zip(self._varying, values, strict=True):
            message[at] = value
        found = self[values] = self._number(bytes(message))
        return found


class _Layout(NamedTuple):
    """How messages of one length look: the first of them, blank where any two of them differed so far."""

    blank: bytes
    varying: tuple[int, ...]

    def fits(self, run: bytes, length: int, width: int, count: int) -> bool:
        """Tell whether these messages differ in nothing but the destination and the columns that are known to vary."""
        rest = bytearray(run)
        zeros = bytes(count)
        for at in (*range(_DST, _DST + width), *self.varying):
            rest[at::length] = zeros
        return rest == self.blank * count


class RouteTable(Sequence[Route]):
    """The routes of one look. Immutable once built; ``problems`` says what could not be understood."""

    def __init__(self, datagrams: Iterable[bytes], decoder: Decoder, keep: Callable[[Route], bool]) -> None:
        """Read the messages of a dump. ``keep`` is asked once per form, so it may not look at the destination."""
        self.problems: list[Problem] = []
        self._decoder = decoder
        self._keep = keep
        self._forms: list[_Form] = [_Form(Route("", "", {}), "")]  # _NO_FORM
        self._numbers: dict[bytes, int] = {}
        self._layouts: dict[int, _Layout] = {}
        self._variants: dict[tuple[bytes, tuple[int, ...]], _Variants] = {}
        self._segments: list[_Segment] = []
        for data in datagrams:
            try:
                self._read(data)
            except Malformed as error:
                self._complain(error)
        self._ends: list[int] = []
        total = 0
        for segment in self._segments:
            total += len(segment.forms)
            self._ends.append(total)

    def _complain(self, error: Malformed) -> None:
        if not self.problems:
            self.problems.append(garbled("routes", error))

    def _read(self, data: bytes) -> None:
        offset, end = 0, len(data)
        while offset < end:
            length, kind = header_at(data, offset)
            width = _WIDTHS.get(data[offset + _DST - 4 : offset + _DST], 0)
            if not width or kind != RTM_NEWROUTE or length % 4 or length < _DST + width:
                self._alone(data[offset : offset + length])
                offset += (length + 3) & ~3
                continue
            count = run_length(data, offset, length)
            run = data[offset : offset + count * length]
            if count < _FEW:
                self._few(run, length, width)
            else:
                self._many(run, length, width, count)
            offset += len(run)

    def _few(self, run: bytes, length: int, width: int) -> None:
        for at in range(0, len(run), length):
            message = run[at : at + length]
            number = self._form(message[:_DST] + bytes(width) + message[_DST + width :])
            self._add(message, number, width)

    def _many(self, run: bytes, length: int, width: int, count: int) -> None:
        """Take messages of one length as a matrix whose columns mostly hold one value.

        Equal length is not equal layout, and need not be: each form checks its own.
        """
        destinations = bytearray(width * count)
        for at in range(width):
            destinations[at::width] = run[_DST + at :: length]
        layout = self._layouts.get(length)
        if layout is None or not layout.fits(run, length, width, count):
            layout = self._layouts[length] = self._layout(run, length, width, layout)
        blank = bytearray(layout.blank)
        varying, columns = [], []
        for at in layout.varying:
            column = run[at::length]
            if column.count(column[0]) == count:
                blank[at] = column[0]
            else:
                varying.append(at)
                columns.append(column)
        variants = self._variant(bytes(blank), tuple(varying))
        if columns:
            forms = array("I", map(variants.__getitem__, zip(*columns, strict=True)))
        else:
            forms = array("I", (variants[()],)) * count
        if _NO_FORM in forms:
            for at, number in enumerate(forms):
                self._add(run[at * length : (at + 1) * length], number, width)
            return
        segment = self._segment(width)
        segment.forms.extend(forms)
        segment.destinations.extend(destinations)

    def _layout(self, run: bytes, length: int, width: int, before: _Layout | None) -> _Layout:
        """Find out which columns vary, within this run or since the runs before."""
        blank = bytearray(run[:length])
        blank[_DST : _DST + width] = bytes(width)
        varying = []
        for at in range(length):
            column = run[at::length]
            if _DST <= at < _DST + width:
                continue
            if column.count(column[0]) != len(column) or (
                before and (at in before.varying or before.blank[at] != column[0])
            ):
                varying.append(at)
                blank[at] = 0
        return _Layout(bytes(blank), tuple(varying))

    def _variant(self, blank: bytes, varying: tuple[int, ...]) -> _Variants:
        found = self._variants.get((blank, varying))
        if found is None:
            found = self._variants[blank, varying] = _Variants(blank, varying, self._form)
        return found

    def _form(self, blank: bytes) -> int:
        """Return the number of the form of a message whose destination is blanked out."""
        number = self._numbers.get(blank)
        if number is None:
            number = self._numbers[blank] = self._learn(blank)
        return number

    def _learn(self, blank: bytes) -> int:
        width = _WIDTHS.get(blank[_DST_AT], 0)
        usual = blank[_TABLE_AT] == _TABLE and _FAMILIES.get(blank[HEADER.size]) == width
        if not usual or HEADER.unpack_from(blank)[1] != RTM_NEWROUTE:
            return _NO_FORM
        try:
            route = self._decoder.route(blank[HEADER.size :])
            kinds = [kind for kind, _value in attribute_list(blank, HEADER.size + _RTMSG)]
        except Malformed:
            return _NO_FORM
        if kinds.count(_RTA_DST) > 1:  # the last one counts
            return _NO_FORM
        if not self._keep(route):
            return _NO_FORM
        length = blank[_DST_LENGTH]
        self._forms.append(_Form(route, "" if length == width * 8 else f"/{length}"))
        return len(self._forms) - 1

    def _add(self, message: bytes, number: int, width: int) -> None:
        if number == _NO_FORM:
            self._alone(message)
            return
        segment = self._segment(width)
        segment.forms.append(number)
        segment.destinations.extend(message[_DST : _DST + width])

    def _alone(self, message: bytes) -> None:
        if HEADER.unpack_from(message)[1] != RTM_NEWROUTE:
            return
        try:
            route = self._decoder.route(message[HEADER.size :])
        except Malformed as error:
            self._complain(error)
            return
        if self._keep(route):
            self._forms.append(_Form(route, ""))
            self._segment(0).forms.append(len(self._forms) - 1)

    def _segment(self, width: int) -> _Segment:
        if not self._segments or self._segments[-1].width != width:
            self._segments.append(_Segment(width, array("I"), bytearray()))
        return self._segments[-1]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Route: ...

    @overload
    def __getitem__(self, index: slice) -> list[Route]: ...

    def __getitem__(self, index: int | slice) -> Route | list[Route]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        at = bisect_right(self._ends, index)
        segment = self._segments[at]
        index -= self._ends[at - 1] if at else 0
        return next(self._routes(segment, slice(index, index + 1)))

    def __iter__(self) -> Iterator[Route]:
        for segment in self._segments:
            yield from self._routes(segment, slice(0, len(segment.forms)))

    def _routes(self, segment: _Segment, part: slice) -> Iterator[Route]:
        forms = self._forms
        if not segment.width:
            yield from (forms[number].route for number in segment.forms[part])
            return
        for number, address in zip(segment.forms[part], _addresses(segment, part), strict=True):
            route, length = forms[number]
            yield Route(route.type, address + length, route.facts)

    def json_rows(self, between: str) -> Iterator[str]:
        """Yield the JSON of the routes (see :class:`netscope.core.domain.JsonRows`)."""
        whole = {number for segment in self._segments if not segment.width for number in segment.forms}
        heads, tails = [], []
        for number, (route, length) in enumerate(self._forms):
            facts = encode(route.facts)[1:]
            destination = encode(route.dst)[:-1] if number in whole else '"'
            heads.append(f'{{"type":{encode(route.type)},"dst":{destination}')
            tails.append(f'{length}",{facts}')
        for segment in self._segments:
            for start in range(0, len(segment.forms), _PIECE):
                part = slice(start, start + _PIECE)
                yield _piece(segment.forms[part], heads, _address_columns(segment, part), tails, between)


def _piece(
    numbers: array[int], heads: list[str], addresses: list[Iterable[str]], tails: list[str], between: str
) -> str:
    """Return head, address and tail of each route, one after the other, ``between`` standing between two routes."""
    used = set(numbers)
    first = heads[numbers[0]]
    if all(heads[number] == first for number in used):  # then each tail brings the next one's head along
        joints = {number: tails[number] + between + first for number in used}
        columns = [*addresses, map(joints.__getitem__, numbers)]
        surplus = len(between) + len(first)
    else:
        ends = {number: tails[number] + between for number in used}
        columns = [map(heads.__getitem__, numbers), *addresses, map(ends.__getitem__, numbers)]
        first, surplus = "", len(between)
    step = len(columns)
    words = [""] * (step * len(numbers))
    for at, column in enumerate(columns):
        words[at::step] = column
    words[-1] = words[-1][: len(words[-1]) - surplus]
    return first + "".join(words)


def _addresses(segment: _Segment, part: slice) -> Iterator[str]:
    """Return the text of destinations: inet_ntoa and inet_ntop are what ``ip`` calls, too."""
    width = segment.width
    packed = segment.destinations[part.start * width : part.stop * width]
    split = chain.from_iterable(Struct(f"={width}s").iter_unpack(packed))
    return map(inet_ntoa, split) if width == 4 else (inet_ntop(AF_INET6, one) for one in split)


def _address_columns(segment: _Segment, part: slice) -> list[Iterable[str]]:
    """Return the same in columns to be put side by side: octets from a table are twice as fast as inet_ntoa."""
    if segment.width != 4:
        return [_addresses(segment, part)] if segment.width else []
    packed = segment.destinations[part.start * 4 : part.stop * 4]
    return [map(words.__getitem__, packed[at::4]) for at, words in enumerate((_DOTTED, _DOTTED, _DOTTED, _OCTETS))]
