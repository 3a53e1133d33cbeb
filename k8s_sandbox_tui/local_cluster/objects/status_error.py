"""Failures as Kubernetes words them: `metav1.Status`, and the field errors of validation."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from msgspec import UNSET, UnsetType, json

from k8s_sandbox_tui.local_cluster.objects.meta import KubeStruct

if TYPE_CHECKING:
    from collections.abc import Sequence


class StatusCause(KubeStruct, frozen=True, kw_only=True):
    """One cause among several."""

    reason: str = ""
    message: str = ""
    field: str = ""


class StatusDetails(KubeStruct, frozen=True, kw_only=True):
    """Which object, and why."""

    name: str = ""
    group: str = ""
    kind: str = ""
    uid: str = ""
    causes: list[StatusCause] | UnsetType = UNSET
    retry_after_seconds: int = 0


class StatusListMeta(KubeStruct, frozen=True, kw_only=True):
    """`metadata` of a Status; `continue` goes with an expired list."""

    continue_: str = ""


class Status(KubeStruct, frozen=True, kw_only=True, rename={"api_version": "apiVersion"}):
    """`metav1.Status`."""

    kind: Literal["Status"] | UnsetType = UNSET
    api_version: Literal["v1"] | UnsetType = UNSET
    metadata: dict[str, str] | UnsetType = UNSET
    status: str = ""
    message: str = ""
    reason: str = ""
    details: StatusDetails | UnsetType = UNSET
    code: int = 0

    def encode(self) -> bytes:
        """The JSON of it."""
        return json.encode(self)


class StatusError(Exception):
    """An answer other than success; the server turns it into a `Status` response."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: StatusDetails | UnsetType = UNSET,
        continue_token: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.continue_token = continue_token
        self.headers = headers or {}

    def status(self) -> Status:
        """The `Status` object of this error."""
        return Status(
            kind="Status",
            api_version="v1",
            metadata={"continue": self.continue_token} if self.continue_token else {},
            status="Failure",
            message=self.message,
            reason=self.reason,
            details=self.details,
            code=self.code,
        )


class PlainError(Exception):
    """An answer in plain text, as the server gives for paths it does not know."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def success(*, name: str, kind: str, uid: str, group: str = "") -> Status:
    """What a delete answers when it does not answer with the object."""
    return Status(
        kind="Status",
        api_version="v1",
        metadata={},
        status="Success",
        details=StatusDetails(name=name, group=group, kind=kind, uid=uid),
    )


def bad_request(message: str) -> StatusError:
    """400."""
    return StatusError(400, "BadRequest", message)


def not_found(resource: str, name: str, group: str = "") -> StatusError:
    """404: no such object."""
    details = StatusDetails(name=name, group=group, kind=resource)
    return StatusError(404, "NotFound", f'{qualified(resource, group)} "{name}" not found', details=details)


def page_not_found() -> PlainError:
    """404: no such path."""
    return PlainError(404, "404 page not found\n")


def already_exists(resource: str, name: str, group: str = "") -> StatusError:
    """409: the name is taken."""
    details = StatusDetails(name=name, group=group, kind=resource)
    return StatusError(409, "AlreadyExists", f'{qualified(resource, group)} "{name}" already exists', details=details)


def conflict(resource: str, name: str, why: str, group: str = "") -> StatusError:
    """409: the object is not the one that the request was about."""
    details = StatusDetails(name=name, group=group, kind=resource)
    message = f'Operation cannot be fulfilled on {qualified(resource, group)} "{name}": {why}'
    return StatusError(409, "Conflict", message, details=details)


def forbidden(resource: str, name: str, why: str, group: str = "") -> StatusError:
    """403: what is asked for is refused, whatever rights there are to ask for it."""
    details = StatusDetails(name=name, group=group, kind=resource)
    message = f'{qualified(resource, group)} "{name}" is forbidden: {why}'
    return StatusError(403, "Forbidden", message, details=details)


def qualified(name: str, group: str) -> str:
    """A plural or a kind with its group behind it, as messages have it."""
    return f"{name}.{group}" if group else name


def apply_conflict(conflicts: Sequence[tuple[str, str]]) -> StatusError:
    """409: an apply would overwrite what others own; each pair is an owner, as it is told, and a path."""
    causes = [
        StatusCause(reason="FieldManagerConflict", message=f"conflict with {owner}", field=path)
        for owner, path in conflicts
    ]
    if len(conflicts) == 1:
        message = f"Apply failed with 1 conflict: conflict with {conflicts[0][0]}: {conflicts[0][1]}"
    else:
        lines: list[str] = []
        for owner in dict.fromkeys(owner for owner, _ in conflicts):
            lines += [f"conflicts with {owner}:", *(f"- {path}" for other, path in conflicts if other == owner)]
        told = "\n".join(lines)
        message = f"Apply failed with {len(conflicts)} conflicts: {told}"
    return StatusError(409, "Conflict", message, details=StatusDetails(causes=causes))


def method_not_allowed() -> StatusError:
    """405: the path has no such method."""
    message = "the server does not allow this method on the requested resource"
    return StatusError(405, "MethodNotAllowed", message, details=StatusDetails())


def unsupported_media_type(accepted: str, why: str = "") -> StatusError:
    """415: the body is in a format that the server does not read; `why` says more."""
    message = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return StatusError(415, "UnsupportedMediaType", f"{message} ({why})" if why else message)


def expired(message: str, *, continue_token: str = "") -> StatusError:
    """410: the version asked for is no longer kept."""
    return StatusError(410, "Expired", message, continue_token=continue_token)


def too_large_resource_version(wanted: int, current: int) -> StatusError:
    """504: the version asked for has not come yet."""
    details = StatusDetails(
        causes=[StatusCause(reason="ResourceVersionTooLarge", message="Too large resource version")],
        retry_after_seconds=1,
    )
    message = f"Timeout: Too large resource version: {wanted}, current: {current}"
    return StatusError(504, "Timeout", message, details=details, headers={"Retry-After": "1"})


class FieldErrorType(StrEnum):
    """What is wrong with a field, as `details.causes[].reason` has it."""

    REQUIRED = "FieldValueRequired"
    INVALID = "FieldValueInvalid"
    DUPLICATE = "FieldValueDuplicate"
    NOT_SUPPORTED = "FieldValueNotSupported"
    FORBIDDEN = "FieldValueForbidden"
    TOO_LONG = "FieldValueTooLong"
    TOO_MANY = "FieldValueTooMany"
    NOT_FOUND = "FieldValueNotFound"


_TITLES = {
    FieldErrorType.REQUIRED: "Required value",
    FieldErrorType.INVALID: "Invalid value",
    FieldErrorType.DUPLICATE: "Duplicate value",
    FieldErrorType.NOT_SUPPORTED: "Unsupported value",
    FieldErrorType.FORBIDDEN: "Forbidden",
    FieldErrorType.TOO_LONG: "Too long",
    FieldErrorType.TOO_MANY: "Too many",
    FieldErrorType.NOT_FOUND: "Not found",
}


class FieldError(KubeStruct, frozen=True, kw_only=True):
    """One field that validation refuses; `shown` is its value where that is no text and no number."""

    type: FieldErrorType
    path: str
    value: str | int | None = None
    shown: str = ""
    detail: str = ""

    @property
    def message(self) -> str:
        """The cause, without the field's path."""
        text = _TITLES[self.type]
        if self.shown:
            text += f": {self.shown}"
        elif self.value is not None:
            shown = json.encode(self.value).decode() if isinstance(self.value, str) else str(self.value)
            text += f": {shown}"
        return f"{text}: {self.detail}" if self.detail else text


def invalid(kind: str, name: str, errors: list[FieldError], *, group: str = "") -> StatusError:
    """422: validation refuses one or more fields."""
    lines = [f"{error.path}: {error.message}" for error in errors]
    told = lines[0] if len(lines) == 1 else f"[{', '.join(dict.fromkeys(lines))}]"
    causes = [StatusCause(reason=error.type.value, message=error.message, field=error.path) for error in errors]
    details = StatusDetails(name=name, group=group, kind=kind, causes=causes)
    return StatusError(422, "Invalid", f'{qualified(kind, group)} "{name}" is invalid: {told}', details=details)
