"""``netscope packets -r``: frames of a file or a pipe, printed, counted, written again."""

from __future__ import annotations

import gc

from netscope.cli.output import Output, complain, complain_of
from netscope.cli.packets.filtering import Offline
from netscope.cli.packets.grammar import Command
from netscope.cli.packets.printers import Sink, records, sink
from netscope.core.capture import SNAPLEN
from netscope.core.frame import Frame, Interface
from netscope.core.host import Host
from netscope.core.typed import Iterator, Sequence
from netscope.dissect.files.block import Match, framed, pcap_records
from netscope.dissect.files.frames import FileFrames
from netscope.system.capture.opening import open_capture

_STEP = 1 << 20
_ETHERNET = 1
_PIECE = 1 << 16  # bytes of text between two writes


def read(command: Command, host: Host) -> int:
    """Run the command on a file."""
    names = getattr(host, "filter_names", None)
    offline = Offline(command.filter, names() if names is not None else None) if command.filter else None
    frames = open_capture(command.read, memory=command.memory)
    walk = Walk(command, frames, offline)
    gc.disable()  # nothing here makes cycles, and looking for them costs a tenth
    try:
        if offline is not None:
            # What fits none of the frames is told before any is read; where there is none, by Ethernet's standards.
            links = {interface.link for interface in frames.interfaces}
            offline.expect(links or ({_ETHERNET} if frames.complete else ()))
        if command.write:
            _write(command, walk, host)
        elif command.form == "json":
            _document(command, walk, host)
        elif command.tally:
            count = walk.tally()
            Output().write([f"{count} packet{'' if count == 1 else 's'}\n"])
        else:
            _print(command, walk, host)
        if offline is not None:
            offline.expect(())
    finally:
        gc.enable()
        problems = [*frames.problems, *(offline.problems() if offline is not None else ())]
        frames.close()
    complain_of(problems)
    if any(problem.partial for problem in problems):
        return 1
    return 1 if offline is not None and not walk.taken else 0


class Walk:
    """The frames of a file that pass the filter, with the interfaces so far, while it is indexed.

    Attributes:
        taken: how many passed.
    """

    def __init__(self, command: Command, frames: FileFrames, offline: Offline | None) -> None:
        self.frames = frames
        self.taken = 0
        self.place = 0
        self._most = command.stop.packets
        self._duration = int(command.stop.duration * 1e9)
        self._snaplen = command.snaplen
        self.offline = offline
        self._whole = False  # all of it was read without an index

    def match(self, link: int) -> Match | None:
        """Return what tells whether a frame of a link type passes, None where all do."""
        return self.offline.matcher(link) if self.offline is not None else None

    def tally(self) -> int:
        """Count the frames that pass."""
        if self.offline is not None or self._duration:
            return sum(1 for _ in self)
        while self.frames.advance(_STEP):
            pass
        self.taken = len(self.frames)
        return min(self.taken, self._most or self.taken)

    def __iter__(self) -> Iterator[tuple[Frame, Sequence[Interface]]]:
        interfaces = self.frames.interfaces
        takes = self.offline.takes if self.offline is not None else None
        end = 0
        for frame in self._frames():
            if takes is not None and not takes(frame):
                continue
            if self._duration:
                end = end or frame.time + self._duration
                if frame.time >= end:
                    return
            if frame.interface >= len(interfaces):
                interfaces = self.frames.interfaces
            self.taken += 1
            cut = len(frame.data) > self._snaplen
            yield frame._replace(data=frame.data[: self._snaplen]) if cut else frame, interfaces
            if self.taken == self._most:
                return

    def _frames(self) -> Iterator[Frame]:
        """Yield all frames from ``place`` on."""
        if not self.place:
            yield from self._plain()
        frames, more = self.frames, True
        while not self._whole and (more or self.place < len(frames)):
            if self.place >= len(frames):
                more = frames.advance(_STEP)
                continue
            self.place = max(self.place, frames.first)
            for place in range(self.place, len(frames)):
                self.place = place + 1
                try:
                    frame = frames.frame(place)
                except IndexError:
                    continue  # let go of meanwhile, or the file was cut short
                yield frame

    def _plain(self) -> Iterator[Frame]:
        """Yield the frames of a regular pcap file, stepping from record to record.

        Where one is none, or is not whole, the index is brought as far: it says what is wrong.
        """
        from netscope.cli.packets.blocks import Pieces

        layout = self.frames.plain_records()
        if layout is None:
            return
        factor, link = layout.factor, layout.link
        pieces, used = Pieces(layout), 0
        while pieces.more(used):
            used = 0
            for start, used, seconds, fraction, length in pcap_records(pieces.block):
                self.place += 1
                data = pieces.block.data[start:used]
                yield framed(self.place, seconds, fraction * factor, data, length, link)
        if pieces.rest:
            self.reach(self.place)
        else:
            self._whole = True

    def reach(self, place: int) -> None:
        """Go on at a place, through the index."""
        self.place = place
        while len(self.frames) < place and self.frames.advance(_STEP):
            pass


def _print(command: Command, walk: Walk, host: Host) -> None:
    output = Output()
    to = sink(command, host)
    if _fast(command, walk, to, output):
        return
    output.write([to.head()])
    here = walk.frames.complete or walk.frames.plain_records() is not None  # there is nothing to wait for
    piped = not here or command.instant or output.tty
    waiting: list[str] = []
    size = 0
    for frame, interfaces in walk:
        text = to.frame(frame, interfaces)
        waiting.append(text)
        size += len(text)
        if size >= _PIECE or (piped and walk.place >= len(walk.frames)):
            output.write(waiting)
            waiting, size = [], 0
    output.write([*waiting, to.tail()])


def _fast(command: Command, walk: Walk, to: Sink, output: Output) -> bool:
    """Print a file by the block, as far as that goes; return whether that was all that was to be printed.

    Where it ends early, the usual way goes on from the frame after the last one printed.
    """
    from netscope.cli.packets.blocks import plain, steps

    if command.snaplen < SNAPLEN or command.stop.duration:
        return False
    return plain(command, walk, to, output) or steps(command, walk, to, output)


def _document(command: Command, walk: Walk, host: Host) -> None:
    from netscope.domains.packets import DOMAIN
    from netscope.export import streamed

    found = records(iter(walk), command)
    Output().write(streamed(DOMAIN, found, lambda: walk.frames.problems, host, host.wall()))


def _write(command: Command, walk: Walk, host: Host) -> None:
    from netscope.cli.packets.saving import Saver

    to = sink(command, host) if command.both else None
    output = Output() if to is not None else None
    saver = Saver(command, walk.frames)
    try:
        for frame, interfaces in walk:
            if saver.add(frame) and to is not None and output is not None:
                output.write([to.frame(frame, interfaces)])
            if saver.finished:
                break
    finally:
        saver.close()
    if command.write != "-":
        more = f" and {len(saver.files) - 1} more" if len(saver.files) > 1 else ""
        complain(f"{saver.count:,} packets written to {saver.files[0]}{more}")
