"""The volumes of a Pod: folders that live as long as it does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import UNSET

from k8s_sandbox_tui.local_cluster.kubelet.config_error import ContainerConfigError
from k8s_sandbox_tui.local_cluster.kubelet.environment import expand
from k8s_sandbox_tui.local_cluster.runtime.types import Mount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.objects.pod import Container, Volume

FOLDER = ".volumes"
"""In the Pod's folder, beside those of its containers, whose names cannot begin with a dot."""
_SHARED_MODE = 0o777
_GROUP_MODE = 0o2777


def missing_volumes(volumes: Sequence[Volume]) -> list[str]:
    """Why volumes cannot be mounted, in the kubelet's form. Tokens of service accounts are left out, not missed."""
    return [
        f'MountVolume.SetUp failed for volume "{volume.name}" : the local cluster has no such volumes, only emptyDir: '
        "use one, or a real cluster"
        for volume in volumes
        if not _is_folder(volume) and volume.projected is UNSET
    ]


def make_volumes(folder: Path, volumes: Sequence[Volume], group: int | None) -> None:
    """Makes the folders.

    Args:
        folder: Where.
        volumes: Those of the Pod.
        group: Whom they belong to; None: nobody in particular.

    Raises:
        OSError: it cannot be done.
    """
    for volume in volumes:
        if not _is_folder(volume):
            continue
        path = folder / volume.name
        path.mkdir(parents=True, exist_ok=True)
        if group is not None and os.geteuid() == 0:
            os.chown(path, -1, group)
            path.chmod(_GROUP_MODE)
        else:
            path.chmod(_SHARED_MODE)


def mounts(
    container: Container, volumes: Sequence[Volume], folder: Path, variables: Mapping[str, str]
) -> tuple[Mount, ...]:
    """What a container sees of the Pod's volumes; parts of volumes that it names are made.

    Raises:
        OSError: a part cannot be made.
        ContainerConfigError: a part is not in its volume.
    """
    folders = {volume.name for volume in volumes if _is_folder(volume)}
    found: list[Mount] = []
    for mount in container.volume_mounts:
        if mount.name not in folders:
            continue
        part = mount.sub_path or expand(mount.sub_path_expr, variables)
        source = _part(folder / mount.name, part)
        path = os.path.normpath(f"/{mount.mount_path.lstrip('/')}")
        found.append(Mount(source=source, path=path, read_only=mount.read_only))
    return tuple(found)


def _part(volume: Path, part: str) -> Path:
    """A folder in a volume; made as open as the volume is."""
    path = volume
    for name in part.split("/"):
        if name in {"", "."}:
            continue
        if name == "..":
            raise ContainerConfigError(f"a volume's subPath must not contain '..': {part}")
        path /= name
        # What a container has put there must not lead out of the volume.
        if path.is_symlink():
            raise ContainerConfigError(f"the subPath {part} of a volume leads through a link")
        if not path.is_dir():
            path.mkdir()
            path.chmod(volume.stat().st_mode)
    return path


def _is_folder(volume: Volume) -> bool:
    """Whether it is an emptyDir, which a volume without any kind is too."""
    others = (
        volume.projected,
        volume.host_path,
        volume.config_map,
        volume.secret,
        volume.downward_api,
        volume.persistent_volume_claim,
        volume.nfs,
        volume.csi,
        volume.ephemeral,
        volume.image,
    )
    return all(other is UNSET for other in others)
