"""The list's rows: what is told of a frame, the forms of its time, its columns. Pure."""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

from netscope.core.frame import Frame
from netscope.core.record import Column
from netscope.core.text import printable

Form = Literal["relative", "delta", "utc", "local", "epoch"]
FORMS: tuple[Form, ...] = ("relative", "delta", "utc", "local", "epoch")
FORM_WORDS: dict[Form, str] = {
    "relative": "since the first or the reference",
    "delta": "since the one before",
    "utc": "date and time, UTC",
    "local": "time of day, local",
    "epoch": "seconds since 1970",
}
_TITLES: dict[Form, str] = {"relative": "Time", "delta": "Delta", "utc": "UTC", "local": "Local", "epoch": "Epoch"}
_SECOND = 1_000_000_000

# Protocols whose rows look like others of their sort; any other is plain. Tones are those of tui.styles.
TONES: dict[str, str] = {
    **dict.fromkeys(("TCP", "SCTP", "MPTCP"), "accent"),
    **dict.fromkeys(("UDP", "NTP", "DHCP", "DHCPv6"), "sorted"),
    **dict.fromkeys(("DNS", "MDNS", "LLMNR"), "good"),
    **dict.fromkeys(("HTTP", "SSL", "TLS", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "SSH", "SSHv2"), "title"),
    **dict.fromkeys(("ICMP", "ICMPv6", "IGMPv1", "IGMPv2", "IGMPv3"), "key"),
    **dict.fromkeys(("ARP", "RARP", "DRARP", "Inverse ARP", "LLDP", "STP", "RSTP", "LLC"), "label"),
}
# What is wrong beyond doubt; other trouble is only suspicious.
BROKEN = frozenset({"malformed", "checksum"})


class Row(NamedTuple):
    """A frame in the list.

    Attributes:
        number: its number in the capture, from 1.
        time: nanoseconds since the epoch.
        source, destination, protocol, info: as Wireshark's list has them; not escaped.
        length: bytes on the wire.
        trouble: "" or what is wrong with it, in a word.
    """

    number: int
    time: int
    source: str
    destination: str
    protocol: str
    length: int
    info: str
    trouble: str = ""

    @property
    def text(self) -> str:
        """All that a search looks at."""
        return f"{self.source} {self.destination} {self.protocol} {self.info}"


class Moment(NamedTuple):
    """What a frame's time is told from: those of the first (or the reference) and of the row before; nanoseconds."""

    first: int
    before: int


def seconds(span: int, digits: int = 6) -> str:
    """Return nanoseconds as seconds with that many decimals, cut, not rounded: 12.345678."""
    sign, span = ("-", -span) if span < 0 else ("", span)
    whole, rest = divmod(span, _SECOND)
    return f"{sign}{whole}.{rest // 10 ** (9 - digits):0{digits}d}"


def time_text(form: Form, at: int, moment: Moment) -> str:
    """Return a time in one of the forms. One that no calendar has is shown as seconds."""
    if form == "relative":
        return seconds(at - moment.first)
    if form == "delta":
        return seconds(at - moment.before)
    if form == "epoch":
        return seconds(at)
    whole, rest = divmod(at, _SECOND)
    try:
        day = time.gmtime(whole) if form == "utc" else time.localtime(whole)
    except (OverflowError, OSError, ValueError):
        return seconds(at)
    if form == "utc":
        return f"{time.strftime('%Y-%m-%d %H:%M:%S', day)}.{rest // 1000:06d}"
    return f"{time.strftime('%H:%M:%S', day)}.{rest // 1000:06d}"


def _none(_cells: object) -> None:
    return None


def _columns(form: Form) -> tuple[Column, ...]:
    """Return the columns; the values are not asked for: the cells are made by :func:`cells`, in this order."""
    # A long time is asked for with a key: it must be in 80 columns, too, and takes its room from the info.
    room = 16 if form in ("relative", "delta") else 8
    return (
        Column("number", "No.", _none, "integer", "number in the capture", rank=5),
        Column("time", _TITLES[form], _none, "number", "when it was captured; f changes the form", rank=4),
        Column("source", "Source", _none, "address", "who sent it", rank=3, width=15, cut="middle"),
        Column("destination", "Destination", _none, "address", "whom it is for", rank=2, width=15, cut="middle"),
        Column("protocol", "Proto", _none, "text", "the innermost protocol", rank=1),
        Column("length", "Length", _none, "integer", "bytes on the wire", rank=6),
        Column("info", "Info", _none, "text", "what it is about", rank=0, width=room, flex=True),
    )


COLUMNS: dict[Form, tuple[Column, ...]] = {form: _columns(form) for form in FORMS}


def cells(row: Row, form: Form, moment: Moment, scrolled: int = 0) -> tuple[str, ...]:
    """Return the printable cells of a row; ``scrolled``: how many characters of the info are out of sight."""
    info = printable(f"[{row.trouble}] {row.info}" if _untold(row) else row.info)
    return (
        str(row.number), time_text(form, row.time, moment), printable(row.source), printable(row.destination),
        printable(row.protocol), str(row.length), info[scrolled:],
    )  # fmt: skip


def _untold(row: Row) -> bool:
    """Tell whether the trouble is not in the info's own words."""
    return bool(row.trouble) and row.trouble.split()[0].lower() not in row.info.lower() and "[" not in row.info[:24]


def tone(row: Row) -> str:
    """Return how a row is toned: by what is wrong with it, else by its protocol."""
    if row.trouble:
        return "bad" if row.trouble in BROKEN else "notice"
    return TONES.get(row.protocol, "plain")


def sign(row: Row, *, marked: bool, reference: bool) -> str:
    """Return what stands before a row: never is a colour alone in saying something."""
    first = "T" if reference else "*" if marked else " "
    return f"{first}{'!' if row.trouble else ' '}{'*' if reference and marked else ' '}"


def bare(frame: Frame) -> Row:
    """Return the row of a frame that nobody has looked into."""
    return Row(frame.number, frame.time, "", "", "", frame.length, "")
