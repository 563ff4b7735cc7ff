"""The lines above the panes: what is shown there, and what the cursor stands on. Pure."""

from __future__ import annotations

from netscope.dissect.model import Dissection
from netscope.tui.line import Part
from netscope.tui.packets.tree import TreeLine


def of_tree(dissection: Dissection | None, *, focused: bool, alone: bool) -> list[Part]:
    """Return the line above the tree. ``alone``: what depends on the packets before it is not known yet."""
    if dissection is None:
        return [Part(" Packet", "label")]
    parts = [Part(f" {dissection.frame.number:,} {dissection.protocol} ", "title" if focused else "label")]
    if dissection.trouble:
        parts.append(Part(f" {dissection.trouble} ", "bad"))
    if alone:
        parts.append(Part(" by itself: those before it are still looked into", "quiet"))
    return parts


def of_picture(dissection: Dissection | None, here: TreeLine | None, *, focused: bool) -> list[Part]:
    """Return the line above the picture."""
    layer = dissection.layers[here.layer].name if dissection is not None and here is not None else ""
    return [Part(f" Header of {layer}" if layer else " Header", "title" if focused else "label")]


def of_bytes(dissection: Dissection | None, buffer: int, *, focused: bool) -> list[Part]:
    """Return what stands at the left above the bytes: the packet's buffers, of which one is shown."""
    if dissection is None:
        return [Part(" Bytes", "label")]
    tone = "title" if focused else "label"
    return [
        Part(f"[{found.name} ({len(found.data):,})]", tone, "screen.buffer") if number == buffer else
        Part(f" {found.name} ({len(found.data):,}) ", "quiet", "screen.buffer")
        for number, found in enumerate(dissection.buffers)
    ]  # fmt: skip


def of_field(here: TreeLine | None, at: int | None) -> list[Part]:
    """Return what stands at the right above the bytes: the field's name and size; ``at``: the byte under the cursor."""
    parts: list[Part] = []
    if here is not None and here.field is not None:
        length = here.extent.length
        size = "" if not length else " 1 byte" if length == 1 else f" {length:,} bytes"
        parts += [Part(f"{here.field.name}", "accent"), Part(f"{size} ", "quiet")]
    if at is not None:
        parts.append(Part(f" byte {at:,} ", "quiet"))
    return parts
