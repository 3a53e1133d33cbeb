"""`doctor`: what this identity may do, what is lost without the rest, and the Role that grants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.document import to_json
from k8s_sandbox_tui.cli.text import printable

if TYPE_CHECKING:
    from k8s_sandbox_tui.cli.arguments import Doctor
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.models import ClusterInfo
    from k8s_sandbox_tui.provider.rights import Right, Rights

_WORDS = {True: "yes", False: "no", None: "unknown"}


class RightDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One right; `allowed` is null where the API server does not tell."""

    verb: str
    resource: str
    allowed: bool | None
    essential: bool
    lost: str


class RightsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of `doctor -o json`."""

    context: str
    server: str
    namespace: str
    sufficient: bool | None
    rights: list[RightDocument]
    role: str


async def doctor(verb: Doctor, compute: Compute) -> int:
    """Shows the rights; the exit code says whether those that ComputeSDK's functions need are there."""
    cluster = await compute.connect()
    rights = await compute.rights()
    output.emit(to_json(_document(cluster, rights)) if verb.output == "json" else _lines(cluster, rights))
    return exit_codes.NOT_ALLOWED if rights.sufficient is False else exit_codes.OK


def _document(cluster: ClusterInfo, rights: Rights) -> RightsDocument:
    return RightsDocument(
        context=cluster.context,
        server=cluster.server,
        namespace=rights.namespace,
        sufficient=rights.sufficient,
        rights=[msgspec.convert(right, RightDocument, from_attributes=True) for right in rights.rights],
        role=rights.role,
    )


def _lines(cluster: ClusterInfo, rights: Rights) -> str:
    head = f"{printable(cluster.server)}  namespace {rights.namespace}\n\n"
    table = "".join(_line(right) for right in rights.rights)
    if not rights.role:
        return f"{head}{table}\nNothing is missing.\n"
    return f"{head}{table}\nThis Role grants the rest:\n\n{rights.role}"


def _line(right: Right) -> str:
    needed = "" if right.allowed else f"  {'' if right.essential else 'optional: '}{right.lost}"
    return f"{_WORDS[right.allowed]:<8} {f'{right.verb} {right.resource}':<17}{needed}".rstrip() + "\n"
