"""The sandboxes of a cluster: create, find, list, destroy."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.config import check_image, check_milliseconds, check_runtime
from k8s_sandbox_tui.provider.create import create_sandbox
from k8s_sandbox_tui.provider.destroy import destroy_sandbox, not_managed
from k8s_sandbox_tui.provider.errors import NotFoundError
from k8s_sandbox_tui.provider.ids import SandboxId, check_namespace, check_new_name, parse_id
from k8s_sandbox_tui.provider.info import is_managed, sandbox_info
from k8s_sandbox_tui.provider.manifest import PodRequest, check_envs, metadata_annotations
from k8s_sandbox_tui.provider.pods import all_sandboxes, get_pod
from k8s_sandbox_tui.provider.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.models import CreateProgress, Runtime


class SandboxCollection:
    """`compute.sandbox`."""

    def __init__(self, access: ClusterAccess) -> None:
        """Makes no request."""
        self._access = access

    async def create(
        self,
        *,
        envs: Mapping[str, str] | None = None,
        metadata: Mapping[str, object] | None = None,
        runtime: Runtime | None = None,
        image: str | None = None,
        name: str | None = None,
        namespace: str | None = None,
        timeout: int | None = None,
        on_progress: Callable[[CreateProgress], None] | None = None,
    ) -> Sandbox:
        """Creates a sandbox and waits until its container runs.

        A sandbox that does not come to run, or whose creation is cancelled, is deleted again. What can never
        start is given up after a grace: at once when the container has ended or its image's name is invalid, after
        10 s when the image cannot be pulled or the container not created, after 20 s when no node has room and no
        autoscaler has said that one is coming.

        Args:
            envs: Environment variables of the container, for every command; values arrive as they are.
            metadata: Kept as annotations; read back as text in `SandboxInfo.metadata`, values other than text as JSON.
            runtime: `node` or `python`: the label, and the image where none is given.
            image: The container's image.
            name: The Pod's name; made from the prefix when it is left out.
            namespace: Where; the configured one when it is left out.
            timeout: Milliseconds to wait; the configured ones when it is left out.
            on_progress: Called with each stage, from this event loop.

        Raises:
            InvalidArgumentError: An argument cannot be; no request was made.
            CreateError: The sandbox cannot start; `reason` and `events` say why.
            CreateTimeoutError: It did not run in time.
            ConflictError: There is a Pod of that name.
            ForbiddenError: Creating Pods here is not allowed, or a policy refuses this one.
            SandboxError: See `provider.errors`.
        """
        config = self._access.config
        chosen = check_runtime(runtime or config.runtime)
        wait = config.timeout if timeout is None else check_milliseconds("timeout", timeout)
        request = PodRequest(
            name=check_new_name(name) if name else "",
            namespace=check_namespace(namespace) if namespace else "",
            runtime=chosen,
            image=check_image(config.image_for(chosen, image or "")),
            envs=check_envs(envs or {}),
            annotations=metadata_annotations(metadata or {}),
            nonce=secrets.token_hex(16),
        )
        info = await create_sandbox(self._access, request, timeout=wait, on_progress=on_progress)
        return Sandbox(self._access, info)

    async def get_by_id(self, sandbox_id: str) -> Sandbox | None:
        """The sandbox of an id, `<namespace>/<pod>` or `<pod>` in the configured namespace; None when there is none.

        Raises:
            InvalidArgumentError: It is no id; no request was made.
            NotManagedError: The Pod is no sandbox.
        """
        parsed = await self._parse(sandbox_id)
        try:
            pod = await get_pod(await self._access.open(), parsed.namespace, parsed.name)
        except NotFoundError:
            return None
        if not is_managed(pod):
            raise not_managed(parsed)
        return Sandbox(self._access, sandbox_info(pod))

    async def list(self, *, namespace: str | None = None) -> list[Sandbox]:
        """All sandboxes of a namespace, in whatever state; of the configured one when it is left out.

        Raises:
            InvalidArgumentError: It is no namespace's name.
            ForbiddenError: Listing Pods there is not allowed.
        """
        chosen = check_namespace(namespace) if namespace else await self._access.namespace()
        infos = await all_sandboxes(await self._access.open(), chosen)
        return [Sandbox(self._access, info) for info in infos]

    async def destroy(self, sandbox_id: str, *, uid: str | None = None) -> bool:
        """Deletes a sandbox, then the Service `<pod>-svc` if there is one; False when there was no sandbox.

        It has its grace period, 5 s, to end; this does not wait for it.

        Args:
            sandbox_id: `<namespace>/<pod>`, or `<pod>` in the configured namespace.
            uid: Delete only the Pod with this uid.

        Raises:
            InvalidArgumentError: It is no id; no request was made.
            NotManagedError: The Pod is no sandbox; it is left alone.
            SandboxGoneError: Another Pod has the name now; it is left alone.
        """
        return await destroy_sandbox(self._access, await self._parse(sandbox_id), uid=uid)

    async def _parse(self, sandbox_id: str) -> SandboxId:
        parse_id(sandbox_id, "default")  # a malformed id is refused before a credential plugin runs
        return parse_id(sandbox_id, await self._access.namespace())
