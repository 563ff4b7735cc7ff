"""Chosen fields of dissections, as tshark prints them (-e, after -T fields or -T json)."""

from __future__ import annotations

from netscope.core.errors import BadQuery
from netscope.core.text import printable
from netscope.core.typed import Callable, Iterable, NamedTuple, Sequence
from netscope.dissect import Dissection, Field, Layer
from netscope.dissect.fieldnames import known, unknown
from netscope.dissect.quick import QUICK, Quick, Reader
from netscope.dissect.summary_lines import relative

_COLUMN = "_ws.col."
_COLUMNS: dict[str, Callable[[Dissection, int], str]] = {
    "no.": lambda seen, _first: str(seen.frame.number),
    "number": lambda seen, _first: str(seen.frame.number),
    "time": lambda seen, first: relative(seen.frame.time - first),
    "source": lambda seen, _first: seen.source,
    "destination": lambda seen, _first: seen.destination,
    "protocol": lambda seen, _first: seen.protocol,
    "length": lambda seen, _first: str(seen.frame.length),
    "info": lambda seen, _first: seen.info,
}
# What tshark -n has in digits under names for names, too.
_NAMED = {
    **{f"eth.{end}_resolved": f"eth.{end}" for end in ("src", "dst", "addr")},
    **{f"{ip}.{end}_host": f"{ip}.{end}" for ip in ("ip", "ipv6") for end in ("src", "dst")},
    "ip.host": "ip.addr", "ipv6.host": "ipv6.addr",
}  # fmt: skip
_EXPERT = "_ws.expert"
_TEXT = "text"  # the name of what has none, but only says something

# Layers that hold fields of no other name than their own, and those that hold some of other protocols (or single ones)
# too. A layer in neither is looked into for any field.
_OWN = frozenset(
    {
        "frame", "eth", "ip", "data", "udp", "arp", "sctp", "ssh", "tls", "dhcp", "dhcpv6", "ntp", "mpls", "ppp",
        "vxlan", "llc", "ah", "esp", "vlan", "stp", "lldp", "sll", "null", "dns", "gre", "http", "igmp", "tcp", "vrrp",
        "l2tp",
    }
)  # fmt: skip
_MIXED = {
    "ieee8021ad": {"ieee8021ah"}, "ipcp": {"ppp"}, "lcp": {"ppp"}, "ipv6": {"ip.version"}, "ipv6.dstopts": {"ipv6"},
    "ipv6.fraghdr": {"ipv6"}, "ipv6.hopopts": {"ipv6"}, "ipv6.routing": {"ipv6"}, "llmnr": {"dns"}, "mdns": {"dns"},
    "pppoed": {"pppoe"}, "pppoes": {"pppoe"},
}  # fmt: skip
_JOINED = ("tcp.segments", "tcp.segment", "tcp.reassembled")  # what messages of several segments bring
# Protocols that carry no other, and those whose fields they make beside their own.
_LAST: dict[str, set[str]] = {
    "http": {"media", "data-text-lines"}, "tls": {*_JOINED}, "ssh": set(), "dhcp": set(), "dhcpv6": set(),
    "ntp": set(), "dns": {*_JOINED}, "mdns": {"dns", *_JOINED}, "llmnr": {"dns", *_JOINED},
}  # fmt: skip
_OF_ANY = {"_ws", "", "data"}  # what any of them may bring
# Protocols of which tshark shows this name where others show the line that they have in the tree.
_BARE = frozenset(
    {
        "ah", "chdlc", "dhcpv6", "esp", "http", "icmp", "icmpv6", "igmp", "ipcp", "ipv6.dstopts", "ipv6.fraghdr",
        "ipv6.hopopts", "l2tp", "lcp", "llc", "lldp", "media", "null", "ppp", "pppoed", "pppoes", "raw", "ssh", "tls",
        "vrrp", "vxlan",
    }
)  # fmt: skip
_NO_BYTES = {"ipv6.opt.padn": "<none>"}  # what is shown of no bytes at all, if not <MISSING>


class Options(NamedTuple):
    """What -E says (tshark(1)).

    Attributes:
        bom: a byte order mark before all.
        header: names first.
        separator: between fields.
        occurrence: of a field that occurs several times: f the first, l the last, a all.
        aggregator: between those.
        quote: what stands around a value: d, s, or n for nothing.
    """

    bom: bool = False
    header: bool = False
    separator: str = "\t"
    occurrence: str = "a"
    aggregator: str = ","
    quote: str = "n"


_CHOICES = {"bom": "yn", "header": "yn", "occurrence": "fla", "quote": "dsn", "escape": "yn"}  # by their first letter
_KNOWN = "header=y|n separator=C occurrence=f|l|a aggregator=C quote=d|s|n bom=y|n"


def options(words: Sequence[str]) -> Options:
    """Return what the values of -E say. Raises BadQuery."""
    said = {}
    for word in words:
        name, _, value = word.partition("=")
        if name in ("separator", "aggregator"):
            value = {"/t": "\t", "/s": " "}.get(value, value)
            if len(value) != 1:
                raise BadQuery(f"-E {word} is not understood", "", f"{name}= takes one character, /t or /s")
        elif not value or value[0] not in _CHOICES.get(name, ""):
            raise BadQuery(f"-E {word} is not understood", "", _KNOWN)
        elif name == "escape" and value[0] == "n":
            raise BadQuery(f"-E {word}", "what a terminal could act on is always escaped", "leave it out")
        said[name] = value[0]
    return Options(
        said.get("bom") == "y",
        said.get("header") == "y",
        said.get("separator", "\t"),
        said.get("occurrence", "a"),
        said.get("aggregator", ","),
        said.get("quote", "n"),
    )


def check(names: Sequence[str]) -> None:
    """Raise BadQuery for names of fields that there are not.

    An empty column would say that no packet has such a field, where nobody looked for it.
    """
    columns = [name for name in names if name.lower().startswith(_COLUMN)]
    fields = [_NAMED.get(name, name) for name in names if name not in columns and name != _TEXT]
    wrong = [name for name in columns if name.lower().removeprefix(_COLUMN) not in _COLUMNS]
    wrong += unknown(fields)
    if wrong:
        raise _refusal(wrong)


def _refusal(wrong: Sequence[str]) -> BadQuery:
    """Return what is said of names that there are not."""
    from netscope.core.spelling import closest

    every = sorted(known())
    protocols = {name.partition(".")[0] for name in every}
    said = []
    for name in wrong:
        protocol, _, rest = name.partition(".")
        near = {protocol} if protocol in protocols else {*closest(protocol, protocols), protocol.lower()}
        among = [other for other in every if other.partition(".")[0] in near or other.endswith(f".{rest}")]
        if name.lower().startswith(_COLUMN):
            among = [_COLUMN + title.capitalize() for title in _COLUMNS]
        close = closest(name, among)
        if close:
            said.append(f"{name} (did you mean {' or '.join(close)}?)")
        else:
            said.append(
                name if protocol in protocols else f"{name or 'without a name'} (netscope takes no {protocol} apart)"
            )
    return BadQuery(f"no field{'' if len(wrong) == 1 else 's'} {', '.join(said)}")


def unneeded(names: Iterable[str]) -> frozenset[str]:
    """Return the protocols that need not be taken apart for these fields, as they have none of them and carry none."""
    asked = {_NAMED.get(name, name) for name in names}
    prefixes = {name.partition(".")[0] for name in asked}
    if not prefixes or prefixes & _OF_ANY or _TEXT in asked or "frame.protocols" in asked:
        return frozenset()

    def made(also: set[str]) -> bool:
        return any(name == other or name.startswith(f"{other}.") for name in asked for other in also)

    return frozenset(last for last, also in _LAST.items() if last not in prefixes and not made(also))


_OCCURRENCES = {"f": slice(1), "l": slice(-1, None), "a": slice(None)}


class _Plan(NamedTuple):
    """What is to be done about layers of one name.

    Attributes:
        title: their own name is asked for.
        deep: fields are asked for that they may have.
        quick: how those can be read without making any, None where one of them cannot.
        read: the readers, beside the values that they add to.
    """

    title: bool
    deep: bool
    quick: Quick | None
    read: tuple[tuple[str, Reader], ...]


class Picker:
    """Finds the values of chosen fields. ``first`` is always the time of the first frame, nanoseconds since the epoch.

    Attributes:
        names: those of the fields.
    """

    def __init__(self, names: Iterable[str], occurrence: str = "a") -> None:
        self.names = tuple(names)
        self._which = _OCCURRENCES[occurrence]
        self._columns: list[tuple[str, Callable[[Dissection, int], str]]] = []
        self._slots: dict[str, list[str]] = {}  # the names asked for by those that the fields have
        for name in dict.fromkeys(self.names):
            column = name.lower().removeprefix(_COLUMN)
            if column != name.lower() and column in _COLUMNS:
                self._columns.append((name, _COLUMNS[column]))
            else:
                self._slots.setdefault("" if name == _TEXT else _NAMED.get(name, name), []).append(name)
        self._plans: dict[str, _Plan] = {}

    def pick(self, seen: Dissection, first: int) -> dict[str, list[str]]:
        """Return the values of each field that a frame has, in the order in which they occur."""
        found: dict[str, list[str]] = {name: [] for name in self._slots}
        for layer in seen.layers:
            title, deep, quick, read = self._plans.get(layer.name) or self._plan(layer.name)
            if title:
                found[layer.name].append(_titled(layer, seen))
            if not deep:
                continue
            if quick is not None and layer.makes(quick.fields) and quick.fits(layer.args):
                for name, reader in read:
                    found[name] += reader(layer.args)
            else:
                _gather(layer.fields(), found)
        which = self._which
        picked = {name: found[slot][which] for slot, names in self._slots.items() for name in names if found[slot]}
        for name, column in self._columns:
            picked[name] = [column(seen, first)]
        return picked

    def _plan(self, layer: str) -> _Plan:
        held = [name for name in self._slots if _may_hold(layer, name)]
        quick = QUICK.get(layer)
        if quick is not None and not quick.read.keys() >= set(held):
            quick = None
        read = tuple((name, quick.read[name]) for name in held) if quick is not None else ()
        plan = self._plans[layer] = _Plan(layer in self._slots, bool(held), quick, read)
        return plan


def _may_hold(layer: str, name: str) -> bool:
    """Tell whether a layer may have fields of a name."""
    protocol = name.partition(".")[0]
    if protocol == layer:
        return name != layer or layer not in _OWN
    if protocol in ("_ws", ""):
        return True
    also = _MIXED.get(layer)
    return layer not in _OWN if also is None else protocol in also or name in also


def _gather(fields: Iterable[Field], found: dict[str, list[str]]) -> None:
    """Add the values of those of the fields that are asked for, and of those below them."""
    for field in fields:
        values = found.get(field.name)
        if values is not None:
            values.append(_shown(field))
        if field.children:
            _gather(field.children, found)


def _titled(layer: Layer, seen: Dissection) -> str:
    """Return what tshark shows of a protocol by its name."""
    if layer.name == "data":
        return seen.buffers[layer.buffer].data[layer.start : layer.start + layer.length].hex()
    return layer.name if layer.name in _BARE else layer.title


def _shown(field: Field) -> str:
    """Return what tshark shows of a field here: no colons between bytes, and 1 for what is there and has no value."""
    if isinstance(field.value, bytes):
        return field.show.replace(":", "") or _NO_BYTES.get(field.name, "<MISSING>")
    if field.value is not None or not field.name:
        return field.show
    if field.name == _EXPERT or "." not in field.name:
        return field.name if field.name in _BARE else field.text
    return "1"


class Rows:
    """Prints chosen fields of each frame."""

    def __init__(self, names: Sequence[str], how: Options) -> None:
        self.picker = Picker(names, how.occurrence)
        self.how = how
        self._sign = {"d": '"', "s": "'", "n": ""}[how.quote]

    def head(self) -> str:
        """Return what comes before all: a byte order mark, the line of names, where they are wanted."""
        names = self.how.separator.join(self.picker.names) + "\n" if self.how.header else ""
        return "\ufeff" + names if self.how.bom else names

    def row(self, seen: Dissection, first: int) -> str:
        """Return the line of one frame; ``first`` is the time of the first, nanoseconds since the epoch."""
        found, sign, aggregator = self.picker.pick(seen, first), self._sign, self.how.aggregator
        return self.how.separator.join(
            f"{sign}{printable(aggregator.join(found[name]))}{sign}" if name in found else ""
            for name in self.picker.names
        )
