"""`exec` as a script uses it: bytes, streams, exit codes, and the end of the command whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run

pytestmark = pytest.mark.usefixtures("in_local_cluster")


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_the_commands_own(box: str, code: int) -> None:
    assert run("exec", box, "--", "sh", "-c", f"exit {code}").returncode == code


def test_the_two_streams_stay_apart(box: str) -> None:
    done = run("exec", box, "--", "sh", "-c", "echo out; echo err >&2")
    assert (done.stdout, done.stderr, done.returncode) == ("out\n", "err\n", 0)


def test_arguments_arrive_as_they_are(box: str) -> None:
    arguments = ["", "a b", "$HOME", "--", "-n", "q\"'`\\", "ü\n"]
    done = run("exec", box, "--", "python3", "-c", "import sys; print(sys.argv[1:])", *arguments)
    assert done.stdout == f"{arguments}\n"


def test_bytes_pass_unchanged_both_ways(box: str) -> None:
    data = bytes(range(256)) * 4096
    done = subprocess.run([*PROGRAM, "exec", "-i", box, "--", "cat"], input=data, capture_output=True, check=False)
    assert done.stderr == b""
    assert done.returncode == 0
    assert done.stdout == data


def test_without_i_standard_input_is_not_passed_on(box: str) -> None:
    done = run("exec", box, "--", "cat", stdin=b"not for you")
    assert (done.stdout, done.returncode) == ("", 0)


def test_a_file_as_standard_input_ends(box: str, tmp_path: Path) -> None:
    file = tmp_path / "in"
    file.write_text("one\ntwo\n")
    with file.open("rb") as opened:
        done = subprocess.run([*PROGRAM, "exec", "-i", box, "--", "wc", "-l"], stdin=opened, stdout=-1, check=True)
    assert done.stdout.strip() == b"2"


def test_a_command_that_does_not_read_its_input_ends_all_the_same(box: str) -> None:
    with subprocess.Popen([*PROGRAM, "exec", "-i", box, "--", "true"], stdin=subprocess.PIPE) as started:
        assert started.wait(timeout=60) == 0


def test_cwd_and_env_reach_the_command(box: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKEN", "from here")
    options = ["--cwd", "/tmp", "--env", "A=x y", "--env", "TAKEN"]
    done = run("exec", *options, box, "--", "sh", "-c", 'echo "$PWD,$A,$TAKEN,$MADE"')
    assert done.stdout == "/tmp,x y,from here,with me\n"


def test_a_timeout_ends_the_command_with_124(box: str) -> None:
    done = run("exec", "--timeout", "0.3", box, "--", "sh", "-c", "echo before; exec sleep 321")
    assert done.returncode == 124
    assert done.stdout == "before\n"
    assert done.stderr.startswith("error: ")
    assert not runs_in(box, "sleep 321")


def test_a_missing_program_ends_with_127(box: str) -> None:
    done = run("exec", box, "--", "/no/such/program")
    assert (done.returncode, done.stdout) == (127, "")
    assert "/no/such/program" in done.stderr


def test_a_file_that_may_not_be_run_ends_with_126(box: str) -> None:
    done = run("exec", box, "--", "/etc/os-release")
    assert (done.returncode, done.stdout) == (126, "")
    assert "/etc/os-release" in done.stderr


def test_a_closed_pipe_ends_the_command_quietly(box: str) -> None:
    with subprocess.Popen(
        [*PROGRAM, "exec", box, "--", "sh", "-c", "while :; do echo y322; done"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        assert started.stdout.readline() == b"y322\n"
        started.stdout.close()
        assert started.wait(timeout=60) == 141
        assert started.stderr.read() == b""
    assert not runs_in(box, "y322")


def test_a_full_disk_is_said(box: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROGRAM, "exec", box, "--", "echo", "x"], stdout=full, stderr=-1, check=False)
    assert done.returncode == 1
    assert done.stderr == b"error: cannot write the output: No space left on device\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_command_in_the_sandbox_too(box: str, number: signal.Signals, code: int) -> None:
    sleep = f"sleep 3{code}"
    with subprocess.Popen(
        [*PROGRAM, "exec", box, "--", "sh", "-c", f"echo started; exec {sleep}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        assert started.stdout.readline() == b"started\n"
        started.send_signal(number)
        assert started.wait(timeout=60) == code
        assert started.stderr.read() == b""
    assert not runs_in(box, sleep)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_whoever_started_it_has_ignored_ends_nothing(box: str, number: signal.Signals) -> None:
    # By `nohup`, and by a shell that starts it in the background.
    ignoring = ["sh", "-c", f"trap '' {number.name.removeprefix('SIG')}; exec \"$@\"", "sh", *PROGRAM]
    with subprocess.Popen(
        [*ignoring, "exec", "-i", box, "--", "sh", "-c", "echo started; read -r line; exit 7"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as started:
        assert started.stdin is not None
        assert started.stdout is not None
        assert started.stdout.readline() == b"started\n"
        started.send_signal(number)
        started.stdin.write(b"go on\n")
        started.stdin.flush()
        assert started.wait(timeout=60) == 7


def test_a_reader_that_does_not_read_does_not_keep_ctrl_c_from_working(box: str) -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(
        [*PROGRAM, "exec", box, "--", "sh", "-c", "echo s >&2; yes x323"], stdout=writing, stderr=-1
    ) as started:
        os.close(writing)
        assert started.stderr is not None
        assert started.stderr.readline() == b"s\n"
        started.send_signal(signal.SIGINT)
        assert started.wait(timeout=60) == 130
    os.close(reading)
    assert not runs_in(box, "x323")


def test_in_the_background_the_output_goes_to_the_log(box: str) -> None:
    done = run("exec", "--background", "--cwd", "/tmp", "--env", "A=1", box, "--", "sh", "-c", "echo $PWD $A; echo end")
    assert (done.returncode, done.stdout) == (0, "")
    assert "cat /tmp/computesdk-bg.log" in done.stderr
    wait = "until grep -q end /tmp/computesdk-bg.log; do sleep 0.05; done; cat /tmp/computesdk-bg.log"
    assert run("exec", "--timeout", "20", box, "--", "sh", "-c", wait).stdout == "/tmp 1\nend\n"


def test_a_terminal_without_input_is_given(box: str) -> None:
    assert run("exec", "-t", box, "--", "sh", "-c", "test -t 1 && echo yes").stdout == "yes\r\n"


def test_it_is_refused_without_a_terminal(box: str) -> None:
    done = run("exec", "-it", box, "--", "sh")
    assert done.returncode == 2
    assert (
        done.stderr
        == "error: -it needs a terminal, and standard input is not one.\nUse -i alone to pass a pipe or a file on.\n"
    )


@pytest.mark.parametrize("sandbox_id", ["default/no-such-sandbox", "no-such-sandbox"])
def test_no_such_sandbox_is_3(sandbox_id: str) -> None:
    done = run("exec", sandbox_id, "--", "true")
    assert done.returncode == 3
    assert done.stderr.startswith(f"error: No sandbox {sandbox_id}.")


@pytest.mark.parametrize("sandbox_id", ["..", "a/b/c", "A", "ns/", ""])
def test_an_id_that_is_no_name_is_refused(sandbox_id: str) -> None:
    done = run("exec", sandbox_id, "--", "true")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")


def runs_in(box: str, command: str) -> bool:
    """Says whether a process of this command line is left in the sandbox; looks until it is gone, for a while."""
    look = (
        "import glob,sys,time\n"
        "end = time.monotonic() + 60\n"
        "def found():\n"
        "    for file in glob.glob('/proc/[0-9]*/cmdline'):\n"
        "        try: line = open(file, 'rb').read().replace(bytes(1), b' ').decode()\n"
        "        except OSError: continue\n"
        "        if sys.argv[1] in line and 'glob' not in line: return True\n"
        "    return False\n"
        "while found() and time.monotonic() < end: time.sleep(0.02)\n"
        "print(found())\n"
    )
    done = run("exec", box, "--", "python3", "-c", look, command)
    assert done.returncode == 0, done.stderr
    return done.stdout == "True\n"
