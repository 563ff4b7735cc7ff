"""The keys of the Packets tab, beside the moving keys, which every pane has, and the tab's help."""

from __future__ import annotations

from netscope.core.record import Section
from netscope.tui.keys import Key, placed
from netscope.tui.pages import help_sections, key_section

KEYS: tuple[Key, ...] = (
    Key("s", "capture", "Capture", "choose interfaces and start; stop what runs", "s", "tab", 1),
    Key("S", "again", "Again", "start again as last time", "S", "tab"),
    Key("O", "open", "Open file", "open a pcap or pcapng file", "O", "tab", 2),
    Key(
        "e", "save", "Save", "save what is shown, all or the marked (pcap or pcapng, by the file's name)", "e", "tab", 3
    ),
    Key("w", "other", "Next pane", "list, tree, bytes or picture", "w", "tab", 4),
    Key(
        "enter", "look", "Look into", "from the list into the tree; there: fold, unfold, all of a field", "Enter", "tab"
    ),
    Key("escape", "back", "Back", "back to the list; ends a search", "Esc", "tab"),
    Key("R", "picture", "Header", "the header as the RFCs draw it, in the place of the bytes", "R", "tab", 4),
    Key("plus,equals_sign", "unfold", "Unfold all", "unfold the whole tree", "+", "tab"),
    Key("minus", "fold", "Fold all", "fold the whole tree", "-", "tab"),
    Key("b", "buffer", "Next bytes", "the next of a packet's bytes: the frame's, what was put together", "b", "tab"),
    Key("z", "zoom", "Zoom", "this pane alone, and back", "z", "tab", 8),
    Key("v", "arrange", "Arrange", "panes below each other or side by side", "v", "tab", 9),
    Key("slash", "find", "Find", 'find text, /a regular expression/, or bytes: "0x1a2b", "1a:2b"', "/", "tab", 5),
    Key("full_stop", "next_found", "Next found", "find the next", ".", "tab"),
    Key("comma", "previous_found", "Previous found", "find the one before", ",", "tab"),
    Key("right_square_bracket", "next_trouble", "Next trouble", "the next packet with something wrong", "]", "tab"),
    Key("left_square_bracket", "previous_trouble", "Previous trouble", "the one before", "[", "tab"),
    Key("number_sign", "number", "Go to", "go to a packet by its number", "#", "tab"),
    Key("m", "mark", "Mark", "mark the packet, or not any more", "m", "tab", 7),
    Key("M", "only_marked", "Marked only", "show the marked only, and all again", "M", "tab"),
    Key("f", "time_form", "Time", "the next form of the time", "f", "tab", 6),
    Key("ctrl+t", "reference", "Time from here", "tell times from this packet on", "Ctrl-T", "tab"),
    Key("space", "hold", "Hold", "hold the list still, or follow the newest", "Space", "tab"),
    Key("y", "copy_line", "Copy", "copy the row or the field", "y", "tab"),
    Key("Y", "copy_bytes", "Copy bytes", "copy the field's bytes in hex", "Y", "tab"),
    Key("exclamation_mark", "problems", "Problems", "what was lost or could not be read", "!", "tab"),
    Key("E", "export_all", "Export all", "export the whole host as one JSON snapshot", "E", "tab"),
    *(key for key in placed("tab") if key.action.startswith("ask(")),  # the packet's far address
    *(key for key in placed("tab") if key.action == "hosts"),
)

_SIDEWAYS = ("h l ← →", "list: scroll the info; tree: fold, unfold; bytes, header: the byte or field beside")
_SIGNS = [
    ("!", "something is wrong with the packet; its info says what"),
    ("*", "marked"),
    ("T", "times are told from here on"),
]
_MOUSE = [
    ("click", "go to a row, a field, a byte, a field of the header; a word of the first lines does what it says"),
    ("again", "look into the row; fold or unfold the field, as a click on its mark does"),
    ("wheel", "scroll"),
]


def help_of_packets() -> list[Section]:
    """Return what keys, signs and the mouse do."""
    moving = key_section(
        "Moving, in each pane", (key for key in placed("table") if key.action not in ("left", "right"))
    )
    own = [
        Section("Instead of", [("Packets", "tcpdump, dumpcap, wireshark, tshark -V, xxd")]),
        Section(moving.title, [*moving.rows[:2], _SIDEWAYS, *moving.rows[2:]]),
        key_section("This tab", KEYS),
        Section("Signs before a row", _SIGNS),
        Section("Mouse", _MOUSE),
    ]
    return [section for section in (*own, *help_sections([], ())) if section.rows]
