"""Component styles as Rich styles, with their transparency mixed in: a partial style of Textual's loses it."""

from __future__ import annotations

from rich.style import Style
from textual.color import Color
from textual.widget import Widget


def component_style(widget: Widget, name: str) -> Style:
    """Return what the style sheet says of a component class and nothing else, mixed with the widget's background."""
    styles = widget.get_component_styles(name)
    ground = widget.background_colors[1]
    back = _mixed(ground, styles.background) if styles.has_rule("background") else None
    fore = _mixed(back or ground, styles.color) if styles.has_rule("color") else None
    style = Style.from_color(fore.rich_color if fore else None, back.rich_color if back else None)
    return style + styles.text_style if styles.has_rule("text_style") else style


def _mixed(ground: Color, color: Color) -> Color:
    if color.ansi is not None or ground.ansi is not None:
        return color
    return ground + color
