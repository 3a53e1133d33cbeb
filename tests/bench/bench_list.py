"""How long it takes to list Pods: from bytes to rows, and from a server on this machine; beside the official client.

Goals: 10,000 Pods from bytes to rows in 1/50 of what the client's models take, at most 25 MiB more memory at its peak;
5,000 from a server in 1/15 of what the client takes, and in 0.3 of `kubectl get pods`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, cast

from k8s_sandbox_tui.provider.info import sandbox_info
from k8s_sandbox_tui.provider.wire import decode_pod_list
from tests.bench.canned import canned_server
from tests.bench.measurement import Measurement, median_seconds
from tests.bench.pod_pages import pages, pod_list, pods

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNTS = (5_000, 10_000)


def measure() -> list[Measurement]:
    """Decoding alone, then whole lists."""
    found: list[Measurement] = []
    for count in reversed(COUNTS):
        found += [_decoded(count), *_listed(count)]
    return found


def _decoded(count: int) -> Measurement:
    """Bytes to rows, page by page; the client takes the list as one, as it asks for it."""
    items = pods(count)
    bodies = [pod_list(part, resume) for part, resume in pages(items)]

    def ours() -> int:
        return sum(1 for body in bodies for pod in decode_pod_list(body).items or () if sandbox_info(pod).name)

    # Before the client is there, whose many objects the garbage collector would walk through in our time.
    seconds = median_seconds(ours, times=9)
    from kubernetes.client import ApiClient

    whole = pod_list(items).decode()
    with ApiClient() as api:
        read = cast("Callable[[str, str, str], object]", api.deserialize)
        peer = median_seconds(lambda: read(whole, "V1PodList", "application/json"), times=1)
    return Measurement(
        work=f"list: {count} Pods from bytes to rows",
        value=1000 * seconds,
        unit="ms",
        peer="the client's models",
        peer_value=1000 * peer,
        most=1 / 50 if count == 10_000 else None,
    )


def _listed(count: int) -> list[Measurement]:
    with canned_server("pod_pages", str(count)) as kubeconfig:
        seconds, added = _child("ours", kubeconfig)
        models, models_added = _child("models", kubeconfig)
        found = [
            Measurement(
                work=f"list: {count} Pods from a server, warm",
                value=1000 * seconds,
                unit="ms",
                peer="the client",
                peer_value=1000 * models,
                most=1 / 15 if count == 5_000 else None,
            ),
            Measurement(work=f"list: {count} Pods, peak memory added", value=added, unit="MiB", most=25),
            Measurement(work=f"list: {count} Pods, the client's peak memory added", value=models_added, unit="MiB"),
        ]
        if shutil.which("kubectl"):
            command = ["kubectl", "--kubeconfig", str(kubeconfig), "get", "pods"]
            environ = {**os.environ, "HOME": str(kubeconfig.parent)}
            peer = median_seconds(
                lambda: subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL), times=3
            )
            found.append(
                Measurement(
                    work=f"list: {count} Pods, warm",
                    value=1000 * seconds,
                    unit="ms",
                    peer="kubectl get pods",
                    peer_value=1000 * peer,
                    most=0.3 if count == 5_000 else None,
                )
            )
        return found


def _child(way: str, kubeconfig: Path) -> tuple[float, float]:
    """Seconds, and MiB added."""
    command = [sys.executable, "-m", "tests.bench.list_child", way, str(kubeconfig)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, added = done.stdout.split()
    return float(seconds), float(added)
