"""The fields of a Pod that a caller may choose, each checked by Kubernetes' own rule before any request."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NotRequired, TypedDict, cast

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.ids import SUBDOMAIN_LENGTH, is_subdomain
from k8s_sandbox_tui.provider.labels import OWN_DOMAIN
from k8s_sandbox_tui.provider.url import check_port

# Kubernetes: "Labels and Selectors", and "Port names" in validation.IsValidPortName.
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?", re.ASCII)
_PORT_NAME = re.compile(r"(?!.*--)(?=.*[a-z])[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?", re.ASCII)
_NAME_LENGTH = 63
_LABEL_RULE = f"At most {_NAME_LENGTH} letters, digits, '-', '_' and '.', beginning and ending with a letter or digit."


class Toleration(TypedDict):
    """A taint that a sandbox puts up with (core/v1 `Toleration`); an empty key with `Exists` means every taint."""

    key: NotRequired[str]
    operator: NotRequired[Literal["Exists", "Equal"]]
    value: NotRequired[str]
    effect: NotRequired[Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]]
    tolerationSeconds: NotRequired[int]


Ports = Sequence[int] | Mapping[str, int]
"""Ports that a sandbox listens on: numbers, or numbers by name."""

_TOLERATION_KEYS = frozenset(Toleration.__annotations__)
_OPERATORS = ("Exists", "Equal")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def check_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """The labels when a Pod can have them; those of ComputeSDK's own domain are refused.

    Raises:
        InvalidArgumentError: A key or a value cannot be, or is the provider's own.
    """
    checked = check_selector("label", labels)
    for key in checked:
        domain = key.rpartition("/")[0]
        if domain == OWN_DOMAIN or domain.endswith(f".{OWN_DOMAIN}"):
            raise InvalidArgumentError(
                f"The label {key!r} cannot be set: {OWN_DOMAIN} is the provider's own.",
                hint="Choose a key without it, or keep the value as metadata.",
            )
    return checked


def check_selector(what: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Keys and values by the rule of labels, which node selectors follow too.

    Raises:
        InvalidArgumentError: A key or a value cannot be.
    """
    checked: dict[str, str] = {}
    for key, value in _mapping(what, labels).items():
        if not isinstance(key, str) or not _is_qualified(key):
            raise InvalidArgumentError(
                f"{key!r} is not the key of a {what}.", hint=f"name or domain/name. {_LABEL_RULE}"
            )
        if not isinstance(value, str) or (value and not _is_name(value)):
            raise InvalidArgumentError(f"The value {value!r} of the {what} {key!r} cannot be.", hint=_LABEL_RULE)
        checked[key] = value
    return checked


def check_directory(directory: str) -> str:
    """The working directory as one clean absolute path.

    Raises:
        InvalidArgumentError: It is not absolute, or no path at all.
    """
    if not directory.startswith("/") or "\0" in directory or ".." in directory.split("/"):
        raise InvalidArgumentError(f"{directory!r} is not a directory.", hint="Give an absolute path without '..'.")
    # POSIX keeps two leading slashes apart; no system that runs containers does.
    return posixpath.normpath(directory).replace("//", "/")


def check_tolerations(tolerations: Iterable[Toleration]) -> list[dict[str, object]]:
    """Tolerations as Kubernetes takes them (validation.ValidateTolerations).

    Raises:
        InvalidArgumentError: One of them cannot be.
    """
    return [_toleration(given) for given in cast("Iterable[object]", tolerations)]


def check_ports(ports: Ports) -> list[dict[str, object]]:
    """The container's ports; they say what listens there and open nothing by themselves.

    Raises:
        InvalidArgumentError: A number is no port or stands there twice, or a name cannot be.
    """
    named = isinstance(ports, Mapping)
    entries: list[tuple[object, object]] = (
        list(cast("Mapping[object, object]", ports).items())
        if named
        else [("", port) for port in cast("Iterable[object]", ports)]
    )
    made: list[dict[str, object]] = []
    seen: set[int] = set()
    for name, value in entries:
        port = check_port(value)
        if port in seen:
            raise InvalidArgumentError(f"Port {port} stands there twice.")
        seen.add(port)
        if named and (not isinstance(name, str) or not _PORT_NAME.fullmatch(name)):
            raise InvalidArgumentError(
                f"{name!r} is not the name of a port.",
                hint="At most 15 lower-case letters, digits and single '-', with at least one letter.",
            )
        made.append({"containerPort": port, "name": name} if name else {"containerPort": port})
    return made


def check_object_name(what: str, name: object) -> str:
    """The name of another object that a Pod refers to.

    Raises:
        InvalidArgumentError: No object can have it.
    """
    if not isinstance(name, str) or not is_subdomain(name):
        raise InvalidArgumentError(
            f"{name!r} is not the name of a {what}.",
            hint=f"At most {SUBDOMAIN_LENGTH} lower-case letters, digits, '-' and '.'.",
        )
    return name


def check_pull_secrets(names: Iterable[str]) -> list[dict[str, object]]:
    """References to the Secrets that images are pulled with.

    Raises:
        InvalidArgumentError: One is no name, or all of them are one text.
    """
    if isinstance(names, str):
        raise InvalidArgumentError("image_pull_secrets is one text.", hint="Give a list of names of Secrets.")
    return [{"name": check_object_name("Secret", name)} for name in names]


def _toleration(given: object) -> dict[str, object]:
    if not isinstance(given, Mapping):
        raise InvalidArgumentError(
            f"{given!r} is not a toleration.", hint='It looks like {"key": "gpu", "operator": "Exists"}.'
        )
    fields = dict(cast("Mapping[object, object]", given))
    unknown = next((key for key in fields if key not in _TOLERATION_KEYS), None)
    if unknown is not None:
        raise InvalidArgumentError(
            f"A toleration has no {unknown!r}.", hint=f"It has {', '.join(sorted(_TOLERATION_KEYS))}."
        )
    key, value = fields.get("key", ""), fields.get("value", "")
    operator, effect = fields.get("operator", "Equal"), fields.get("effect", "")
    seconds = fields.get("tolerationSeconds")
    if operator not in _OPERATORS:
        raise _bad_toleration(f"the operator {operator!r}", f"It is one of {', '.join(_OPERATORS)}.")
    if effect and effect not in _EFFECTS:
        raise _bad_toleration(f"the effect {effect!r}", f"It is one of {', '.join(_EFFECTS)}.")
    if key and not (isinstance(key, str) and _is_qualified(key)):
        raise _bad_toleration(f"the key {key!r}", f"name or domain/name. {_LABEL_RULE}")
    if not key and operator != "Exists":
        raise _bad_toleration("no key", "Only the operator Exists goes without one.")
    if operator == "Exists" and value:
        raise _bad_toleration("a value beside the operator Exists", "Leave the value out, or use Equal.")
    if value and not (isinstance(value, str) and _is_name(value)):
        raise _bad_toleration(f"the value {value!r}", _LABEL_RULE)
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int) or effect != "NoExecute"):
        raise _bad_toleration("tolerationSeconds", "A whole number, and only with the effect NoExecute.")
    return {str(name): field for name, field in fields.items()}


def _bad_toleration(what: str, hint: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"A toleration cannot have {what}.", hint=hint)


def _mapping(what: str, given: object) -> Mapping[object, object]:
    if not isinstance(given, Mapping):
        raise InvalidArgumentError(f"{given!r} is not a mapping of {what}s.", hint='It looks like {"key": "value"}.')
    return cast("Mapping[object, object]", given)


def _is_qualified(key: str) -> bool:
    domain, slash, name = key.rpartition("/")
    return _is_name(name) and (not slash or is_subdomain(domain))


def _is_name(text: str) -> bool:
    return len(text) <= _NAME_LENGTH and _QUALIFIED.fullmatch(text) is not None
