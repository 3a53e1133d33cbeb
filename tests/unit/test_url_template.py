"""What can be a template of URLs, and which one holds for a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.remembered import Remembered
from k8s_sandbox_tui.dashboard.urls.template import EXAMPLE, ON_THIS_MACHINE, UrlTemplate, template_reason
from k8s_sandbox_tui.provider.config import K8sConfig
from k8s_sandbox_tui.provider.models import ClusterInfo
from tests.dashboard.scripted import ScriptedCluster

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", ""),
        (" {protocol}://{service}.{namespace}.acme.dev:{port} ", ""),
        ("https://{port}-{service}.acme.dev/x?y={namespace}#z", ""),
        (ON_THIS_MACHINE, ""),
        (EXAMPLE, "Put your own domain in the place of example.com"),
        ("https://{name}.acme.dev", "Not {name}: only {protocol} {service} {namespace} {port}"),
        ("https://{}.acme.dev", "Not {}: only {protocol} {service} {namespace} {port}"),
        ("https://{service.acme.dev", "A brace has no other half"),
        ("https://{{service}}.acme.dev", "A brace has no other half"),
        ("https://a b", "An address has no spaces in it"),
        ("https://a\x1b[2J", "An address has no spaces in it"),
        ("https://a\u202eb", "An address has no spaces in it"),
        ("acme.dev:{port}", "It begins with {protocol}:// or https://, then a host"),
        ("https://:{port}", "It begins with {protocol}:// or https://, then a host"),
        ("https://" + "a" * 3000, "At most 2048 characters"),
    ],
)
def test_what_can_be_a_template(text: str, reason: str) -> None:
    assert template_reason(text) == reason


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    template_reason(text)


def of(context: str = "kind-test", *, given: str = "", network: str = "") -> ScriptedCluster:
    cluster = ScriptedCluster(
        cluster=ClusterInfo(context=context, server="", namespace="", user="", source=""),
        local=bool(network),
        network=network,
    )
    cluster.compute.config = K8sConfig(url_template=given)
    return cluster


def test_each_cluster_keeps_its_own_and_the_command_line_goes_before(tmp_path: Path) -> None:
    file = tmp_path / "remembered.json"
    remembered = Remembered(file)
    UrlTemplate(of(), remembered).keep(" https://{service}.acme.dev ")
    remembered.write()
    again = Remembered(file)
    assert UrlTemplate(of(), again).text == "https://{service}.acme.dev"
    assert not UrlTemplate(of(), again).fixed
    assert UrlTemplate(of("other"), again).text == ""
    assert UrlTemplate(of(network="host"), again).text == ON_THIS_MACHINE
    started = UrlTemplate(of(given="https://{port}.example.com"), again)
    assert (started.text, started.fixed) == ("https://{port}.example.com", True)


def test_what_somebody_wrote_into_the_file_is_judged(tmp_path: Path) -> None:
    file = tmp_path / "remembered.json"
    file.write_text('{"urls.template": {"kind-test": "javascript:alert(1)"}}')
    assert UrlTemplate(of(), Remembered(file)).text == ""


def test_where_sandboxes_share_the_network_of_the_machine_no_template_is_needed() -> None:
    shared = UrlTemplate(of(network="host"))
    assert (shared.example, shared.text) == (ON_THIS_MACHINE, ON_THIS_MACHINE)
    shared.keep("http://{service}.acme.dev")
    assert shared.text == "http://{service}.acme.dev"
    shared.keep("")
    assert shared.text == ON_THIS_MACHINE
    assert UrlTemplate(of(network="host")).cluster == "the local cluster"
    assert UrlTemplate(of(network="private")).example == EXAMPLE
    assert UrlTemplate(of()).example == EXAMPLE
    assert UrlTemplate(of("")).cluster == "this cluster"
