"""Sandbox ids and the names in them, checked before any request: a wrong one must never reach a URL."""

from __future__ import annotations

import re

import msgspec

from k8s_sandbox_tui.provider.errors import InvalidArgumentError

# Kubernetes: "Object Names and IDs", RFC 1123 label and subdomain.
_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NAMESPACE = re.compile(_LABEL, re.ASCII)
LABEL_LENGTH = 63
SUBDOMAIN_LENGTH = 253
_RULE = "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit"


class SandboxId(msgspec.Struct, frozen=True):
    """A namespace and a Pod's name, both valid."""

    namespace: str
    name: str

    def __str__(self) -> str:
        """`<namespace>/<pod>`."""
        return f"{self.namespace}/{self.name}"


def parse_id(sandbox_id: str, default_namespace: str) -> SandboxId:
    """Reads `<namespace>/<pod>`, or a bare `<pod>` in the default namespace.

    Raises:
        InvalidArgumentError: It is neither, or a part is not a valid name.
    """
    namespace, slash, name = sandbox_id.rpartition("/")
    if not sandbox_id or (slash and not (namespace and name)) or "/" in namespace:
        raise InvalidArgumentError(f"{sandbox_id!r} is not a sandbox id.", hint="It looks like <namespace>/<pod>.")
    return SandboxId(check_namespace(namespace if slash else default_namespace), check_pod_name(name))


def check_namespace(namespace: str) -> str:
    """Returns the namespace when its name is valid, else raises InvalidArgumentError."""
    if len(namespace) > LABEL_LENGTH or not _NAMESPACE.fullmatch(namespace):
        raise InvalidArgumentError(
            f"{namespace!r} is not a namespace name.",
            hint=f"At most {LABEL_LENGTH} lower-case letters, digits and '-'.",
        )
    return namespace


def is_subdomain(name: str) -> bool:
    """Whether most kinds of objects can have this name (RFC 1123 subdomain)."""
    return len(name) <= SUBDOMAIN_LENGTH and _SUBDOMAIN.fullmatch(name) is not None


def check_pod_name(name: str) -> str:
    """Returns the Pod's name when it is valid, else raises InvalidArgumentError."""
    if not is_subdomain(name):
        raise InvalidArgumentError(f"{name!r} is not a Pod name.", hint=f"At most {SUBDOMAIN_LENGTH} of {_RULE}.")
    return name


def check_new_name(name: str) -> str:
    """Returns the name when a sandbox can be created under it, else raises InvalidArgumentError.

    It is also the value of the label `computesdk.io/sandbox-id`, which holds 63 characters.
    """
    if not is_subdomain(name):
        raise InvalidArgumentError(f"{name!r} is not a name for a sandbox.", hint=f"At most {LABEL_LENGTH} of {_RULE}.")
    if len(name) > LABEL_LENGTH:
        raise InvalidArgumentError(
            f"{name!r} is too long for a sandbox.", hint=f"At most {LABEL_LENGTH} characters, as it is a label too."
        )
    return name
