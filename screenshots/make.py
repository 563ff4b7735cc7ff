"""Make the pictures of every tab, dark and light, as SVG and PNG: ``sudo .venv/bin/python screenshots/make.py``.

The demonstration network and the TUI run in namespaces of their own. PNG files need ``rsvg-convert`` and the font
DejaVu Sans Mono (Debian: librsvg2-bin, fonts-dejavu-core).
"""

from __future__ import annotations

import argparse
import asyncio
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
SIZE = (120, 34)
FONT = "font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace;"
CELL = 12.2  # pixels
FONT_SIZE = "font-size: 20.26px;"  # DejaVu Sans Mono is then as wide as the cells, 12.2 px


class Picture(NamedTuple):
    """One picture: its name, the tab, the keys pressed there (a number waits so long), the seconds to look before."""

    name: str
    tab: str
    keys: tuple[str | float, ...] = ()
    look: float = 3.0


# The first interface, until packets have come.
CAPTURE = ("s", 1.0, "enter", 6.0, "s", 1.0)

PICTURES = (
    Picture("sockets", "1", look=7),
    Picture("links", "2", look=14),
    Picture("routes", "3"),
    Picture("neighbours", "4"),
    Picture("services", "5", ("slash", *"postgres", "enter")),
    Picture("names", "1", ("N",), look=4),
    Picture("dns", "6", (*"www.example.com example.com MX -x 192.0.2.101", "enter")),
    Picture("whois", "7", (*"-h 192.0.2.1 example.com", "enter")),
    Picture("ping", "8", (*"192.0.2.1 192.0.2.101 10.20.0.1 127.0.0.1 -i 0.2", "enter", "plus", "plus"), look=14),
    Picture("trace", "9", (*"203.0.113.200 -I --interval 0.5", "enter"), look=14),
    Picture("details", "1", ("slash", *"gunicorn", "enter", "enter"), look=8),
    Picture("packets", "shift+tab", (*CAPTURE, "enter", "l", "j", "j")),
    Picture("header", "shift+tab", (*CAPTURE, "R", "enter", "l", "j", "w", "l", "l")),
    Picture("help", "1", ("question_mark",)),
)


_KEYS = {" ": "space", ".": "full_stop", "-": "minus"}  # Textual's names of what is typed


def enter_namespaces(arguments: list[str]) -> None:
    """Start over inside throwaway network, mount, pid and uts namespaces."""
    inside = 'mount -t tmpfs tmpfs /run && exec "$@"'
    words = ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", inside, "sh"]
    os.execvp(words[0], [*words, sys.executable, __file__, "--inside", *arguments])


async def take(picture: Picture, light: bool) -> str:
    """Run the TUI headless, press the keys, and return the screen as SVG."""
    from netscope.domains import load
    from netscope.domains.services import ServiceNames
    from netscope.hub.watch import Hub
    from netscope.system.live import LiveHost
    from netscope.tui.app import NetscopeApp

    host = LiveHost()
    hub = Hub(host, load)
    app = NetscopeApp(hub, load, lambda numeric: ServiceNames(host, numeric))
    try:
        async with app.run_test(size=SIZE) as pilot:
            if light:
                app.action_theme()
            await pilot.press(picture.tab)
            await asyncio.sleep(picture.look)
            for key in picture.keys:
                if isinstance(key, str):
                    await pilot.press(_KEYS.get(key, key))
                else:
                    await asyncio.sleep(key)
            await asyncio.sleep(picture.look / 2)
            svg = app.export_screenshot(title="netscope")
    finally:
        await hub.close()
        host.close()
    return portable(svg)


def portable(svg: str) -> str:
    """Use installed fonts instead of ones from the web, and drop what changes from run to run."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: ?Fira Code[^;]*;", FONT, svg).replace("font-size: 20px;", FONT_SIZE)
    svg = svg.replace("&#160;", " ").replace("<text ", '<text xml:space="preserve" ')
    svg = re.sub(r'(<text [^>]*?) x="([\d.]+)"([^>]*?) textLength="[\d.]+"([^>]*>)([^<]*[⠁-⣿][^<]*)</text>', apart, svg)
    return re.sub(r"terminal-\d+", "terminal", svg)


def apart(found: re.Match[str]) -> str:
    """Place each braille sign by itself: the font may lack them, and those of another are as wide as it likes."""
    before, x, middle, after, text = found.groups()
    return "".join(
        f'{before} x="{float(x) + number * CELL:.1f}"{middle}{after}{sign}</text>'
        for number, sign in enumerate(html.unescape(text))
        if sign.strip()
    )


def write(name: str, svg: str) -> None:
    """Write the SVG, and the PNG where the converter is installed."""
    path = HERE / f"{name}.svg"
    path.write_text(svg)
    if shutil.which("rsvg-convert"):
        subprocess.run(["rsvg-convert", "--zoom", "1", "-o", str(path.with_suffix(".png")), str(path)], check=True)
    print(path.name)


def main(arguments: list[str]) -> None:
    """Make all pictures, or those named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(picture.name for picture in PICTURES)}; all without")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if not options.inside:
        enter_namespaces(arguments)
    from demo import demonstration

    with demonstration():
        for light in (False, True):
            for picture in PICTURES:
                if not options.names or picture.name in options.names:
                    theme = "light" if light else "dark"
                    write(f"{picture.name}-{theme}", asyncio.run(take(picture, light)))


if __name__ == "__main__":
    main(sys.argv[1:])
