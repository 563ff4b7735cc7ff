"""Frames of one capture file, written to another."""

from __future__ import annotations

import os
from time import strftime

from netscope.cli.packets.grammar import Command
from netscope.core.capture import Format, Rotation
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.frame import Frame
from netscope.dissect.files.frames import FileFrames
from netscope.dissect.files.write import PcapEncoder, PcapngEncoder, order_of
from netscope.system.capture.output import Sink, numbered

_BATCH = 64  # frames between two writes
_SECOND = 1_000_000_000


def form_of(command: Command) -> Format:
    """Return the format to write: as asked for, or as the name says; pcap otherwise."""
    if command.format == "pcapng" or (not command.format and command.write.endswith(".pcapng")):
        return "pcapng"
    return "pcap"


class Saver:
    """Writes frames as they come: an interface that a pcapng file tells of later is told of later.

    One file, or one after the other, begun and ended by what a capture's are; the frames' times are the clock.

    Attributes:
        count: how many frames were written.
        files: the files that there are.
        finished: no more are wanted (-a filesize, -a files).
    """

    def __init__(self, command: Command, frames: FileFrames) -> None:
        self.count = 0
        self.files: list[str] = []
        self.finished = False
        self._command = command
        self._frames = frames
        self._form = form_of(command)
        self._link: int | None = None
        self._interfaces = 0
        self._made: PcapEncoder | PcapngEncoder | None = None
        self._waiting: list[bytes] = []
        self._number = self._packets = self._size = self._before = self._time = 0  # of this file, before this file
        self._full = False
        self._limited = command.rotation != Rotation() or bool(command.stop.size)
        self._sink = self._open()

    def _open(self) -> Sink:
        rotation, path = self._command.rotation, self._command.write
        if rotation != Rotation():
            self._number += 1
            path = numbered(path, self._number, strftime("%Y%m%d%H%M%S"))
        sink = Sink(path, force=True)
        self.files.append(path)
        while rotation.files and len(self.files) > rotation.files:
            try:
                os.unlink(self.files.pop(0))
            except OSError:
                pass  # somebody else was faster
        return sink

    def add(self, frame: Frame) -> bool:
        """Write a frame; return whether it was still wanted.

        Raises BadQuery where the format cannot hold it, NetscopeError where the disk is full.
        """
        if self._limited and self._packets and (self._full or self._late(frame)) and not self._turned():
            return False
        made = self._made or self._begin(frame)
        if isinstance(made, PcapngEncoder):
            while self._interfaces <= frame.interface and self._interfaces < len(self._frames.interfaces):
                self._put(made.interface(self._frames.interfaces[self._interfaces]))
                self._interfaces += 1
        elif frame.link != self._link:
            raise BadQuery("a pcap file holds one link type", f"frame {frame.number:,} has another", "--format pcapng")
        record = made.frame(frame)
        self._waiting.append(record)
        self.count += 1
        if self._limited:
            self._packets += 1
            self._size += len(record)
            self._weigh()
        if len(self._waiting) >= _BATCH:
            self._flush()
        return True

    def _put(self, part: bytes) -> None:
        self._waiting.append(part)
        self._size += len(part)

    def _late(self, frame: Frame) -> bool:
        most = self._command.rotation.duration
        return bool(most) and frame.time - self._time >= most * _SECOND

    def _weigh(self) -> None:
        """Find out whether this was the last frame that goes into this file, or into any."""
        rotation, stop = self._command.rotation, self._command.stop
        self._full = bool(
            (rotation.packets and self._packets >= rotation.packets) or (rotation.size and self._size >= rotation.size)
        )
        if stop.size and self._before + self._size >= stop.size:
            self.finished = True
        if self._full and stop.files and self._number >= stop.files:
            self.finished = True

    def _turned(self) -> bool:
        """Begin the next file; return whether there may be another."""
        files = self._command.stop.files
        if files and self._number >= files:
            self.finished = True
            return False
        self._flush()
        following = self._open()  # before this one is closed: where there can be none, this one gets its end
        self._sink.close()
        self._sink = following
        self._before += self._size
        self._packets = self._size = 0
        self._full = False
        self._made = None
        return True

    def _begin(self, frame: Frame | None) -> PcapEncoder | PcapngEncoder:
        interfaces = self._frames.interfaces
        made: PcapEncoder | PcapngEncoder
        if self._form == "pcapng":
            made = PcapngEncoder(order_of(self._frames.extras))
            self._interfaces = len(interfaces)
            self._put(made.head(interfaces, self._frames.extras))
        else:
            plain = self._frames.plain_records()
            made = PcapEncoder(nano=plain is None or plain.factor == 1)  # as exact as what was read, and no more
            used = interfaces if frame is None else [interfaces[frame.interface]]
            self._link = frame.link if frame is not None else None
            self._put(made.head(used[:1]))
        self._made = made
        self._time = frame.time if frame is not None else 0
        return made

    def _flush(self) -> None:
        parts, self._waiting = self._waiting, []
        _, failure = self._sink.write(parts, 1)
        if isinstance(failure, BrokenPipeError):
            raise failure
        if failure is not None:
            where = "standard output" if self._sink.path == "-" else self._sink.path
            raise NetscopeError(f"{where} cannot be written", os.strerror(failure.errno or 0))

    def close(self) -> None:
        """Write the end, and close the file."""
        try:
            made = self._made or self._begin(None)
            self._put(made.tail(self._frames.statistics))
            self._flush()
        finally:
            self._sink.close()
