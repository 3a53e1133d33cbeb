from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.exec import scripts
from k8s_sandbox_tui.provider.exec.shell import plan_command, plan_kill
from tests.unit.exec.shells import Shell, shells

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = tempfile.TemporaryDirectory(prefix="sbx-shells-")
SHELLS = shells(Path(_FOLDER.name))

pytestmark = pytest.mark.skipif(not SHELLS, reason="neither dash nor busybox is installed")
each_shell = pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)

texts = st.text(
    st.one_of(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
        st.sampled_from("'\"\\$`\n\t ;&|<>(){}[]*?#~!%=-\x01\x7f\x81\x88"),
        st.sampled_from([os.fsdecode(bytes((byte,))) for byte in (0x80, 0x81, 0x82, 0x84, 0x88, 0xFF)]),
    ),
    max_size=40,
)
values = st.one_of(texts, st.text(max_size=3).map(lambda part: "x" * 9000 if part else "")).filter(
    lambda value: "\0" not in value and not any("\ud800" <= c < "\udc80" or "\udcff" < c < "\ue000" for c in value)
)
names = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_]{0,12}\Z").filter(lambda name: not name.startswith("__computesdk"))


def printed(shell: Shell, arguments: list[str], **options: object) -> bytes:
    code, out, err = shell.run(arguments, **options)  # pyright: ignore[reportArgumentType]
    assert (code, err) == (0, b"")
    return out


@each_shell
@settings(max_examples=25)
@given(arguments=st.lists(values, min_size=1, max_size=4))
def test_any_arguments_arrive_unchanged(shell: Shell, arguments: list[str]) -> None:
    out = printed(shell, ["printf", "%s\\0", *arguments])
    assert out.split(b"\0")[:-1] == [os.fsencode(argument) for argument in arguments]


@each_shell
@settings(max_examples=25)
@given(env=st.dictionaries(names, values, min_size=1, max_size=4), stdin=st.one_of(st.none(), st.binary(max_size=50)))
def test_ts10_any_environment_arrives_unchanged(shell: Shell, env: dict[str, str], stdin: bytes | None) -> None:
    # PATH and what the dynamic loader reads would hide the tool that prints.
    env = {name: value for name, value in env.items() if name != "PATH" and not name.startswith("LD_")}
    out = printed(shell, ["cat", "/proc/self/environ", "-"], env=env, stdin=stdin or b"")
    variables = out[: len(out) - len(stdin or b"")].split(b"\0")
    for name, value in env.items():
        if name != "_":
            assert f"{name}=".encode() + os.fsencode(value) in variables
    assert out.endswith(stdin or b"")


@each_shell
@settings(max_examples=25)
@given(name=texts.filter(lambda text: text not in {"", ".", ".."} and "/" not in text))
def test_any_directory_is_entered(shell: Shell, name: str) -> None:
    with tempfile.TemporaryDirectory() as root:
        folder = os.fsencode(root) + b"/" + os.fsencode(name)
        Path(os.fsdecode(folder)).mkdir()
        out = printed(shell, ["readlink", "/proc/self/cwd"], cwd=os.fsdecode(folder))
        assert out == folder + b"\n"


@each_shell
@settings(max_examples=25)
@given(
    command=st.one_of(
        texts.map(lambda text: "printf %s '" + text.replace("'", "'\\''") + "'"),
        texts.map(lambda text: f"cat <<'E N D'\n{text}"),
        texts.filter(lambda text: "\n" not in text).map(lambda text: f"echo x # {text}"),
        st.text(st.sampled_from("abc \n;&|<>(){}'\"\\$#!~=1-"), max_size=30),
    ),
    long=st.booleans(),
)
def test_ts6_ts13_any_command_text_does_what_the_shell_alone_does(shell: Shell, command: str, *, long: bool) -> None:
    # Random text must not be a redirection that leaves files, nor a job whose end is a matter of time.
    if "&" in command or ">" in command:
        command = command.replace("&", "").replace(">", "")
    if long:
        # Evaluated and not given to `sh -c`: everything but the shell's own messages must be the same.
        command = ":" + " x" * 3000 + "\n" + command
    code, out, err = shell.run(command)
    bare_code, bare_out, bare_err = shell.bare(command)
    assert out == bare_out
    # bash evaluates to 2 at a syntax error; as `bash -c` it exits with the code of the command before it.
    assert code == bare_code or (shell.name == "bash" and long and code == 2 and bare_code != 0)
    assert bool(err) == bool(bare_err)


COMMANDS = {
    "echo a # comment": (0, b"a\n"),
    "cat <<E\nno newline at the end": None,
    "echo a\\": None,
    "": (0, b""),
    "   ": (0, b""),
    "\n\n": (0, b""),
    "# only a comment": (0, b""),
    "fi": None,
    "a=1; echo $a; exit 4": (4, b"1\n"),
    "trap 'echo bye' EXIT; exit 6": (6, b"bye\n"),
    "set -e; false; echo no": (1, b""),
    "exec sh -c 'exit 9'": (9, b""),
    "echo $#": (0, b"0\n"),
    "echo $?": (0, b"0\n"),
    "kill -9 $$": (137, b""),
    "echo $n$m$s$f": (0, b"from-podfrom-podfrom-podfrom-pod\n"),
    "(sleep 0.1; echo late) & echo now; wait": (0, b"now\nlate\n"),
    "): exit 3; (echo b": None,
    "a); exit 3; (echo b": None,
}


@each_shell
@pytest.mark.parametrize("stdin", [None, b""], ids=["no-input", "input"])
@pytest.mark.parametrize("env", [{}, {"A": "1\n2"}, {"IFS": "o", "PPID": "5"}], ids=["no-env", "env", "special-env"])
def test_ts6_ts13_ts14_commands(shell: Shell, stdin: bytes | None, env: dict[str, str]) -> None:
    done = {command: shell.run(command, stdin=stdin, env=env)[:2] for command in COMMANDS}
    assert done == {command: expected or shell.bare(command)[:2] for command, expected in COMMANDS.items()}


@each_shell
def test_messages_are_the_shells_own(shell: Shell) -> None:
    for command in ("no-such-program", "echo 1\nno-such-program", "cd /nowhere", ". /nowhere"):
        assert shell.run(command)[2] == shell.bare(command)[2]


@each_shell
@pytest.mark.parametrize("v4", [False, True])
def test_input_after_variables_is_the_commands_alone(shell: Shell, *, v4: bool) -> None:
    data = bytes(range(256)) * 300
    for command in ("cat", "cat #" + "x" * 9000):
        assert shell.run(command, env={"A": "b"}, stdin=data, v4=v4)[1] == data


@each_shell
def test_missing_directory_runs_nothing(shell: Shell) -> None:
    code, out, err = shell.run("echo ran", cwd="/no/such/place")
    assert (code in {1, 2}, out) == (True, b"")
    assert b"/no/such/place" in err


@each_shell
@pytest.mark.parametrize("cwd", ["-", "-P", "~", "$HOME", "a b", ".hidden"])
def test_directories_with_a_meaning_to_cd(shell: Shell, cwd: str) -> None:
    code, _, err = shell.run("true", cwd=cwd)
    assert code in {1, 2}
    assert f"./{cwd}".encode() in err


@each_shell
def test_payload_that_is_cut_off_runs_nothing(shell: Shell) -> None:
    for command, env in (("echo ran #" + "x" * 5000, {}), ("echo ran", {"A": "b"})):
        plan = shell.plan(command, env=env)
        with shell.start(plan) as process:
            out, err = process.communicate(plan.payload[: len(plan.payload) // 2])
        assert (process.returncode, out) == (126, b"")
        assert b"did not arrive" in err


def logged(expected: bytes) -> bytes:
    """The background log, as soon as it has what is expected."""
    log = Path(scripts.BACKGROUND_LOG)
    deadline = time.monotonic() + 60
    while expected not in (content := log.read_bytes()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return content


@pytest.fixture
def background_log() -> Iterator[None]:
    """The path is fixed and this machine's: whatever is there is kept."""
    log = Path(scripts.BACKGROUND_LOG)
    with Path(f"{log}.test-lock").open("w") as lock:
        # Other processes of this run may test with it too.
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = log.read_bytes() if log.exists() else None
        yield
        if before is None:
            log.unlink(missing_ok=True)
        else:
            log.write_bytes(before)


@each_shell
@pytest.mark.usefixtures("background_log")
def test_ts11_background(shell: Shell) -> None:
    tail = "echo err >&2; echo end-$A | cat"
    for command in (f"pwd; for i in 1 2; do echo $i; done && {tail}", f"pwd; echo 1; echo 2; {tail} #" + "x" * 200_000):
        assert shell.run(command, cwd="/usr", env={"A": "b\nc"}, background=True) == (0, b"", b"")
        assert logged(b"end-b c\n") == b"/usr\n1\n2\nerr\nend-b c\n"
    # Its end is waited for: what comes late would be in the log of whoever is next.
    assert shell.run("trap; echo end", background=True) == (0, b"", b"")
    assert logged(b"end\n").endswith(b"end\n")
    assert shell.run(["no-such-program"], background=True) == (0, b"", b"")
    assert b"no-such-program" in logged(b"no-such-program")
    assert shell.run("echo ran", cwd="/no/such/place", background=True) == (0, b"", b"")
    assert b"ran" not in logged(b"/no/such/place")


@each_shell
@pytest.mark.usefixtures("background_log")
def test_ts12_an_older_background_command_tears_no_holes_into_the_log(shell: Shell, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    assert shell.run(f"echo older; read -r x <{gate}; echo end", background=True)[0] == 0
    assert logged(b"older\n") == b"older\n"
    assert shell.run("echo newer", background=True)[0] == 0
    assert logged(b"newer\n") == b"newer\n"
    gate.write_text("go\n")
    assert logged(b"end\n") == b"newer\nend\n"


@each_shell
@pytest.mark.usefixtures("background_log")
def test_f30_f50_background_outlives_its_exec_and_has_its_own_session(shell: Shell) -> None:
    command = 'kill -HUP $$; read -r s </proc/self/stat; set -- ${s##*) }; echo "group $3 session $4 pid $$"; echo end'
    assert shell.run(command, background=True)[0] == 0
    group, session, pid = logged(b"end\n").split(b"\n")[0].split()[1::2]
    assert group == session == pid


@each_shell
@pytest.mark.parametrize(
    "command",
    [
        "sleep 100",
        "sleep 100 & sleep 101; echo x",
        "setsid sleep 99 & wait",
        "env -i sleep 98",
        ["env", "-i", "sleep", "97"],
        "(while :; do :; done)",
        "sleep 96 #" + "x" * 9000,
    ],
    ids=["simple", "children", "session", "clears-environment", "program-clears-environment", "busy", "long"],
)
def test_f20_f21_kill_leaves_nothing(shell: Shell, command: str | list[str]) -> None:
    plan = shell.plan(command)
    with shell.start(plan) as process:
        if plan.payload and process.stdin:
            process.stdin.write(plan.payload)
            process.stdin.flush()
        assert shell.kill(plan, 2) == 0
        # Its pipes end with the last process that has them.
        out, _ = process.communicate(timeout=60)
    assert (process.returncode in {-15, -9}, out) == (True, b"")


@each_shell
def test_kill_ends_what_ignores_term_and_spares_others(shell: Shell) -> None:
    other = shell.plan("sleep 100")
    plan = shell.plan("trap '' TERM; echo ready; while :; do sleep 1; done")
    with shell.start(other) as spared, shell.start(plan) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert shell.kill(plan, 0.2) == 0
        process.communicate(timeout=60)
        assert process.returncode == -9
        assert spared.poll() is None
        assert shell.kill(other, 2) == 0


@each_shell
def test_kill_ends_what_ignores_term_and_has_cleared_its_environment(shell: Shell) -> None:
    """Its shell, which carries the command's id, dies of TERM."""
    ignoring = "trap '' TERM; echo ready; while :; do :; done"
    plan = shell.plan(f'env -i {shell.path} -c "{ignoring}"; exit')
    with shell.start(plan) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"ready\n"
            assert shell.kill(plan, 0.2) == 0
            # Its pipes end with the last process that has them.
            process.communicate(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_f26_ts15_values_and_long_text_stay_out_of_the_arguments() -> None:
    plans = [
        plan_command("echo $A", env={"A": "s3cret"}),
        plan_command("echo $A", env={"A": "s3cret"}, tty=True, stdin=True, size=(80, 24)),
        plan_command("echo $A", env={"A": "s3cret", "IFS": "s3cret"}, stdin=True),
        plan_command(["echo"], env={"A": "s3cret"}, background=True),
        plan_command("echo $A #" + "x" * 500_000, env={"A": "s3cret"}),
        plan_command(["echo", *["x" * 1000] * 300], env={"A": "s3cret"}),
        plan_command("echo " + "é" * 1000),
    ]
    for plan in plans:
        assert "s3cret" not in "".join(plan.argv)
        assert sum(map(len, plan.argv)) < 4096


def test_terminal_gets_no_payload_on_its_input() -> None:
    plan = plan_command("true", env={"A": "b"}, tty=True, stdin=True, size=(80, 24))
    assert plan.payload == b""
    assert plan.before is not None
    assert b"export A=b;" in plan.before.payload
    assert "stty cols 80 rows 24" in plan.before.payload.decode()


@each_shell
def test_kill_without_the_tool_it_needs_says_so(shell: Shell) -> None:
    plan = plan_kill(shell.plan("true"))
    done = subprocess.run([shell.path, *plan.argv[1:]], env={"PATH": "/nowhere"}, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"has no grep" in done.stderr
