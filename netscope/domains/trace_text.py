"""How a trace is printed: as traceroute(8) does, as ``mtr -rw`` does, and several flows as a graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from netscope.core.probe import Label
from netscope.core.probe_words import mark
from netscope.domains.trace_owners import Owner
from netscope.domains.trace_paths import Hop, Path, hop_times
from netscope.domains.trace_session import Answer, Way

_UNKNOWN = "???"


class Style(NamedTuple):
    """How addresses are shown: as numbers alone, with MPLS labels and other extensions, with their owners."""

    numeric: bool
    extensions: bool
    owners: Mapping[str, Owner] = {}

    def owner(self, address: str) -> str:
        """Return the owner as it stands behind an address; "" where none is known."""
        owner = self.owners.get(address)
        return f" [{owner.text}]" if owner is not None and owner.text else ""


def header(word: str, way: Way, size: int) -> str:
    """Return the first line; ``size`` is that of the whole packet."""
    return f"traceroute to {word} ({way.address}), {way.last} hops max, {size} byte packets"


def hop_line(
    ttl: int, answers: Sequence[Answer | None], family: int, style: Style, names: Mapping[str, str], mtu: int = 0
) -> str:
    """Return the line of one distance: an address where it changes, a time for each question, marks for errors.

    ``mtu`` is what packets were cut down to for this distance, 0 if they were not.
    """
    text = f"{ttl:2d} "
    before = ""
    for answer in answers:
        if answer is None:
            text += " *"
            continue
        if answer.address != before:
            before = answer.address
            text += " " + shown(answer.address, style, names)
        if style.extensions and answer.labels:
            text += f" <{labels_text(answer.labels)}>"
        if answer.rtt is not None:
            text += f"  {answer.rtt * 1000:.3f} ms"
        if mtu:
            text += f" F={mtu}"
            mtu = 0
        note = mark(family, *answer.icmp, answer.info) if answer.icmp is not None else ""
        if note:
            text += f" {note}"
    return text


def shown(address: str, style: Style, names: Mapping[str, str]) -> str:
    """Return an address as traceroute shows it: ``name (address)``, the address twice where it has no name."""
    return (address if style.numeric else f"{names.get(address, address)} ({address})") + style.owner(address)


def named(address: str, style: Style, names: Mapping[str, str]) -> str:
    """Return an address in our own words: ``name (address)``, or the address alone where it has no name."""
    name = "" if style.numeric else names.get(address, "")
    return (f"{name} ({address})" if name and name != address else address) + style.owner(address)


def labels_text(labels: Iterable[Label]) -> str:
    """Return an MPLS label stack in traceroute's words."""
    return "MPLS:" + "/".join(
        f"L={item.label},E={item.traffic_class},S={item.bottom:d},T={item.ttl}" for item in labels
    )


def report(host: str, taken: str, found: Sequence[Path], style: Style, names: Mapping[str, str]) -> list[str]:
    """Return the lines of ``mtr -rw``; a path that was taken before follows with its own statistics."""
    lines = [f"Start: {taken}"]
    addresses = [address for path in found for hop in path.hops for address in hop.addresses]
    wide = max(map(len, [host, _UNKNOWN, *(_wide(address, style, names) for address in addresses)]))
    title = f"HOST: {host:<{wide}}" + "".join(
        f"{word:>{size}}" for word, size in
        (("Loss%", 6), ("Snt", 6), ("", 1), ("Last", 6), ("Avg", 6), ("Best", 6), ("Wrst", 6), ("StDev", 6))
    )  # fmt: skip
    for number, path in enumerate(found):
        if number:
            lines.append(f"An earlier path, rounds {spans(path.rounds)}:")
        lines.append(title)
        for hop in path.hops:
            lines += _report_hop(hop, wide, style, names)
    return lines


def _report_hop(hop: Hop, wide: int, style: Style, names: Mapping[str, str]) -> list[str]:
    addresses = hop.addresses
    first = _wide(addresses[0], style, names) if addresses else _UNKNOWN
    found = hop_times(hop)
    figures = [found.last, found.avg, found.best, found.worst, found.stdev]
    loss = 100.0 if hop.loss is None else hop.loss  # mtr knows no silence that is not loss
    line = f" {hop.ttl:2d}.|-- {first:<{wide}}" + f" {loss:4.1f}%"[:6] + f" {len(hop.answers):5d}" + " "
    line += "".join(f" {(value or 0.0) * 1000:5.1f}"[:6] for value in figures)
    return [line, *(f"    |  `|-- {_wide(address, style, names)}" for address in addresses[1:])]


def _wide(address: str, style: Style, names: Mapping[str, str]) -> str:
    name = names.get(address)
    return (name if name and not style.numeric else address) + style.owner(address)


def graph(found: Sequence[Path], style: Style, names: Mapping[str, str]) -> list[str]:
    """Return the routers of several flows as lines: who is met at which distance, by which flows, coming from whom."""
    latest = {path.flow: path for path in reversed(found)}
    lines = []
    for ttl in sorted({hop.ttl for path in latest.values() for hop in path.hops}):
        nodes: dict[str, list[int]] = {}
        for flow, path in sorted(latest.items()):
            for address in _at(path, ttl):
                nodes.setdefault(address, []).append(flow + 1)
        for index, (address, flows) in enumerate(nodes.items()):
            sign = " " if len(nodes) == 1 else "┬" if not index else "└" if index == len(nodes) - 1 else "├"
            who = named(address, style, names) if address else "*"
            before = {b for f in flows for b in _at(latest[f - 1], ttl - 1)} - {""}
            origin = f"  from {', '.join(sorted(before))}" if before and len(nodes) > 1 else ""
            number = f"{ttl:2d}" if not index else "  "
            lines.append(f"{number} {sign} {who}  flow{'s' if len(flows) > 1 else ''} {spans(flows)}{origin}")
    return lines


def _at(path: Path, ttl: int) -> tuple[str, ...]:
    for hop in path.hops:
        if hop.ttl == ttl:
            return hop.addresses or ("",)
    return ()


def notes(path: Path, names: Mapping[str, str], style: Style) -> list[str]:
    """Return what the statistics do not say by themselves: whose silence is no loss."""
    lines = []
    for hop in path.hops:
        if hop.seldom:
            who = named(hop.addresses[0], style, names)
            lines.append(
                f"hop {hop.ttl}, {who}, answered {hop.received} of {len(hop.answers)}, although more came back from"
                " behind it: it limits its errors; that is no loss"
            )
    return lines


def caution(way: Way) -> str:
    """Return what makes the loss at the end doubtful, "" where nothing does."""
    if way.method != "udp" or not way.interval or way.flows / way.interval <= 1:
        return ""
    return "asked more than once a second by UDP, hosts keep answers back, which looks like loss: -I is not limited"


def spans(numbers: Sequence[int]) -> str:
    """Return numbers as spans: 1-4,7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ",".join("-".join(map(str, part)) for part in parts)
