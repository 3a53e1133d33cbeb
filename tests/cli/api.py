"""The API server as somebody else's client sees it: plain HTTPS with the kubeconfig's token."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import msgspec
import yaml

if TYPE_CHECKING:
    from pathlib import Path


class _Cluster(msgspec.Struct, rename="kebab"):
    server: str
    certificate_authority_data: str


class _User(msgspec.Struct):
    token: str


class _NamedCluster(msgspec.Struct):
    cluster: _Cluster


class _NamedUser(msgspec.Struct):
    user: _User


class _Kubeconfig(msgspec.Struct):
    clusters: list[_NamedCluster]
    users: list[_NamedUser]


class Api:
    """Sends requests to the cluster of a kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        loaded = msgspec.convert(yaml.safe_load(kubeconfig.read_text()), _Kubeconfig)
        cluster = loaded.clusters[0].cluster
        self._server = cluster.server
        self._token = loaded.users[0].user.token
        self._tls = ssl.create_default_context(cadata=base64.b64decode(cluster.certificate_authority_data).decode())

    def call(self, method: str, path: str, body: object = None) -> int:
        """Sends one request and returns the HTTP status."""
        request = urllib.request.Request(
            self._server + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, context=self._tls, timeout=60) as answer:
                answer.read()
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
