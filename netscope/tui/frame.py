"""The frame around every screen: what host this is, the tabs, what the keys do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from netscope.core.capabilities import NET_ADMIN, SYS_PTRACE, may
from netscope.core.host import Host
from netscope.core.text import width
from netscope.tui.keys import Key
from netscope.tui.line import Part
from netscope.tui.tabs import Tab

_WIDE = 100
_FOOTER_KEYS = {"enter": "Enter", "slash": "/", "space": "Space", "question_mark,f1": "?", "colon,ctrl+p": ":"}


class HostFacts(NamedTuple):
    """What the header tells of the host; read once, off the loop."""

    name: str
    kernel: str
    namespace: str
    privileged: bool


def host_facts(host: Host) -> HostFacts:
    """Ask the host."""
    return HostFacts(host.name, host.kernel, host.namespace, may(host, NET_ADMIN, SYS_PTRACE))


def header(facts: HostFacts, room: int) -> list[Part]:
    """Return the left parts of the first line: where we are."""
    left = [Part(" netscope ", "chosen"), Part(f" {facts.name}", "strong")]
    if facts.namespace:
        left.append(Part(f"  netns {facts.namespace}", "accent"))
    if room >= _WIDE:
        left.append(Part(f"  Linux {facts.kernel}", "quiet"))
    return left


def freshness(taken_at: float | None, *, paused: bool) -> list[Part]:
    """Return the right parts of the first line of a tab that is collected: how fresh what is shown is."""
    parts = [Part(" PAUSED ", "warning", "screen.pause") if paused else Part(" ● live ", "good", "screen.pause")]
    if taken_at is not None:
        parts.append(Part(time.strftime(" %H:%M:%S ", time.localtime(taken_at)), "plain"))
    return parts


def tab_line(tabs: Sequence[Tab], here: str, room: int) -> list[Part]:
    """Return the parts of the line of tabs; the one that is shown is marked by more than its colour.

    The keys 1 to 9 and 0 lead to the first ten. Where there is too little room the titles are brief, and then two tabs
    share the cell between them. Where they do not fit even so, those that stand before the shown one give way to it.
    """
    labels = _labels([tab.title for tab in tabs])
    if _length(labels) > room:
        labels = _labels([tab.brief or tab.title for tab in tabs])
    shared = _length(labels) > room
    parts: list[Part] = []
    skip = False
    for tab, label in zip(tabs, labels, strict=True):
        if tab.name == here:
            if shared and parts:
                parts[-1] = parts[-1]._replace(text=parts[-1].text[:-1])
            parts.append(Part(f"[{label}]", "chosen"))
        else:
            parts.append(Part(f"{'' if skip else ' '}{label} ", "quiet", f"app.tab('{tab.name}')"))
        skip = shared
    here_at = next((at for at, tab in enumerate(tabs) if tab.name == here), 0)
    first = 0
    while first < here_at and sum(width(part.text) for part in parts[first : here_at + 1]) + min(first, 1) > room:
        first += 1
    if first:
        parts[:first] = [Part("‹", "quiet", f"app.tab('{tabs[first - 1].name}')")]
    return parts


def _labels(titles: Sequence[str]) -> list[str]:
    return [f"{number % 10} {title}" if number <= 10 else title for number, title in enumerate(titles, 1)]


def _length(labels: Sequence[str]) -> int:
    return sum(width(label) + 2 for label in labels)


def footer(keys: Sequence[Key], room: int) -> list[Part]:
    """Return the parts of the last line: as many keys as there is room for, the most useful first."""
    parts, used = [Part(" ")], 1
    for key in keys:
        shows = _FOOTER_KEYS.get(key.keys, key.shows.split()[0])
        action = f"app.{key.action}" if key.where == "app" else f"screen.{key.action}"
        used += len(shows) + len(key.label) + 3
        if used - 2 > room:
            break
        parts += [Part(shows, "key", action), Part(f" {key.label}  ", "quiet", action)]
    return [*parts[:-1], parts[-1]._replace(text=parts[-1].text.rstrip())]  # its blanks may be what does not fit


def typing_footer(words: Sequence[tuple[str, str]]) -> list[Part]:
    """Return the parts of the last line while one types: letters are no keys then."""
    parts = [Part(" ")]
    for shows, label in words:
        parts += [Part(shows, "key"), Part(f" {label}  ", "quiet")]
    return parts


def answered(at: float) -> list[Part]:
    """Return the right parts of the first line of a tab that answers questions: when it did last."""
    return [Part(time.strftime(" %H:%M:%S ", time.localtime(at)), "plain")]
