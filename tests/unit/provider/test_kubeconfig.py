"""Where a kubeconfig is found, how several are merged, and what is said of one that cannot be used."""

from __future__ import annotations

import base64
import os
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.connection.kubeconfig import load_target, parse
from k8s_sandbox_tui.provider.connection.kubeconfig_sources import is_configured, resolve_source
from k8s_sandbox_tui.provider.errors import (
    ConfigError,
    ContextNotFoundError,
    InvalidKubeconfigError,
    KubeconfigNotFoundError,
)


def config(name: str, *, current: str | None = None, namespace: str = "", user: object = None) -> str:
    context: dict[str, str] = {"cluster": name, "user": name}
    if namespace:
        context["namespace"] = namespace
    document: dict[str, object] = {
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example"}}],
        "users": [{"name": name, "user": user or {}}],
        "contexts": [{"name": name, "context": context}],
        "current-context": current,
    }
    return msgspec.json.encode(document).decode()


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write(tmp_path / ".kube" / "config", config("home", current="home"))
    return tmp_path


def test_the_order_of_the_sources_is_computesdks(home: Path, tmp_path: Path) -> None:
    path = str(write(tmp_path / "given", config("path", current="path")))
    encoded = base64.b64encode(config("env", current="env").encode()).decode()
    raw = config("raw", current="raw")
    only_home = {"HOME": str(home)}
    with_variable = {**only_home, "KUBECONFIG_B64": encoded}

    def context(raw: str, path: str, environ: dict[str, str]) -> str:
        return load_target(raw=raw, path=path, environ=environ).context

    assert context(raw, path, with_variable) == "raw"
    assert context("", path, with_variable) == "env"
    assert context("", path, only_home) == "path"
    assert context("", "", only_home) == "home"


@pytest.mark.parametrize("form", ["plain", "wrapped", "unpadded", "url-safe"])
def test_base64_is_read_as_node_reads_it(form: str) -> None:
    text = config("env", current="env", user={"token": "ÿþ>?~~~"})
    encoded = base64.b64encode(text.encode()).decode()
    if form == "wrapped":
        encoded = "\n".join(encoded[start : start + 60] for start in range(0, len(encoded), 60))
    if form == "unpadded":
        encoded = encoded.rstrip("=")
    if form == "url-safe":
        encoded = encoded.replace("+", "-").replace("/", "_")
    assert load_target(environ={"KUBECONFIG_B64": encoded}).context == "env"


def test_base64_that_is_none_says_so() -> None:
    with pytest.raises(InvalidKubeconfigError, match=r"KUBECONFIG_B64 is not the base64"):
        load_target(environ={"KUBECONFIG_B64": "!!!"})


def test_f42_of_several_files_the_first_to_name_something_wins(tmp_path: Path) -> None:
    first = write(tmp_path / "first", config("a", namespace="from-first"))
    second = write(tmp_path / "second", config("a", current="a", namespace="from-second"))
    third = write(tmp_path / "third", config("b", current="b"))
    missing = tmp_path / "missing"
    environ = {"KUBECONFIG": os.pathsep.join(map(str, [first, missing, second, third]))}

    target = load_target(environ=environ)

    assert target.context == "a"
    assert target.namespace == "from-first"
    assert load_target(context="b", environ=environ).cluster.server == "https://b.example"


def test_relative_references_belong_to_their_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = {
        "client-certificate": "tls/c.pem",
        "client-key": "tls/k.pem",
        "tokenFile": "token",
        "exec": {"command": "./plugin", "apiVersion": "client.authentication.k8s.io/v1"},
    }
    write(tmp_path / "one" / "config", config("one", current="one", user=user))
    plugin_on_path = {"exec": {"command": "aws", "apiVersion": "client.authentication.k8s.io/v1"}}
    write(tmp_path / "two" / "config", config("two", user=plugin_on_path))
    monkeypatch.chdir(tmp_path)
    environ = {"KUBECONFIG": f"one/config{os.pathsep}two/config"}

    one = load_target(environ=environ).user
    assert one.client_certificate == str(tmp_path / "one" / "tls/c.pem")
    assert one.client_key == str(tmp_path / "one" / "tls/k.pem")
    assert one.token_file == str(tmp_path / "one" / "token")
    assert one.exec is not None
    assert Path(one.exec.command) == tmp_path / "one" / "plugin"
    two = load_target(context="two", environ=environ).user
    assert two.exec is not None
    assert two.exec.command == "aws"


def test_f47_in_a_pod_without_a_file_the_service_account_is_used(tmp_path: Path) -> None:
    write(tmp_path / "account" / "token", "t")
    write(tmp_path / "account" / "namespace", "team-a\n")
    environ = {"HOME": str(tmp_path), "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}

    target = load_target(environ=environ, service_account=tmp_path / "account")

    assert target.cluster.server == "https://[fd00::1]:6443"
    assert target.namespace == "team-a"
    assert target.user.token_file == str(tmp_path / "account" / "token")
    assert target.source == "in-cluster"


def test_nothing_anywhere(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert not is_configured(environ=environ)
    with pytest.raises(KubeconfigNotFoundError, match=r"No kubeconfig was found at .*config\. Set KUBECONFIG"):
        load_target(environ=environ)


@pytest.mark.parametrize(
    ("raw", "path", "environ"),
    [
        ("{}", "", {}),
        ("", "/nowhere", {}),
        ("", "", {"KUBECONFIG": "/nowhere"}),
        ("", "", {"KUBECONFIG_B64": "e30="}),
    ],
)
def test_what_was_asked_for_counts_as_configured_although_it_cannot_be_used(
    raw: str, path: str, environ: dict[str, str], tmp_path: Path
) -> None:
    environ = {"HOME": str(tmp_path), **environ}
    assert is_configured(raw=raw, path=path, environ=environ)
    with pytest.raises(ConfigError):
        load_target(raw=raw, path=path, environ=environ)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("clusters: [", "is not YAML: .* at line 2, column 1"),
        ("\x00", "is not YAML: it has characters"),
        ("a: \ud800", "is not YAML: it has characters"),
        ("- 1", "is not a kubeconfig: Expected `object`, got `array`"),
        ("just text", "is not a kubeconfig: Expected `object`, got `str`"),
        ("clusters: 4", r"Expected `array`, got `str` - at `\$.clusters`"),
        ("clusters: [{cluster: {}}]", "missing required field `name`"),
        ("users: [{name: a}, {name: a}]", "has the name 'a' twice in users"),
        ("x: &a [*a]", "nested too deeply"),
        ("a: !!python/object:os.x 1", "is not YAML: could not determine a constructor"),
        ("a: !!timestamp x", "is not YAML: could not determine a constructor"),
    ],
)
def test_text_that_is_no_kubeconfig(text: str, expected: str) -> None:
    with pytest.raises(InvalidKubeconfigError, match=expected):
        parse(text, "the text")


def test_an_error_does_not_repeat_the_text() -> None:
    with pytest.raises(InvalidKubeconfigError) as caught:
        parse("users:\n- name: a\n  user: {token: very-secret, tokenFile: [very-secret]}\n", "x")
    assert "very-secret" not in str(caught.value)


USER_MISSING = """
current-context: a
clusters: [{name: x, cluster: {server: 'https://x'}}]
contexts: [{name: a, context: {cluster: x, user: y}}]
"""


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("", "", "has no current-context. Choose a context; it has: none"),
        (config("a"), "", "has no current-context. Choose a context; it has: a"),
        (config("a", current="b"), "", "has no context 'b'. It has: a"),
        (config("a", current="a"), "c", "has no context 'c'. It has: a"),
        ("current-context: a\ncontexts: [{name: a, context: {cluster: x}}]", "", "the cluster 'x', which is missing"),
        (USER_MISSING, "", "the user 'y', which is missing"),
    ],
)
def test_contexts_that_lead_nowhere(text: str, context: str, expected: str) -> None:
    with pytest.raises(ContextNotFoundError, match=expected.replace("(", r"\(")):
        load_target(raw=text or " ", context=context, environ={})


def test_scalars_are_text_and_nulls_are_absent() -> None:
    parsed = parse(
        "clusters: null\ncurrent-context: 5\nusers:\n- name: 007\n  user: {token: 0123, username: no, exec: null}\n",
        "x",
    )
    assert parsed.current_context == "5"
    assert parsed.users[0].name == "007"
    assert parsed.users[0].user.token == "0123"
    assert parsed.users[0].user.username == "no"
    assert parsed.clusters == ()


def test_empty_text_means_not_given() -> None:
    assert resolve_source("", "", {"KUBECONFIG_B64": ""}).kind == "default"


@given(st.text())
def test_no_text_crashes_the_loader(text: str) -> None:
    with suppress(ConfigError):
        load_target(raw=text or " ", environ={})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["clusters", "users", "contexts", "current-context", "x"]), json_values))
def test_no_document_crashes_the_loader(document: dict[str, object]) -> None:
    with suppress(ConfigError):
        load_target(raw=msgspec.json.encode(document).decode(), environ={})
