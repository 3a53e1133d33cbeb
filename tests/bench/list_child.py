"""Lists Pods in a process of its own, in one of two ways: `python -m tests.bench.list_child ours|models KUBECONFIG`.

It prints the median seconds of a list, and the MiB that the peak of its memory rose by in the first one.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 3
MODEL_TIMES = 1


def peak_mib() -> float:
    """The most memory that this process has had; on Linux since it began, not since its parent did."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / (1024 if sys.platform == "darwin" else 1)


async def ours(kubeconfig: str) -> tuple[list[float], float]:
    """Through `SandboxCollection.list`."""
    from k8s_sandbox_tui import k8s

    async with k8s(kube_config_path=kubeconfig) as compute:
        async for _ in compute.sandbox.pages():
            break  # imports, TLS and credentials
        before, seconds, after = peak_mib(), list[float](), 0.0
        for _ in range(TIMES):
            start = time.perf_counter()
            rows = await compute.sandbox.list()
            seconds.append(time.perf_counter() - start)
            after = after or peak_mib()
            assert rows
        return seconds, after - before


def models(kubeconfig: str) -> tuple[list[float], float]:
    """Through the official client."""
    from kubernetes import client, config

    configuration = client.Configuration()
    load = cast("Callable[..., None]", getattr(config, "load_kube_config"))  # noqa: B009 - untyped
    load(kubeconfig, client_configuration=configuration)
    with client.ApiClient(configuration) as api:
        core = client.CoreV1Api(api)
        core.list_namespaced_pod("sandboxes", limit=500)
        before, seconds, after = peak_mib(), list[float](), 0.0
        for _ in range(MODEL_TIMES):
            start = time.perf_counter()
            found = core.list_namespaced_pod("sandboxes", label_selector="computesdk.io/managed=true")
            seconds.append(time.perf_counter() - start)
            after = after or peak_mib()
            assert found.items
        return seconds, after - before


if __name__ == "__main__":
    way, path = sys.argv[1], str(Path(sys.argv[2]))
    durations, added = asyncio.run(ours(path)) if way == "ours" else models(path)
    print(statistics.median(durations), added)
