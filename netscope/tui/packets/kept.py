"""What a snapshot of everything has of the packets: their summaries, made one after the other as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from netscope.core.frame import interface_name
from netscope.core.host import Host
from netscope.core.snapshot import Problem, Snapshot
from netscope.domains.packets import Packet
from netscope.tui.packets.session import Session

MOST = 100_000  # summaries in one snapshot: some 30 MB of JSON


class Summaries(Sequence[Packet]):
    """The summaries of the packets at some places, none of them held in memory."""

    def __init__(self, session: Session, places: range) -> None:
        self._session = session
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Packet: ...

    @overload
    def __getitem__(self, index: slice) -> list[Packet]: ...

    def __getitem__(self, index: int | slice) -> Packet | list[Packet]:
        found = self._places[index]
        return self._packet(found) if isinstance(found, int) else [self._packet(place) for place in found]

    def __iter__(self) -> Iterator[Packet]:
        for place in self._places:
            try:
                yield self._packet(place)
            except IndexError:
                continue  # let go meanwhile

    def _packet(self, place: int) -> Packet:
        frames = self._session.frames
        frame, row = frames.frame(place), self._session.row(place)
        return Packet(
            row.number,
            row.time,
            row.source,
            row.destination,
            row.protocol,
            row.length,
            row.info,
            interface_name(frame, frames.interfaces),
            frame.direction,
            len(frame.data),
            row.trouble,
            frame.comments,
        )


def snapshot(session: Session, problems: Sequence[Problem], host: Host) -> Snapshot:
    """Return the newest packets; of those before them it says that they are not in it."""
    count = session.count
    first = max(session.first, count - MOST)
    told = list(problems)
    if first > session.first:
        what = f"{first - session.first:,} earlier packets are not in this snapshot"
        told.append(Problem(what, f"it has the newest {MOST:,}", "in Packets, e saves all of them"))
    return Snapshot("packets", Summaries(session, range(first, count)), tuple(told), host.wall(), host.clock())
