"""The frame around every screen: what host this is, the tabs, what the keys do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from netscope.core.host import Host
from netscope.tui.keys import Key
from netscope.tui.line import Part
from netscope.tui.tabs import Tab

_WIDE = 100
_FOOTER_KEYS = {"enter": "Enter", "slash": "/", "space": "Space", "question_mark,f1": "?", "colon,ctrl+p": ":"}
_CAP_NET_ADMIN, _CAP_SYS_PTRACE = 12, 19  # capabilities(7)


class HostFacts(NamedTuple):
    """What the header tells of the host; read once, off the loop."""

    name: str
    kernel: str
    namespace: str
    privileged: bool


def host_facts(host: Host) -> HostFacts:
    """Ask the host. Where the capabilities cannot be read nothing is said against them."""
    from netscope.core.errors import NetscopeError

    try:
        status = host.read("/proc/self/status").decode("utf-8", "replace")
    except NetscopeError:
        status = ""
    capabilities = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:")), -1)
    privileged = all(capabilities >> bit & 1 for bit in (_CAP_NET_ADMIN, _CAP_SYS_PTRACE))
    return HostFacts(host.name, host.kernel, host.namespace, privileged)


def header(facts: HostFacts, taken_at: float | None, *, paused: bool, room: int) -> tuple[list[Part], list[Part]]:
    """Return the parts of the first line: where we are, and how fresh what is shown is."""
    left = [Part(" netscope ", "chosen"), Part(f" {facts.name}", "strong")]
    if facts.namespace:
        left.append(Part(f"  netns {facts.namespace}", "accent"))
    if room >= _WIDE:
        left.append(Part(f"  Linux {facts.kernel}", "quiet"))
    right = []
    if not facts.privileged:
        right.append(Part(" unprivileged ", "warning"))
    right.append(Part(" PAUSED ", "warning", "screen.pause") if paused else Part(" ● live ", "good", "screen.pause"))
    if taken_at is not None:
        right.append(Part(time.strftime(" %H:%M:%S ", time.localtime(taken_at)), "plain"))
    return left, right


def tab_line(tabs: Sequence[Tab], here: str) -> list[Part]:
    """Return the parts of the line of tabs; the one that is shown is marked by more than its colour."""
    parts = [Part(" ")]
    for number, tab in enumerate(tabs, 1):
        label = f"{number} {tab.title}" if number < 10 else tab.title
        if tab.name == here:
            parts.append(Part(f"[{label}]", "chosen"))
        else:
            parts.append(Part(f" {label} ", "quiet", f"app.tab('{tab.name}')"))
    return parts


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
    return parts
