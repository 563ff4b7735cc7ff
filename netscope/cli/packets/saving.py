"""Frames of one capture file, written to another."""

from __future__ import annotations

import os

from netscope.cli.packets.grammar import Command
from netscope.core.capture import Format
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.frame import Frame
from netscope.dissect.files.frames import FileFrames
from netscope.dissect.files.write import PcapEncoder, PcapngEncoder, order_of
from netscope.system.capture.output import Sink

_BATCH = 64  # frames between two writes


def form_of(command: Command) -> Format:
    """Return the format to write: as asked for, or as the name says; pcap otherwise."""
    if command.format == "pcapng" or (not command.format and command.write.endswith(".pcapng")):
        return "pcapng"
    return "pcap"


class Saver:
    """Writes frames as they come: an interface that a pcapng file tells of later is told of later.

    Attributes:
        count: how many were written.
    """

    def __init__(self, command: Command, frames: FileFrames) -> None:
        self.count = 0
        self._frames = frames
        self._form = form_of(command)
        self._sink = Sink(command.write, force=True)
        self._link: int | None = None
        self._interfaces = 0
        self._made: PcapEncoder | PcapngEncoder | None = None
        self._waiting: list[bytes] = []

    def add(self, frame: Frame) -> None:
        """Write a frame. Raises BadQuery where the format cannot hold it, NetscopeError where the disk is full."""
        made = self._made or self._begin(frame)
        parts = self._waiting
        if isinstance(made, PcapngEncoder):
            while self._interfaces <= frame.interface and self._interfaces < len(self._frames.interfaces):
                parts.append(made.interface(self._frames.interfaces[self._interfaces]))
                self._interfaces += 1
        elif frame.link != self._link:
            raise BadQuery("a pcap file holds one link type", f"frame {frame.number:,} has another", "--format pcapng")
        parts.append(made.frame(frame))
        self.count += 1
        if len(parts) >= _BATCH:
            self._flush()

    def _begin(self, frame: Frame | None) -> PcapEncoder | PcapngEncoder:
        interfaces = self._frames.interfaces
        made: PcapEncoder | PcapngEncoder
        if self._form == "pcapng":
            made = PcapngEncoder(order_of(self._frames.extras))
            self._interfaces = len(interfaces)
            self._waiting.append(made.head(interfaces, self._frames.extras))
        else:
            plain = self._frames.plain_records()
            made = PcapEncoder(nano=plain is None or plain.factor == 1)  # as exact as what was read, and no more
            used = interfaces if frame is None else [interfaces[frame.interface]]
            self._link = frame.link if frame is not None else None
            self._waiting.append(made.head(used[:1]))
        self._made = made
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
            self._waiting.append(made.tail(self._frames.statistics))
            self._flush()
        finally:
            self._sink.close()
