"""All that is known of one field, for where its line has no room for it. Pure."""

from __future__ import annotations

from netscope.core.record import Section
from netscope.dissect.model import Dissection
from netscope.tui.packets.hexdump import as_text
from netscope.tui.packets.tree import TreeLine

_MOST = 4096  # bytes that are shown


def sections(dissection: Dissection, here: TreeLine) -> list[Section]:
    """Return a line's whole text, its field's name and value, and its bytes."""
    buffer, start, length, _mask = here.extent
    rows = [("text", here.text)]
    if here.field is not None:
        rows.append(("field", here.field.name))
        if here.field.show and here.field.show not in here.text:
            rows.append(("value", here.field.show))
    if length:
        found = dissection.buffers[buffer]
        size = f"{length:,} byte{'' if length == 1 else 's'}"
        rows.append(("where", f"{size} from byte {start:,} of {found.name}"))
        shown = found.data[start : start + min(length, _MOST)]
        rows.append(("bytes", as_text(shown) + (" …" if length > _MOST else "")))
    title = f"{dissection.frame.number:,} {dissection.protocol}: {dissection.layers[here.layer].title}"
    return [Section(title, [(label, text) for label, text in rows if text])]
