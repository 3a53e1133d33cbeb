"""Writing a file in a sandbox: beside its place, checked, and then put there in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_sandbox_tui.provider.files import scripts
from k8s_sandbox_tui.provider.files.content import parts, send_content
from k8s_sandbox_tui.provider.files.runner import nonce

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.files.content import Content, FrameWriter
    from k8s_sandbox_tui.provider.files.runner import Runner

_HEAD = scripts.PRELUDE + scripts.FRAMES + scripts.STORE
_PLAIN = _HEAD + scripts.TAKE + scripts.VERIFY
_SUMMED = _HEAD + scripts.TAKE_SUMMED + scripts.VERIFY_SUMMED


async def write(
    runner: Runner,
    path: str,
    content: Content,
    *,
    append: bool = False,
    size: int | None = None,
    summed: bool = False,
    mode: int | None = None,
    modified: int | None = None,
    parents: bool = False,
    timeout: int | None = None,
) -> None:
    """Puts content into a file.

    Args:
        runner: Runs the script.
        path: The file.
        content: Its content.
        append: Add it to what is there.
        size: Its bytes, exactly; None: not known, where the content is not bytes.
        summed: Check its checksum as well as its size.
        mode: Its permissions; None: those of the file that was there, or as the sandbox's umask says.
        modified: When it changed last, in seconds since 1970; None: now.
        parents: Make the directories on the way.
        timeout: Milliseconds for all of it.

    Raises:
        FileError: It cannot be written; what was there before is kept.
        SandboxError: As for any command.
    """

    async def fill(writer: FrameWriter) -> None:
        async for part in parts(content):
            await writer.write(part)

    if isinstance(content, bytes | bytearray | memoryview):
        size = memoryview(content).nbytes
    script = (_SUMMED if summed else _PLAIN) + (scripts.EXTEND if append else scripts.REPLACE)
    permissions = "" if mode is None else f"{mode:04o}"
    arguments = (path, nonce(), permissions, "1" if parents else "", "" if modified is None else str(modified))
    async with runner.start(script, *arguments, path=path, stdin=True, timeout=timeout) as running:
        await send_content(running, path, fill, summed=summed, size=size, parents=not parents)
