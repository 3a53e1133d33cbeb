"""A local cluster of a test's own, and a plain HTTPS client for it."""

from __future__ import annotations

import base64
import io
import json
import shutil
import ssl
import tempfile
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import aiohttp
import pytest
import yaml
from yarl import URL

from k8s_sandbox_tui.local_cluster import control

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping

    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

TIMEOUT = aiohttp.ClientTimeout(total=20)

CREATE_ALONE_TOKEN = "who-may-create-execs-alone"
CREATE_ALONE: JsonObject = {
    "token": CREATE_ALONE_TOKEN,
    "user": {
        "name": "ann",
        "grants": [
            {
                "namespace": "",
                "rules": [
                    {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]},
                    {"verbs": ["create"], "apiGroups": [""], "resources": ["pods/exec"]},
                ],
            }
        ],
    },
}
"""An identity whose commands go by SPDY."""


@contextmanager
def own_cluster(identities: JsonValue = None) -> Generator[LocalClusterStatus]:
    """A running local cluster with a state folder of its own."""
    with own_state() as folder:
        if identities is not None:
            (folder / "identities.json").write_text(json.dumps(identities))
        yield control.up()


@contextmanager
def own_state() -> Generator[Path]:
    """A state folder for a local cluster that is started with it, and ended."""
    folder = Path(tempfile.mkdtemp(prefix="sbx-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("K8S_SANDBOX_TUI_STATE", str(folder))
        try:
            yield folder
        finally:
            control.down()
            shutil.rmtree(folder, ignore_errors=True)


def kubeconfig_parts(path: Path) -> tuple[str, ssl.SSLContext, str]:
    """Server, trust and token of a kubeconfig."""
    config = yaml.safe_load(path.read_text())
    cluster = config["clusters"][0]["cluster"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    return cluster["server"], ssl.create_default_context(cadata=authority), config["users"][0]["user"]["token"]


def with_token(path: Path, token: str) -> str:
    """A kubeconfig's text, for who has another token."""
    config = yaml.safe_load(path.read_text())
    config["users"][0]["user"] = {"token": token}
    return json.dumps(config)


@dataclass(frozen=True)
class Answer:
    """A response: JSON where it is JSON, else text."""

    status: int
    content_type: str | None
    body: JsonValue
    headers: Mapping[str, str]

    @property
    def object(self) -> JsonObject:
        """The body, which must be a JSON object."""
        assert isinstance(self.body, dict), self.body
        return self.body

    @property
    def items(self) -> list[JsonObject]:
        """The items of a list."""
        return list(cast("list[JsonObject]", self.object["items"]))

    @property
    def message(self) -> str:
        """The message of a Status."""
        return str(self.object["message"])


class ApiClient:
    """Speaks HTTPS to the local cluster."""

    def __init__(self, session: aiohttp.ClientSession, server: str, token: str) -> None:
        self.session = session
        self.server = server
        self.token = token

    async def request(
        self,
        method: str,
        path: str,
        body: JsonValue | bytes = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = "",
    ) -> Answer:
        """One request; `token` None: anonymous, empty: the owner."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.token}"
        raw_body = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        data = None if raw_body is None else io.BytesIO(raw_body)
        url = self.server + path
        async with self.session.request(
            method, URL(url, encoded=True), data=data, headers=sent | dict(headers or {})
        ) as response:
            raw = await response.read()
            kind = response.headers.get("Content-Type")
            is_json = (kind or "").startswith("application/json")
            value = cast("JsonValue", json.loads(raw)) if is_json else raw.decode(errors="replace")
            return Answer(response.status, kind, value, response.headers)

    async def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return await self.request("GET", path, headers=headers)

    async def watch(self, path: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[JsonObject]:
        """The events of a watch, until the server ends it."""
        sent = {"Authorization": f"Bearer {self.token}"} | dict(headers or {})
        async with self.session.get(URL(self.server + path, encoded=True), headers=sent) as response:
            assert response.status == 200, await response.text()
            async for line in response.content:
                yield cast("JsonObject", json.loads(line))

    async def first_events(self, path: str, count: int) -> list[JsonObject]:
        """The first events of a watch, which is left then."""
        events: list[JsonObject] = []
        async for event in self.watch(path):
            events.append(event)
            if len(events) == count:
                break
        return events

    async def wait_for(self, namespace: str, name: str, jsonpath: str, wanted: JsonValue) -> JsonObject:
        """Watches a Pod until the value at a dotted path is `wanted`."""
        selector = f"watch=1&fieldSelector=metadata.name%3D{name}&timeoutSeconds=15"
        async for event in self.watch(f"/api/v1/namespaces/{namespace}/pods?{selector}"):
            item = cast("JsonObject", event["object"])
            if look(item, jsonpath) == wanted:
                return item
        raise AssertionError(f"{name}: {jsonpath} did not become {wanted}")


def look(value: JsonValue, path: str) -> JsonValue:
    """The value at a dotted path; None when there is none."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


@asynccontextmanager
async def api_client(kubeconfig: Path) -> AsyncGenerator[ApiClient]:
    """A client for the cluster of a kubeconfig."""
    server, trust, token = kubeconfig_parts(kubeconfig)
    connector = aiohttp.TCPConnector(ssl=trust)
    async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, skip_auto_headers=["User-Agent"]) as session:
        yield ApiClient(session, server, token)


def pod_manifest(
    name: str, *, image: str = "python:3.11-slim", command: list[str] | None = None, **spec: JsonValue
) -> JsonObject:
    """A small Pod."""
    container: JsonObject = {"name": "sandbox", "image": image, "command": list(command or ["sleep", "1000"])}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"computesdk.io/managed": "true"}},
        "spec": {"restartPolicy": "Never", "containers": [container], "terminationGracePeriodSeconds": 0, **spec},
    }
