"""`create`, `ls`, `info`, `url` and `rm` as processes, against the local cluster."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.cli.api import Api
from tests.cli.program import PROGRAM, run

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus

pytestmark = pytest.mark.usefixtures("in_local_cluster")

FIELDS = {
    "id", "name", "namespace", "uid", "provider", "status", "reason", "message", "phase", "runtime", "image", "node",
    "pod_ip", "created_at", "started_at", "finished_at", "restarts", "exit_code", "metadata", "labels",
    "ports", "expires_at", "deadline_at",
}  # fmt: skip


class Shown(msgspec.Struct):
    """The fields of the JSON that these tests look at."""

    id: str
    name: str
    namespace: str
    uid: str
    provider: str
    status: str
    runtime: str
    image: str
    created_at: str
    exit_code: int | None
    metadata: dict[str, str]
    labels: dict[str, str]


def shown(text: str) -> Shown:
    return msgspec.json.decode(text, type=Shown)


def test_create_prints_the_id_alone_and_rm_takes_it() -> None:
    made = run("create", "--runtime", "python")
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"default/computesdk-sbx-[0-9a-z]{8}\n", made.stdout)
    assert made.stderr == ""
    box = made.stdout.strip()
    removed = run("rm", "--yes", box)
    assert (removed.returncode, removed.stdout, removed.stderr) == (0, "", f"{box}: destroyed\n")
    assert run("info", box).returncode == 3


def test_create_passes_everything_on_and_json_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_HERE", "secret")
    made = run(
        "create", "--runtime", "node", "--image", "node:22", "--env", "FROM_HERE", "--meta", "owner=ann", "-o", "json"
    )
    assert made.returncode == 0, made.stderr
    box = shown(made.stdout)
    assert set(json.loads(made.stdout)) == FIELDS
    assert box.id == f"{box.namespace}/{box.name}"
    assert (box.status, box.runtime, box.image) == ("running", "node", "node:22")
    assert (box.provider, box.exit_code, box.metadata) == ("k8s", None, {"owner": "ann"})
    assert box.labels["computesdk.io/managed"] == "true"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", box.created_at)
    assert run("exec", box.id, "--", "printenv", "FROM_HERE").stdout == "secret\n"
    assert run("rm", "--yes", box.name).stderr == f"{box.id}: destroyed\n"


@pytest.mark.parametrize("arguments", [["--meta", "bad key=1"], ["--image", "not an image"], ["--meta", "a/b/c=1"]])
def test_create_refuses_what_kubernetes_would(arguments: list[str]) -> None:
    done = run("create", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")


def test_ls_shows_the_sandboxes_in_three_forms(box: str) -> None:
    table = run("ls")
    assert table.returncode == 0, table.stderr
    header, *rows = table.stdout.splitlines()
    assert header.split() == ["ID", "RUNTIME", "STATUS", "AGE", "IMAGE", "NODE", "EXIT", "METADATA"]
    assert [row.split()[:3] for row in rows if row.startswith(box)] == [[box, "python", "running"]]
    assert box in run("ls", "-o", "name").stdout.splitlines()
    listed = run("ls", "-o", "json")
    assert listed.stderr == ""
    assert box in [one.id for one in msgspec.json.decode(listed.stdout, type=list[Shown])]


def test_ls_of_an_empty_namespace_is_an_empty_list() -> None:
    table = run("-n", "kube-system", "ls")
    assert (table.returncode, table.stdout) == (0, "")
    assert table.stderr == "No sandboxes in namespace kube-system.\n"
    assert run("-n", "kube-system", "ls", "-o", "json").stdout == "[]\n"
    assert run("-n", "kube-system", "ls", "-o", "name").stdout == ""


def test_what_a_pod_says_cannot_act_on_the_terminal() -> None:
    made = run("create", "--runtime", "python", "--meta", "note=\x1b]0;owned\x07\x9b31m\u202e")
    assert made.returncode == 0, made.stderr
    try:
        for arguments in (["ls"], ["ls", "-o", "json"], ["info", made.stdout.strip()]):
            done = run(*arguments)
            assert "owned" in done.stdout
            assert not re.search("[\x1b\x07\x9b\u202e]", done.stdout + done.stderr)
        assert "\\x1b]0;owned\\x07" in run("ls").stdout
        document = run("info", made.stdout.strip(), "-o", "json").stdout
        assert shown(document).metadata == {"note": "\x1b]0;owned\x07\x9b31m\u202e"}
    finally:
        run("rm", "--yes", made.stdout.strip())


def test_info_shows_one_sandbox(box: str) -> None:
    text = run("info", box)
    assert text.returncode == 0, text.stderr
    values = dict(line.split(maxsplit=1) for line in text.stdout.splitlines())
    assert values["id:"] == box
    assert values["status:"] == "running"
    one = shown(run("info", box, "-o", "json").stdout)
    assert one.id == box
    assert run("info", one.name).stdout == text.stdout


def test_doctor_says_what_one_may_do() -> None:
    text = run("doctor")
    assert (text.returncode, text.stderr) == (0, "")
    assert "yes      get pods/exec\n" in text.stdout
    assert text.stdout.endswith("\nNothing is missing.\n")
    told = msgspec.json.decode(run("doctor", "-o", "json").stdout)
    assert told["sufficient"] is True
    assert told["role"] == ""
    assert {"verb": "watch", "resource": "pods", "allowed": True} in [
        {key: right[key] for key in ("verb", "resource", "allowed")} for right in told["rights"]
    ]


def test_url_is_the_placeholder_or_what_the_template_says(box: str) -> None:
    plain = run("url", box, "--port", "3000")
    assert plain.stdout == "http://k8s-sandbox-url-not-configured.invalid:3000\n"
    assert "--url-template" in plain.stderr
    template = "{protocol}://{service}.{namespace}.example:{port}"
    url = run("--url-template", template, "url", box, "--port", "8080", "--protocol", "wss")
    namespace, name = box.split("/")
    assert (url.stdout, url.stderr) == (f"wss://{name}-svc.{namespace}.example:8080\n", "")


@pytest.mark.parametrize("arguments", [["info", "{}"], ["url", "{}", "--port", "1"], ["exec", "{}", "--", "true"]])
@pytest.mark.parametrize("sandbox_id", ["no-such-sandbox", "default/no-such-sandbox", "nowhere/none"])
def test_no_such_sandbox_is_3(arguments: list[str], sandbox_id: str) -> None:
    done = run(*(part.format(sandbox_id) for part in arguments))
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr == f"error: No sandbox {sandbox_id}.\nThe command ls lists them.\n"


def test_rm_tells_of_each_and_goes_on_after_a_failure() -> None:
    first = run("create", "--runtime", "python").stdout.strip()
    second = run("create", "--runtime", "python").stdout.strip()
    done = run("rm", "--yes", first, "no-such-sandbox", second, first, "ns/..")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert f"{first}: destroyed" in lines
    assert f"{second}: destroyed" in lines
    assert sum(line.startswith("no-such-sandbox: error: No sandbox") for line in lines) == 1
    assert sum(line.startswith("ns/..: error: ") for line in lines) == 1
    assert len(lines) == 4
    assert run("info", first).returncode == run("info", second).returncode == 3


def test_rm_without_a_terminal_and_without_yes_destroys_nothing(box: str) -> None:
    done = run("rm", box, stdin=b"y\n")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Add --yes."
    assert run("info", box).returncode == 0


def test_a_pod_that_is_no_sandbox_is_left_alone(in_local_cluster: LocalClusterStatus) -> None:
    api = Api(in_local_cluster.kubeconfig)
    name = "somebody-elses"
    pods = "/api/v1/namespaces/default/pods"
    spec = {"containers": [{"name": "sandbox", "image": "busybox", "command": ["sleep", "600"]}]}
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    assert api.call("POST", pods, manifest) == 201
    try:
        assert name not in run("ls", "-o", "name").stdout
        for arguments in (["info", name], ["exec", name, "--", "true"], ["url", name, "--port", "1"]):
            done = run(*arguments)
            assert done.returncode == 3
            assert done.stderr.startswith("error: ")
        done = run("rm", "--yes", name)
        assert done.returncode == 1
        assert done.stderr.startswith(f"{name}: error: ")
        assert api.call("GET", f"{pods}/{name}") == 200
    finally:
        api.call("DELETE", f"{pods}/{name}?gracePeriodSeconds=0")


@pytest.mark.parametrize(
    "line",
    [
        *("--help", "settings default", "ls -o json", "info BOX", "events BOX", "url BOX --port 1"),
        *("files ls BOX /", "doctor", "top", "meta BOX k=v", "sync HERE BOX:/tmp/tests"),
    ],
)
def test_each_verb_starts_by_itself_and_ends_quietly_at_a_closed_pipe(line: str, box: str) -> None:
    words = line.replace("BOX", box).replace("HERE", str(Path(__file__).parent)).split()
    with subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.wait(timeout=60) == 141
        assert started.stderr.read() == b""
