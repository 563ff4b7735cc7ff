"""Small dialogues over a tab: which columns, which file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList

from netscope.core.record import Column
from netscope.core.text import fit
from netscope.hub.watch import in_thread
from netscope.tui.filenames import completed
from netscope.tui.line import Line, Part
from netscope.tui.says import Says

_NAMES = 20  # names that a completion lists


class ColumnChooser(ModalScreen[list[Column]]):
    """A list of all columns; Space turns one on or off, Enter applies, Esc leaves everything as it was."""

    DEFAULT_CSS = """
    ColumnChooser { align: center middle; }
    ColumnChooser > Vertical { width: 78; max-width: 100%; height: 80%; background: $surface; padding: 1 2; }
    ColumnChooser OptionList { height: 1fr; border: none; background: $surface; padding: 0; }
    ColumnChooser OptionList { scrollbar-size-vertical: 1; scrollbar-background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "Cancel", show=False),
        Binding("enter,c", "apply", "Apply", show=False, priority=True),
        Binding("space", "switch", "On, off", show=False, priority=True),
        Binding("j", "next", show=False),
        Binding("k", "previous", show=False),
    ]

    def __init__(self, title: str, columns: Sequence[Column], shown: Iterable[str]) -> None:
        super().__init__()
        self._title = title
        self._columns = columns
        self._chosen = set(shown)

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            yield Line(classes="heading")
            yield OptionList(*(self._prompt(column) for column in self._columns), compact=True)
            yield Line(classes="hints")

    def on_mount(self) -> None:
        """Fill in."""
        self.query_one(".heading", Line).show([Part(f"Columns of {self._title}", "strong")])
        self.query_one(".hints", Line).show(
            [
                Part("Space", "key", "screen.switch"), Part(" on, off  ", "quiet", "screen.switch"),
                Part("Enter", "key", "screen.apply"), Part(" apply  ", "quiet", "screen.apply"),
                Part("Esc", "key", "screen.cancel"), Part(" cancel", "quiet", "screen.cancel"),
            ]
        )  # fmt: skip
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()

    def _prompt(self, column: Column) -> Content:
        mark = "[x]" if column.name in self._chosen else "[ ]"
        return Content.assemble(f"{mark} {fit(column.title, 20)} ", (column.help, "dim"))

    def action_switch(self) -> None:
        """Turn the column on or off."""
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            column = self._columns[options.highlighted]
            self._chosen ^= {column.name}
            options.replace_option_prompt_at_index(options.highlighted, self._prompt(column))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click turns the column on or off, too."""
        event.stop()
        self.action_switch()

    def action_apply(self) -> None:
        """Take the choice; without any column everything stays as it was."""
        self.dismiss([column for column in self._columns if column.name in self._chosen])

    def action_cancel(self) -> None:
        """Leave everything as it was."""
        self.dismiss([])

    def action_next(self) -> None:
        """Go down."""
        self.query_one(OptionList).action_cursor_down()

    def action_previous(self) -> None:
        """Go up."""
        self.query_one(OptionList).action_cursor_up()


class FilePrompt(ModalScreen[None]):
    """Asks for a file name and tries to write it; an error is shown in place, and one may try again.

    Attributes:
        VERB: what Enter does.
    """

    VERB: ClassVar[str] = "save"

    DEFAULT_CSS = """
    FilePrompt { align: center bottom; }
    FilePrompt > Vertical { width: 100%; height: auto; background: $surface; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("tab", "complete", "Complete", show=False, priority=True),
    ]

    def __init__(self, title: str, name: str, save: Callable[[str], Awaitable[str]]) -> None:
        super().__init__()
        self._title = title
        self._name = name
        self._save = save
        self._says = Says()

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            yield Line(classes="heading")
            yield Input(self._name, compact=True, select_on_focus=False)
            yield self._says
            yield Line(classes="hints")

    def on_mount(self) -> None:
        """Fill in."""
        self.query_one(".heading", Line).show(self.heading())
        words = (("Enter", self.VERB), ("Tab", "complete"), *self.more_keys(), ("Esc", "cancel"))
        self.query_one(".hints", Line).show(
            [part for key, word in words for part in (Part(key, "key"), Part(f" {word}  ", "quiet"))]
        )
        self.query_one(Input).focus()

    def heading(self) -> list[Part]:
        """Return the first line."""
        return [Part(self._title, "strong")]

    def more_keys(self) -> Sequence[tuple[str, str]]:
        """Return what other keys do."""
        return ()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Try it; one may leave meanwhile."""
        self._says.say("one moment…", "quiet")
        self.run_worker(self._try(event.value), group="save", exclusive=True)

    async def _try(self, name: str) -> None:
        error = await self._save(name)
        if error:
            self._says.say(error, "bad")
        elif self.is_current:
            self.dismiss()

    def action_complete(self) -> None:
        """Complete the name, as far as that is clear."""
        self.run_worker(self._complete(self.query_one(Input).value), group="complete", exclusive=True)

    async def _complete(self, typed: str) -> None:
        path, found = await in_thread(lambda: completed(typed))
        field = self.query_one(Input)
        if field.value != typed:
            return  # one has typed on
        if path != typed:
            field.value = path
            field.cursor_position = len(path)
        more = f"  … {len(found):,} in all" if len(found) > _NAMES else ""
        self._says.say("  ".join(found[:_NAMES]) + more if len(found) != 1 else "", "quiet")

    def action_cancel(self) -> None:
        """Save nothing."""
        self.dismiss()
