"""`info`: everything about one sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.document import document, to_json
from k8s_sandbox_tui.cli.lookup import find
from k8s_sandbox_tui.cli.text import printable, rfc3339

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.sandbox_arguments import Info
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.models import SandboxInfo


async def info(verb: Info, compute: Compute) -> int:
    """Shows one sandbox."""
    sandbox = await find(compute, verb.id)
    output.emit(to_json(document(sandbox.info)) if verb.output == "json" else _lines(sandbox.info))
    return exit_codes.OK


def _lines(info: SandboxInfo) -> str:
    pairs = [
        ("id", info.id),
        ("uid", info.uid),
        ("status", f"{info.status} ({info.reason})" if info.reason else str(info.status)),
        ("message", info.message),
        ("runtime", info.runtime),
        ("image", info.image),
        ("node", info.node),
        ("pod ip", info.pod_ip),
        ("created", rfc3339(info.created_at)),
        ("started", rfc3339(info.started_at)),
        ("finished", rfc3339(info.finished_at)),
        ("expires", rfc3339(info.expires_at)),
        ("deadline", rfc3339(info.deadline_at)),
        ("ports", " ".join(map(str, info.ports))),
        ("exit code", "" if info.exit_code is None else str(info.exit_code)),
        ("restarts", str(info.restarts)),
        *((f"meta {key}", value) for key, value in sorted(info.metadata.items())),
    ]
    return "".join(f"{printable(name) + ':':<12} {printable(value)}\n" for name, value in pairs if value)
