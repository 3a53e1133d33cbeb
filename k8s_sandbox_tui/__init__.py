"""Sandboxes on Kubernetes: provider, dashboard, commands and a local cluster.

    from k8s_sandbox_tui import k8s

    async with k8s(runtime="python") as compute:
        sandbox = await compute.sandbox.create()
        result = await sandbox.run_command("echo hello")
        await sandbox.destroy()

`k8s_sandbox_tui.sync` has the same without `await`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider import (
        ApiError,
        AuthenticationError,
        CertificateError,
        ChangeKind,
        ClusterInfo,
        CommandError,
        CommandResult,
        CommandStartError,
        CommandTimeoutError,
        Compute,
        ConfigError,
        ConflictError,
        ConnectionLostError,
        ContextNotFoundError,
        CreateError,
        CreateProgress,
        CreateStage,
        CreateTimeoutError,
        CredentialPluginError,
        DestroyOutcome,
        DestroyResult,
        DestroyTimeoutError,
        Duration,
        ForbiddenError,
        Freshness,
        InvalidArgumentError,
        InvalidKubeconfigError,
        InvalidObjectError,
        Inventory,
        InventoryUpdate,
        K8sConfig,
        KubeconfigNotFoundError,
        NotFoundError,
        NotManagedError,
        OfficialConfiguration,
        OutputChunk,
        Ports,
        RateLimitedError,
        ResourceAmounts,
        ResourceName,
        Resources,
        Right,
        Rights,
        RunningCommand,
        Runtime,
        Sandbox,
        SandboxChange,
        SandboxCollection,
        SandboxError,
        SandboxGoneError,
        SandboxInfo,
        SandboxPages,
        SandboxRef,
        SandboxStatus,
        SandboxWatch,
        SecurityProfile,
        Selection,
        Toleration,
        TransportError,
        k8s,
        select,
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
    "ForbiddenError",
    "Freshness",
    "InvalidArgumentError",
    "InvalidKubeconfigError",
    "InvalidObjectError",
    "Inventory",
    "InventoryUpdate",
    "K8sConfig",
    "KubeconfigNotFoundError",
    "NotFoundError",
    "NotManagedError",
    "OfficialConfiguration",
    "OutputChunk",
    "Ports",
    "RateLimitedError",
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
    "SandboxWatch",
    "SecurityProfile",
    "Selection",
    "Toleration",
    "TransportError",
    "k8s",
    "select",
]


def __getattr__(name: str) -> object:
    """Imports a public name from the provider when it is first used (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module("k8s_sandbox_tui.provider"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
