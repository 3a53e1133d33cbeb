"""What a Pod's annotations ask to go wrong; values in, values out.

- `local.computesdk.io/start-delay`: seconds to stay in ContainerCreating, at most 3600.
- `local.computesdk.io/pull-failure`: why its images cannot be pulled.
- `local.computesdk.io/evict-after`: seconds that it runs until the node throws it out, at most 3600.
- `local.computesdk.io/exec-fault`: one of `ExecFault`, for each command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.faults.exec_fault import ExecFault
from k8s_sandbox_tui.local_cluster.objects.status_error import FieldError, FieldErrorType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

START_DELAY = "local.computesdk.io/start-delay"
PULL_FAILURE = "local.computesdk.io/pull-failure"
EVICT_AFTER = "local.computesdk.io/evict-after"
EXEC_FAULT = "local.computesdk.io/exec-fault"
_LONGEST = 3600.0


def start_delay(annotations: Mapping[str, str]) -> float:
    """Seconds; 0 where none is asked for, or what is asked for is no number."""
    return _duration(annotations.get(START_DELAY, "")) or 0.0


def evict_after(annotations: Mapping[str, str]) -> float | None:
    """Seconds; None where it is not to be evicted, or what is asked for is no number."""
    return _duration(annotations.get(EVICT_AFTER, ""))


def exec_fault(annotations: Mapping[str, str]) -> ExecFault | None:
    """What happens to commands in the Pod."""
    text = annotations.get(EXEC_FAULT)
    return next((fault for fault in ExecFault if fault == text), None)


def annotation_errors(annotations: Mapping[str, str]) -> Iterator[FieldError]:
    """What is wrong with these annotations, for a Pod about to be created."""
    for key in (START_DELAY, EVICT_AFTER):
        given = annotations.get(key)
        if given is not None and _duration(given) is None:
            yield _error(key, given, f"must be a number of seconds from 0 to {_LONGEST:g}")
    fault = annotations.get(EXEC_FAULT)
    if fault is not None and exec_fault(annotations) is None:
        yield _error(EXEC_FAULT, fault, f"must be one of {', '.join(ExecFault)}")


def _duration(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds <= _LONGEST else None


def _error(key: str, value: str, rule: str) -> FieldError:
    return FieldError(type=FieldErrorType.INVALID, path=f"metadata.annotations[{key}]", value=value, detail=rule)
