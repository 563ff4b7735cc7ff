"""The panes of the Packets tab on the screen: how they are arranged, and how they follow each other."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import DescendantFocus, Key, Resize
from textual.timer import Timer

from netscope.core.capabilities import NET_RAW, may
from netscope.core.record import Names
from netscope.core.text import fit, printable
from netscope.dissect.model import Dissection
from netscope.domains.dns.grammar import numeric
from netscope.hub.watch import in_thread
from netscope.tui.framed import FrameScreen, Surroundings
from netscope.tui.line import Line, Part
from netscope.tui.packets.bytespane import BytesPane
from netscope.tui.packets.desk import Desk
from netscope.tui.packets.listpane import PacketList
from netscope.tui.packets.notices import nothing, welcome
from netscope.tui.packets.picturepane import PicturePane
from netscope.tui.packets.titles import of_bytes, of_field, of_picture, of_tree
from netscope.tui.packets.tree import Extent, holder
from netscope.tui.packets.treepane import TreePane
from netscope.tui.packets.views import All, Some, View
from netscope.tui.says import ProblemLine
from netscope.tui.scrolled import Scrolled
from netscope.tui.table.widget import Notice
from netscope.tui.tabs import Tab

_TICK = 0.1  # seconds between two looks at what came
_BUSY = 0.25  # seconds between two repaints while packets keep coming
_GLANCE = 1.0  # seconds for which the panes below the list stay as they are while it follows the newest
_LOW = 13  # lines below which there is room for one pane alone
_WIDE = 150  # cells from which tree and bytes stand side by side
_ARRANGEMENTS = {"-stacked": 0, "-beside": 110, "-columns": 140}  # and from how many cells on
_PARTS = ("list", "tree", "lower")


class ViewingScreen(FrameScreen):
    """A list of packets, the tree of one, its bytes or its header's picture."""

    DEFAULT_CSS = """
    ViewingScreen #panes, ViewingScreen #lower, ViewingScreen #tree-box, ViewingScreen #lower-box { height: 1fr; }
    ViewingScreen .pane-title { background: $surface; }
    ViewingScreen #panes > PacketList { height: 8fr; }
    ViewingScreen #lower { height: 12fr; }
    ViewingScreen.-picture #panes > PacketList { height: 3fr; }
    ViewingScreen.-picture #lower { height: 12fr; }
    ViewingScreen.-picture.-stacked #tree-box { height: 3fr; }
    ViewingScreen.-picture.-stacked #lower-box { height: 9fr; }
    ViewingScreen.-picture BytesPane { display: none; }
    ViewingScreen PicturePane { display: none; }
    ViewingScreen.-picture PicturePane { display: block; }
    ViewingScreen.-beside #lower { layout: horizontal; }
    ViewingScreen.-beside #panes > PacketList, ViewingScreen.-beside #lower { height: 1fr; }
    ViewingScreen.-beside #lower-box { width: 76; }
    ViewingScreen.-columns #panes { layout: horizontal; }
    ViewingScreen.-columns #lower { width: 78; height: 1fr; }
    ViewingScreen.-columns #panes > PacketList { height: 1fr; }
    ViewingScreen.-zoom-list #lower { display: none; }
    ViewingScreen.-zoom-tree PacketList, ViewingScreen.-zoom-tree #lower-box { display: none; }
    ViewingScreen.-zoom-lower PacketList, ViewingScreen.-zoom-lower #tree-box { display: none; }
    ViewingScreen.-zoom-tree #lower, ViewingScreen.-zoom-lower #lower { width: 1fr; }
    ViewingScreen.-zoom-lower #lower-box { width: 1fr; }
    """

    def __init__(self, tab: Tab, around: Surroundings) -> None:
        super().__init__(tab, around)
        self.desk = Desk(around.hub.host)
        self.list, self.tree_pane, self.bytes = PacketList(id="list"), TreePane(id="tree"), BytesPane(id="bytes")
        self.picture = PicturePane(id="picture")
        self._status, self._problem_line = Line(classes="pane-title", id="status"), ProblemLine()
        self._tree_title, self._lower_title = Line(classes="pane-title"), Line(classes="pane-title")
        self._arrangement = ""  # "" until chosen: as the width suggests
        self._low = False  # whether the terminal has so few lines that one pane is shown alone
        self.only_marked = False
        self.looking = ""  # what is being looked for
        self.looked_at = 0  # how many packets of a hundred were looked at for it
        self._shown: tuple[object, ...] = ()
        self._taken_apart: tuple[object, ...] = ()
        self._painted = self._followed = 0.0  # when the list was painted last, when the panes below it followed
        self._lags = False  # whether they have not followed since
        self._ticker: Timer | None = None
        self.here: Scrolled = self.list
        self._may_capture = True
        self.list.name_of = self._name_of if self.names.lends else None

    def compose_body(self) -> ComposeResult:
        """Lay the panes out."""
        yield self._status
        yield self._problem_line
        with Container(id="panes"):
            yield self.list
            with Container(id="lower"):
                with Vertical(id="tree-box"):
                    yield self._tree_title
                    yield self.tree_pane
                with Vertical(id="lower-box"):
                    yield self._lower_title
                    yield self.bytes
                    yield self.picture

    def use_names(self, names: Names) -> None:
        """Show addresses by name, or not."""
        super().use_names(names)
        self.list.name_of = self._name_of if names.lends else None
        self.list.start_over()

    def renew_names(self) -> None:
        """Names of addresses have come in."""
        self.list.start_over()

    def _name_of(self, address: str) -> str:
        """Return the name of an address in sight, "" while it is not known."""
        if not numeric(address):
            return ""  # a link's address
        self.around.hub.reverse.want([address])
        return self.names.host(address)

    def on_mount(self) -> None:
        """Give the list the keys, and look after what comes."""
        self.list.focus()
        self._arrange()
        self.renew()
        self._ticker = self.set_interval(_TICK, self._tick)
        self.run_worker(self._learn(), group="learn")

    async def _learn(self) -> None:
        self._may_capture = await in_thread(lambda: may(self.around.hub.host, NET_RAW))
        if self.desk.session is None:
            self.renew()

    def on_screen_suspend(self) -> None:
        """Another tab is in front: paint nothing. A capture goes on."""
        if self._ticker is not None:
            self._ticker.pause()

    def on_screen_resume(self) -> None:
        """In front again."""
        if self._ticker is not None:
            self._ticker.resume()
            self._tick()

    def on_resize(self, event: Resize) -> None:
        """A wide screen has room for panes side by side."""
        super().on_resize(event)
        self._arrange()

    def on_key(self, _event: Key) -> None:
        """Let the thread that learns wait for whoever types."""
        if self.desk.session is not None:
            self.desk.session.touched = time.monotonic()

    # What is shown

    def renew(self) -> None:
        """Show the desk's session from its beginning."""
        self.only_marked = False
        self.list.take(self.desk.session, self._notice())
        self._shown = ()
        self._taken_apart = ()
        self.show_dissection(None)
        self._tick()

    def _notice(self) -> Notice:
        if self.desk.session is not None:
            return nothing(running=self.desk.running)
        return welcome(may_capture=self._may_capture)

    def _view(self) -> View:
        session = self.desk.session
        if session is None:
            return All()
        if self.only_marked:
            return Some(session.marks, session.first)
        return All(session.first, session.count)

    def _tick(self) -> None:
        """Bring what came in since the last look onto the screen."""
        session = self.desk.session
        now = (
            session, session and (session.count, session.first, session.learnt), self.desk.running, self.desk.dropped,
            len(self.desk.problems), self.only_marked, self.looking, self.looked_at,
        )  # fmt: skip
        moment = time.monotonic()
        if now == self._shown:
            if self._lags:  # what was followed has come to a rest
                self._follow()
            return
        if self._shown and self.desk.running and moment < self._painted + _BUSY:
            return  # the next tick will see to it: nobody reads faster, and a slow line carries no more
        self._shown, self._painted = now, moment
        self.list.say(self._notice())
        self.list.look(self._view())
        if self.list.following and self.desk.running and moment < self._followed + _GLANCE:
            self._lags = True
        else:
            self._follow()
        self.show_status()

    def look_again(self) -> None:
        """Repaint the list: marks, reference or view changed."""
        self._shown = ()
        self._tick()

    def _follow(self) -> None:
        """Show the packet under the list's cursor, anew when more is known of it now."""
        self._lags, self._followed = False, time.monotonic()
        session, place = self.desk.session, self.list.here
        before = self.list.before
        now: tuple[object, ...] = ()
        if session is not None and place is not None:
            session.look_at(place)
            now = (place, session.has_tree(place), before, place in session.marks, session.reference)
        if now == self._taken_apart:
            return
        self._taken_apart = now
        dissection: Dissection | None = None
        if session is not None and place is not None:
            try:
                dissection = session.dissection(place, before)
            except IndexError:
                pass  # let go meanwhile: nothing is shown
        self.show_dissection(dissection)

    def show_dissection(self, dissection: Dissection | None) -> None:
        """Show a packet in the tree, the bytes and the picture."""
        self.bytes.take(dissection)
        self.tree_pane.take(dissection)
        self._mark(follow=True)

    def _mark(self, *, follow: bool) -> None:
        """Let bytes and picture show what the tree's cursor stands on."""
        here, dissection = self.tree_pane.here, self.tree_pane.dissection
        nothing = Extent(self.bytes.buffer, 0, 0)
        if here is None or dissection is None:
            self.bytes.mark(nothing, nothing)
            self.picture.take(None, None)
        else:
            layer = dissection.layers[here.layer]
            self.bytes.mark(here.extent, Extent(layer.buffer, layer.start, layer.length), follow=follow)
            if self.has_class("-picture"):
                self.picture.take(dissection, here)
        self._show_titles()

    def show_status(self) -> None:
        """Bring the tab's first line up to date."""
        session = self.desk.session
        right: list[Part] = []
        if session is not None:
            if self.looking:
                doing = f" looking for {fit(printable(self.looking), 16).rstrip()}: {self.looked_at} % "
                right += [Part(doing, "notice"), Part("Esc", "key", "screen.back"), Part(" ends it ", "quiet")]
            elif self.only_marked:
                right.append(Part(" marked only ", "key", "screen.only_marked"))
            elif session.marks:
                right.append(Part(f" {len(session.marks):,} marked ", "quiet"))
            if self.list.following and self.desk.running:
                right.append(Part(" following ", "good", "screen.hold"))
        self._problem_line.tell(self.desk.problems)
        self._status.show(self.desk.said(), right)

    def _show_titles(self) -> None:
        dissection, here, session = self.tree_pane.dissection, self.tree_pane.here, self.desk.session
        alone = session is not None and dissection is not None and session.is_far_ahead(dissection.frame.number - 1)
        self._tree_title.show(of_tree(dissection, focused=self.here is self.tree_pane, alone=alone))
        focused = self.here in (self.bytes, self.picture)
        if self.has_class("-picture"):
            self._lower_title.show(of_picture(dissection, here, focused=focused))
        else:
            at = self.bytes.at if self.bytes.has_focus and dissection is not None else None
            self._lower_title.show(of_bytes(dissection, self.bytes.buffer, focused=focused), of_field(here, at))

    # What the panes say

    def on_packet_list_moved(self) -> None:
        """Another packet."""
        self._follow()
        self.show_status()

    def on_packet_list_chosen(self) -> None:
        """Look into it."""
        self.tree_pane.focus()

    def on_tree_pane_moved(self) -> None:
        """Another field: its bytes."""
        self._mark(follow=True)

    def on_bytes_pane_moved(self) -> None:
        """Another byte: its field."""
        dissection = self.tree_pane.dissection
        if dissection is not None:
            path = holder(dissection, self.bytes.buffer, self.bytes.at)
            if path:
                self.tree_pane.reveal(path)
            self._mark(follow=False)

    def on_picture_pane_moved(self) -> None:
        """Another box: its field."""
        self.tree_pane.reveal(self.picture.path)
        self._mark(follow=True)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Remember which pane has the keys."""
        if isinstance(event.widget, Scrolled):
            self.here = event.widget
            if self._low:
                self.zoom(self.here)
            self._show_titles()

    # Keys: looking

    def action_look(self) -> None:
        """Go into the tree."""
        if self.tree_pane.count:
            if self.zoomed:
                self.zoom(self.tree_pane)
            self.tree_pane.focus()

    def action_other(self) -> None:
        """Give the next pane the keys."""
        lower: Scrolled = self.picture if self.has_class("-picture") else self.bytes
        panes: list[Scrolled] = [self.list, self.tree_pane, lower]
        following = panes[(panes.index(self.here) + 1) % 3] if self.here in panes else self.list
        zoomed = self.zoomed
        if zoomed:
            self.zoom(following)
        following.focus()

    @property
    def zoomed(self) -> bool:
        """Whether a pane is shown alone."""
        return any(self.has_class(f"-zoom-{part}") for part in _PARTS)

    def zoom(self, pane: Scrolled | None) -> None:
        """Show a pane alone, or all where there is room for them."""
        if self._low:
            pane = self.here
        for part in _PARTS:
            self.remove_class(f"-zoom-{part}")
        if pane is not None:
            self.add_class("-zoom-" + ("list" if pane is self.list else "tree" if pane is self.tree_pane else "lower"))

    def action_zoom(self) -> None:
        """Show this pane alone, or all."""
        self.zoom(None if self.zoomed else self.here)
        if self._low:
            self.notify(f"There is room for several panes from {_LOW} lines on.", timeout=3, markup=False)

    def _arrange(self) -> None:
        width = self.app.size.width
        chosen = self._arrangement or ("-beside" if width >= _WIDE else "-stacked")
        if width < _ARRANGEMENTS[chosen]:
            chosen = "-stacked"
        for name in _ARRANGEMENTS:
            self.set_class(name == chosen, name)
        low = self.app.size.height < _LOW
        if low is not self._low:
            self._low = low
            self.zoom(None)

    def action_arrange(self) -> None:
        """Arrange the panes another way, of those that there is room for."""
        width = self.app.size.width
        possible = [name for name, least in _ARRANGEMENTS.items() if width >= least]
        at = next((number for number, name in enumerate(possible) if self.has_class(name)), 0)
        self._arrangement = possible[(at + 1) % len(possible)]
        self._arrange()
        if len(possible) == 1:
            self.notify("There is room for panes side by side from 110 columns on.", timeout=3, markup=False)

    def action_picture(self) -> None:
        """Show the header as the RFCs draw it, or the bytes."""
        self.toggle_class("-picture")
        if self.here in (self.bytes, self.picture):
            (self.picture if self.has_class("-picture") else self.bytes).focus()
        self._mark(follow=True)

    def action_unfold(self) -> None:
        """Unfold everything."""
        self.tree_pane.unfold_all()

    def action_fold(self) -> None:
        """Fold everything."""
        self.tree_pane.fold_all()

    def action_buffer(self) -> None:
        """Show the next bytes."""
        dissection = self.tree_pane.dissection
        if dissection is not None and len(dissection.buffers) == 1:
            self.notify("This packet has no other bytes than its frame's.", timeout=3, markup=False)
        else:
            self.bytes.next_buffer()
