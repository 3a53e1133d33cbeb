"""`create`: a new sandbox that runs, or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from k8s_sandbox_tui.cli import exit_codes, output
from k8s_sandbox_tui.cli.each import each
from k8s_sandbox_tui.provider.errors import InvalidArgumentError, SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable

    from k8s_sandbox_tui.cli.create_arguments import Create
    from k8s_sandbox_tui.provider.compute import Compute
    from k8s_sandbox_tui.provider.models import CreateProgress
    from k8s_sandbox_tui.provider.pod_fields import Ports, Toleration
    from k8s_sandbox_tui.provider.resources import ResourceAmounts
    from k8s_sandbox_tui.provider.sandbox import Sandbox


async def create(verb: Create, compute: Compute) -> int:
    """Creates sandboxes, waits until they run and prints the id of each. Ctrl-C while it waits deletes them again."""
    envs = _variables(verb)
    if verb.copies > 1:
        return await _several(verb, compute, envs)
    watched = output.is_terminal(2)
    try:
        sandbox = await _one(verb, compute, envs, _show if watched else None)
    finally:
        if watched:
            output.progress("")
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import document, to_json

        output.emit(to_json(document(sandbox.info)))
    else:
        output.emit(f"{sandbox.sandbox_id}\n")
    return exit_codes.OK


async def _several(verb: Create, compute: Compute, envs: dict[str, str]) -> int:
    """Prints the id of each as it runs; one that fails does not keep the others."""
    made: list[Sandbox] = []
    watched = output.is_terminal(2)

    async def one(_number: int) -> None:
        made.append(await _one(verb, compute, envs, None))
        if verb.output == "text":
            output.emit(f"{made[-1].sandbox_id}\n")
        if watched and not output.is_terminal(1):
            output.progress(f"{len(made)} of {verb.copies} run")

    results = await each(range(verb.copies), one)
    if watched:
        output.progress("")
    errors = [result for result in results if isinstance(result, SandboxError)]
    if errors and not made:
        raise errors[0]
    for error in errors:
        output.note(f"error: {error}")
    if verb.output == "json":
        from k8s_sandbox_tui.cli.document import document, to_json

        output.emit(to_json([document(sandbox.info) for sandbox in made]))
    if errors:
        output.note(f"{len(made)} of {verb.copies} sandboxes were created.")
    return exit_codes.FAILED if errors else exit_codes.OK


async def _one(
    verb: Create, compute: Compute, envs: dict[str, str], on_progress: Callable[[CreateProgress], None] | None
) -> Sandbox:
    return await compute.sandbox.create(
        envs=envs,
        metadata=dict(verb.meta),
        runtime=verb.runtime,
        image=verb.image or None,
        name=verb.name or None,
        timeout=verb.timeout,
        labels=dict(verb.label),
        directory=verb.directory or None,
        requests=cast("ResourceAmounts", dict(verb.request)) or None,
        limits=cast("ResourceAmounts", dict(verb.limit)) or None,
        node_selector=dict(verb.node_selector) or None,
        tolerations=cast("list[Toleration]", verb.toleration) or None,
        service_account=verb.service_account or None,
        image_pull_secrets=verb.pull_secret or None,
        runtime_class=verb.runtime_class or None,
        ports=_ports(verb.port),
        lifetime=verb.lifetime,
        max_lifetime=verb.max_lifetime,
        security_profile=verb.profile,
        on_progress=on_progress,
    )


def _variables(verb: Create) -> dict[str, str]:
    """Those of the files, the later ones before the earlier ones, and those given one by one before all."""
    from k8s_sandbox_tui.provider.env_file import EnvFileError, read_env_file

    envs: dict[str, str] = {}
    for path in verb.env_file:
        try:
            rows = read_env_file(path, strict=True)
        except EnvFileError as error:
            hint = "It has lines like NAME=value; comments begin with #."
            raise InvalidArgumentError(f"{path}: {error}.", hint=hint) from None
        envs |= {row.key: row.value for row in rows}
    return envs | dict(verb.env)


def _ports(ports: list[tuple[str, int]]) -> Ports | None:
    names = [name for name, _ in ports if name]
    if not names:
        return [number for _, number in ports] or None
    if len(names) < len(ports):
        raise InvalidArgumentError("Some ports have a name and some have none.", hint="Write --port NAME=N for all.")
    return dict(ports)


def _show(progress: CreateProgress) -> None:
    detail = f": {progress.detail}" if progress.detail else ""
    output.progress(f"{progress.sandbox_id} {progress.stage} ({progress.elapsed_ms / 1000:.1f} s){detail}")
