"""Every key that tabs have in common, once: bindings, footer, help and palette are made of this table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from textual.binding import Binding

Where = Literal["app", "frame", "tab", "table"]


class Key(NamedTuple):
    """One thing that a key does.

    Attributes:
        keys: Textual's key names, comma separated.
        action: the action's name.
        label: a word or two for the footer and the palette.
        help: one line.
        shows: the keys as people write them.
        where: whose binding it is: the app's, that of every screen with a frame, a tab's, a table's. The tabs of tables
            share those of this list; a tab with a screen of its own has a list of its own.
        hint: its place in the footer, lower first; 0 keeps it out.
    """

    keys: str
    action: str
    label: str
    help: str
    shows: str
    where: Where
    hint: int = 0


KEYS: tuple[Key, ...] = (
    Key("j,down", "down", "Down", "next row", "j ↓", "table"),
    Key("k,up", "up", "Up", "previous row", "k ↑", "table"),
    Key("h,left", "left", "Left", "previous column (scrolls sideways)", "h ←", "table"),
    Key("l,right", "right", "Right", "next column (scrolls sideways)", "l →", "table"),
    Key("g,home", "first", "First row", "first row", "g Home", "table"),
    Key("G,end", "last", "Last row", "last row", "G End", "table"),
    Key("ctrl+d", "half_down", "Half a page down", "half a page down", "Ctrl-D", "table"),
    Key("ctrl+u", "half_up", "Half a page up", "half a page up", "Ctrl-U", "table"),
    Key("pagedown,ctrl+f", "page_down", "Page down", "a page down", "PgDn", "table"),
    Key("pageup,ctrl+b", "page_up", "Page up", "a page up", "PgUp", "table"),
    Key("enter", "details", "Details", "everything known of this row", "Enter", "tab", 1),
    Key("slash", "filter", "Filter", "filter as you type; Enter keeps it, Esc clears it", "/", "tab", 2),
    Key("escape", "clear", "Clear filter", "clear the filter", "Esc", "tab"),
    Key("s", "sort", "Sort", "sort by this column; again: by the next one", "s", "tab", 3),
    Key("S", "reverse", "Reverse", "sort the other way round", "S", "tab"),
    Key("c", "columns", "Columns", "choose the columns", "c", "tab", 7),
    Key("space", "pause", "Pause", "stop and go on", "Space", "tab", 4),
    Key("n", "names", "Names", "names or numbers", "n", "tab", 9),
    Key("N", "hosts", "Host names", "addresses by name: asks this host's resolver about those in sight", "N", "tab"),
    Key("r", "refresh", "Refresh", "look again now", "r", "tab"),
    Key("y", "copy_row", "Copy row", "copy the row to the clipboard (OSC 52)", "y", "tab", 10),
    Key("Y", "copy_cell", "Copy cell", "copy the cell under the column cursor", "Y", "tab"),
    Key("e", "export", "Export", "export the rows shown (JSON, JSON Lines or CSV, by the file's name)", "e", "tab", 8),
    Key("E", "export_all", "Export all", "export the whole host as one JSON snapshot", "E", "tab"),
    Key("exclamation_mark", "problems", "Problems", "what could not be read, and what would mend it", "!", "tab"),
    Key("p", "ask('ping')", "Ping", "ping the address of this row", "p", "tab", 12),
    Key("t", "ask('trace')", "Trace", "trace the way to the address of this row", "t", "tab", 13),
    Key("w", "other", "Other table", "the other table of this tab", "w", "tab"),
    Key("o", "ask('whois')", "Owner", "who holds this row's address: takes it to Whois, where Enter asks", "o", "tab"),
    Key("d", "ask('dns')", "DNS", "the name of this row's address: takes it to DNS, where Enter asks", "d", "tab"),
    Key("tab", "next_tab", "Next tab", "next tab", "Tab", "frame"),
    Key("shift+tab", "previous_tab", "Previous tab", "previous tab", "Shift-Tab", "frame"),
    Key("question_mark,f1", "help", "Help", "this help", "?", "app", 5),
    Key("colon,ctrl+p", "command_palette", "Commands", "command palette", ": Ctrl-P", "app", 11),
    Key("T", "theme", "Theme", "dark or light", "T", "app"),
    Key("ctrl+z", "suspend", "Suspend", "suspend; fg brings it back", "Ctrl-Z", "app"),
    Key("q", "quit", "Quit", "quit", "q", "app", 6),
)

DIGITS = "1-9, 0"
STAYS = Binding.Group("stays")  # of bindings that leave the keys where they are: what is typed next goes there, too


def bindings(where: Where, keys: Sequence[Key] = KEYS) -> list[Binding]:
    """Return the bindings of one place. Those of the frame are the app's actions, but textual has every screen bind
    Tab to something else: so the screens bind them, and dialogues do not."""
    prefix = "app." if where == "frame" else ""
    group = STAYS if where == "table" else None
    return [
        Binding(key.keys, prefix + key.action, key.label, show=False, system=True, group=group)
        for key in keys
        if key.where == where
    ]


def placed(*places: Where) -> tuple[Key, ...]:
    """Return the keys of some places."""
    return tuple(key for key in KEYS if key.where in places)


def hints(own: Sequence[Key]) -> list[Key]:
    """Return the keys for the footer of a screen that has keys of its own, most useful first."""
    return sorted((key for key in (*own, *placed("app")) if key.hint), key=lambda key: key.hint)
