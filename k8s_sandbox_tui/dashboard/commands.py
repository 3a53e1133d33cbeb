"""What a user can do: each command once, for its key, its palette entry, the key bar and the help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Provider

from k8s_sandbox_tui.dashboard.key_names import keys_text
from k8s_sandbox_tui.dashboard.literal import escaped
from k8s_sandbox_tui.dashboard.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.command import Hits


class Command(Record, frozen=True):
    """One thing a user can do on the main screen."""

    id: str
    """What a keymap calls it."""
    keys: str
    """Textual's names of the keys, separated by commas; empty for what only the palette offers."""
    action: str
    label: str
    """For the key bar."""
    help: str
    """One sentence: the palette's entry, the tooltip and the line in the help."""
    group: str
    show: bool = True
    """Whether the key bar names it, as far as there is room."""
    destructive: bool = False
    """Whether it can only be on a key that nobody presses by accident."""

    @property
    def key_names(self) -> str:
        """Its keys as people write them; empty where it has none."""
        return keys_text(self.keys)

    @property
    def palette_help(self) -> str:
        """Its sentence, with the keys that do the same."""
        return f"{self.help} ({self.key_names})" if self.key_names else self.help

    def with_keys(self, keymap: Mapping[str, str]) -> Command:
        """The command on the keys that the user gave it."""
        return msgspec.structs.replace(self, keys=keymap.get(self.id, self.keys))

    def binding(self) -> Binding:
        """The command as a key binding."""
        return Binding(self.keys, self.action, self.label, show=self.show, id=self.id, tooltip=self.help)


SANDBOX = "Sandbox"
MARKS = "Marks"
VIEW = "View"
PLACE = "Place"
APP = "Application"

COMMANDS: tuple[Command, ...] = (
    Command(
        id="sandbox.console", keys="enter", action="console", label="Console", group=SANDBOX,
        help="Run commands in the selected sandbox.",
    ),
    Command(
        id="sandbox.create", keys="c", action="create", label="Create", group=SANDBOX,
        help="Create a sandbox.",
    ),
    Command(
        id="sandbox.create-like", keys="C", action="create_like", label="Create like this", group=SANDBOX, show=False,
        help="Create a sandbox like the selected one.",
    ),
    Command(
        id="sandbox.shell", keys="t", action="shell", label="Shell", group=SANDBOX, show=False,
        help="Give the terminal to a shell in the selected sandbox until it ends.",
    ),
    Command(
        id="sandbox.copy-files", keys="p", action="copy_files", label="Copy files", group=SANDBOX, show=False,
        help="Copy files and directories to the selected sandbox, or from it.",
    ),
    Command(
        id="sandbox.inside", keys="i", action="inside('summary')", label="Inside", group=SANDBOX,
        help="Look inside the selected sandbox: summary, and why it does not run.",
    ),
    Command(
        id="sandbox.yaml", keys="y", action="inside('yaml')", label="YAML", group=SANDBOX, show=False,
        help="Show the selected sandbox's Pod as YAML.",
    ),
    Command(
        id="sandbox.events", keys="v", action="inside('events')", label="Events", group=SANDBOX, show=False,
        help="Show what happened to the selected sandbox.",
    ),
    Command(
        id="sandbox.log", keys="l", action="inside('log')", label="Log", group=SANDBOX, show=False,
        help="Show the log of the selected sandbox's main process.",
    ),
    Command(
        id="sandbox.url", keys="u", action="copy_url", label="URL", group=SANDBOX,
        help="Copy or open the URL of a port of the selected sandbox.",
    ),
    Command(
        id="sandbox.forwards", keys="f", action="forwards", label="Forwards", group=SANDBOX, show=False,
        help="Forward ports of the selected sandbox to this machine; list and end forwards.",
    ),
    Command(
        id="sandbox.jobs", keys="b", action="jobs", label="Jobs", group=SANDBOX, show=False,
        help="List, follow and end the jobs of the selected sandbox: commands that were started with & at their end.",
    ),
    # A function key: no text field and no vim motion sends it, and file managers use it for the same.
    Command(
        id="sandbox.destroy", keys="f8", action="destroy", label="Destroy", group=SANDBOX,
        help="Destroy the marked sandboxes, or the selected one, after a question.", destructive=True,
    ),
    Command(
        id="view.filter", keys="slash", action="filter", label="Filter", group=VIEW,
        help="Filter: words, !not, column:value, age>2h, is:failed, /regex/.",
    ),
    Command(
        id="view.clear", keys="escape", action="clear", label="Clear", group=VIEW,
        help="Take all marks away; where none is, show all sandboxes again.",
    ),
    Command(
        id="view.sort", keys="s", action="sort_next", label="Sort", group=VIEW,
        help="Sort by the next column.",
    ),
    Command(
        id="marks.toggle", keys="space", action="mark", label="Mark", group=MARKS,
        help="Mark the selected sandbox, or take its mark away, and go on to the next.",
    ),
    Command(
        id="marks.choose", keys="m", action="mark_many", label="Mark many", group=MARKS, show=False,
        help="Mark all, none, the failed, the ended, the old, or what a filter finds.",
    ),
    # As editors and pagers have it for a shell command.
    Command(
        id="marks.run", keys="exclamation_mark", action="run_everywhere", label="Run in marked", group=MARKS,
        show=False,
        help="Run one command in all that is marked, and see what it does in each.",
    ),
    Command(
        id="view.reverse", keys="S", action="sort_reverse", label="Reverse", group=VIEW, show=False,
        help="Turn the order round.",
    ),
    Command(
        id="view.columns", keys="o", action="columns", label="Columns", group=VIEW, show=False,
        help="Choose and order the columns; keys of metadata and labels can be columns.",
    ),
    Command(
        id="view.refresh", keys="r", action="refresh", label="Refresh", group=VIEW,
        help="Ask the cluster again, now.",
    ),
    Command(
        id="view.zoom", keys="z,f6", action="zoom", label="Zoom", group=VIEW,
        help="Give the table or the console the whole screen, and back.",
    ),
    Command(
        id="view.more", keys="plus", action="resize(2)", label="Larger table", group=VIEW, show=False,
        help="Make the table larger and the console smaller.",
    ),
    Command(
        id="view.less", keys="minus", action="resize(-2)", label="Smaller table", group=VIEW, show=False,
        help="Make the table smaller and the console larger.",
    ),
    Command(
        id="place.namespaces", keys="n", action="namespaces", label="Namespace", group=PLACE, show=False,
        help="Show other namespaces: one, several, or all.",
    ),
    Command(
        id="place.context", keys="x", action="context", label="Cluster", group=PLACE, show=False,
        help="Go to another context of the kubeconfig, or to the cluster on this machine.",
    ),
    Command(
        id="app.read-only", keys="L", action="read_only", label="Read-only", group=APP, show=False,
        help="Turn read-only mode on or off: without create, destroy and commands.",
    ),
    Command(
        id="app.help", keys="question_mark,f1", action="help", label="Help", group=APP,
        help="Show all keys.",
    ),
    Command(
        id="app.theme", keys="", action="app.change_theme", label="Theme", group=APP,
        help="Choose the colours.",
    ),
    Command(
        id="app.screenshot", keys="", action="app.screenshot", label="Screenshot", group=APP,
        help="Save the screen as an SVG file.",
    ),
    Command(
        id="app.quit", keys="q", action="app.quit", label="Quit", group=APP,
        help="Leave the dashboard; sandboxes go on running.",
    ),
)  # fmt: skip

DESTRUCTIVE = frozenset({"destroy.confirm", "jobs.end", "jobs.remove", "presets.remove", "question.yes"})
"""The ids of what destroys, among the bindings that are no commands."""


@runtime_checkable
class CommandScreen(Protocol):
    """A screen that has the commands."""

    @property
    def commands(self) -> Sequence[Command]:
        """All of them, on the keys that they have here."""
        ...

    async def run_command(self, command: Command) -> None:
        """Do what the command's key does, wherever the focus is."""
        ...


class CommandProvider(Provider):
    """The commands in the command palette."""

    def offered(self) -> Sequence[Command]:
        """What there is to choose from."""
        return self.screen.commands if isinstance(self.screen, CommandScreen) else ()

    def label(self, command: Command) -> str:
        """What a command is called here."""
        return command.label

    async def run(self, command: Command) -> None:
        """Do it."""
        screen = self.screen
        if isinstance(screen, CommandScreen):
            await screen.run_command(command)

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for command in self.offered():
            yield DiscoveryHit(self.label(command), partial(self.run, command), help=escaped(command.palette_help))

    async def search(self, query: str) -> Hits:
        """Those whose label or sentence fits what was typed."""
        matcher = self.matcher(query)
        for command in self.offered():
            label = self.label(command)
            score = max(matcher.match(label), matcher.match(command.help))
            if score > 0:
                yield Hit(
                    score, matcher.highlight(label), partial(self.run, command), help=escaped(command.palette_help)
                )
