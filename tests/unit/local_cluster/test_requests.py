from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.api.authentication import Authenticator
from k8s_sandbox_tui.local_cluster.api.media import Form, answer_media, is_aggregated_discovery, takes_gzip
from k8s_sandbox_tui.local_cluster.api.paging import decode_token, start_key, token_after
from k8s_sandbox_tui.local_cluster.api.rbac import Grant, Identity, User, authorize
from k8s_sandbox_tui.local_cluster.api.request_info import request_info
from k8s_sandbox_tui.local_cluster.objects.roles import PolicyRule
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError


@pytest.mark.parametrize(
    ("method", "path", "query", "expected"),
    [
        ("GET", "/api/v1/pods", {}, ("list", "", "pods", "", "")),
        ("GET", "/api/v1/namespaces/n/pods", {}, ("list", "n", "pods", "", "")),
        ("GET", "/api/v1/namespaces/n/pods", {"watch": "1"}, ("watch", "n", "pods", "", "")),
        ("GET", "/api/v1/namespaces/n/pods", {"watch": "true"}, ("watch", "n", "pods", "", "")),
        ("GET", "/api/v1/namespaces/n/pods", {"watch": "0"}, ("list", "n", "pods", "", "")),
        ("GET", "/api/v1/namespaces/n/pods/p", {}, ("get", "n", "pods", "p", "")),
        ("GET", "/api/v1/namespaces/n/pods/p/log", {}, ("get", "n", "pods", "p", "log")),
        ("POST", "/api/v1/namespaces/n/pods/p/exec", {}, ("create", "n", "pods", "p", "exec")),
        ("POST", "/api/v1/namespaces/n/pods", {}, ("create", "n", "pods", "", "")),
        ("DELETE", "/api/v1/namespaces/n/pods", {}, ("deletecollection", "n", "pods", "", "")),
        ("DELETE", "/api/v1/namespaces/n/pods/p", {}, ("delete", "n", "pods", "p", "")),
        ("PUT", "/api/v1/namespaces/n/pods/p", {}, ("update", "n", "pods", "p", "")),
        ("PATCH", "/api/v1/namespaces/n/pods/p", {}, ("patch", "n", "pods", "p", "")),
        ("GET", "/api/v1/namespaces", {}, ("list", "", "namespaces", "", "")),
        ("GET", "/api/v1/namespaces/n", {}, ("get", "n", "namespaces", "n", "")),
        ("GET", "/api/v1/namespaces/n/status", {}, ("get", "n", "namespaces", "n", "status")),
        ("GET", "/api/v1/nodes/x", {}, ("get", "", "nodes", "x", "")),
        (
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            {},
            ("create", "", "selfsubjectaccessreviews", "", ""),
        ),
        ("GET", "/version", {}, ("get", "", "", "", "")),
        ("GET", "/api/v1", {}, ("get", "", "", "", "")),
        ("GET", "/apis/apps/v1", {}, ("get", "", "", "", "")),
        ("GET", "/", {}, ("get", "", "", "", "")),
    ],
)
def test_what_a_request_is_about(method: str, path: str, query: dict[str, str], expected: tuple[str, ...]) -> None:
    info = request_info(method, path, query)
    assert (info.verb, info.namespace, info.resource, info.name, info.subresource) == expected


_USER = User(
    name="ann",
    grants=[
        Grant(
            namespace="n",
            rules=[
                PolicyRule(verbs=["get", "list"], resources=["pods"]),
                PolicyRule(verbs=["get"], resources=["*/log"]),
                PolicyRule(verbs=["delete"], resources=["services"], resource_names=["mine"]),
            ],
        )
    ],
)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/namespaces/n/pods/p", True),
        ("GET", "/api/v1/namespaces/n/pods", True),
        ("GET", "/api/v1/namespaces/n/pods?watch=1", False),
        ("GET", "/api/v1/namespaces/other/pods/p", False),
        ("GET", "/api/v1/pods", False),
        ("GET", "/api/v1/namespaces/n/pods/p/log", True),
        ("GET", "/api/v1/namespaces/n/pods/p/exec", False),
        ("DELETE", "/api/v1/namespaces/n/services/mine", True),
        ("DELETE", "/api/v1/namespaces/n/services/yours", False),
        ("DELETE", "/api/v1/namespaces/n/services", False),
    ],
)
def test_rules(method: str, path: str, allowed: bool) -> None:
    where, _, query = path.partition("?")
    info = request_info(method, where, {"watch": "1"} if query else {})
    if allowed:
        authorize(_USER, info)
    else:
        with pytest.raises(StatusError, match='User "ann" cannot'):
            authorize(_USER, info)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/nope", 'forbidden: User "system:anonymous" cannot get path "/nope"'),
        (
            "/api/v1/nodes/x",
            (
                'nodes "x" is forbidden: User "system:anonymous" cannot get resource "nodes" in API group "" '
                "at the cluster scope"
            ),
        ),
    ],
)
def test_what_nobody_may_without_a_token(path: str, message: str) -> None:
    with pytest.raises(StatusError) as refused:
        authorize(Authenticator([]).user(None), request_info("GET", path, {}))
    assert refused.value.message == message


def test_a_token_names_a_user_and_any_other_token_nobody() -> None:
    authenticator = Authenticator([Identity(token="right", user=_USER)])
    assert authenticator.user("Bearer right").name == "ann"
    assert authenticator.user("bearer right").groups == ["system:authenticated"]
    assert authenticator.user("Basic xyz").name == "system:anonymous"
    with pytest.raises(StatusError, match="Unauthorized"):
        authenticator.user("Bearer wrong")


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, Form.OBJECT),
        ("*/*", Form.OBJECT),
        ("application/json", Form.OBJECT),
        ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io", Form.TABLE),
        ("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json", Form.METADATA),
        ("application/vnd.kubernetes.protobuf,application/json", Form.OBJECT),
        ("application/json;as=Table;v=v9;g=meta.k8s.io,application/json", Form.OBJECT),
    ],
)
def test_form_of_the_answer(accept: str | None, form: Form) -> None:
    assert answer_media(accept).form is form


def test_a_client_that_reads_nothing_of_this_is_told_so() -> None:
    with pytest.raises(StatusError) as refused:
        answer_media("text/html")
    assert refused.value.code == 406


@pytest.mark.parametrize(
    ("accept", "yaml"),
    [
        ("application/yaml", True),
        ("application/yaml, application/json", True),
        ("application/json, application/yaml", False),
        ("application/json;q=0.5, application/yaml;q=0.9", True),
        ("application/json;q=0, */*;q=0, application/yaml", True),
        ("*/*", False),
        ("application/yaml;as=Table;v=v1;g=meta.k8s.io", True),
    ],
)
def test_json_or_yaml(accept: str, yaml: bool) -> None:
    assert answer_media(accept).yaml is yaml


@pytest.mark.parametrize(
    ("accept_encoding", "gzip"),
    [(None, False), ("identity", False), ("gzip", True), ("deflate, gzip, br", True), ("gzip;q=0.5", False)],
)
def test_who_takes_gzip(accept_encoding: str | None, gzip: bool) -> None:
    assert takes_gzip(accept_encoding) is gzip


def test_a_watch_is_told_in_json_alone() -> None:
    assert not answer_media("application/yaml, application/json", stream=True).yaml
    with pytest.raises(StatusError, match="application/json;stream=watch"):
        answer_media("application/yaml", stream=True)


def test_aggregated_discovery_is_for_those_who_prefer_it() -> None:
    assert is_aggregated_discovery(
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    )
    assert not is_aggregated_discovery("application/json")
    assert not is_aggregated_discovery(None)


def test_the_token_of_the_next_page_has_the_api_servers_form() -> None:
    token = token_after(("sandboxes", "golden-a"), 1451, "sandboxes")
    assert token == "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTQ1MSwic3RhcnQiOiIvZ29sZGVuLWFcdTAwMDAifQ"
    assert start_key(decode_token(token), "sandboxes") == ("sandboxes", "golden-a\0")


def test_a_list_of_all_namespaces_goes_on_in_the_same_namespace() -> None:
    assert start_key(decode_token(token_after(("a", "b"), 1, "")), "") == ("a", "b\0")


@given(st.text(max_size=40))
def test_any_text_is_a_token_or_a_400(text: str) -> None:
    codes: list[int] = []
    try:
        codes.append(200 if decode_token(text) else 500)
    except StatusError as refused:
        codes.append(refused.code)
    assert codes[0] in {200, 400}
