"""The provider core: sandboxes on Kubernetes, for scripts. Knows no screen.

Names are imported when they are first used: `import k8s_sandbox_tui` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.collection import (
        SandboxCollection,
    )
    from k8s_sandbox_tui.provider.compute import (
        Compute,
        k8s,
    )
    from k8s_sandbox_tui.provider.config import (
        K8sConfig,
    )
    from k8s_sandbox_tui.provider.connection.kubeconfig_sources import (
        is_configured,
    )
    from k8s_sandbox_tui.provider.connection.official import (
        OfficialConfiguration,
    )
    from k8s_sandbox_tui.provider.destroy_many import (
        DestroyOutcome,
        DestroyResult,
        SandboxRef,
    )
    from k8s_sandbox_tui.provider.durations import (
        Duration,
    )
    from k8s_sandbox_tui.provider.errors import (
        ApiError,
        AuthenticationError,
        CertificateError,
        CommandError,
        CommandStartError,
        CommandTimeoutError,
        ConfigError,
        ConflictError,
        ConnectionLostError,
        ContextNotFoundError,
        CreateError,
        CreateTimeoutError,
        CredentialPluginError,
        DestroyTimeoutError,
        ForbiddenError,
        ForwardError,
        InvalidArgumentError,
        InvalidKubeconfigError,
        InvalidObjectError,
        KubeconfigNotFoundError,
        NotFoundError,
        NotManagedError,
        NotUpgradedError,
        RateLimitedError,
        SandboxError,
        SandboxGoneError,
        TransportError,
    )
    from k8s_sandbox_tui.provider.exec.running import (
        OutputChunk,
        RunningCommand,
    )
    from k8s_sandbox_tui.provider.files.entries import (
        FileEntry,
        FileType,
    )
    from k8s_sandbox_tui.provider.files.errors import (
        FileError,
        FileExistsAlreadyError,
        FileIsDirectoryError,
        FileMissingError,
        FileNoSpaceError,
        FileNotDirectoryError,
        FilePermissionError,
        FileTimeoutError,
        FileTooLargeError,
        FileTransferError,
        LocalFileError,
        UnsafeArchiveError,
    )
    from k8s_sandbox_tui.provider.files.filesystem import (
        FileSystem,
    )
    from k8s_sandbox_tui.provider.files.name_list import (
        NameList,
    )
    from k8s_sandbox_tui.provider.files.paths import (
        RemotePath,
    )
    from k8s_sandbox_tui.provider.files.reader import (
        FileReader,
    )
    from k8s_sandbox_tui.provider.files.sync import (
        SyncResult,
    )
    from k8s_sandbox_tui.provider.files.sync_face import (
        FileSync,
    )
    from k8s_sandbox_tui.provider.files.transfer import (
        OnProgress,
        SkippedEntry,
        TransferProgress,
        TransferResult,
    )
    from k8s_sandbox_tui.provider.forward.model import (
        ForwardEvent,
        ForwardEventKind,
        ForwardState,
        ForwardVia,
        ForwardWay,
    )
    from k8s_sandbox_tui.provider.forward.port_forward import (
        PortForward,
    )
    from k8s_sandbox_tui.provider.freshness import (
        Freshness,
        InventoryUpdate,
    )
    from k8s_sandbox_tui.provider.inventory import (
        Inventory,
    )
    from k8s_sandbox_tui.provider.jobs.collection import (
        JobCollection,
    )
    from k8s_sandbox_tui.provider.jobs.errors import (
        JobError,
        JobLostError,
        JobNotFoundError,
        JobRunningError,
        JobTimeoutError,
    )
    from k8s_sandbox_tui.provider.jobs.follow import (
        JobFollow,
    )
    from k8s_sandbox_tui.provider.jobs.job import (
        Job,
    )
    from k8s_sandbox_tui.provider.jobs.models import (
        JobInfo,
        JobLog,
        JobState,
        LogChunk,
        LogOffset,
    )
    from k8s_sandbox_tui.provider.models import (
        ClusterInfo,
        CommandResult,
        CreateProgress,
        CreateStage,
        Runtime,
        SandboxInfo,
        SandboxStatus,
    )
    from k8s_sandbox_tui.provider.opened import (
        OpenCluster,
        OpenedCluster,
    )
    from k8s_sandbox_tui.provider.pages import (
        SandboxPages,
    )
    from k8s_sandbox_tui.provider.pod_fields import (
        Ports,
        Toleration,
    )
    from k8s_sandbox_tui.provider.resources import (
        ResourceAmounts,
        ResourceName,
        Resources,
    )
    from k8s_sandbox_tui.provider.rights import (
        Right,
        Rights,
    )
    from k8s_sandbox_tui.provider.sandbox import (
        Sandbox,
    )
    from k8s_sandbox_tui.provider.security import (
        SecurityProfile,
    )
    from k8s_sandbox_tui.provider.selection import (
        Selection,
        select,
    )
    from k8s_sandbox_tui.provider.usage import (
        SandboxUsage,
    )
    from k8s_sandbox_tui.provider.watch import (
        ChangeKind,
        SandboxChange,
        SandboxWatch,
    )

__all__ = [
    "ApiError",
    "AuthenticationError",
    "CertificateError",
    "ChangeKind",
    "ClusterInfo",
    "CommandError",
    "CommandResult",
    "CommandStartError",
    "CommandTimeoutError",
    "Compute",
    "ConfigError",
    "ConflictError",
    "ConnectionLostError",
    "ContextNotFoundError",
    "CreateError",
    "CreateProgress",
    "CreateStage",
    "CreateTimeoutError",
    "CredentialPluginError",
    "DestroyOutcome",
    "DestroyResult",
    "DestroyTimeoutError",
    "Duration",
    "FileEntry",
    "FileError",
    "FileExistsAlreadyError",
    "FileIsDirectoryError",
    "FileMissingError",
    "FileNoSpaceError",
    "FileNotDirectoryError",
    "FilePermissionError",
    "FileReader",
    "FileSync",
    "FileSystem",
    "FileTimeoutError",
    "FileTooLargeError",
    "FileTransferError",
    "FileType",
    "ForbiddenError",
    "ForwardError",
    "ForwardEvent",
    "ForwardEventKind",
    "ForwardState",
    "ForwardVia",
    "ForwardWay",
    "Freshness",
    "InvalidArgumentError",
    "InvalidKubeconfigError",
    "InvalidObjectError",
    "Inventory",
    "InventoryUpdate",
    "Job",
    "JobCollection",
    "JobError",
    "JobFollow",
    "JobInfo",
    "JobLog",
    "JobLostError",
    "JobNotFoundError",
    "JobRunningError",
    "JobState",
    "JobTimeoutError",
    "K8sConfig",
    "KubeconfigNotFoundError",
    "LocalFileError",
    "LogChunk",
    "LogOffset",
    "NameList",
    "NotFoundError",
    "NotManagedError",
    "NotUpgradedError",
    "OfficialConfiguration",
    "OnProgress",
    "OpenCluster",
    "OpenedCluster",
    "OutputChunk",
    "PortForward",
    "Ports",
    "RateLimitedError",
    "RemotePath",
    "ResourceAmounts",
    "ResourceName",
    "Resources",
    "Right",
    "Rights",
    "RunningCommand",
    "Runtime",
    "Sandbox",
    "SandboxChange",
    "SandboxCollection",
    "SandboxError",
    "SandboxGoneError",
    "SandboxInfo",
    "SandboxPages",
    "SandboxRef",
    "SandboxStatus",
    "SandboxUsage",
    "SandboxWatch",
    "SecurityProfile",
    "Selection",
    "SkippedEntry",
    "SyncResult",
    "Toleration",
    "TransferProgress",
    "TransferResult",
    "TransportError",
    "UnsafeArchiveError",
    "is_configured",
    "k8s",
    "select",
]

_NAMES = {
    "collection": ("SandboxCollection",),
    "compute": ("Compute", "k8s"),
    "config": ("K8sConfig",),
    "connection.kubeconfig_sources": ("is_configured",),
    "connection.official": ("OfficialConfiguration",),
    "destroy_many": ("DestroyOutcome", "DestroyResult", "SandboxRef"),
    "durations": ("Duration",),
    "errors": (
        "ApiError",
        "AuthenticationError",
        "CertificateError",
        "CommandError",
        "CommandStartError",
        "CommandTimeoutError",
        "ConfigError",
        "ConflictError",
        "ConnectionLostError",
        "ContextNotFoundError",
        "CreateError",
        "CreateTimeoutError",
        "CredentialPluginError",
        "DestroyTimeoutError",
        "ForbiddenError",
        "ForwardError",
        "InvalidArgumentError",
        "InvalidKubeconfigError",
        "InvalidObjectError",
        "KubeconfigNotFoundError",
        "NotFoundError",
        "NotManagedError",
        "NotUpgradedError",
        "RateLimitedError",
        "SandboxError",
        "SandboxGoneError",
        "TransportError",
    ),
    "exec.running": ("OutputChunk", "RunningCommand"),
    "files.entries": ("FileEntry", "FileType"),
    "files.errors": (
        "FileError",
        "FileExistsAlreadyError",
        "FileIsDirectoryError",
        "FileMissingError",
        "FileNoSpaceError",
        "FileNotDirectoryError",
        "FilePermissionError",
        "FileTimeoutError",
        "FileTooLargeError",
        "FileTransferError",
        "LocalFileError",
        "UnsafeArchiveError",
    ),
    "files.filesystem": ("FileSystem",),
    "files.name_list": ("NameList",),
    "files.sync": ("SyncResult",),
    "files.sync_face": ("FileSync",),
    "files.paths": ("RemotePath",),
    "files.reader": ("FileReader",),
    "files.transfer": ("OnProgress", "SkippedEntry", "TransferProgress", "TransferResult"),
    "forward.model": ("ForwardEvent", "ForwardEventKind", "ForwardState", "ForwardVia", "ForwardWay"),
    "forward.port_forward": ("PortForward",),
    "freshness": ("Freshness", "InventoryUpdate"),
    "inventory": ("Inventory",),
    "jobs.collection": ("JobCollection",),
    "jobs.errors": ("JobError", "JobLostError", "JobNotFoundError", "JobRunningError", "JobTimeoutError"),
    "jobs.follow": ("JobFollow",),
    "jobs.job": ("Job",),
    "jobs.models": ("JobInfo", "JobLog", "JobState", "LogChunk", "LogOffset"),
    "models": (
        "ClusterInfo",
        "CommandResult",
        "CreateProgress",
        "CreateStage",
        "Runtime",
        "SandboxInfo",
        "SandboxStatus",
    ),
    "opened": ("OpenCluster", "OpenedCluster"),
    "pages": ("SandboxPages",),
    "pod_fields": ("Ports", "Toleration"),
    "resources": ("ResourceAmounts", "ResourceName", "Resources"),
    "rights": ("Right", "Rights"),
    "sandbox": ("Sandbox",),
    "security": ("SecurityProfile",),
    "selection": ("Selection", "select"),
    "usage": ("SandboxUsage",),
    "watch": ("ChangeKind", "SandboxChange", "SandboxWatch"),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Imports a public name from its module (PEP 562)."""
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
