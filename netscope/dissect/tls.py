"""TLS records (RFC 5246, RFC 8446). What is encrypted stays so; the handshake's messages have a module of their own."""

from __future__ import annotations

from netscope.core.typed import Any
from netscope.dissect import segments
from netscope.dissect.spec import Spec, named
from netscope.dissect.tls_numbers import ALERTS, CONTENTS, LEVELS, SHORT, UNKNOWN, VERSIONS, plain, unknown
from netscope.dissect.tree import Tree
from netscope.dissect.work import Work

_RECORD = Spec("tls.record", "Record Layer", "none")
_CONTENT = Spec("tls.record.content_type", "Content Type", "u8", names=CONTENTS)
_OPAQUE = Spec("tls.record.opaque_type", "Opaque Type", "u8", names=CONTENTS)
_VERSION, _LENGTH = (
    Spec("tls.record.version", "Version", "u16x", names=VERSIONS),
    Spec("tls.record.length", "Length", "u16"),
)
_CHANGE = Spec("tls.change_cipher_spec", "Change Cipher Spec Message", "none")
_ALERT = Spec("tls.alert_message", "Alert Message", "none")
_LEVEL, _ALERT_TEXT = (
    Spec("tls.alert_message.level", "Level", "u8", names=LEVELS),
    Spec("tls.alert_message.desc", "Description", "u8", names=ALERTS),
)
_HANDSHAKE = Spec("tls.handshake", "Handshake Protocol", "none")
_DATA = Spec("tls.app_data", "Encrypted Application Data", "bytes")
_DATA_PROTOCOL = Spec("tls.app_data_proto", "Application Data Protocol", "str")
_HEARTBEAT = Spec("tls.heartbeat_message", "Heartbeat Message", "none")
_IGNORED = named("tls.ignored_unknown_record")
_PROTOCOLS = {"h2": "HyperText Transfer Protocol 2", "http/1.1": "Hypertext Transfer Protocol"}
_MOST_RECORDS = 200
_TOLD = (20, 21, 22)  # kinds of records that are put together: all that can be read
_LARGEST = 5 + (1 << 14) + 2048  # bytes of a record (RFC 5246, 6.2.3)


class Session:
    """What a connection has agreed on so far."""

    __slots__ = ("alpn", "begun", "cipher", "closed", "early", "version")

    def __init__(self) -> None:
        self.version = 0
        self.cipher = 0
        self.early = False  # the client sends data before it knows the version, which can only be that of RFC 8446
        self.alpn = ""
        self.begun: set[bool] = set()  # the sides of which a record goes on in a segment to come
        self.closed: set[bool] = set()  # the sides that have changed to encryption; True for the lower end

    def copy(self) -> Session:
        """Return another like it."""
        made = Session()
        made.version, made.cipher, made.early = self.version, self.cipher, self.early
        made.alpn, made.closed = self.alpn, set(self.closed)
        return made


def _session(work: Work) -> tuple[Session, bool]:
    """Return the state of the connection as this frame found it, and which side sends."""
    context, frame = work.context, work.frame
    one, two = (work.net[0], work.ports[0]), (work.net[1], work.ports[1])
    side = one <= two
    if work.quoted:
        return Session(), side
    key: tuple[Any, ...] = ("tls", one, two) if side else ("tls", two, one)
    seen = ("tls", frame.number, len(work.layers))
    known = context.notes.get(seen)
    if known is not None:
        return known.copy(), side
    held = context.notes.get(key)
    if held is None:
        held = context.notes.keep(key, Session())
    context.notes.keep(seen, held.copy())
    return held, side


def tls(work: Work, start: int, end: int) -> None:
    """Dissect the records of a segment. One that goes on in the next is put together there, if it can be read;
    application data is shown as far as it is here."""
    work.need(start, 1, end)
    whole = segments.follow(work, start, end, _measure)
    middle = segments.between(work)
    if whole is None and not middle and plain(work.data, start, min(end, len(work.data))):
        work.rest(start, end)
        return
    session, side = _session(work)
    prefix = f"{work.prefix}, " if work.prefix else ""
    said: list[str] = []
    at = start
    if whole is not None:
        before = segments.enter(work, whole)
        said = _records(work, 0, 0, len(whole.data), session, side)
        work.leave(before)
        at += len(whole.pieces[-1].data)
    if middle:
        said = [_unread(work, start, end, session)]
    elif at < end:
        said += _records(work, start, at, end, session, side)
    work.info = prefix + ", ".join(said)
    if segments.waits(work):
        session.begun.add(side)
    else:
        session.begun.discard(side)
    if session.early and not session.version:
        session.version = 0x0304


def _records(work: Work, start: int, at: int, end: int, session: Session, side: bool) -> list[str]:
    """Add the records from ``at`` to ``end`` of a payload that begins at ``start``; return what they are."""
    data = work.data
    if not _plausible(data, at, end):
        if end - at < 5:
            _begin(work, start, at, end)
        return [_unread(work, at, end, session)]
    tree = work.tree("tls", "Transport Layer Security", at, end)
    said: list[str] = []
    first = at
    version = int.from_bytes(data[at + 1 : at + 3], "big")
    for _ in range(_MOST_RECORDS):
        if not _plausible(data, at, end):
            if end - at < 5:
                _begin(work, start, at, end)
            break
        behind = at + _measure(data[at : at + 5])
        if behind > end:
            _begin(work, start, at, end)
            if at > first:
                break
        said.append(_record(work, tree, at, min(behind, end), session, side))
        at = behind
        if at >= end:
            break
    work.protocol = SHORT.get(session.version or version, "SSL")
    if tree.broken:
        work.trouble = "malformed"
    return said


def _unread(work: Work, at: int, end: int, session: Session) -> str:
    """Add what is no record, or the middle of one; return what it is called."""
    tree = work.tree("tls", "Transport Layer Security", at, end)
    work.protocol = SHORT.get(session.version, "SSL")
    word = unknown(session.version)
    if word == UNKNOWN:
        with tree.node(word, at, min(end, len(work.data)) - at):
            tree.expert(_IGNORED, word, "Warning", "Protocol", at)
    return word


def _begin(work: Work, start: int, at: int, end: int) -> None:
    """Take note of a record that goes on in the next segment. (Data always does, and tells nothing whole.)"""
    head = work.data[at : min(at + 5, end)]
    if head[0] in _TOLD and head[1:2] in (b"", b"\3") and _measure(head) <= _LARGEST:
        segments.begin(work, start, at, end)


def _measure(data: bytes) -> int:
    """Return how many bytes a record has that begins so; 0 before its length is there."""
    return 5 + int.from_bytes(data[3:5], "big") if len(data) >= 5 else 0


def _plausible(data: bytes, at: int, end: int) -> bool:
    if at + 5 > min(end, len(data)):
        return False
    return 20 <= data[at] <= 24 and data[at + 1] == 3 and data[at + 2] <= 4


def _record(work: Work, tree: Tree, at: int, end: int, session: Session, side: bool) -> str:
    kind, version = tree.uint(at, 1), tree.uint(at + 1, 2)
    # What a client says first is the lowest that it can, and no version yet of the session.
    if not session.version and not (kind == 22 and tree.data[at + 5 : at + 6] == b"\1"):
        session.version = version
    word = SHORT.get(session.version or version, "TLS")
    content = CONTENTS.get(kind, "Unknown")
    opaque = session.version == 0x0304 and kind == 23
    with tree.node(_RECORD, at, end - at, text=f"{word} Record Layer: {content} Protocol") as node:
        tree.add(_OPAQUE if opaque else _CONTENT, at)
        tree.add(_VERSION, at + 1)
        tree.add(_LENGTH, at + 3)
        body = at + 5
        said = content
        if kind == 20:
            tree.add(_CHANGE, body, min(1, end - body))
            session.closed.add(side)
            node.text(f"{word} Record Layer: Change Cipher Spec Protocol: Change Cipher Spec")
        elif kind == 21:
            said = _alert(tree, body, end, side in session.closed or session.version == 0x0304)
            node.text(f"{word} Record Layer: {said}")
        elif kind == 22:
            said = _handshake(tree, body, end, session, side)
            node.text(f"{word} Record Layer: Handshake Protocol: {said}")
        elif kind == 23:
            node.text(f"{word} Record Layer: {_application(work, tree, body, end, session)}")
        else:
            tree.add(_HEARTBEAT, body, end - body)
    return said


def _alert(tree: Tree, at: int, end: int, closed: bool) -> str:
    if end - at != 2 or closed:
        tree.add(_ALERT, at, end - at, text="Alert Message: Encrypted Alert")
        return "Encrypted Alert"
    level, meaning = tree.uint(at, 1), tree.uint(at + 1, 1)
    with tree.node(_ALERT, at, 2):
        tree.add(_LEVEL, at)
        tree.add(_ALERT_TEXT, at + 1)
    return f"Alert (Level: {LEVELS.get(level, 'Unknown')}, Description: {ALERTS.get(meaning, 'Unknown')})"


def _application(work: Work, tree: Tree, at: int, end: int, session: Session) -> str:
    tree.add(_DATA, at, end - at)
    protocol = _PROTOCOLS.get(session.alpn, session.alpn)
    if not protocol and 443 in work.ports:
        protocol = "Hypertext Transfer Protocol"
    if not protocol:
        return "Application Data Protocol: Application Data"
    tree.made(_DATA_PROTOCOL, protocol, at - 5, 0)
    return f"Application Data Protocol: {protocol}"


def _handshake(tree: Tree, at: int, end: int, session: Session, side: bool) -> str:
    # Since RFC 8446 what is encrypted is called application data, and to change to it means nothing.
    if side in session.closed and session.version != 0x0304:
        tree.add(_HANDSHAKE, at, end - at, text="Handshake Protocol: Encrypted Handshake Message")
        return "Encrypted Handshake Message"
    from netscope.dissect.tls_handshake import messages

    return messages(tree, at, end, session)
