"""How tcpdump is asked to print."""

from __future__ import annotations

from netscope.core.typed import Literal, NamedTuple

Times = Literal["clock", "none", "epoch", "delta", "date", "since"]
Dump = Literal["", "x", "xx", "X", "XX", "A", "AA"]


class Style(NamedTuple):
    """The options that change the text (tcpdump(1)).

    Attributes:
        times: the time of day; nothing (-t); seconds since the epoch (-tt); since the line before (-ttt); with the
            date (-tttt); since the first line (-ttttt).
        nanoseconds: nine digits of a second instead of six.
        utc: times of day in UTC, not in the local zone.
        link: the link-layer header (-e).
        numeric: ports in digits (-n). Addresses always are: nobody is asked for their names.
        verbose: 0 to 3 (-v, -vv, -vvv).
        quiet: less of each protocol (-q).
        absolute: TCP sequence numbers as they are (-S).
        dump: the bytes, in hexadecimal (x), with ASCII beside it (X), as ASCII (A); doubled: link-layer header too.
        numbered: begin with the packet's number (-#).
        checksums: verify those of IP, TCP and UDP where -v shows them (not with -K).
    """

    times: Times = "clock"
    nanoseconds: bool = False
    utc: bool = False
    link: bool = False
    numeric: bool = False
    verbose: int = 0
    quiet: bool = False
    absolute: bool = False
    dump: Dump = ""
    numbered: bool = False
    checksums: bool = True
