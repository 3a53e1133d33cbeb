"""How much a sandbox's Pod is held back: three profiles.

- `default`: what the images expect (root, a writable file system) and nothing that they do not: no token of the
  cluster, no variables of its Services, no way to gain privileges, the runtime's seccomp filter.
- `compat`: the Pod of ComputeSDK's TypeScript provider, exactly.
- `restricted`: passes the `restricted` Pod Security Standard (kubernetes.io: "Pod Security Standards"). It runs as
  uid 1000, which need not exist in the image, so it brings a home, a working directory and a `/tmp` of its own.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

SecurityProfile = Literal["default", "compat", "restricted"]

RESTRICTED_HOME = "/home/sandbox"
RESTRICTED_ID = 1000
_TEMPORARY = "/tmp"  # noqa: S108 - the sandbox's, not this machine's

# A shell that waits in `wait` runs its trap at once, and reaps whatever processes were left to it;
# one that waits in `sleep` ignores SIGTERM as process 1, and each delete takes the whole grace period.
IDLE_SCRIPT = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"
COMPAT_IDLE_SCRIPT = "while true; do sleep 3600; done"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a profile puts into a Pod."""

    pod: dict[str, object] = {}
    """Fields of `spec`."""
    container: dict[str, object] = {}
    """Fields of the container."""
    envs: dict[str, str] = {}
    """Variables that give way to the caller's of the same name."""
    directory: str = ""
    """The working directory; empty: the image's own."""
    idle_script: str = IDLE_SCRIPT


def check_profile(profile: object) -> SecurityProfile:
    """Returns the profile when it is one, else raises InvalidArgumentError."""
    known: tuple[SecurityProfile, ...] = get_args(SecurityProfile)
    for candidate in known:
        if profile == candidate:
            return candidate
    raise InvalidArgumentError(f"There is no security profile {profile!r}.", hint=f"There are: {', '.join(known)}.")


def held_back(profile: SecurityProfile, directory: str) -> Held:
    """What the profile puts into a Pod.

    Args:
        profile: Which.
        directory: The working directory that was asked for; empty for none.
    """
    if profile == "compat":
        return Held(directory=directory, idle_script=COMPAT_IDLE_SCRIPT)
    if profile == "restricted":
        return _restricted(directory)
    return Held(
        pod={
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        },
        container={"securityContext": {"allowPrivilegeEscalation": False}},
        directory=directory,
    )


def check_profile_directory(profile: SecurityProfile, directory: str) -> None:
    """Raises InvalidArgumentError where the profile cannot give the sandbox this working directory."""
    if profile == "restricted" and directory == "/":
        raise InvalidArgumentError(
            "The profile restricted cannot work in '/', where only root may write.",
            hint=f"Leave the directory out ({RESTRICTED_HOME}), or name another one.",
        )


def _restricted(directory: str) -> Held:
    mounts = {"home": RESTRICTED_HOME, "tmp": _TEMPORARY}
    # A folder that the runtime makes belongs to root; a volume belongs to the group of the sandbox.
    if directory and directory not in mounts.values():
        mounts["directory"] = directory
    return Held(
        pod={
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": RESTRICTED_ID,
                "runAsGroup": RESTRICTED_ID,
                "fsGroup": RESTRICTED_ID,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "volumes": [{"name": name, "emptyDir": {}} for name in mounts],
        },
        container={
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
        },
        envs={"HOME": RESTRICTED_HOME},
        directory=directory or RESTRICTED_HOME,
    )
