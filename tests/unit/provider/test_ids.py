"""Ids, names, configuration and URLs: what is taken, what is refused before any request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider import k8s
from k8s_sandbox_tui.provider.config import K8sConfig
from k8s_sandbox_tui.provider.errors import InvalidArgumentError
from k8s_sandbox_tui.provider.ids import SandboxId, check_new_name, parse_id
from k8s_sandbox_tui.provider.names import is_generated, new_name
from k8s_sandbox_tui.provider.paths import pod_path
from k8s_sandbox_tui.provider.url import sandbox_url

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ns/pod", SandboxId("ns", "pod")),
        ("pod", SandboxId("here", "pod")),
        ("team-a/computesdk-sbx-0a1b2c3d", SandboxId("team-a", "computesdk-sbx-0a1b2c3d")),
        ("ns/a.b-c.d", SandboxId("ns", "a.b-c.d")),
        ("ns/" + "a" * 253, SandboxId("ns", "a" * 253)),
    ],
)
def test_ids(text: str, expected: SandboxId) -> None:
    parsed = parse_id(text, "here")
    assert parsed == expected
    assert parse_id(str(parsed), "elsewhere") == parsed


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "ns/", "/pod", "ns/.", "ns/..", "./pod", "../pod", "a/b/c", "ns//pod", "ns/pod/", "NS/pod", "ns/Pod",
        "ns/-pod", "ns/pod-", "ns/a..b", "ns/a_b", "ns/a b", "ns/a%2fb", "ns/pod?x=1", "ns/pod#x", "n.s/pod", "ns/é",
        "ns/pod\n", "ns/" + "a" * 254, "n" * 64 + "/pod", "ns/\u0661",
    ],
)  # fmt: skip
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(InvalidArgumentError, match="is not a"):
        parse_id(text, "here")


@given(st.text())
def test_an_id_that_is_taken_names_one_pod_and_nothing_else(text: str) -> None:
    try:
        parsed = parse_id(text, "here")
    except InvalidArgumentError:
        return
    assert re.fullmatch(r"/api/v1/namespaces/[-a-z0-9]+/pods/[-.a-z0-9]+", pod_path(parsed.namespace, parsed.name))
    assert ".." not in parsed.name


def test_made_names() -> None:
    names = {new_name("computesdk-sbx") for _ in range(1000)}
    assert len(names) == 1000
    for name in names:
        assert re.fullmatch(r"computesdk-sbx-[0-9a-z]{8}", name)
        assert check_new_name(name)
        assert is_generated(name, "computesdk-sbx")


@pytest.mark.parametrize(
    "name", ["computesdk-sbx", "computesdk-sbx-1234567", "web-12345678", "computesdk-sbx-1234567A"]
)
def test_names_that_were_not_made(name: str) -> None:
    assert not is_generated(name, "computesdk-sbx")


def test_a_new_name_fits_a_label() -> None:
    assert check_new_name("a" * 63)
    with pytest.raises(InvalidArgumentError, match="too long"):
        check_new_name("a" * 64)


def test_empty_text_and_none_mean_the_default_and_zero_does_not() -> None:
    assert (
        k8s(namespace="", image="", context="", pod_name_prefix="", url_template="", runtime=None).config == K8sConfig()
    )
    assert k8s(timeout=None).config.timeout == 120_000
    assert k8s(timeout=0).config.timeout == 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"runtime": "deno"}, "Unsupported runtime 'deno' for the k8s provider. Supported runtimes: node, python"),
        ({"timeout": -1}, "timeout -1 is not a number of milliseconds"),
        ({"timeout": 1.5}, r"timeout 1\.5 is not"),
        ({"timeout": True}, "timeout True is not"),
        ({"namespace": "a/b"}, "'a/b' is not a namespace name"),
        ({"namespace": ".."}, "is not a namespace name"),
        ({"image": "a b"}, "'a b' is not an image"),
        ({"image": "a\x1b[2J"}, "is not an image"),
        ({"pod_name_prefix": "Bad_"}, "cannot begin the name of a Pod"),
        ({"pod_name_prefix": "a" * 55}, "At most 54"),
    ],
)
def test_options_that_cannot_be_used(options: dict[str, object], expected: str) -> None:
    untyped = cast("Callable[..., object]", k8s)
    with pytest.raises(InvalidArgumentError, match=expected):
        untyped(**options)


def test_images() -> None:
    assert K8sConfig().image_for("node") == "node:20-alpine"
    assert K8sConfig().image_for("python") == "python:3.11-slim"
    assert K8sConfig(image="mine").image_for("python") == "mine"
    assert K8sConfig(image="mine").image_for("python", "given") == "given"


def test_a_raw_kubeconfig_is_not_shown() -> None:
    assert "hush" not in repr(K8sConfig(kube_config_raw="hush"))


@pytest.mark.parametrize(
    ("template", "protocol", "expected"),
    [
        ("", "", "http://k8s-sandbox-url-not-configured.invalid:3000"),
        ("", "wss", "wss://k8s-sandbox-url-not-configured.invalid:3000"),
        ("{protocol}://{service}.{namespace}.svc:{port}", "http", "http://pod-svc.ns.svc:3000"),
        ("https://{port}-{service}.x/{namespace}/{port}", "http", "https://3000-pod-svc.x/ns/3000"),
        ("{x}{Port}{{port}}", "http", "{x}{Port}{3000}"),
    ],
)
def test_urls(template: str, protocol: str, expected: str) -> None:
    assert sandbox_url(template, namespace="ns", name="pod", port=3000, protocol=protocol) == expected


@pytest.mark.parametrize("port", [0, -1, 65536, True, 1.5, "80"])
def test_what_is_no_port(port: int) -> None:
    with pytest.raises(InvalidArgumentError, match="is not a port"):
        sandbox_url("", namespace="ns", name="pod", port=port)


@pytest.mark.parametrize("protocol", ["http:", "a b", "{port}", "1", "http\n"])
def test_what_is_no_protocol(protocol: str) -> None:
    with pytest.raises(InvalidArgumentError, match="is not a protocol"):
        sandbox_url("", namespace="ns", name="pod", port=1, protocol=protocol)
