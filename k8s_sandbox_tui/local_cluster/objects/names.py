"""The rules for names, labels and annotations, with the API server's own words for a breach.

Source: `k8s.io/apimachinery/pkg/util/validation`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta, OwnerReference

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_DNS1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"

_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'example.com', "
    f"regex used for validation is '{_SUBDOMAIN}')"
)
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
    f"regex used for validation is '{_LABEL}')"
)
_DNS1035_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    f"regex used for validation is '{_DNS1035}')"
)
_QUALIFIED_NAME_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    f"(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_QUALIFIED}')"
)
_LABEL_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
    f"regex used for validation is '{_LABEL_VALUE}')"
)
_MAX_ANNOTATIONS = 256 * 1024


def subdomain(name: str) -> list[str]:
    """What is wrong with `name` as a DNS subdomain; names of Pods are such."""
    return _check(name, _SUBDOMAIN, 253, _SUBDOMAIN_RULE)


def label(name: str) -> list[str]:
    """What is wrong with `name` as a DNS label; names of namespaces and containers are such."""
    return _check(name, _LABEL, 63, _LABEL_RULE)


def dns1035_label(name: str) -> list[str]:
    """What is wrong with `name` as a name of a Service."""
    return _check(name, _DNS1035, 63, _DNS1035_RULE)


def label_value(value: str) -> list[str]:
    """What is wrong with the value of a label."""
    return _check(value, _LABEL_VALUE, 63, _LABEL_VALUE_RULE)


def qualified_name(key: str) -> list[str]:
    """What is wrong with the key of a label or annotation."""
    suffix = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
    whole = f"a qualified name {_QUALIFIED_NAME_RULE} {suffix}"
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return [whole]
    wrong: list[str] = []
    if slash:
        if not prefix:
            wrong.append("prefix part must be non-empty")
        wrong += [f"prefix part {rule}" for rule in subdomain(prefix)] if prefix else []
    if not name:
        wrong.append("name part must be non-empty")
    elif len(name) > 63:
        wrong.append("name part must be no more than 63 characters")
    if not re.fullmatch(_QUALIFIED, name):
        wrong.append(f"name part {_QUALIFIED_NAME_RULE}")
    return wrong


def path_segment(name: str) -> list[str]:
    """What is wrong with a name that need be no more than a part of a path; names of roles are such."""
    if name in {".", ".."}:
        return [f"may not be '{name}'"]
    return [f"may not contain '{letter}'" for letter in "/%" if letter in name]


def _check(text: str, pattern: str, longest: int, rule: str) -> list[str]:
    wrong: list[str] = []
    if len(text) > longest:
        wrong.append(f"must be no more than {longest} characters")
    if not re.fullmatch(pattern, text):
        wrong.append(rule)
    return wrong


def metadata_errors(meta: ObjectMeta, name_rule: str = "subdomain") -> list[FieldError]:
    """What is wrong with an object's metadata, in the order in which the API server tells it."""
    rule = {"subdomain": subdomain, "label": label, "dns1035": dns1035_label, "path": path_segment}[name_rule]
    errors: list[FieldError] = []
    if meta.generate_name:
        probe = meta.generate_name.removesuffix("-")
        errors += [_invalid("metadata.generateName", meta.generate_name, why) for why in rule(probe)]
    if not meta.name:
        errors.append(
            FieldError(type=FieldErrorType.REQUIRED, path="metadata.name", detail="name or generateName is required")
        )
    else:
        errors += [_invalid("metadata.name", meta.name, why) for why in rule(meta.name)]
    for key, value in sorted(meta.labels.items()):
        errors += [_invalid("metadata.labels", key, why) for why in qualified_name(key)]
        errors += [_invalid("metadata.labels", value, why) for why in label_value(value)]
    for key in sorted(meta.annotations):
        # Annotation keys are checked in lower case.
        errors += [_invalid("metadata.annotations", key, why) for why in qualified_name(key.lower())]
    size = sum(len(key.encode()) + len(value.encode()) for key, value in meta.annotations.items())
    if size > _MAX_ANNOTATIONS:
        errors.append(
            FieldError(
                type=FieldErrorType.TOO_LONG,
                path="metadata.annotations",
                detail=f"may not be more than {_MAX_ANNOTATIONS} bytes",
            )
        )
    return [*errors, *_owner_errors(meta.owner_references)]


def _owner_errors(owners: Sequence[OwnerReference]) -> Iterator[FieldError]:
    path, controller = "metadata.ownerReferences", ""
    for owner in owners:
        if not owner.api_version.rpartition("/")[2]:
            yield _invalid(f"{path}.apiVersion", owner.api_version, "version must not be empty")
        for field, value in (("kind", owner.kind), ("name", owner.name), ("uid", owner.uid)):
            if not value:
                yield _invalid(f"{path}.{field}", value, "must not be empty")
        if owner.controller is True:
            this = f"{owner.kind}/{owner.name}"
            if controller:
                why = "Only one reference can have Controller set to true. Found"
                detail = f'{why} "true" in references for {controller} and {this}'
                yield FieldError(type=FieldErrorType.INVALID, path=path, detail=detail)
            controller = controller or this


def _invalid(path: str, value: str, why: str) -> FieldError:
    return FieldError(type=FieldErrorType.INVALID, path=path, value=value, detail=why)
