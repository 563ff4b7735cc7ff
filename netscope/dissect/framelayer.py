"""The layer that comes before all others: what is known of a frame as a whole."""

from __future__ import annotations

from netscope.core.frame import Frame, Interface
from netscope.core.typed import Sequence
from netscope.dissect.model import Field
from netscope.dissect.spec import Spec, named, span, when

# LINKTYPE_ values, and the numbers and words that Wireshark has for them.
ENCAPSULATIONS = {
    0: (15, "NULL/Loopback"), 1: (1, "Ethernet"), 9: (4, "PPP"), 101: (7, "Raw IP"), 12: (7, "Raw IP"),
    104: (28, "Cisco HDLC"),
    14: (7, "Raw IP"), 108: (174, "Loopback"), 113: (25, "Linux cooked-mode capture v1"),
    228: (129, "Raw IPv4"), 229: (130, "Raw IPv6"), 276: (210, "Linux cooked-mode capture v2"),
}  # fmt: skip

NAME = named("frame")
_TEXTS = (
    Spec("frame.time", "Arrival Time", "str"), Spec("frame.offset_shift", "Time shift for this packet", "str"),
    Spec("frame.time_epoch", "Epoch Time", "str"),
    Spec("frame.time_delta", "Time delta from previous captured frame", "str"),
    Spec("frame.time_delta_displayed", "Time delta from previous displayed frame", "str"),
    Spec("frame.time_relative", "Time since reference or first frame", "str"),
)  # fmt: skip
_READ = (_TEXTS[0], _TEXTS[2])
_SECTION, _INTERFACE = (
    Spec("frame.section_number", "Section number", "u32"),
    Spec("frame.interface_id", "Interface id", "u32"),
)
_NAME, _DESCRIPTION = (
    Spec("frame.interface_name", "Interface name", "str"),
    Spec("frame.interface_description", "Interface description", "str"),
)
_ENCAPSULATION = Spec("frame.encap_type", "Encapsulation type", "i16")
_NUMBER = Spec("frame.number", "Frame Number", "u32")
_LENGTH = Spec("frame.len", "Frame Length", "u32")
_CAPTURED = Spec("frame.cap_len", "Capture Length", "u32")
_MARKED = Spec("frame.marked", "Frame is marked", "b8", nowhere=True)
_IGNORED = Spec("frame.ignored", "Frame is ignored", "b8", nowhere=True)
_NEVER = (_MARKED.field(False, 0, 0), _IGNORED.field(False, 0, 0))
_PROTOCOLS = Spec("frame.protocols", "Protocols in frame", "str")
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
    )


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
    number, word = ENCAPSULATIONS.get(frame.link, (0, "Unknown"))
    moment = when(seconds, rest)
    epoch, before, since = f"{seconds}.{rest:09d}", span(delta), span(frame.time - first)
    values = (
        (moment, moment, frame.time / 1e9), ("0.000000000", "0.000000000 seconds", 0.0), (epoch, f"{epoch} seconds",
        frame.time / 1e9),
        (before, f"{before} seconds", delta / 1e9), (before, f"{before} seconds", delta / 1e9),
        (since, f"{since} seconds", (frame.time - first) / 1e9),
    )  # fmt: skip
    made = [_COMMENT.field(comment, 0, 0) for comment in frame.comments]
    if interface is not None:
        made += _where(interface)
    made.append(_ENCAPSULATION.field(number, 0, 0, show=str(number), text=f"Encapsulation type: {word} ({number})"))
    for spec, (show, said, value) in zip(_TEXTS, values, strict=True):
        text = f"{spec.label}: {said}"
        made.append(spec.field(value, 0, 0, show=show, text=text, generated=spec not in _READ))
    captured = len(frame.data)
    return [
        *made,
        _NUMBER.field(frame.number, 0, 0),
        _LENGTH.field(frame.length, 0, 0, text=f"Frame Length: {_bytes(frame.length)} ({frame.length * 8} bits)"),
        _CAPTURED.field(captured, 0, 0, text=f"Capture Length: {_bytes(captured)} ({captured * 8} bits)"),
        *_NEVER,
        _PROTOCOLS.field(":".join(path), 0, 0, generated=True),
    ]
