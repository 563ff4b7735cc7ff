"""What the tab works on: the session that is shown, the capture that runs, opening, starting, stopping, saving."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence

from netscope.core.capture import Capture, CaptureRequest, Device, devices
from netscope.core.errors import BadQuery, NetscopeError
from netscope.core.frame import OpenedFrames
from netscope.core.host import Host
from netscope.core.snapshot import Problem
from netscope.hub.watch import in_thread
from netscope.tui.line import Part
from netscope.tui.packets.dialogs import Fault, Wish
from netscope.tui.packets.session import Session


class Desk:
    """One session at most, live or from a file. All that may block happens on threads."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.session: Session | None = None
        self.capture: Capture | None = None
        self.wish = Wish()
        self._saved = 0  # how many packets of a capture are in a file of the user's

    # What there is

    @property
    def running(self) -> bool:
        """Whether packets are being captured."""
        return self.capture is not None and self.capture.running

    @property
    def unsaved(self) -> int:
        """How many captured packets no file has."""
        session = self.session
        return max(0, session.count - self._saved) if session is not None and session.live else 0

    @property
    def problems(self) -> Sequence[Problem]:
        """What was lost, or could not be read."""
        if self.session is None:
            return ()
        source = self.capture if self.capture is not None else self.session.frames
        return [*source.problems, *self.session.problems]

    @property
    def dropped(self) -> int:
        """How many packets the kernel or an interface dropped."""
        counted = self.capture.statistics if self.capture is not None else ()
        return sum((found.dropped or 0) + (found.interface_dropped or 0) for found in counted)

    async def devices(self) -> Sequence[Device]:
        """Return what can be captured on, with its counters."""
        return await in_thread(lambda: devices(self._host))

    # What is done

    async def open(self, path: str) -> str:
        """Open a file in the place of what is there; return what is wrong with it."""
        if not path.strip():
            return "A file needs a name."
        try:
            frames = await in_thread(lambda: self._opened(path.strip()))
        except NetscopeError as error:
            return _reason("Cannot be read", error)
        self._replace(Session(frames, path.strip().rpartition("/")[2], close=frames.close), None)
        return ""

    def _opened(self, path: str) -> OpenedFrames:
        path = os.path.expanduser(path)
        if os.path.exists(path) and not os.path.isfile(path):  # a pipe would be waited for without end
            raise BadQuery(f"{path} cannot be read", "it is no regular file")
        return self._host.open_capture(path)

    async def begin(self, wish: Wish) -> Fault | None:
        """Start a capture in the place of what is there; return why it cannot."""
        from netscope.core.filters import FilterError

        try:
            capture = await in_thread(lambda: self._captured(wish))
        except FilterError as error:
            return Fault(error.what, error.start)
        except NetscopeError as error:
            return Fault(str(error))
        self.wish = wish
        self._replace(Session(capture.frames, ", ".join(wish.interfaces), live=True, close=capture.close), capture)
        capture.start()
        return None

    def _captured(self, wish: Wish) -> Capture:
        program = None
        if wish.filter:
            from netscope.core.capturefilter.live import programs

            program = programs(wish.filter, wish.interfaces, self._host, self._host.filter_names(), wish.snaplen)
        request = CaptureRequest(wish.interfaces, program, wish.filter, wish.snaplen, wish.promiscuous, spool=True)
        return self._host.capture(request)

    async def stop(self) -> None:
        """End the capture; its packets stay."""
        capture = self.capture
        if capture is not None and capture.running:
            await in_thread(capture.stop)

    async def save(self, places: Sequence[int], path: str, *, whole: bool) -> str:
        """Write a file; ``whole``: these are all there are. Returns what is wrong. Cancelled, it leaves no file."""
        from netscope.dissect.files.write import saved
        from netscope.export import write_file

        session, path = self.session, path.strip()
        if session is None:
            return "There is nothing to save."
        if not path:
            return "A file needs a name."
        if not path.endswith((".pcap", ".pcapng", ".cap")):
            return "The name's ending says the format: .pcap or .pcapng"
        chunks = saved(session.frames, places, "pcapng" if path.endswith(".pcapng") else "pcap")
        given_up = threading.Event()
        try:
            await in_thread(lambda: write_file(os.path.expanduser(path), _until(given_up, chunks)))
        except NetscopeError as error:
            return _reason("Not written", error)
        finally:
            given_up.set()
        if whole and session is self.session:
            self._saved = max(self._saved, len(places) + session.first)
        return ""

    def close(self) -> None:
        """End everything, without waiting for it."""
        self._replace(None, None)

    def _replace(self, session: Session | None, capture: Capture | None) -> None:
        before = self.session
        self.session, self.capture, self._saved = session, capture, 0
        if before is not None:
            threading.Thread(target=before.close, name="closing", daemon=True).start()
        if session is not None:
            session.start()

    # What is said of it

    def said(self) -> list[Part]:
        """Return what the tab's first line says: what is shown, and how it goes."""
        session = self.session
        if session is None:
            return [Part(" Packets ", "strong"), Part(" nothing captured or opened yet", "quiet")]
        count = session.count
        parts: list[Part] = []
        if self.running:
            parts.append(Part(" ● ", "good", "screen.capture"))
            parts.append(Part("capturing on ", "good", "screen.capture"))
        elif session.live:
            parts.append(Part(" ■ ", "notice"))
            parts.append(Part("captured on ", "quiet"))
        else:
            parts.append(Part(" ", "quiet"))
        parts += [Part(session.name, "strong"), Part(f"  {counted(count)}", "plain")]
        if session.live and self.wish.filter:
            parts.append(Part(f"  {self.wish.filter}", "accent"))
        if not session.live and not session.frames.complete:
            parts.append(Part("  reading…", "quiet"))
        if self.dropped:
            parts.append(Part(f"  {self.dropped:,} dropped by the kernel", "bad", "screen.problems"))
        if session.first:
            parts.append(Part(f"  the oldest {session.first:,} let go", "notice", "screen.problems"))
        return parts

    def news(self) -> Part | None:
        """Return what every tab's frame says while it captures."""
        if not self.running or self.session is None:
            return None
        lost = f", {self.dropped:,} dropped" if self.dropped else ""
        return Part(f" ● capturing {self.session.count:,}{lost} ", "warning" if lost else "good", "app.tab('packets')")


def _until(given_up: threading.Event, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces of a file as long as it is wanted. Raises NetscopeError, which ends it without a trace."""
    for chunk in chunks:
        if given_up.is_set():
            raise NetscopeError("the file is not written", "it is not wanted any more")
        yield chunk


def _reason(what: str, error: NetscopeError) -> str:
    """Return why something failed without the file's name, which stands above it."""
    if not error.why:
        return f"{what}: {error.what}"
    # Nothing is replaced from here: another name is all that helps.
    mend = "choose another name" if "already" in error.why else error.mend
    return f"{what}: {error.why}" + (f" ({mend})" if mend else "")


def counted(packets: int) -> str:
    """Return a count in words."""
    return f"{packets:,} packet{'' if packets == 1 else 's'}"


def file_name() -> str:
    """Return a name that sorts by time."""
    return f"netscope-{time.strftime('%Y%m%d-%H%M%S')}.pcapng"
