"""The annotations by which Pods and the node say how Pods are held back; `local status` says the same."""

from __future__ import annotations

ISOLATION = "local.computesdk.io/isolation"
"""`bubblewrap`, `landlock`, or `process`: none."""
LIMITS = "local.computesdk.io/limits"
"""What is enforced of a container's limits: `cgroup2 (…)`, `watchdog (…)` or `none`."""
NETWORK = "local.computesdk.io/network"
"""`host`: a Pod shares the machine's network. `private`: each container has a loopback of its own, nothing else."""
