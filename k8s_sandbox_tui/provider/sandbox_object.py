"""A sandbox as the object that the API server keeps: what is known of it, looked at again, and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from k8s_sandbox_tui.provider.changing import annotate, current_pod, current_pod_body, extend, set_expiry
from k8s_sandbox_tui.provider.durations import Duration, check_duration
from k8s_sandbox_tui.provider.info import sandbox_info
from k8s_sandbox_tui.provider.manifest import metadata_annotations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from k8s_sandbox_tui.provider.access import ClusterAccess
    from k8s_sandbox_tui.provider.looking import SandboxEvent
    from k8s_sandbox_tui.provider.models import SandboxInfo


class SandboxObject:
    """The part of a `Sandbox` that needs nothing but its Pod's object."""

    provider: Literal["k8s"] = "k8s"

    def __init__(self, access: ClusterAccess, info: SandboxInfo) -> None:
        """Wraps what is known; makes no request."""
        self._access = access
        self._info = info

    @property
    def info(self) -> SandboxInfo:
        """The sandbox as it was last seen; `get_info` looks again."""
        return self._info

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return self._info.id

    @property
    def name(self) -> str:
        """The Pod's name."""
        return self._info.name

    @property
    def namespace(self) -> str:
        """The Pod's namespace."""
        return self._info.namespace

    @property
    def uid(self) -> str:
        """The Pod's uid."""
        return self._info.uid

    async def get_info(self) -> SandboxInfo:
        """Looks at the sandbox again.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
        """
        self._info = sandbox_info(await current_pod(await self._access.open(), self._info))
        return self._info

    async def get_pod(self) -> dict[str, object]:
        """The whole Pod as the API server has it now; its variables, which may be secret, are in it in clear.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
        """
        body = await current_pod_body(await self._access.open(), self._info)
        return msgspec.json.decode(body, type=dict[str, object])

    async def get_events(self) -> list[SandboxEvent]:
        """What happened to the sandbox, oldest first; Kubernetes forgets that after an hour.

        Raises:
            ForbiddenError: It needs the verb `list` on events, which ComputeSDK's own rights lack.
        """
        from k8s_sandbox_tui.provider.looking import sandbox_events

        return await sandbox_events(await self._access.open(), self._info)

    async def get_log(self, *, tail_lines: int = 1000, previous: bool = False) -> bytes:
        """The end of what the main process has written, 1 MiB of it at most; commands' output is not in it.

        Args:
            tail_lines: How many lines.
            previous: Of the container before this one, where it was started again.

        Raises:
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `get` on pods/log, which ComputeSDK's own rights lack.
            ApiError: The container has not started, or there is no previous one.
        """
        from k8s_sandbox_tui.provider.looking import sandbox_log

        return await sandbox_log(await self._access.open(), self._info, tail_lines=tail_lines, previous=previous)

    async def set_metadata(self, metadata: Mapping[str, object], *, remove: Iterable[str] = ()) -> SandboxInfo:
        """Sets some of the metadata and leaves the rest as it is.

        Args:
            metadata: What to set; values are kept as by `create`.
            remove: Keys to remove; one that is not there is no error.

        Raises:
            InvalidArgumentError: A key or value cannot be; no request was made.
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `patch` on Pods, which ComputeSDK's own rights lack.
        """
        removed = metadata_annotations(dict.fromkeys(remove, ""))
        changes: dict[str, str | None] = {**dict.fromkeys(removed), **metadata_annotations(metadata)}
        self._info = await annotate(await self._access.open(), self._info, changes)
        return self._info

    async def extend(self, duration: Duration) -> SandboxInfo:
        """Lets the sandbox live for at least this long from now; never shortens its life.

        A sandbox without an expiry is left as it is. Safe against a client that is about to destroy it: that one
        destroys only what has not changed since it looked.

        Args:
            duration: Milliseconds or a timedelta, from now on by the API server's clock.

        Raises:
            InvalidArgumentError: It is no span of time, or reaches beyond its `max_lifetime`.
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `patch` on Pods, which ComputeSDK's own rights lack.
        """
        span = check_duration("duration", duration)
        self._info = await extend(await self._access.open(), self._info, span)
        return self._info

    async def set_expiry(self, moment: datetime | None) -> SandboxInfo:
        """Sets when the sandbox expires, earlier or later than before; None: never.

        Raises:
            InvalidArgumentError: The moment has no time zone, or is beyond its `max_lifetime`.
            SandboxGoneError: It is not there any more, or another Pod has its name.
            ForbiddenError: It needs the verb `patch` on Pods, which ComputeSDK's own rights lack.
        """
        self._info = await set_expiry(await self._access.open(), self._info, moment)
        return self._info

    def __repr__(self) -> str:
        """Names the sandbox."""
        return f"Sandbox({self.sandbox_id!r})"
