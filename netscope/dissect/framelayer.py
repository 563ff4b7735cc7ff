"""The layer that comes before all others: what is known of a frame as a whole."""

from __future__ import annotations

from functools import lru_cache

from netscope.core.frame import Frame, Interface
from netscope.core.typed import Any, Iterator, NamedTuple, Sequence
from netscope.dissect.model import Field, Layer
from netscope.dissect.spec import Spec, named, span, when

# LINKTYPE_ values, and the numbers and words that Wireshark has for them.
ENCAPSULATIONS = {
    0: (15, "NULL/Loopback"), 1: (1, "Ethernet"), 9: (4, "PPP"), 101: (7, "Raw IP"), 12: (7, "Raw IP"),
    104: (28, "Cisco HDLC"),
    14: (7, "Raw IP"), 108: (174, "Loopback"), 113: (25, "Linux cooked-mode capture v1"),
    228: (129, "Raw IPv4"), 229: (130, "Raw IPv6"), 276: (210, "Linux cooked-mode capture v2"),
}  # fmt: skip

_new: Any = tuple.__new__  # a named tuple's own way of being made costs twice as much
NAME = named("frame")
_TIME, _EPOCH, _DELTA, _DISPLAYED, _SINCE = map(
    named,
    (
        "frame.time", "frame.time_epoch", "frame.time_delta", "frame.time_delta_displayed", "frame.time_relative",
    ),
)  # fmt: skip
_SHIFT = Spec("frame.offset_shift", "Time shift for this packet", "span", nowhere=True).field(0.0, 0)
_SECTION, _INTERFACE = (
    Spec("frame.section_number", "Section number", "u32"),
    Spec("frame.interface_id", "Interface id", "u32"),
)
_NAME, _DESCRIPTION = (
    Spec("frame.interface_name", "Interface name", "str"),
    Spec("frame.interface_description", "Interface description", "str"),
)
_ENCAPSULATION = Spec("frame.encap_type", "Encapsulation type", "i16")
_NUMBER = named("frame.number")
_LENGTH = Spec("frame.len", "Frame Length", "u32")
_CAPTURED = Spec("frame.cap_len", "Capture Length", "u32")
_MARKED = Spec("frame.marked", "Frame is marked", "b8", nowhere=True)
_IGNORED = Spec("frame.ignored", "Frame is ignored", "b8", nowhere=True)
_IS_MARKED = _MARKED.field(True, 0, 0)
_NEVER = (_MARKED.field(False, 0, 0), _IGNORED.field(False, 0, 0))
_PROTOCOLS = Spec("frame.protocols", "Protocols in frame", "str")
_WAYS = {"": "", "in": " (inbound)", "out": " (outbound)"}
_UNKNOWN = "unknown"  # what an interface without a name is called
_COMMENT = Spec("frame.comment", "Comment", "str")
_DIRECTION = Spec("frame.p2p_dir", "Point-to-Point Direction", "i8", names={0: "Sent", 1: "Received"})


def _bytes(size: int) -> str:
    return f"{size} byte{'' if size == 1 else 's'}"


def title(frame: Frame, path: Sequence[str], delta: int, first: int, interface: Interface | None) -> str:
    """Return the line of a frame as a whole."""
    captured = len(frame.data)
    return (
        f"Frame {frame.number}: {_bytes(frame.length)} on wire ({frame.length * 8} bits), "
        f"{_bytes(captured)} captured ({captured * 8} bits)"
        + (f" on interface {interface.name or _UNKNOWN}, id {interface.id}" if interface and interface.section else "")
        + _WAYS[frame.direction]
    )


def _text(name: str, nanoseconds: int, show: str, text: str, generated: bool = False) -> Field:
    """Return a moment, or a time since one. No two frames have the same, so that none is kept."""
    made: Field = _new(Field, (name, nanoseconds / 1e9, show, text, 0, 0, 0, (), False, generated, 0))
    return made


def _where(interface: Interface) -> list[Field]:
    """Return what is known of where a frame was captured."""
    if not interface.section:
        return []
    name = interface.name or _UNKNOWN
    below = [_NAME.field(name, 0, 0)]
    if interface.description:
        below.append(_DESCRIPTION.field(interface.description, 0, 0))
    text = f"Interface id: {interface.id} ({name})"
    return [
        _SECTION.field(interface.section, 0, 0),
        _INTERFACE.field(interface.id, 0, 0, text=text, children=tuple(below)),
    ]


def fields(frame: Frame, path: Sequence[str], delta: int, first: int, interface: Interface | None) -> list[Field]:
    """Return what is known of a frame. ``delta`` and ``first`` are the time since, and of, other frames, in ns."""
    seconds, rest = divmod(frame.time, 1_000_000_000)
    moment = when(seconds, rest)
    epoch, before, since = f"{seconds}.{rest:09d}", span(delta), span(frame.time - first)
    made = [_COMMENT.field(comment, 0, 0) for comment in frame.comments]
    if interface is not None:
        made += _where(interface)
    made += [
        _encapsulation(frame.link),
        _text(_TIME, frame.time, moment, f"Arrival Time: {moment}"),
        _SHIFT,
        _text(_EPOCH, frame.time, epoch, f"Epoch Time: {epoch} seconds"),
        _text(_DELTA, delta, before, f"Time delta from previous captured frame: {before} seconds", True),
        _text(_DISPLAYED, delta, before, f"Time delta from previous displayed frame: {before} seconds", True),
        _text(_SINCE, frame.time - first, since, f"Time since reference or first frame: {since} seconds", True),
    ]
    number = str(frame.number)
    made.append(_new(Field, (_NUMBER, frame.number, number, f"Frame Number: {number}", 0, 0, 0, (), False, False, 0)))
    made += _sizes(frame.length, len(frame.data))
    if frame.direction:
        made.append(_DIRECTION.field(int(frame.direction == "in"), 0, 0))
    made.append(_protocols(":".join(path)))
    return made


class Shown(NamedTuple):
    """What a list says of a frame that the frame itself cannot know.

    Attributes:
        before: the time of the frame before it, in nanoseconds.
        displayed: that of the frame that is shown before it.
        first: that of the first frame, or of the one from which times are told.
        marked: whether somebody marked it.
    """

    before: int
    displayed: int
    first: int
    marked: bool = False


def shown(layer: Layer, how: Shown) -> Layer:
    """Return a frame's layer with what a list says of it."""
    frame, path, _, _, interface = layer.args
    about = (frame, path, interface, how)
    return Layer(layer.name, layer.title, layer.start, layer.length, layer.buffer, _shown_fields, about)


def _shown_fields(frame: Frame, path: Sequence[str], interface: Interface | None, how: Shown) -> Iterator[Field]:
    for field in fields(frame, path, frame.time - how.before, how.first, interface):
        if field.name == _DISPLAYED:
            since = frame.time - how.displayed
            text = f"Time delta from previous displayed frame: {span(since)} seconds"
            yield _text(_DISPLAYED, since, span(since), text, True)
        elif field.name == _IS_MARKED.name and how.marked:
            yield _IS_MARKED
        else:
            yield field


@lru_cache(maxsize=4096)
def _sizes(length: int, captured: int) -> tuple[Field, ...]:
    return (
        _LENGTH.field(length, 0, 0, text=f"Frame Length: {_bytes(length)} ({length * 8} bits)"),
        _CAPTURED.field(captured, 0, 0, text=f"Capture Length: {_bytes(captured)} ({captured * 8} bits)"),
        *_NEVER,
    )


@lru_cache(maxsize=256)
def _protocols(path: str) -> Field:
    return _PROTOCOLS.field(path, 0, 0, generated=True)


@lru_cache(maxsize=256)
def _encapsulation(link: int) -> Field:
    number, word = ENCAPSULATIONS.get(link, (0, "Unknown"))
    return _ENCAPSULATION.field(number, 0, 0, text=f"Encapsulation type: {word} ({number})")
