"""Which way a copy takes, what it sends, and what it says."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import select
import shutil
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard import native_clipboard
from k8s_sandbox_tui.dashboard.clipboard import ClipboardWay, CopyMethod, copy_routes, copy_text
from k8s_sandbox_tui.dashboard.clipboard_app import ClipboardApp
from k8s_sandbox_tui.dashboard.osc52 import MAX_TEXT_BYTES, fits_osc52, osc52

if TYPE_CHECKING:
    from pathlib import Path

NATIVE, TMUX, OSC52 = CopyMethod.NATIVE, CopyMethod.TMUX, CopyMethod.OSC52


@pytest.mark.parametrize(
    ("environ", "routes"),
    [
        ({}, (NATIVE, OSC52)),
        ({"DISPLAY": ":0"}, (NATIVE, OSC52)),
        ({"TMUX": "/tmp/tmux-0/default,1,0"}, (NATIVE, TMUX, OSC52)),
        ({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, (OSC52,)),
        ({"SSH_TTY": "/dev/pts/1", "DISPLAY": "localhost:10"}, (OSC52,)),
        ({"SSH_TTY": "/dev/pts/1", "TMUX": "x"}, (TMUX, OSC52)),
        ({"SSH_TTY": "", "SSH_CONNECTION": ""}, (NATIVE, OSC52)),
        ({"STY": "1.pts", "SSH_TTY": "/dev/pts/1"}, (OSC52,)),
    ],
)
def test_the_way_follows_the_situation(environ: dict[str, str], routes: tuple[CopyMethod, ...]) -> None:
    assert copy_routes(environ) == routes


@pytest.mark.parametrize("environ", [{}, {"SSH_TTY": "/dev/pts/1"}, {"TMUX": "x"}])
def test_the_setting_leaves_one_way(environ: dict[str, str]) -> None:
    assert copy_routes(environ, "native") == (NATIVE,)
    assert copy_routes(environ, "osc52") == (OSC52,)


def _payloads(sequence: str) -> list[str]:
    return [base64.b64decode(found).decode() for found in re.findall(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)]


@given(st.text())
def test_the_plain_sequence_carries_the_text(text: str) -> None:
    assert _payloads(osc52(text, {})) == [text]
    assert osc52(text, {}).count("\x1b") == 1


@given(st.text())
def test_tmux_gets_the_plain_sequence_and_the_wrapped_one(text: str) -> None:
    sent = osc52(text, {"TMUX": "x", "STY": "y"})
    plain = osc52(text, {})
    assert sent.startswith(plain)
    wrapped = sent.removeprefix(plain)
    assert wrapped.startswith("\x1bPtmux;")
    assert wrapped.endswith("\x1b\\")
    assert wrapped[7:-2].replace("\x1b\x1b", "\x1b") == plain


@given(st.text(max_size=2_000))
def test_screen_gets_strings_short_enough_for_it(text: str) -> None:
    strings = re.findall(r"\x1bP(.*?)\x1b\\", osc52(text, {"STY": "1.pts"}), re.DOTALL)
    assert "".join(strings) == osc52(text, {})
    assert max(map(len, strings)) <= 256


def test_the_size_limit_counts_bytes() -> None:
    assert fits_osc52("x" * MAX_TEXT_BYTES)
    assert not fits_osc52("x" * (MAX_TEXT_BYTES + 1))
    assert not fits_osc52("é" * (MAX_TEXT_BYTES // 2 + 1))
    assert len(osc52("x" * MAX_TEXT_BYTES, {})) <= 100_000


class Host:
    """An app, as far as copying needs one."""

    def __init__(self, way: ClipboardWay = "auto") -> None:
        self.clipboard_way: ClipboardWay = way
        self.sent: list[str] = []
        self.remembered: list[str] = []

    def copy_to_clipboard(self, text: str) -> None:
        self.sent.append(text)

    def remember_clipboard(self, text: str) -> None:
        self.remembered.append(text)


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def desktop(tmp_path: Path) -> dict[str, str]:
    """The environment of an X11 session whose `xclip` keeps its clipboard in a file."""
    _program(
        tmp_path,
        "xclip",
        f'case " $* " in *" -o "*) cat {tmp_path}/clipboard;; *) cat > {tmp_path}/clipboard;; esac',
    )
    kept = {name: value for name, value in os.environ.items() if name not in ("WAYLAND_DISPLAY", "TMUX", "STY")}
    kept = {name: value for name, value in kept.items() if not name.startswith("SSH_")}
    return {**kept, "DISPLAY": ":7", "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="xclip is what pyperclip uses on Linux")


@linux_only
async def test_native_copies_are_said_to_be_copied(desktop: dict[str, str], tmp_path: Path) -> None:
    host = Host()
    text = "http://x-svc.default:3000\n'ünï' \x1b[31m"
    outcome = await copy_text(host, text, environ=desktop)
    assert outcome.method is NATIVE
    assert outcome.message == "Copied"
    assert (tmp_path / "clipboard").read_text() == text
    assert host.remembered == [text]
    assert host.sent == []


@linux_only
@pytest.mark.parametrize("script", ["exit 1", "cat > /dev/null", "echo gone >&2; exec cat"])
async def test_a_native_copy_that_did_not_work_is_not_called_copied(
    desktop: dict[str, str], tmp_path: Path, script: str
) -> None:
    _program(tmp_path, "xclip", script)
    host = Host()
    outcome = await copy_text(host, "text", environ=desktop)
    assert outcome.method is OSC52
    assert outcome.message == "Sent to the terminal (OSC 52); it may refuse"
    assert host.sent == ["text"]


@linux_only
async def test_a_clipboard_program_that_stays_behind_does_not_hold_up_the_copy(
    desktop: dict[str, str], tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    _program(
        tmp_path,
        "xclip",
        f'case " $* " in *" -o "*) cat {tmp_path}/c;; *) cat > {tmp_path}/c; sleep 60 & echo $! > {pid};; esac',
    )
    try:
        assert await native_clipboard.copy_with_pyperclip("text", desktop)
        os.kill(int(pid.read_text()), 0)
    finally:
        os.kill(int(pid.read_text()), 9)


@linux_only
async def test_a_clipboard_program_that_hangs_is_killed(desktop: dict[str, str], tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    _program(tmp_path, "xclip", f"echo $$ > {pid}; exec sleep 600")
    for timeout in (0.5, 5, 30):
        assert not await native_clipboard.copy_with_pyperclip("text", desktop, timeout=timeout)
        # One too short for a busy machine to start the program is tried again, longer.
        if pid.exists() and pid.read_text():
            break
    try:
        process = os.pidfd_open(int(pid.read_text()))
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([process], [], [], 30)
        assert ended == [process]
    finally:
        os.close(process)


async def test_without_any_clipboard_the_terminal_is_asked(tmp_path: Path) -> None:
    host = Host()
    bare = {"PATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    outcome = await copy_text(host, "text", environ=bare)
    assert outcome.method in (OSC52, NATIVE) if sys.platform == "darwin" else outcome.method is OSC52


async def test_over_ssh_no_program_is_started(desktop: dict[str, str], tmp_path: Path) -> None:
    host = Host()
    outcome = await copy_text(host, "text", environ={**desktop, "SSH_TTY": "/dev/pts/1"})
    assert outcome.method is OSC52
    assert host.sent == ["text"]
    assert not (tmp_path / "clipboard").exists()


async def test_the_terminal_alone_starts_no_program(desktop: dict[str, str], tmp_path: Path) -> None:
    host = Host("osc52")
    outcome = await copy_text(host, "text", environ=desktop)
    assert (outcome.method, host.sent) == (OSC52, ["text"])
    assert not (tmp_path / "clipboard").exists()


@linux_only
async def test_this_machine_alone_goes_before_ssh_and_never_asks_the_terminal(
    desktop: dict[str, str], tmp_path: Path
) -> None:
    host = Host("native")
    outcome = await copy_text(host, "text", environ={**desktop, "SSH_TTY": "/dev/pts/1"})
    assert (outcome.method, outcome.message) == (NATIVE, "Copied")
    _program(tmp_path, "xclip", "exit 1")
    failed = await copy_text(host, "text", environ=desktop)
    assert failed.failed
    assert failed.message.startswith("Not copied: no program for the clipboard of this machine works")
    assert host.sent == []


async def test_too_much_for_the_terminal_is_said_so() -> None:
    host = Host()
    outcome = await copy_text(host, "x" * (MAX_TEXT_BYTES + 1), environ={"SSH_TTY": "/dev/pts/1"})
    assert outcome.failed
    assert outcome.message.startswith("Not copied: 74 kB is more than terminals take")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
async def test_tmux_has_the_text_in_its_buffer(tmp_path: Path) -> None:
    socket = tmp_path / "tmux"
    tmux = ("tmux", "-S", str(socket), "-f", "/dev/null")
    await _run(*tmux, "new-session", "-d", "sleep 600")
    try:
        host = Host()
        environ = {**os.environ, "TMUX": f"{socket},1,0", "SSH_TTY": "/dev/pts/1"}
        text = "two\nlines; $HOME 'ü'"
        outcome = await copy_text(host, text, environ=environ)
        assert outcome.method is TMUX
        assert "may refuse" in outcome.message
        assert await _run(*tmux, "save-buffer", "-") == text
        assert host.sent == []
    finally:
        await _run(*tmux, "kill-server")


async def _run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    stdout, _ = await process.communicate()
    assert process.returncode == 0
    return stdout.decode()


async def test_tmux_that_is_gone_leaves_the_terminal() -> None:
    host = Host()
    environ = {**os.environ, "TMUX": "/nonexistent/socket,1,0", "SSH_TTY": "/dev/pts/1"}
    outcome = await copy_text(host, "text", environ=environ)
    assert outcome.method is OSC52
    assert host.sent == ["text"]


async def test_the_app_wraps_what_textual_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STY", raising=False)
    monkeypatch.setenv("TMUX", "x")
    app = ClipboardApp[None]()
    written: list[str] = []
    async with app.run_test():
        assert app._driver is not None  # pyright: ignore[reportPrivateUsage]
        monkeypatch.setattr(app._driver, "write", written.append)  # pyright: ignore[reportPrivateUsage]
        app.copy_to_clipboard("text")
        assert "".join(written) == osc52("text", {"TMUX": "x"})
        written.clear()
        app.copy_to_clipboard("x" * (MAX_TEXT_BYTES + 1))
        assert written == []
        assert app.clipboard == "x" * (MAX_TEXT_BYTES + 1)
        app.clipboard_way = "native"
        app.copy_to_clipboard("kept from the terminal")
        assert written == []
        assert app.clipboard == "kept from the terminal"
        app.remember_clipboard("other")
        assert app.clipboard == "other"
        monkeypatch.undo()
