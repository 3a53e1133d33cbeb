"""What can be done with the sandboxes of one opened cluster: create, destroy, run commands, copy URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.sandbox_host import SandboxHost
from k8s_sandbox_tui.dashboard.urls.template import UrlTemplate, shares_network
from k8s_sandbox_tui.provider.errors import SandboxError, SandboxGoneError
from k8s_sandbox_tui.provider.models import RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from k8s_sandbox_tui.dashboard.create.flow import CreateFlow
    from k8s_sandbox_tui.dashboard.create.form import CreateDefaults
    from k8s_sandbox_tui.dashboard.create.like import Likeness
    from k8s_sandbox_tui.dashboard.destroy import Target
    from k8s_sandbox_tui.dashboard.looks import Glyphs
    from k8s_sandbox_tui.dashboard.ports import OpenedClusterPort, SandboxPort
    from k8s_sandbox_tui.dashboard.remembered import Remembered
    from k8s_sandbox_tui.dashboard.urls.flow import UrlHost
    from k8s_sandbox_tui.dashboard.urls.ports import UrlHistory
    from k8s_sandbox_tui.provider.models import SandboxInfo


class Workbench:
    """The dialogues over one opened cluster; all of them have to run in a worker."""

    def __init__(
        self, app: UrlHost, opened: OpenedClusterPort, ports: UrlHistory, remembered: Remembered | None = None
    ) -> None:
        """Prepare them.

        Args:
            app: Shows the dialogues.
            opened: The cluster.
            ports: The ports used before.
            remembered: Where the presets of the create form and the templates of URLs are.
        """
        self._app = app
        self._compute = opened.compute
        self._template = UrlTemplate(opened, remembered)
        self.shares_network = shares_network(opened)
        """Whether the ports of sandboxes are those of this machine."""
        self._ports = ports
        self._hosts: dict[str, SandboxHost] = {}
        self._destroyed: set[str] = set()
        self.creating = 0
        """Forms that are open and creates that are under way."""
        self._remembered = remembered
        self._namespace = opened.cluster.namespace
        self._creator: CreateFlow[SandboxPort] | None = None

    def work_in(self, namespace: str) -> None:
        """Create in this namespace, unless the form says otherwise."""
        self._namespace = namespace

    def host(self, info: SandboxInfo) -> SandboxHost:
        """Runs commands in a sandbox."""
        host = self._hosts.get(info.uid)
        if host is None:
            host = self._hosts[info.uid] = SandboxHost(self._compute.sandbox, info.id, info.uid)
        return host

    def forget(self, uids: Iterable[str]) -> None:
        """Let go of sandboxes that are gone."""
        for uid in uids:
            self._hosts.pop(uid, None)

    async def create(self) -> str:
        """Ask for a new sandbox and see it through; its uid, or nothing."""
        return await self._create()

    async def create_like(self, info: SandboxInfo) -> str:
        """Ask for another sandbox like this one; the new one's uid, or nothing."""
        from k8s_sandbox_tui.dashboard.create.like import form_like
        from k8s_sandbox_tui.dashboard.create.progress import failure_text

        try:
            pod = await (await self._find(info)).get_pod()
        except SandboxError as error:
            self._app.notify(failure_text(error), title="Not copied", severity="error", markup=False)
            return ""
        return await self._create(form_like(info, pod, self._defaults()))

    async def _create(self, like: Likeness | None = None) -> str:
        self.creating += 1
        try:
            created = await self._flow().run(like)
        finally:
            self.creating -= 1
        return "" if created is None else created.uid

    def _flow(self) -> CreateFlow[SandboxPort]:
        """The form, which is large: loaded when it is wanted, not before the first rows."""
        from k8s_sandbox_tui.dashboard.create.flow import CreateFlow
        from k8s_sandbox_tui.dashboard.create.presets import Presets

        if self._creator is None:
            presets = Presets(self._remembered)
            self._creator = CreateFlow(self._app, self._compute.sandbox, self._defaults(), presets)
        self._creator.defaults = self._defaults()
        return self._creator

    def _defaults(self) -> CreateDefaults:
        from k8s_sandbox_tui.dashboard.create.form import CreateDefaults

        config = self._compute.config
        return CreateDefaults(
            namespace=self._namespace,
            runtime=config.runtime,
            images={runtime: config.image_for(runtime) for runtime in RUNTIMES},
            prefix=config.pod_name_prefix,
            url_template=self._template.text,
            config=config,
        )

    async def look_inside(self, info: SandboxInfo, page: str, clock: Callable[[], datetime]) -> None:
        """Show what is known of a sandbox."""
        from k8s_sandbox_tui.dashboard.inside.screen import InsideScreen, Page

        await self._app.push_screen_wait(InsideScreen(info, lambda: self._find(info), page=Page(page), clock=clock))

    async def _find(self, info: SandboxInfo) -> SandboxPort:
        """The sandbox that has this uid.

        Raises:
            SandboxGoneError: It is not there any more.
        """
        sandbox = await self._compute.sandbox.get_by_id(info.id)
        if sandbox is None or sandbox.uid != info.uid:
            raise SandboxGoneError(f"{info.name} does not exist any more.")
        return sandbox

    async def copy_url(self, info: SandboxInfo, why_no_forward: str = "") -> int | None:
        """Ask for a port and copy or open its URL; the port, where it is to be forwarded instead.

        Args:
            info: The sandbox.
            why_no_forward: Why ports cannot be forwarded; empty where they can.
        """
        from k8s_sandbox_tui.dashboard.urls.flow import show_url
        from k8s_sandbox_tui.dashboard.urls.source import TemplateUrls

        source = TemplateUrls(template=self._template.text, namespace=info.namespace, name=info.name)
        return await show_url(self._app, source, self._ports, self._template, why_no_forward=why_no_forward)

    async def destroy(self, targets: Sequence[Target], glyphs: Glyphs, *, protected: str = "") -> list[str]:
        """Ask, destroy the sandboxes as they were when it was asked, and say truthfully what became of each.

        Args:
            targets: The sandboxes.
            glyphs: The signs of the statuses.
            protected: The context, where it is a protected one.

        Returns:
            The uids of those that are gone for sure.
        """
        from k8s_sandbox_tui.dashboard.destroy import Destruction
        from k8s_sandbox_tui.dashboard.destroy_screen import DestroyScreen
        from k8s_sandbox_tui.dashboard.destruction_screen import see_through

        if not await self._app.push_screen_wait(DestroyScreen(targets, glyphs, protected=protected)):
            return []
        self._destroyed.update([target.uid for target in targets])
        destruction = Destruction(self._compute.sandbox, targets)
        await see_through(self._app, destruction, glyphs)
        self._destroyed.difference_update([result.target.uid for result in destruction.troubles])
        return destruction.gone

    def destroyed(self, uid: str) -> bool:
        """Whether a sandbox goes because it was destroyed from here."""
        return uid in self._destroyed
