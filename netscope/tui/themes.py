"""The two looks, dark and light. On terminals with few colours, or none, Textual's ANSI themes are used instead."""

from __future__ import annotations

from textual.theme import Theme

DARK = "netscope-dark"
LIGHT = "netscope-light"

THEMES = (
    Theme(
        name=DARK,
        primary="#6cb6ff",
        secondary="#7ee0d0",
        accent="#f7c36a",
        warning="#f0a45d",
        error="#f47d7d",
        success="#86d988",
        foreground="#d7dde5",
        background="#12161c",
        surface="#181d25",
        panel="#202733",
        dark=True,
    ),
    Theme(
        name=LIGHT,
        primary="#0b62b8",
        secondary="#00707a",
        accent="#9a5b00",
        warning="#a34a00",
        error="#b3261e",
        success="#1d7a2c",
        foreground="#20262e",
        background="#fbfbf9",
        surface="#f1f2f0",
        panel="#e4e7ea",
        dark=False,
    ),
)
