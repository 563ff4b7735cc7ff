"""Tones: what pieces of text look like in the theme of the moment.

Textual's component classes would do the same by style sheet, but it styles each of them anew, in each widget, whenever
a screen comes to the front: a third of the time of a tab's switch.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style
from textual.color import Color
from textual.widget import Widget


class Tone(NamedTuple):
    """Colours by their names in the theme, each with its share over what is below it.

    ``flags`` are Rich's style words; ``bare`` replaces everything where the terminal's own colours are used, or none:
    what a mixed colour says must be said by a flag there.
    """

    color: str = ""
    share: float = 1.0
    ground: str = ""
    ground_share: float = 1.0
    flags: str = ""
    bare: str | None = None


TONES: dict[str, Tone] = {
    "plain": Tone(),
    "strong": Tone(flags="bold"),
    "quiet": Tone("foreground", 0.5, bare="dim"),
    "accent": Tone("secondary"),
    "good": Tone("success"),
    "notice": Tone("warning"),
    "bad": Tone("error"),
    "key": Tone("accent", flags="bold"),
    "warning": Tone("warning", flags="bold"),
    "title": Tone("primary", flags="bold"),
    "label": Tone("foreground", 0.6, bare="dim"),
    "sorted": Tone("primary"),
    "chosen": Tone("background", ground="primary", flags="bold", bare="bold reverse"),
    "byte": Tone("background", ground="accent", flags="bold", bare="bold reverse underline"),
    "header": Tone("foreground", 0.7, ground="panel", flags="bold", bare="bold underline"),
    "here": Tone(flags="underline"),
    "cursor": Tone("foreground", ground="primary", ground_share=0.3, flags="bold", bare="reverse"),
    "cursor-blurred": Tone(ground="primary", ground_share=0.12, bare="bold underline"),
    "new": Tone("success"),
    "gone": Tone("foreground", 0.4, flags="italic", bare="dim"),
    "sign": Tone(flags="bold"),
    "bar": Tone("primary", 0.6),
    "message": Tone("foreground", 0.6, bare=""),
    "message-strong": Tone("foreground", flags="bold", bare="bold"),
}


class Palette:
    """The styles of one widget, made when first asked for. Make a new one when the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[tuple[str, ...], Style] = {}

    def style(self, *names: str) -> Style:
        """Return the widget's own style with these tones laid over it."""
        style = self._styles.get(names)
        if style is None:
            style = self._widget.rich_style
            for name in names:
                style += self._tone(TONES[name])
            self._styles[names] = style
        return style

    def _tone(self, tone: Tone) -> Style:
        app = self._widget.app
        if tone.bare is not None and (app.native_ansi_color or app.no_color):
            return Style.parse(tone.bare)
        below = self._widget.background_colors[1]
        ground = self._mixed(tone.ground, tone.ground_share, below)
        color = self._mixed(tone.color, tone.share, ground or below)
        colors = Style.from_color(color.rich_color if color else None, ground.rich_color if ground else None)
        return colors + Style.parse(tone.flags) if tone.flags else colors

    def _mixed(self, name: str, share: float, below: Color) -> Color | None:
        if not name:
            return None
        color = Color.parse(self._widget.app.theme_variables[name])
        return color if color.ansi is not None or share == 1 else below.blend(color, share)
