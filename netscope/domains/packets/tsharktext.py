"""Dissections as tshark prints them: a line (-T text), the whole tree (-V), fields (-T fields), JSON (-T json)."""

from __future__ import annotations

import time

from netscope.core.errors import BadQuery
from netscope.core.text import printable
from netscope.core.typed import Any, Callable, Iterable, Iterator, NamedTuple, Sequence
from netscope.dissect import Dissection, Field
from netscope.dissect.summary_lines import relative

_BILLION = 1_000_000_000
_COLUMNS: dict[str, Callable[[Dissection, int], str]] = {
    "_ws.col.No.": lambda seen, _first: str(seen.frame.number),
    "_ws.col.Number": lambda seen, _first: str(seen.frame.number),
    "_ws.col.Time": lambda seen, first: relative(seen.frame.time - first),
    "_ws.col.Source": lambda seen, _first: seen.source,
    "_ws.col.Destination": lambda seen, _first: seen.destination,
    "_ws.col.Protocol": lambda seen, _first: seen.protocol,
    "_ws.col.Length": lambda seen, _first: str(seen.frame.length),
    "_ws.col.Info": lambda seen, _first: seen.info,
}


# Layers that hold fields of no other name than their own, and those that hold some of other protocols, too. A layer in
# neither is looked into for any field.
_OWN = frozenset(
    {
        "frame", "eth", "ip", "data", "udp", "arp", "sctp", "ssh", "tls", "dhcp", "dhcpv6", "ntp", "mpls", "ppp",
        "vxlan", "llc", "ah", "esp", "vlan", "stp", "lldp", "sll", "null", "dns", "gre", "http", "igmp", "tcp", "vrrp",
        "l2tp",
    }
)  # fmt: skip
_MIXED = {
    "ieee8021ad": {"ieee8021ah"}, "ipcp": {"ppp"}, "lcp": {"ppp"}, "ipv6": {"ip"}, "ipv6.dstopts": {"ipv6"},
    "ipv6.fraghdr": {"ipv6"}, "ipv6.hopopts": {"ipv6"}, "ipv6.routing": {"ipv6"}, "llmnr": {"dns"}, "mdns": {"dns"},
    "pppoed": {"pppoe"}, "pppoes": {"pppoe"},
}  # fmt: skip


class Options(NamedTuple):
    """What -E says (tshark(1)).

    Attributes:
        header: names first.
        separator: between fields.
        occurrence: of a field that occurs several times: f the first, l the last, a all.
        aggregator: between those.
        quote: what stands around a value: d, s, or n for nothing.
    """

    header: bool = False
    separator: str = "\t"
    occurrence: str = "a"
    aggregator: str = ","
    quote: str = "n"


def options(words: Sequence[str]) -> Options:
    """Return what the values of -E say. Raises BadQuery."""
    found = Options()
    for word in words:
        name, equals, value = word.partition("=")
        if name in ("separator", "aggregator") and equals:
            sign = {"/t": "\t", "/s": " "}.get(value, value)
            if len(sign) != 1:
                raise BadQuery(f"-E {word} is not understood", "", f"{name}= takes one character, /t or /s")
            found = found._replace(separator=sign) if name == "separator" else found._replace(aggregator=sign)
        elif name == "header" and value in ("y", "n"):
            found = found._replace(header=value == "y")
        elif name == "occurrence" and value in ("f", "l", "a"):
            found = found._replace(occurrence=value)
        elif name == "quote" and value in ("d", "s", "n"):
            found = found._replace(quote=value)
        elif name != "bom" or value not in ("y", "n"):
            known = "header=y|n separator=C occurrence=f|l|a aggregator=C quote=d|s|n"
            raise BadQuery(f"-E {word} is not understood", "", known)
    return found


def tree(seen: Dissection) -> Iterator[str]:
    """Yield the lines of the whole dissection."""
    for layer in seen.layers:
        yield printable(layer.title)
        for field in layer.fields():
            yield from _branch(field, 1)
    yield ""


def _branch(field: Field, depth: int) -> Iterator[str]:
    if field.hidden:
        return
    text = printable(field.text)
    yield "    " * depth + (f"[{text}]" if field.generated else text)
    for child in field.children:
        yield from _branch(child, depth + 1)


class Picker:
    """Finds the values of chosen fields.

    Attributes:
        names: those of the fields.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._columns = [(name, _COLUMNS[name]) for name in dict.fromkeys(self.names) if name in _COLUMNS]
        self._prefixes = {name.partition(".")[0] for name in self.names}
        self._anywhere = any(name.startswith("_ws.") and name not in _COLUMNS for name in self.names)
        self._hold: dict[str, bool] = {}  # whether a layer may hold some of them

    def pick(self, seen: Dissection, first: int) -> dict[str, list[str]]:
        """Return the values of each field in a frame, in the order in which they occur."""
        found: dict[str, list[str]] = {name: [] for name in self.names}
        for name, column in self._columns:
            found[name].append(column(seen, first))
        for layer in seen.layers:
            name = layer.name
            if name in found:
                found[name].append(layer.title)
            hold = self._hold.get(name)
            if hold is None:
                hold = self._hold[name] = self._may_hold(name)
            if hold:
                _gather(layer.fields(), found)
        return found

    def _may_hold(self, layer: str) -> bool:
        if self._anywhere or layer in self._prefixes:
            return True
        return layer not in _OWN and not self._prefixes.isdisjoint(_MIXED.get(layer, self._prefixes))


def _gather(fields: Iterable[Field], found: dict[str, list[str]]) -> None:
    """Add the values of those of the fields that are asked for, and of those below them."""
    for field in fields:
        values = found.get(field.name)
        if values is not None:
            # tshark puts colons between the bytes of a field in its trees, and none here.
            values.append(field.show.replace(":", "") if isinstance(field.value, bytes) else field.show)
        if field.children:
            _gather(field.children, found)


class Rows:
    """Prints chosen fields of each frame. Raises BadQuery for a name that cannot be one."""

    def __init__(self, names: Sequence[str], how: Options) -> None:
        self.picker = Picker(names)
        self.how = how

    def head(self) -> list[str]:
        """Return the line of names, where one is wanted."""
        return [self.how.separator.join(self.picker.names)] if self.how.header else []

    def row(self, seen: Dissection, first: int) -> str:
        """Return the line of one frame."""
        how, found = self.how, self.picker.pick(seen, first)
        sign = {"d": '"', "s": "'", "n": ""}[how.quote]
        cells = []
        for name in self.picker.names:
            values = found[name]
            if how.occurrence == "f":
                values = values[:1]
            elif how.occurrence == "l":
                values = values[-1:]
            text = printable(how.aggregator.join(values))
            cells.append(f"{sign}{text}{sign}" if values and sign else text)
        return how.separator.join(cells)


def document(seen: Dissection, picker: Picker, first: int) -> dict[str, Any]:
    """Return a frame's object of -T json: chosen fields with all their values, or every layer as a tree."""
    if picker.names:
        layers: dict[str, Any] = {name: values for name, values in picker.pick(seen, first).items() if values}
    else:
        layers = {}
        for layer in seen.layers:
            _put(layers, layer.name, _object(layer.fields()))
    try:
        day = time.strftime("%Y-%m-%d", time.localtime(seen.frame.time // _BILLION))
    except (OverflowError, OSError, ValueError):
        day = "none"
    return {"_index": f"packets-{day}", "_type": "doc", "_score": None, "_source": {"layers": layers}}


def _object(fields: Iterable[Field]) -> dict[str, Any]:
    """Return fields as tshark nests them: a value by its name, what is below it by the name and ``_tree``."""
    found: dict[str, Any] = {}
    for field in fields:
        name = field.name or field.text
        if field.children and not field.name:
            _put(found, name, _object(field.children))
            continue
        _put(found, name, field.show)
        if field.children:
            _put(found, f"{name}_tree", _object(field.children))
    return found


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    """Put a value in; a second one of the same name makes a list of both, so that the JSON has each name once."""
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]
