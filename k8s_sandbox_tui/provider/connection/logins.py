"""Credentials of a kubeconfig that may be written again while it is used: a login puts other ones into the file."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.connection.credentials import credentials_for
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target
from k8s_sandbox_tui.provider.connection.kubeconfig_sources import default_files, resolve_source
from k8s_sandbox_tui.provider.daemon_thread import in_daemon_thread
from k8s_sandbox_tui.provider.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.provider.connection.credential import Credential, CredentialSource
    from k8s_sandbox_tui.provider.connection.kubeconfig import ClusterTarget


class KubeconfigCredentials:
    """The credentials of a context's user, as its files have them once those that were read are no longer taken.

    Only the user's entry is read again, and only for the server that it was read for: the cluster never changes.
    """

    def __init__(self, target: ClusterTarget, *, path: str = "") -> None:
        """Reads nothing that `load_target` has not read.

        Args:
            target: What `load_target` found.
            path: What it was given.

        Raises:
            InvalidKubeconfigError: The user's entry cannot be used.
        """
        self._target = target
        self._path = path
        self._files = _files(path)
        self._seen = _versions(self._files)
        self._source = credentials_for(target.cluster, target.user)
        self._before: list[CredentialSource] = []
        self._turn = asyncio.Lock()

    async def get(self) -> Credential:
        """The credential to use now.

        Raises:
            ConfigError: None can be had, from the files as they are now either.
        """
        source = self._source
        try:
            return await source.get()
        except ConfigError:
            if not await self._logged_in_since(source):
                raise
        return await self._source.get()

    async def renew(self, rejected: Credential) -> Credential | None:
        """After a 401: what the source has instead, else what a login has written since."""
        source = self._source
        try:
            renewed = await source.renew(rejected)
        except ConfigError:
            if not await self._logged_in_since(source):
                raise
        else:
            if renewed is not None or not await self._logged_in_since(source):
                return renewed
        credential = await self._source.get()
        return credential if credential != rejected else None

    async def aclose(self) -> None:
        """Ends whatever still runs for it."""
        for source in (*self._before, self._source):
            await source.aclose()

    async def _logged_in_since(self, source: CredentialSource) -> bool:
        """Whether there is another source by now: the files were written again, and the user's entry is another."""
        async with self._turn:
            if self._source is not source:
                return True
            versions = _versions(self._files)
            if versions == self._seen:
                return False
            self._seen = versions
            target = self._target
            try:
                read = partial(load_target, path=self._path, context=target.context)
                now = await in_daemon_thread(read, name="kubeconfig")
                if (now.cluster.server, now.user_name) != (target.cluster.server, target.user_name):
                    return False
                if now.user == target.user:
                    return False
                made = credentials_for(target.cluster, now.user)
            except ConfigError:
                return False  # it may be half written; what was refused is the error that counts
            self._before.append(source)
            self._source, self._target = made, msgspec.structs.replace(target, user=now.user)
            return True


def _files(path: str) -> Sequence[Path]:
    """The kubeconfigs that can be written again; none where it was given as text or in a variable."""
    source = resolve_source("", path, os.environ)
    if source.kind == "path":
        return (Path(source.value).expanduser(),)
    return default_files(os.environ) if source.kind == "default" else ()


def _versions(files: Sequence[Path]) -> list[tuple[int, int, int] | None]:
    """What tells one state of the files from another."""
    versions: list[tuple[int, int, int] | None] = []
    for file in files:
        try:
            found = file.stat()
        except OSError:
            versions.append(None)
        else:
            versions.append((found.st_mtime_ns, found.st_size, found.st_ino))
    return versions
