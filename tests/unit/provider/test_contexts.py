"""The contexts one may choose among, and the names of namespaces."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.connection.contexts import ContextInfo, list_contexts
from k8s_sandbox_tui.provider.errors import (
    AuthenticationError,
    ForbiddenError,
    InvalidKubeconfigError,
    KubeconfigNotFoundError,
    TransportError,
)
from tests.unit.provider.api_server import ApiServer, answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NAMESPACES = "/api/v1/namespaces"

TWO = """
current-context: prod
clusters: [{name: east, cluster: {server: 'https://east:6443'}}]
users: [{name: ann, user: {token: very-secret}}]
contexts:
- {name: dev, context: {cluster: gone, user: nobody}}
- {name: prod, context: {cluster: east, user: ann, namespace: agents}}
"""


def test_they_come_in_the_files_order_with_what_tells_them_apart() -> None:
    assert list_contexts(raw=TWO) == (
        ContextInfo(name="dev", cluster="gone", server="", user="nobody", namespace="", current=False),
        ContextInfo(
            name="prod", cluster="east", server="https://east:6443", user="ann", namespace="agents", current=True
        ),
    )
    assert "very-secret" not in repr(list_contexts(raw=TWO))


def test_several_files_are_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("contexts: [{name: one, context: {cluster: c}}]")
    (tmp_path / "b").write_text(
        "current-context: two\nclusters: [{name: c, cluster: {server: 'https://c'}}]\n"
        "contexts: [{name: one, context: {cluster: other}}, {name: two, context: {cluster: c}}]"
    )
    environ = {"KUBECONFIG": os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "missing"), str(tmp_path / "b")])}
    one, two = list_contexts(environ=environ)
    assert (one.name, one.server, one.current) == ("one", "https://c", False)
    assert (two.name, two.server, two.current) == ("two", "https://c", True)


def test_in_a_pod_there_is_one_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    environ = {"HOME": str(tmp_path), "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    (only,) = list_contexts(environ=environ, service_account=tmp_path)
    assert (only.name, only.cluster, only.current) == ("", "in-cluster", True)


def test_without_a_kubeconfig_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigNotFoundError):
        list_contexts(environ={"HOME": str(tmp_path)})
    with pytest.raises(KubeconfigNotFoundError):
        list_contexts(path=str(tmp_path / "none"), environ={})
    with pytest.raises(InvalidKubeconfigError):
        list_contexts(raw="- 1")


@given(st.text())
def test_no_text_crashes(text: str) -> None:
    try:
        list_contexts(raw=text or " ", environ={})
    except InvalidKubeconfigError:
        return


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


def page(*names: str, resume: str = "") -> dict[str, object]:
    return {"metadata": {"continue": resume}, "items": [{"metadata": {"name": name}} for name in names]}


async def test_namespaces_are_listed_page_by_page_without_more_than_their_metadata(
    compute: Compute, server: ApiServer
) -> None:
    server.on("GET", NAMESPACES, answer(page("b", "kube-system", resume="next")), answer(page("a", "b")))
    assert await compute.namespaces() == ("a", "b", "kube-system")
    first, second = server.requests("GET", NAMESPACES)
    assert "PartialObjectMetadataList" in first.headers["Accept"]
    assert first.query["limit"] == "500"
    assert "continue" not in first.query
    assert second.query["continue"] == "next"


@pytest.mark.parametrize(("status", "error"), [(403, ForbiddenError), (401, AuthenticationError)])
async def test_a_refusal_is_typed(compute: Compute, server: ApiServer, status: int, error: type[Exception]) -> None:
    server.on("GET", NAMESPACES, answer({"kind": "Status", "message": "no"}, status))
    with pytest.raises(error):
        await compute.namespaces()


async def test_an_answer_that_is_no_list_is_an_error(compute: Compute, server: ApiServer) -> None:
    server.on("GET", NAMESPACES, answer({"items": "hello"}))
    with pytest.raises(TransportError, match="cannot be read"):
        await compute.namespaces()
