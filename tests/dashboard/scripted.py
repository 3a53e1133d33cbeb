"""A cluster that says what a test tells it to say, and the dashboard over it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Self, cast

from k8s_sandbox_tui.dashboard.app import DashboardApp
from k8s_sandbox_tui.dashboard.main_screen import MainScreen
from k8s_sandbox_tui.dashboard.settings.model import Settings
from k8s_sandbox_tui.dashboard.table.widget import SandboxTable
from k8s_sandbox_tui.provider.config import K8sConfig
from k8s_sandbox_tui.provider.destroy_many import DestroyOutcome, DestroyResult
from k8s_sandbox_tui.provider.errors import (
    ForbiddenError,
    ForwardError,
    NotManagedError,
    SandboxError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.forward.model import ForwardState, ForwardWay
from k8s_sandbox_tui.provider.looking import SandboxEvent
from k8s_sandbox_tui.provider.models import ClusterInfo, SandboxInfo, SandboxStatus
from k8s_sandbox_tui.provider.needed_rights import NEEDS
from k8s_sandbox_tui.provider.rights import Right, Rights
from tests.dashboard.scripted_files import ScriptedFiles
from tests.dashboard.scripted_jobs import ScriptedJobs

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from textual._compositor import Compositor
    from textual.notifications import Notifications
    from textual.pilot import Pilot

    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.remembered import Remembered
    from k8s_sandbox_tui.dashboard.shell.protocols import TerminalCommand, TerminalJoiner
    from k8s_sandbox_tui.provider.connection.contexts import ContextInfo
    from k8s_sandbox_tui.provider.destroy_many import SandboxRef
    from k8s_sandbox_tui.provider.models import CreateProgress, Runtime
    from k8s_sandbox_tui.provider.opened import ClusterWish
    from k8s_sandbox_tui.provider.resources import ResourceName
    from k8s_sandbox_tui.provider.security import SecurityProfile
    from k8s_sandbox_tui.provider.usage import SandboxUsage

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def sandbox_info(
    number: int,
    *,
    name: str = "",
    status: SandboxStatus = SandboxStatus.RUNNING,
    reason: str = "",
    age: float | None = None,
    image: str = "python:3.11-slim",
    exit_code: int | None = None,
    metadata: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    namespace: str = "default",
    version: str = "1",
    uid: str = "",
    runtime: str = "python",
) -> SandboxInfo:
    """A sandbox; the larger its number, the older it is."""
    return SandboxInfo(
        name=name or f"computesdk-sbx-{number:08}",
        namespace=namespace,
        uid=uid or f"00000000-0000-4000-8000-{number:012}",
        resource_version=version,
        status=status,
        reason=reason,
        message="",
        phase="Running",
        runtime=runtime,
        image=image,
        node=f"node-{number % 3}",
        pod_ip=f"10.0.{number // 250 % 250}.{number % 250}",
        created_at=NOW - timedelta(seconds=60.0 * number + 1000 if age is None else age),
        started_at=None,
        finished_at=None,
        restarts=0,
        exit_code=exit_code,
        metadata=dict(metadata or {}),
        labels=dict(labels or {}),
        annotations={},
    )


@dataclass(frozen=True)
class Update:
    """What `InventoryUpdate` says."""

    upserted: Sequence[SandboxInfo] = ()
    removed: Sequence[str] = ()
    complete: bool = True
    freshness: str = "live"
    since: datetime = NOW
    error: SandboxError | None = None
    denied: Sequence[str] = ()
    granted: str | None = None


class ScriptedInventory:
    def __init__(self) -> None:
        self._updates: asyncio.Queue[Update | SandboxError] = asyncio.Queue()
        self.refreshes = 0
        self.closed = False
        self.paused: list[bool] = []
        self.waiting = asyncio.Event()
        """Set while all that was put in has been taken in."""

    def put(self, update: Update | SandboxError) -> None:
        self.waiting.clear()
        self._updates.put_nowait(update)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.closed = True

    async def __aiter__(self) -> AsyncGenerator[Update]:
        while True:
            if self._updates.empty():
                self.waiting.set()
            update = await self._updates.get()
            if isinstance(update, SandboxError):
                raise update
            yield update

    def refresh(self) -> None:
        self.refreshes += 1

    def pause(self) -> None:
        self.paused.append(True)

    def resume(self) -> None:
        self.paused.append(False)


@dataclass(eq=False)
class ScriptedForward:
    sandbox_id: str
    remote_port: int
    local_port: int
    local_host: str = "127.0.0.1"
    via: ForwardWay = ForwardWay.PORT_FORWARD
    state: ForwardState = ForwardState.LISTENING
    reason: str = ""
    last_error: str = ""
    live_connections: int = 0
    total_connections: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://{self.local_host}:{self.local_port}"

    async def wait_closed(self) -> ForwardState:
        await self.ended.wait()
        return self.state

    async def aclose(self) -> None:
        self.end(ForwardState.CLOSED)

    def end(self, state: ForwardState, reason: str = "") -> None:
        if self.state is ForwardState.LISTENING:
            self.state, self.reason = state, reason
        self.ended.set()


@dataclass
class ScriptedSandbox:
    sandbox_id: str
    uid: str
    pod: dict[str, object] = field(default_factory=dict[str, object])

    info: SandboxInfo | None = None
    events: list[SandboxEvent] | SandboxError = field(default_factory=list[SandboxEvent])
    log: bytes | SandboxError = b""
    previous_log: bytes = b""
    forwards: list[ScriptedForward] = field(default_factory=list["ScriptedForward"])
    jobs: ScriptedJobs = field(default_factory=ScriptedJobs)
    filesystem: ScriptedFiles = field(default_factory=ScriptedFiles)
    taken: set[int] = field(default_factory=set[int])
    """Ports of this machine that somebody listens on."""

    async def forward_port(self, remote_port: int, *, local_port: int = 0) -> ScriptedForward:
        if local_port in self.taken:
            raise ForwardError(f"Port {local_port} is taken.", hint="Choose another one.")
        forward = ScriptedForward(self.sandbox_id, remote_port, local_port or 41000 + remote_port % 1000)
        self.forwards.append(forward)
        return forward

    async def get_info(self) -> SandboxInfo:
        assert self.info is not None
        return self.info

    async def get_pod(self) -> dict[str, object]:
        return self.pod

    async def get_events(self) -> list[SandboxEvent]:
        if isinstance(self.events, SandboxError):
            raise self.events
        return self.events

    async def get_log(self, *, tail_lines: int = 1000, previous: bool = False) -> bytes:
        if isinstance(self.log, SandboxError):
            raise self.log
        return self.previous_log if previous else self.log

    def get_url(self, port: int, *, protocol: str = "http") -> str:
        return f"{protocol}://{self.sandbox_id.replace('/', '.')}.example.com:{port}"

    async def start_command(
        self,
        command: str,
        /,
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bool = False,
        tty: bool = False,
        size: tuple[int, int] | None = None,
    ) -> TerminalCommand:
        raise SandboxError(f"no command is scripted: {command}")


@dataclass
class ScriptedSandboxes:
    """Remembers what it was asked; `answers` says what becomes of a destroy, by sandbox id."""

    answers: dict[str, bool | SandboxError] = field(default_factory=dict[str, "bool | SandboxError"])
    destroyed: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])
    known: dict[str, ScriptedSandbox] = field(default_factory=dict[str, ScriptedSandbox])
    created: ScriptedSandbox | None = None
    turns: asyncio.Queue[None] | None = None
    """Each destroy waits for a turn, where there is such a queue."""
    creating: asyncio.Event | None = None
    """Waited for before a create is done."""

    async def create(
        self,
        *,
        envs: Mapping[str, str] | None = None,
        metadata: Mapping[str, object] | None = None,
        runtime: Runtime | None = None,
        image: str | None = None,
        name: str | None = None,
        namespace: str | None = None,
        requests: Mapping[ResourceName, str] | None = None,
        limits: Mapping[ResourceName, str] | None = None,
        lifetime: timedelta | None = None,
        security_profile: SecurityProfile | None = None,
        on_progress: Callable[[CreateProgress], None] | None = None,
    ) -> ScriptedSandbox:
        if self.creating is not None:
            await self.creating.wait()
        assert self.created is not None
        return self.created

    async def get_by_id(self, sandbox_id: str) -> ScriptedSandbox | None:
        return self.known.get(sandbox_id)

    async def destroy_many(
        self,
        sandboxes: Sequence[SandboxRef],
        *,
        on_result: Callable[[DestroyResult], None] | None = None,
        keep_going: Callable[[], bool] | None = None,
    ) -> list[DestroyResult]:
        results: list[DestroyResult] = []
        for ref in sandboxes:
            sandbox_id = f"{ref.namespace}/{ref.name}"
            if keep_going is not None and not keep_going():
                outcome, error = DestroyOutcome.SKIPPED, None
            else:
                if self.turns is not None:
                    await self.turns.get()
                self.destroyed.append((sandbox_id, ref.uid))
                outcome, error = outcome_of(self.answers.get(sandbox_id, True))
            result = DestroyResult(sandbox_id=sandbox_id, uid=ref.uid, outcome=outcome, error=error)
            results.append(result)
            if on_result is not None:
                on_result(result)
        return results


def outcome_of(answer: bool | SandboxError) -> tuple[DestroyOutcome, SandboxError | None]:
    """What the provider makes of an answer."""
    if isinstance(answer, bool):
        return DestroyOutcome.DESTROYED if answer else DestroyOutcome.NOT_FOUND, None
    match answer:
        case SandboxGoneError():
            return DestroyOutcome.REPLACED, answer
        case NotManagedError():
            return DestroyOutcome.NOT_MANAGED, answer
        case ForbiddenError():
            return DestroyOutcome.FORBIDDEN, answer
        case _:
            return DestroyOutcome.FAILED, answer


class ScriptedCompute:
    def __init__(self) -> None:
        self.config = K8sConfig()
        self.sandbox = ScriptedSandboxes()
        self.inventories: list[ScriptedInventory] = []
        self.asked: list[tuple[float, bool]] = []
        self.shown: list[tuple[str, ...]] = []
        """The namespaces of each inventory."""
        self.selectors: list[str] = []
        """The labels that each inventory was asked for."""
        self.lacking: Sequence[str] | SandboxError = ()
        """The rights that are not granted, as `verb resource`."""
        self.lacking_in: Mapping[str, Sequence[str]] = {}
        """Those that are not granted in a namespace."""
        self.rights_asked: list[str] = []
        self.usage: Sequence[SandboxUsage] | SandboxError = ()
        self.usage_refused: set[str] = set()
        self.usage_asked: list[tuple[str, ...]] = []
        """The namespaces of each reading."""
        self.listable: Sequence[str] | SandboxError = ("default", "kube-system")
        self.listing: asyncio.Event | None = None
        """Waited for before the namespaces are listed."""
        self.listed = asyncio.Event()
        """Set once an inventory was asked for."""
        self.closed = False
        self.requests = 0
        self.hang_on_close = False

    def inventory(
        self,
        *,
        namespaces: Sequence[str] | None = None,
        refresh_interval: float = 2.0,
        watch: bool = True,
        label_selector: str = "",
    ) -> ScriptedInventory:
        self.selectors.append(label_selector)
        self.asked.append((refresh_interval, watch))
        self.shown.append(("<own>",) if namespaces is None else tuple(namespaces))
        self.listed.set()
        self.inventories.append(ScriptedInventory())
        return self.inventories[-1]

    async def rights(self, *, namespace: str | None = None) -> Rights:
        self.rights_asked.append(namespace or "")
        if isinstance(self.lacking, SandboxError):
            raise self.lacking
        lacking = self.lacking_in.get(namespace or "", self.lacking)
        return Rights(
            namespace=namespace or "default",
            rights=tuple(
                Right(
                    verb=need.verb,
                    resource=need.full_resource,
                    allowed=str(need) not in lacking,
                    lost="",
                    essential=True,
                )
                for need in NEEDS
            ),
        )

    async def list_usage(self, *, namespaces: Sequence[str] | None = None) -> Sequence[SandboxUsage]:
        self.usage_asked.append(tuple(namespaces or ()))
        if isinstance(self.usage, SandboxError):
            raise self.usage
        if refused := self.usage_refused.intersection(namespaces or ()):
            raise ForbiddenError(f"pods.metrics.k8s.io is forbidden in {min(refused)}", hint="Ask for list.")
        return self.usage

    async def namespaces(self) -> Sequence[str]:
        if self.listing is not None:
            await self.listing.wait()
        if isinstance(self.listable, SandboxError):
            raise self.listable
        return self.listable

    async def aclose(self) -> None:
        if self.hang_on_close:
            await asyncio.Event().wait()
        self.closed = True


@dataclass
class ScriptedCluster:
    """An `OpenedCluster`, and the way to open it."""

    compute: ScriptedCompute = field(default_factory=ScriptedCompute)
    cluster: ClusterInfo = field(
        default_factory=lambda: ClusterInfo(
            context="kind-test",
            server="https://10.0.0.1:6443",
            namespace="default",
            user="ann",
            source="/home/ann/.kube/config",
        )
    )
    local: bool = False
    isolation: str = ""
    limits: str = ""
    network: str = ""
    warning: str = ""
    failures: list[SandboxError] = field(default_factory=list[SandboxError])
    """Raised one after the other by the next attempts to open it."""
    opening: asyncio.Event | None = None
    """Waited for before it opens."""
    attempts: int = 0
    others: dict[ClusterWish, ScriptedCluster] = field(default_factory=dict["ClusterWish", "ScriptedCluster"])
    """What is opened on a wish; itself where that names none of them."""
    wishes: list[ClusterWish | None] = field(default_factory=list["ClusterWish | None"])

    async def __call__(self, wish: ClusterWish | None = None, /) -> ScriptedCluster:
        self.wishes.append(wish)
        if wish in self.others:
            return await self.others[wish]()
        self.attempts += 1
        if self.opening is not None:
            await self.opening.wait()
        if self.failures:
            raise self.failures.pop(0)
        return self

    @property
    def inventory(self) -> ScriptedInventory:
        return self.compute.inventories[-1]


class FixedClock:
    """A time that only a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Dashboard:
    """A running dashboard, seen as a user sees it."""

    def __init__(self, app: DashboardApp, pilot: Pilot[None], cluster: ScriptedCluster, clock: FixedClock) -> None:
        self.app = app
        self.pilot = pilot
        self.cluster = cluster
        self.clock = clock

    @property
    def main(self) -> MainScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def table(self) -> SandboxTable:
        return self.main.query_one(SandboxTable)

    @property
    def lines(self) -> list[str]:
        """The screen's text, line by line."""
        compositor = cast("Compositor", vars(self.app.screen)["_compositor"])
        return [strip.text.rstrip() for strip in compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def names(self) -> list[str]:
        """The numbers of the sandboxes in the table, from the top, as far as they are in view."""
        region = self.table.region
        lines = [line[region.x : region.right] for line in self.lines[region.y + 1 : region.bottom]]
        return [line[2:].split()[0].removeprefix("computesdk-sbx-").lstrip("0") for line in lines if line.strip()]

    @property
    def cursor(self) -> str:
        """The line with the cursor."""
        lines = [line for line in self.lines if line.startswith("▌")]
        assert len(lines) == 1, self.text
        return lines[0]

    @property
    def cursor_uid(self) -> str:
        row = self.table.cursor_row
        return "" if row is None else row.uid

    @property
    def said(self) -> list[str]:
        """What the notifications say."""
        notifications = cast("Notifications", vars(self.app)["_notifications"])
        return [notification.message for notification in notifications]

    def colours(self, words: str, *, line: int) -> set[str]:
        """The colours of the letters of these words in a line of the screen."""
        compositor = cast("Compositor", vars(self.app.screen)["_compositor"])
        letters = [
            (letter, style.color.name if style is not None and style.color is not None else "")
            for text, style, _ in compositor.render_strips()[line]
            for letter in text
        ]
        at = self.lines[line].index(words)
        return {colour for letter, colour in letters[at : at + len(words)] if letter != " "}

    async def click(self, text: str) -> None:
        """Click on the last place of the screen that shows a text: dialogues stand below the lines at the top."""
        y = next(y for y, words in reversed(list(enumerate(self.lines))) if text in words)
        await self.pilot.click(offset=(self.lines[y].index(text), y))
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys once the screen takes them; the driver of a terminal holds them back until then."""
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                while not self._takes_keys:
                    await self.pilot.pause(0.01)
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def _takes_keys(self) -> bool:
        if not self.app.screen_stack:
            return True
        screen = self.app.screen
        return screen.is_mounted and (screen.focused is not None or screen.AUTO_FOCUS == "" or not screen.focus_chain)

    async def put(self, *updates: Update | SandboxError) -> None:
        """Let the cluster say this, and wait until it is on the screen."""
        for update in updates:
            self.cluster.inventory.put(update)
        await self.painted()

    async def put_rows(self, infos: Iterable[SandboxInfo], *, removed: Sequence[str] = ()) -> None:
        await self.put(Update(list(infos), removed))

    async def painted(self) -> None:
        """Wait until all that came in is on the screen."""
        async with asyncio.timeout(60):
            await self.cluster.inventory.waiting.wait()
            while self.main.paint_waits:
                await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                assert vars(self.app)["_exception"] is None, "the app failed"
                await self.pilot.pause(0.01)


async def _contexts(contexts: Sequence[ContextInfo] | SandboxError) -> Sequence[ContextInfo]:
    if isinstance(contexts, SandboxError):
        raise contexts
    return contexts


@asynccontextmanager
async def dashboard(
    infos: Sequence[SandboxInfo] | None = None,
    *,
    cluster: ScriptedCluster | None = None,
    size: tuple[int, int] = (80, 24),
    refresh: float | None = None,
    settings: Settings | None = None,
    problems: Sequence[str] = (),
    remembered: Remembered | None = None,
    contexts: Sequence[ContextInfo] | SandboxError | None = None,
    glyphs: Glyphs | None = None,
    theme: str = "",
    join: TerminalJoiner | None = None,
    ahead: bool = False,
) -> AsyncGenerator[Dashboard]:
    """Run the dashboard; with `infos`, they are on the screen when it begins."""
    from k8s_sandbox_tui.dashboard.looks import UNICODE

    cluster = cluster or ScriptedCluster()
    clock = FixedClock()
    app = DashboardApp(
        cluster,
        contexts=None if contexts is None else partial(_contexts, contexts),
        settings=settings or Settings(refresh=refresh),
        problems=problems,
        remembered=remembered,
        clock=clock,
        # What the settings say counts where no signs are named.
        glyphs=glyphs or (UNICODE if settings is None or settings.ascii is None else None),
        join=join,
        ahead=ahead,
    )
    if theme:
        app.theme = theme
    async with app.run_test(size=size, notifications=True) as pilot:
        shown = Dashboard(app, pilot, cluster, clock)
        if infos is not None:
            await shown.until(lambda: bool(cluster.compute.inventories))
            await shown.put_rows(infos)
            await shown.until(lambda: bool(app.screen.query("ConsolePane PromptLine")))
        yield shown
