"""What may change in an object after it was created.

Source: `ValidateObjectMetaUpdate` and `ValidatePodUpdate` of the API server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, json
from msgspec.structs import fields, replace

from k8s_sandbox_tui.local_cluster.objects import names
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod, PodSpec

_ALLOWED = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def metadata_update_errors(old: ObjectMeta, new: ObjectMeta) -> list[FieldError]:
    """What may not change in the metadata of any object."""
    return [] if new.uid == old.uid else [_immutable("metadata.uid", new.uid)]


def update_errors(old: Pod, new: Pod) -> list[FieldError]:
    """All that is wrong with `new` as the next state of `old`; both with all defaults."""
    errors = [*names.metadata_errors(new.metadata), *metadata_update_errors(old.metadata, new.metadata)]
    if new.spec.active_deadline_seconds is not UNSET:
        longest = old.spec.active_deadline_seconds
        if longest is not UNSET and new.spec.active_deadline_seconds > longest:
            errors.append(
                FieldError(
                    type=FieldErrorType.INVALID,
                    path="spec.activeDeadlineSeconds",
                    value=new.spec.active_deadline_seconds,
                    detail="must be less than or equal to previous value",
                )
            )
    for index, (before, after) in enumerate(zip(old.spec.containers, new.spec.containers, strict=False)):
        if before.image != after.image:
            # A kubelet would restart the container in another image; here it would be the same programs again.
            detail = "the local cluster cannot exchange the image of a Pod; delete it and create another one"
            errors.append(
                FieldError(type=FieldErrorType.FORBIDDEN, path=f"spec.containers[{index}].image", detail=detail)
            )
    changed = changed_fields(old.spec, _with_mutable_parts_of(old.spec, new.spec))
    if changed:
        detail = f"{_ALLOWED}\nchanged: {', '.join(changed)}\n"
        errors.append(FieldError(type=FieldErrorType.FORBIDDEN, path="spec", detail=detail))
    return errors


def _with_mutable_parts_of(old: PodSpec, new: PodSpec) -> PodSpec:
    containers = [
        replace(container, image=old.containers[index].image if index < len(old.containers) else container.image)
        for index, container in enumerate(new.containers)
    ]
    added = all(toleration in new.tolerations for toleration in old.tolerations)
    return replace(
        new,
        containers=containers,
        active_deadline_seconds=old.active_deadline_seconds,
        tolerations=old.tolerations if added else new.tolerations,
    )


def changed_fields(old: PodSpec, new: PodSpec) -> list[str]:
    """The JSON names of the fields of the spec in which the two differ."""
    # Raw parts have no equality of their own, so the JSON is compared.
    return [field.encode_name for field in fields(old) if _encoded(old, field.name) != _encoded(new, field.name)]


def _encoded(spec: PodSpec, name: str) -> bytes:
    value: object = getattr(spec, name)
    return b"" if value is UNSET else json.encode(value, order="sorted")


def _immutable(path: str, value: str) -> FieldError:
    return FieldError(type=FieldErrorType.INVALID, path=path, value=value, detail="field is immutable")
