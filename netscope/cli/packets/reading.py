"""``netscope packets -r``: frames of a file or a pipe, printed, counted, written again."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from struct import Struct

from netscope.cli.output import Output, complain, complain_of
from netscope.cli.packets.filtering import Offline
from netscope.cli.packets.grammar import Command
from netscope.cli.packets.printers import TcpdumpText, records, sink
from netscope.core.frame import Frame, Interface
from netscope.core.host import Host
from netscope.core.snapshot import Problem
from netscope.dissect.files.frames import FileFrames
from netscope.system.capture.opening import open_capture

_STEP = 1 << 20
_PIECE = 1 << 16  # bytes of text between two writes


def read(command: Command, host: Host) -> int:
    """Run the command on a file."""
    names = getattr(host, "filter_names", None)
    offline = Offline(command.filter, names() if names is not None else None) if command.filter else None
    frames = open_capture(command.read, memory=command.memory)
    walk = Walk(command, frames, offline)
    gc.disable()  # nothing here makes cycles, and looking for them costs a tenth
    try:
        if command.write:
            _write(command, walk, host)
        elif command.form == "json":
            _document(command, walk, host)
        elif command.tally:
            count = sum(1 for _ in walk)
            Output().write([f"{count} packet{'' if count == 1 else 's'}\n"])
        else:
            _print(command, walk, host)
    finally:
        gc.enable()
        problems = list(frames.problems)
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
        self._most = command.most
        self._snaplen = command.snaplen
        self._takes = offline.takes if offline is not None else None

    def __iter__(self) -> Iterator[tuple[Frame, Sequence[Interface]]]:
        frames, takes = self.frames, self._takes
        more = True
        while more or self.place < len(frames):
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
                if takes is not None and not takes(frame):
                    continue
                if len(frame.data) > self._snaplen:
                    frame = frame._replace(data=frame.data[: self._snaplen])
                self.taken += 1
                yield frame, frames.interfaces
                if self.taken == self._most:
                    return


def _print(command: Command, walk: Walk, host: Host) -> None:
    output = Output()
    to = sink(command, host)
    if isinstance(to, TcpdumpText) and _fast(command, walk, to, output):
        return
    output.write([to.head()])
    piped = not walk.frames.complete or command.instant or output.tty
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


def _fast(command: Command, walk: Walk, to: TcpdumpText, output: Output) -> bool:
    """Print the plain records of a pcap file by the block; return whether that was all that was to be printed.

    Where it ends early (a record that is none), the usual way goes on from the frame after the last one printed.
    """
    from netscope.dissect.tcpdumptext.fast import PAD, Fast, Records, usable

    plain = walk.frames.plain_records()
    if plain is None or command.filter or command.snaplen < plain.most or not usable(to.printer, plain.link):
        return False
    layout = Records(Struct(plain.order + "IIII").unpack_from, plain.factor, plain.most, plain.link)
    fast, most = Fast(to.printer, layout), command.most or 1 << 62
    at, rest, pad = plain.begun, b"", bytes(PAD)
    while True:
        more = plain.read(at, _STEP >> 2)
        at += len(more)
        data = b"".join((rest, more, pad))
        text, used = fast.block(data, len(data) - PAD, most - fast.count)
        if text:
            output.write([text])
        rest = data[used:-PAD]
        if fast.count >= most:
            return True
        if not more:
            break
        if not text and len(rest) > plain.most + 16:
            break
    if not rest:
        return True
    walk.place = walk.taken = fast.count
    while len(walk.frames) < fast.count and walk.frames.advance(_STEP):
        pass
    return False


def _document(command: Command, walk: Walk, host: Host) -> None:
    from netscope.core.snapshot import Snapshot
    from netscope.domains.packets import DOMAIN
    from netscope.export import document

    found = list(records(iter(walk), command))
    problems: tuple[Problem, ...] = tuple(walk.frames.problems)
    Output().write(document(DOMAIN, Snapshot("packets", found, problems, host.wall(), host.clock()), host))


def _write(command: Command, walk: Walk, host: Host) -> None:
    from netscope.cli.packets.saving import Saver

    to = sink(command, host) if command.both else None
    output = Output() if to is not None else None
    saver = Saver(command, walk.frames)
    try:
        for frame, interfaces in walk:
            saver.add(frame)
            if to is not None and output is not None:
                output.write([to.frame(frame, interfaces)])
    finally:
        saver.close()
    if command.write != "-":
        complain(f"{saver.count:,} packets written to {command.write}")
