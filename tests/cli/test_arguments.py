"""The command line's grammar: what each form means, and how wrong usage is answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.cli.arguments import (
    ClusterChoice,
    Dashboard,
    Exec,
    JobsKill,
    JobsLogs,
    JobsLs,
    JobsRm,
    JobsStart,
    JobsWait,
    Local,
    Settings,
    Url,
    parse,
)
from k8s_sandbox_tui.cli.copying_arguments import Cp, Place, Sync
from k8s_sandbox_tui.cli.create_arguments import Create
from k8s_sandbox_tui.cli.files_arguments import FilesLs, FilesMkdir, FilesMv, FilesRm, FilesStat
from k8s_sandbox_tui.cli.sandbox_arguments import Events, Extend, Info, Logs, Meta
from k8s_sandbox_tui.cli.selecting_arguments import Ls, Rm, Top


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("", Dashboard()),
        ("--refresh 0.5", Dashboard(refresh=0.5)),
        ("--read-only", Dashboard(read_only=True)),
        ("--selector team=a,tier!=b", Dashboard(selector="team=a,tier!=b")),
        ("settings path", Settings(action="path")),
        ("ls", Ls()),
        ("ls -o json", Ls(output="json")),
        ("ls --output name", Ls(output="name")),
        ("create", Create()),
        ("create --runtime python --image a:b -o json", Create(runtime="python", image="a:b", output="json")),
        ("create --env A=1 --env B=x=y --env C=", Create(env=[("A", "1"), ("B", "x=y"), ("C", "")])),
        ("create --meta owner=ann", Create(meta=[("owner", "ann")])),
        ("create --env-file a --env-file b --label t=x", Create(env_file=["a", "b"], label=[("t", "x")])),
        ("create --name n --directory /w", Create(name="n", directory="/w")),
        ("create --copies 3 --timeout 2", Create(copies=3, timeout=2000)),
        ("create --port 80 --port web=81", Create(port=[("", 80), ("web", 81)])),
        ("create --request cpu=1 --limit memory=2Gi", Create(request=[("cpu", "1")], limit=[("memory", "2Gi")])),
        ("create --lifetime 1h30m --max-lifetime 1d", Create(lifetime=5_400_000, max_lifetime=86_400_000)),
        ("create --profile restricted --runtime-class kata", Create(profile="restricted", runtime_class="kata")),
        ("create --node-selector a=b", Create(node_selector=[("a", "b")])),
        ("create --service-account s --pull-secret p", Create(service_account="s", pull_secret=["p"])),
        ("create --toleration a", Create(toleration=[{"key": "a", "operator": "Exists"}])),
        (
            "create --toleration a=b:NoSchedule",
            Create(toleration=[{"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"}]),
        ),
        ("ls -w", Ls(watch=True)),
        ("top", Top()),
        ("top -A --sort-by memory -o json", Top(all_namespaces=True, sort_by="memory", output="json")),
        ("ls -A --label a=b --meta c=d", Ls(all_namespaces=True, label=[("a", "b")], meta=[("c", "d")])),
        ("ls --status failed,stopped --runtime node", Ls(status=["failed", "stopped"], runtime="node")),
        ("ls --older-than 2h --newer-than 1d", Ls(older_than=7_200_000, newer_than=86_400_000)),
        ("cp a b:/c", Cp(source=Place("a"), target=Place("/c", "b"))),
        ("cp ns/b:c/d .", Cp(source=Place("c/d", "ns/b"), target=Place("."))),
        ("cp ./a:b b:/c --timeout 2", Cp(source=Place("./a:b"), target=Place("/c", "b"), timeout=2000)),
        ("cp - b:/c", Cp(source=Place("-"), target=Place("/c", "b"))),
        ("cp -r a b:/c", Cp(source=Place("a"), target=Place("/c", "b"))),
        ("cp a b:/c -R", Cp(source=Place("a"), target=Place("/c", "b"))),
        ("cp --recursive b:/c a", Cp(source=Place("/c", "b"), target=Place("a"))),
        ("cp b:/c . -o json", Cp(source=Place("/c", "b"), target=Place("."), output="json")),
        (
            "sync --delete --dry-run --exclude *.o --exclude b/ . b:/c",
            Sync(source=Place("."), target=Place("/c", "b"), exclude=["*.o", "b/"], delete=True, dry_run=True),
        ),
        ("logs a", Logs(id="a")),
        ("logs a --tail 5 --previous", Logs(id="a", tail=5, previous=True)),
        ("events a -o json", Events(id="a", output="json")),
        ("extend a 90s", Extend(id="a", span=90_000)),
        ("meta a", Meta(id="a")),
        ("meta a k=v l= --remove m", Meta(id="a", pairs=[("k", "v"), ("l", "")], remove=["m"])),
        ("exec a/b -- ls -la", Exec(id="a/b", command=["ls", "-la"])),
        ("exec -i a -- cat", Exec(id="a", command=["cat"], stdin=True)),
        ("exec -it a -- sh", Exec(id="a", command=["sh"], stdin=True, tty=True)),
        ("exec a -t -- sh", Exec(id="a", command=["sh"], tty=True)),
        ("exec --cwd /x --env A=1 a -- env", Exec(id="a", command=["env"], cwd="/x", env=[("A", "1")])),
        ("exec --timeout 1.5 a -- x", Exec(id="a", command=["x"], timeout=1500)),
        ("exec --background a -- x", Exec(id="a", command=["x"], background=True)),
        ("jobs start a -- ls -la -- x", JobsStart(id="a", command=["ls", "-la", "--", "x"])),
        (
            "jobs start --cwd /x --env A=1 -o json a/b -- x",
            JobsStart(id="a/b", command=["x"], cwd="/x", env=[("A", "1")], output="json"),
        ),
        ("jobs ls a", JobsLs(id="a")),
        ("jobs ls a -o name", JobsLs(id="a", output="name")),
        ("jobs logs a j", JobsLogs(id="a", job="j")),
        ("jobs logs -f a j", JobsLogs(id="a", job="j", follow=True)),
        ("jobs wait --timeout 1.5 a j -o json", JobsWait(id="a", job="j", timeout=1500, output="json")),
        ("jobs kill --signal INT a j k", JobsKill(id="a", jobs=["j", "k"], signal="INT")),
        ("jobs kill --grace 5 a j", JobsKill(id="a", jobs=["j"], grace=5000)),
        ("files ls a", FilesLs(id="a", path=".")),
        ("files ls -o name a /b", FilesLs(id="a", path="/b", output="name")),
        ("files stat a /b", FilesStat(id="a", path="/b")),
        ("files mkdir a b c", FilesMkdir(id="a", paths=["b", "c"])),
        ("files mv a b c", FilesMv(id="a", source="b", target="c")),
        ("files rm -r a b", FilesRm(id="a", paths=["b"], recursive=True)),
        ("cp b: ./a:b", Cp(source=Place(".", "b"), target=Place("./a:b"))),
        ("jobs rm a j k", JobsRm(id="a", jobs=["j", "k"])),
        ("info a/b -o json", Info(id="a/b", output="json")),
        ("url a --port 3000", Url(id="a", port=3000)),
        ("url a --port 3000 --protocol wss", Url(id="a", port=3000, protocol="wss")),
        ("rm a b --yes", Rm(ids=["a", "b"], yes=True)),
        ("rm -- a", Rm(ids=["a"])),
        ("rm a --dry-run -o json", Rm(ids=["a"], dry_run=True, output="json")),
        ("rm --status failed --older-than 1d", Rm(ids=[], status=["failed"], older_than=86_400_000)),
        ("local up", Local(action="up")),
        ("local up --allow-plain-processes", Local(action="up", allow_plain_processes=True)),
        ("local up --network private", Local(action="up", network="private")),
        ("local status -o json", Local(action="status", output="json")),
    ],
)
def test_a_line_means_this_verb(line: str, verb: object) -> None:
    assert parse(line.split()) == (ClusterChoice(), verb)


def test_global_options_may_come_before_the_command() -> None:
    line = "--kubeconfig k --context c -n ns --url-template {port} ls"
    assert parse(line.split())[0] == ClusterChoice(kubeconfig="k", context="c", namespace="ns", url_template="{port}")
    assert parse(["--local"]) == (ClusterChoice(local=True), Dashboard())
    assert parse(["--namespace=x", "ls"])[0] == ClusterChoice(namespace="x")


@pytest.mark.parametrize(
    ("behind", "before"),
    [
        ("ls -n ns -o json", "-n ns ls -o json"),
        ("ls -nns --context=c", "-n ns --context c ls"),
        ("ls --local", "--local ls"),
        ("info --kubeconfig k a -o json --namespace ns", "--kubeconfig k -n ns info a -o json"),
        ("jobs -n ns ls a", "-n ns jobs ls a"),
        ("jobs ls a -n ns", "-n ns jobs ls a"),
        ("exec -it a -n ns -- ls -n x --context c", "-n ns exec -it a -- ls -n x --context c"),
        ("jobs start a -n ns -- ls -n x", "-n ns jobs start a -- ls -n x"),
        ("url a --port 1 --url-template {port}", "--url-template {port} url a --port 1"),
        ("rm -n ns -- -n", "-n ns rm -- -n"),
        ("-n one ls -n two", "-n two ls"),
    ],
)
def test_global_options_may_follow_the_command_as_kubectl_has_them(behind: str, before: str) -> None:
    assert parse(behind.split()) == parse(before.split())


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("exec a -- sh -c x -- y", ["sh", "-c", "x", "--", "y"]),
        ("exec a -- -- x", ["--", "x"]),
        ("exec a -- exec b -- c", ["exec", "b", "--", "c"]),
        ("-n exec exec a -- --help", ["--help"]),
        ("--namespace=x exec a -- -n y", ["-n", "y"]),
    ],
)
def test_a_command_arrives_as_it_was_typed(line: str, command: list[str]) -> None:
    verb = parse(line.split())[1]
    assert isinstance(verb, Exec)
    assert verb.command == command


@given(st.lists(st.text(), min_size=1))
def test_any_argument_may_be_part_of_a_command(command: list[str]) -> None:
    assert parse(["exec", "a", "--", *command])[1] == Exec(id="a", command=command)


def test_an_option_whose_value_is_a_verbs_name_is_not_that_verb() -> None:
    assert parse(["-n", "exec", "rm", "--", "a"])[1] == Rm(ids=["a"])


def test_a_variable_without_a_value_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret=")
    assert parse(["create", "--env", "TOKEN"])[1] == Create(env=[("TOKEN", "s3cret=")])


@pytest.mark.parametrize(
    ("line", "message", "see"),
    [
        ("lst", "invalid choice: 'lst'", "k8s-sandbox-tui --help"),
        ("sl", ". Did you mean ls?", "k8s-sandbox-tui --help"),
        ("jobs log a", ". Did you mean logs?", "k8s-sandbox-tui jobs --help"),
        ("ls --frobnicate", "unknown argument: --frobnicate", "k8s-sandbox-tui ls --help"),
        ("ls -n", "argument -n: expected one argument", "k8s-sandbox-tui ls --help"),
        ("ls --context -o json", "argument --context: expected one argument", "ls --help"),
        ("exec a -n -- ls", "argument -n: expected one argument", "exec --help"),
        ("ls --local --context x", "--local chooses the cluster on this machine", "--help"),
        ("ls --selector a=b", "ls and rm take --label K=V", "--help"),
        ("ls --out json", "unknown argument: --out", "k8s-sandbox-tui ls --help"),
        ("ls -o yaml", "invalid choice: 'yaml'", "ls --help"),
        ("exec a", "exec takes the command after --, as in: exec a -- ls", "k8s-sandbox-tui exec --help"),
        ("exec a --", "exec takes the command after --", "--help"),
        ("exec a ls -x", "as in: exec a -- ls -x", "--help"),
        ("exec a ls -- x", "as in: exec a -- ls", "--help"),
        ("exec -- ls", "the following arguments are required: ID", "exec --help"),
        ("exec --timeout 0 a -- x", "'0' is not a number of seconds above 0", "exec --help"),
        ("exec --timeout nan a -- x", "'nan' is not a number of seconds", "exec --help"),
        ("exec --timeout inf a -- x", "'inf' is not a number of seconds", "exec --help"),
        ("exec --background -i a -- x", "--background does not go with -i, -t or --timeout", "--help"),
        ("jobs", "required: ACTION", "jobs --help"),
        ("jobs start a", "jobs start takes the command after --, as in: jobs start a -- ls", "--help"),
        ("jobs start a x -y", "as in: jobs start a -- x -y", "--help"),
        ("jobs logs a", "required: JOB", "jobs logs --help"),
        ("jobs wait --timeout x a j", "'x' is not a number of seconds above 0", "jobs wait --help"),
        ("jobs kill --grace 1 --signal INT a j", "--grace is the time from TERM to KILL", "--help"),
        ("cp -o json a:x -", "would both go to standard output", "--help"),
        ("sync - a:x", "sync is for directories", "k8s-sandbox-tui sync --help"),
        ("files rm a", "required: PATH", "files rm --help"),
        ("create --runtime deno", "invalid choice: 'deno'", "create --help"),
        ("create --env =x", "'=x' is not KEY=VALUE", "create --help"),
        ("create --env NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE has no value here", "create --help"),
        ("create --meta owner", "'owner' is not KEY=VALUE", "create --help"),
        ("url a", "required: --port", "url --help"),
        ("url a --port 0", "'0' is not a port", "url --help"),
        ("url a --port 65536", "'65536' is not a port", "url --help"),
        ("url a --port 00000080", "'00000080' is not a port", "url --help"),
        ("url a --port ٣", "'٣' is not a port", "url --help"),
        ("rm", "rm takes ids, or options that say which", "--help"),
        ("rm -A", "rm takes ids, or options that say which", "--help"),
        ("rm a --status failed", "not both", "--help"),
        ("ls --status gone", "'gone' is not a status; choose from pending, starting", "ls --help"),
        ("ls -w --older-than 1h", "--watch does not go with an age", "--help"),
        ("ls --older-than 5", "'5' is not a span of time; write it as 90s, 30m", "ls --help"),
        ("cp a b", "one of the paths is in a sandbox, written ID:PATH", "--help"),
        ("sync a:/b c:/d", "it takes two steps", "--help"),
        ("extend a 0s", "'0s' is not a span of time", "extend --help"),
        ("extend a 11y", "'11y' is more than ten years", "extend --help"),
        ("logs a --tail 0", "'0' is not a number of lines above 0", "logs --help"),
        ("create --copies 0", "'0' is not a number from 1 to 1000", "create --help"),
        ("create --name a --copies 2", "--name is the name of one sandbox", "--help"),
        ("create --port web=x", "'x' is not a port", "create --help"),
        ("local", "required: ACTION", "local --help"),
        ("--local --kubeconfig x ls", "--local chooses the cluster on this machine", "--help"),
        ("--refresh 0", "'0' is not a number of seconds from 0.5 to 3600", "--help"),
        ("--refresh 2 ls", "--refresh is for the dashboard", "--help"),
        ("--selector a=b ls", "without a command; ls and rm take --label K=V", "--help"),
        ("--selector a", "'a' is not part of a selector. Write key=value or key!=value", "--help"),
        ("--read-only ls", "--read-only is for the dashboard", "--help"),
        ("--local --context x ls", "--local chooses the cluster on this machine", "--help"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(
    line: str, message: str, see: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line.split())
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    first, second = said.err.splitlines()
    assert first.startswith("error: ")
    assert message in first
    assert second.startswith("See: ")
    assert see in second


@pytest.mark.parametrize("verb", ["ls", "create", "exec", "jobs", "info", "url", "rm", "local"])
def test_help_goes_to_stdout_and_shows_the_verb(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([verb, "--help"])
    said = capsys.readouterr()
    assert ended.value.code == 0
    assert f"k8s-sandbox-tui {verb}" in said.out
    assert said.err == ""


def test_the_help_lists_every_verb_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    text = capsys.readouterr().out
    verbs = [
        "ls",
        "create",
        "exec",
        "jobs",
        "info",
        "logs",
        "events",
        "extend",
        "meta",
        "cp",
        "sync",
        "url",
        "rm",
        "local",
    ]
    for word in (*verbs, "124", "126", "127", "130"):
        assert f"  {word} " in text


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--version"])
    assert ended.value.code == 0
    name, version = capsys.readouterr().out.split()
    assert name == "k8s-sandbox-tui"
    assert version[0].isdigit()
