from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.api.protobuf import decode
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusError


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value & (2**64 - 1))
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _envelope(kind: str, raw: bytes, version: str = "v1") -> bytes:
    return b"k8s\0" + _field(1, _field(1, version) + _field(2, kind)) + _field(2, raw)


def test_delete_options() -> None:
    raw = _field(1, -1) + _field(2, _field(1, "uid-1")) + _field(3, 1) + _field(4, "Background") + _field(5, "All")
    assert decode(_envelope("DeleteOptions", raw)) == {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "gracePeriodSeconds": -1,
        "preconditions": {"uid": "uid-1"},
        "orphanDependents": True,
        "propagationPolicy": "Background",
        "dryRun": ["All"],
    }


def test_a_namespace_with_labels_and_fields_that_are_not_read() -> None:
    entry = _field(1, "team") + _field(2, "a")
    meta = _field(1, "foo") + _field(2, "") + _field(8, b"") + _field(11, entry) + _field(99, 7)
    assert decode(_envelope("Namespace", _field(1, meta) + _field(2, b""))) == {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "foo", "labels": {"team": "a"}},
        "spec": {},
    }


def test_a_service_account_with_what_pods_get_of_it() -> None:
    secrets = _field(2, _field(3, "s")) + _field(3, _field(1, "p")) + _field(3, _field(1, "q"))
    decoded = decode(_envelope("ServiceAccount", _field(1, _field(1, "bob")) + secrets + _field(4, 0)))
    assert decoded["metadata"] == {"name": "bob"}
    assert decoded["secrets"] == [{"name": "s"}]
    assert decoded["imagePullSecrets"] == [{"name": "p"}, {"name": "q"}]
    assert decoded["automountServiceAccountToken"] is False


def test_a_token_request_for_a_pod() -> None:
    pod = _field(1, "Pod") + _field(2, "v1") + _field(3, "p") + _field(4, "u")
    spec = _field(1, "a") + _field(1, "b") + _field(3, pod) + _field(4, 900)
    decoded = decode(_envelope("TokenRequest", _field(2, spec), "authentication.k8s.io/v1"))
    bound = {"kind": "Pod", "apiVersion": "v1", "name": "p", "uid": "u"}
    assert decoded["spec"] == {"audiences": ["a", "b"], "boundObjectRef": bound, "expirationSeconds": 900}


def test_a_service() -> None:
    ports = [
        _field(1, _field(1, "web") + _field(2, "TCP") + _field(3, 80) + _field(4, _field(1, 0) + _field(2, 8080))),
        _field(1, _field(3, 443) + _field(4, _field(1, 1) + _field(2, 0) + _field(3, "https")) + _field(5, 0)),
    ]
    selector = _field(2, _field(1, "app") + _field(2, "web"))
    raw = _field(1, _field(1, "web")) + _field(2, b"".join(ports) + selector + _field(4, "ClusterIP"))
    assert decode(_envelope("Service", raw))["spec"] == {
        "ports": [
            {"name": "web", "protocol": "TCP", "port": 80, "targetPort": 8080},
            {"port": 443, "targetPort": "https"},
        ],
        "selector": {"app": "web"},
        "type": "ClusterIP",
    }


def test_an_eviction() -> None:
    raw = _field(1, _field(1, "p")) + _field(2, _field(1, 7) + _field(5, "All"))
    decoded = decode(_envelope("Eviction", raw, "policy/v1"))
    assert decoded["deleteOptions"] == {"gracePeriodSeconds": 7, "dryRun": ["All"]}


def test_an_access_review() -> None:
    attributes = _field(1, "default") + _field(2, "get") + _field(5, "pods") + _field(6, "exec")
    decoded = decode(_envelope("SelfSubjectAccessReview", _field(2, _field(1, attributes)), "authorization.k8s.io/v1"))
    wanted = {"namespace": "default", "verb": "get", "resource": "pods", "subresource": "exec"}
    assert decoded["spec"] == {"resourceAttributes": wanted}


def test_other_kinds_have_to_come_as_json() -> None:
    with pytest.raises(StatusError, match=r"application/json, application/yaml .*create -f send JSON") as refused:
        decode(_envelope("Deployment", b""))
    assert refused.value.code == 415


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    codes: list[int] = []
    for body in (data, b"k8s\0" + data, _envelope("DeleteOptions", data)):
        try:
            codes.append(200 if decode(body) else 500)
        except StatusError as refused:
            codes.append(refused.code)
    assert set(codes) <= {200, 400, 415}
