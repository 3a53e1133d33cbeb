"""The Pod of a new sandbox, and values as JavaScript writes them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.json_text import number, stringify
from k8s_sandbox_tui.provider.manifest import (
    PodRequest,
    check_envs,
    literal_env,
    metadata_annotations,
    pod_manifest,
)
from k8s_sandbox_tui.provider.security import IDLE_SCRIPT


def request(**changes: object) -> PodRequest:
    values: dict[str, object] = {
        "name": "n", "namespace": "ns", "runtime": "python", "image": "i", "envs": {}, "annotations": {}, "nonce": "x",
    }  # fmt: skip
    return msgspec.convert(values | changes, PodRequest)


def test_the_pod_layout_of_the_seed_with_the_default_security_profile() -> None:
    assert pod_manifest(request(envs={"A": "1"}, annotations={"computesdk.io/meta-k": "v"})) == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "n",
            "namespace": "ns",
            "labels": {
                "computesdk.io/managed": "true",
                "computesdk.io/runtime": "python",
                "computesdk.io/sandbox-id": "n",
            },
            "annotations": {"computesdk.io/meta-k": "v", "computesdk.io/create-nonce": "x"},
        },
        "spec": {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 5,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "sandbox",
                    "image": "i",
                    "command": ["/bin/sh", "-c", IDLE_SCRIPT],
                    "env": [{"name": "A", "value": "1"}],
                    "resources": {
                        "requests": {"cpu": "250m", "memory": "256Mi"},
                        "limits": {"cpu": "1", "memory": "1Gi"},
                    },
                    "securityContext": {"allowPrivilegeEscalation": False},
                }
            ],
        },
    }


SHELLS = [shell for shell in (["dash"], ["busybox", "sh"], ["bash"]) if shutil.which(shell[0])]


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_f35_the_first_process_ends_at_once_when_told_to(shell: list[str]) -> None:
    # The trap is set before the loop begins, so that `up` says that a signal can be taken.
    script = IDLE_SCRIPT.replace("; while", "; echo up; while", 1)
    with subprocess.Popen([*shell, "-c", script], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.read(3) == b"up\n"
        process.terminate()
        # Its sleep, which is an hour long, does not hold it up.
        assert process.wait(60) == 0
        with suppress(ProcessLookupError):  # its sleep, which a container takes with it
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"owner": "ann"}, "ann"),
        ({"owner": ""}, ""),
        ({"owner": "null"}, "null"),
        ({"owner": None}, "null"),
        ({"owner": True}, "true"),
        ({"owner": 7}, "7"),
        ({"owner": 1.0}, "1"),
        ({"owner": float("nan")}, "null"),
        ({"owner": {"a": [1, 2, None], "é": "ü\n"}}, '{"a":[1,2,null],"é":"ü\\n"}'),
        ({"owner": (1, "x")}, '[1,"x"]'),
    ],
)
def test_metadata_is_kept_as_the_typescript_provider_keeps_it(metadata: dict[str, object], expected: str) -> None:
    assert metadata_annotations(metadata) == {"computesdk.io/meta-owner": expected}


@pytest.mark.parametrize("key", ["", "-", "a/b", "a b", "é", "a-", "a" * 59, "a\n", ".", "_"])
def test_keys_that_cannot_be_annotations(key: str) -> None:
    with pytest.raises(InvalidArgumentError, match="is not a metadata key"):
        metadata_annotations({key: "v"})


@pytest.mark.parametrize("key", ["a", "A.b_c-d", "-a", "0", "a" * 58])
def test_keys_that_can(key: str) -> None:
    assert metadata_annotations({key: "v"}) == {f"computesdk.io/meta-{key}": "v"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"x", "Metadata 'k': A bytes has no form in JSON"),
        ({1: 2}, "The key 1 is not text"),
        ({"a", "b"}, "A set has no form"),
        ("\ud800", "half of a surrogate pair"),
        ("x" * 262_144, "Kubernetes allows 262144"),
    ],
)
def test_metadata_that_cannot_be_kept(value: object, expected: str) -> None:
    with pytest.raises(InvalidArgumentError, match=expected):
        metadata_annotations({"k": value})


def test_metadata_that_refers_to_itself() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(InvalidArgumentError, match="refers to itself"):
        metadata_annotations({"k": loop})


@pytest.mark.parametrize("name", ["", "1A", "A=B", "A B", "É", "A\n"])
def test_names_that_no_variable_has(name: str) -> None:
    with pytest.raises(InvalidArgumentError, match="is not the name of an environment variable"):
        check_envs({name: "v"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [("hush\0", "NUL"), (7, "is not text but int. Write it as text"), ("hush\ud800", "half of a surrogate")],
)
def test_values_that_no_variable_has(value: str, expected: str) -> None:
    with pytest.raises(InvalidArgumentError, match=expected) as caught:
        check_envs({"A": value})
    assert "hush" not in str(caught.value)


def expand(value: str) -> str:
    """What the kubelet makes of a value when no other variable is known (kubernetes/third_party expansion)."""
    return re.sub(r"\$(\$|\(.*?\))", lambda match: "$" if match[1] == "$" else "<another variable>", value)


@given(st.text(alphabet="$()aA_ {}", max_size=12))
def test_a_variables_value_arrives_as_it_is(value: str) -> None:
    assert expand(literal_env(value)) == value


@pytest.mark.parametrize("value", ["", "plain", "a$b", "$HOME", "costs 5$", "${x}"])
def test_a_value_that_means_nothing_to_the_kubelet_is_sent_as_it_is(value: str) -> None:
    assert literal_env(value) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (-0.0, "0"), (100.0, "100"), (1e21, "1e+21"), (1.5e300, "1.5e+300"),
        (123456789012345680000.0, "123456789012345680000"), (0.000001, "0.000001"), (1e-7, "1e-7"),
        (-1.25e-9, "-1.25e-9"), (5e-324, "5e-324"), (2.0**53, "9007199254740992"), (float("inf"), "null"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_javascript_writes_them(value: float, expected: str) -> None:
    assert number(value) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_reads_back(value: float) -> None:
    text = number(value)
    assert float(text) == value
    assert re.fullmatch(r"-?(0|[1-9]\d{0,20})(\.\d+)?|-?\d(\.\d+)?e[+-]\d+", text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(json_values)
def test_every_value_reads_back(value: object) -> None:
    assert json.loads(stringify(value)) == value


def test_text_outside_of_unicode_is_escaped_as_javascript_does() -> None:
    assert stringify(["\ud800", "\u2028", "\x7f", "/"]) == '["\\ud800","\u2028","\x7f","/"]'
