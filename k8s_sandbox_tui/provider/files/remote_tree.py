"""A tree in a sandbox: what is in it, digests of some of it, and removing some of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from k8s_sandbox_tui.provider.files import scripts, sync_scripts
from k8s_sandbox_tui.provider.files.archive_rules import UnsafeNameError, safe_parts
from k8s_sandbox_tui.provider.files.content import send_content
from k8s_sandbox_tui.provider.files.entries import END, parse_entries
from k8s_sandbox_tui.provider.files.errors import FileTransferError, UnsafeArchiveError
from k8s_sandbox_tui.provider.files.paths import shown
from k8s_sandbox_tui.provider.files.sync_plan import TreeEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from k8s_sandbox_tui.provider.files.content import FrameWriter
    from k8s_sandbox_tui.provider.files.runner import Runner
    from k8s_sandbox_tui.provider.files.sync_plan import Tree

_ESCAPED: Final = frozenset("\n\r\\")
_LINE: Final = re.compile(r"([0-9a-f]{64}) [ *]\./(.*)", re.DOTALL)
_DIGEST: Final = re.compile(r"([0-9a-f]{64})\b.*")
_BEHIND: Final = b"//\n"
_SHUT: Final = b"!"
_WITH_NAMES: Final = scripts.PRELUDE + scripts.FRAMES


async def remote_tree(runner: Runner, path: str, *, timeout: int | None) -> Tree:
    """All entries of a directory and below it, by path.

    Raises:
        FileMissingError: There is none.
        FileTransferError: The answer cannot be read.
        UnsafeArchiveError: It has names that cannot be below the directory.
    """
    listing = await runner.run(scripts.PRELUDE + sync_scripts.LIST, path, path=path, timeout=timeout)
    records = listing.split(_BEHIND)
    shut = {record[1:].decode("utf-8", "surrogateescape") for record in records if record.startswith(_SHUT)}
    if shut:
        listing = _BEHIND.join([record for record in records if not record.startswith(_SHUT)])
    tree: Tree = {}
    try:
        for name, entry in parse_entries(listing):
            parts = safe_parts(name)
            if parts:
                tree["/".join(parts)] = TreeEntry(entry.type, entry.size, entry.mode, name in shut)
    except UnsafeNameError as error:
        msg = f"The sandbox names an entry of {shown(path)} that was refused: {error}."
        raise UnsafeArchiveError(msg, path=path, hint="Do not trust this sandbox.") from None
    except ValueError as error:
        raise _unreadable(path, str(error)) from None
    return tree


async def remote_digests(
    runner: Runner, path: str, tree: Tree, names: Sequence[str], *, timeout: int | None
) -> dict[str, str]:
    """The SHA-256 of files, and of what symbolic links name; what cannot be read is left out.

    Raises:
        FileTransferError: The answer cannot be read.
        SandboxError: As for any command.
    """
    # sha256sum of GNU writes these in another way, and links are not files.
    odd = [name for name in names if tree[name].type != "file" or not _ESCAPED.isdisjoint(name)]
    plain = sorted(set(names) - set(odd))
    digests: dict[str, str] = {}
    if plain:
        for line in await _with_names(runner, sync_scripts.DIGEST, path, plain, "1", timeout=timeout):
            if found := _LINE.fullmatch(line):
                digests[found[2]] = found[1]
    if odd:
        lines = await _with_names(runner, sync_scripts.DIGEST, path, odd, "", timeout=timeout)
        if len(lines) != len(odd):
            raise _unreadable(path, f"{len(lines)} digests for {len(odd)} names")
        digests |= {name: found[1] for name, line in zip(odd, lines, strict=True) if (found := _DIGEST.match(line))}
    return digests


async def remove_some(runner: Runner, path: str, names: Sequence[str], *, timeout: int | None) -> None:
    """Removes entries with all that is in them; raises as `remote_digests`."""
    if names:
        await _with_names(runner, sync_scripts.REMOVE, path, names, timeout=timeout)


def name_list(names: Iterable[str]) -> bytes:
    """Names as the scripts take them."""
    return b"".join(b"./%b\0" % name.encode("utf-8", "surrogateescape") for name in names)


async def _with_names(
    runner: Runner, script: str, path: str, names: Iterable[str], *arguments: str, timeout: int | None
) -> list[str]:
    async def fill(writer: FrameWriter) -> None:
        await writer.write(name_list(names))

    async with runner.start(_WITH_NAMES + script, path, *arguments, path=path, stdin=True, timeout=timeout) as running:
        output = (await send_content(running, path, fill, summed=False)).decode("utf-8", "surrogateescape")
    if not output.endswith(END):
        raise _unreadable(path, "it was cut short")
    return output[: -len(END)].split("\n")[:-1]


def _unreadable(path: str, why: str) -> FileTransferError:
    msg = f"The sandbox's answer about {shown(path)} cannot be read: {why}."
    return FileTransferError(msg, path=path, hint="Try again.")
