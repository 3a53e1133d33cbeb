"""pods/log over HTTPS, against what real processes wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import pytest
from yarl import URL

from tests.contract.cluster_client import ApiClient, look, pod_manifest
from tests.contract.exec_client import run_in_pod

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject, JsonValue

_LINES = "for i in 1 2 3 4 5; do echo line $i; done; printf 'no end'; echo oops >&2"


async def _written(client: ApiClient, namespace: str, pods: str, script: str = _LINES) -> str:
    await client.request("POST", pods, pod_manifest("p", command=["sh", "-c", script]))
    await client.wait_for(namespace, "p", "status.phase", "Succeeded")
    return f"{pods}/p/log"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("?tailLines=0", ""),
        ("?limitBytes=6", "line 1"),
        ("?sinceTime=2100-01-01T00:00:00Z", ""),
        ("?sinceSeconds=3600&tailLines=9&limitBytes=7", "line 1\n"),
    ],
)
async def test_parts_of_a_log(client: ApiClient, namespace: str, pods: str, query: str, text: str) -> None:
    log = await _written(client, namespace, pods, "for i in 1 2 3; do echo line $i; done")
    answer = await client.get(log + query)
    assert (answer.status, answer.content_type, answer.body) == (200, "text/plain", text)


async def test_a_whole_log_has_both_streams_and_ends_as_it_was_written(
    client: ApiClient, namespace: str, pods: str
) -> None:
    log = await _written(client, namespace, pods)
    text = str((await client.get(log)).body)
    assert text.startswith("line 1\nline 2\n")
    assert "no end" in text
    assert "oops\n" in text


async def test_timestamps(client: ApiClient, namespace: str, pods: str) -> None:
    log = await _written(client, namespace, pods, "echo hello")
    text = str((await client.get(f"{log}?timestamps=true")).body)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) hello\n", text)


async def test_a_log_is_followed_to_its_end(client: ApiClient, namespace: str, pods: str) -> None:
    script = 'mkfifo "$HOME/go"; echo one; read line < "$HOME/go"; echo two'
    manifest = pod_manifest("p", command=["sh", "-c", script])
    await client.request("POST", pods, manifest)
    await client.wait_for(namespace, "p", "status.phase", "Running")
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(URL(f"{client.server}{pods}/p/log?follow=true"), headers=headers) as response:
        assert await response.content.readline() == b"one\n"
        await _exec(client, f"{pods}/p/exec", 'echo > "$HOME/go"')
        assert await response.content.read() == b"two\n"


async def _exec(client: ApiClient, path: str, command: str) -> None:
    query = {"command": ["sh", "-c", command], "stdout": "true"}
    headers = {"Authorization": f"Bearer {client.token}"}
    url = URL(client.server + path).with_query(query)
    async with client.session.ws_connect(url, headers=headers, protocols=["v5.channel.k8s.io"]) as socket:
        async for _ in socket:
            pass


async def test_logs_that_are_not_there(client: ApiClient, namespace: str, pods: str) -> None:
    held = pod_manifest("held", nodeSelector={"no": "such-node"})
    await client.request("POST", pods, held)
    assert (await client.get(f"{pods}/held/log")).status == 204
    await client.request("POST", pods, pod_manifest("unknown", image="nginx:1"))
    await client.wait_for(namespace, "unknown", "status.containerStatuses.0.state.waiting.reason", "ImagePullBackOff")
    waiting = await client.get(f"{pods}/unknown/log")
    assert waiting.status == 400
    assert (
        waiting.message == 'container "sandbox" in pod "unknown" is waiting to start: trying and failing to pull image'
    )
    assert (await client.get(f"{pods}/none/log")).status == 404


@pytest.mark.parametrize("query", ["tailLines=x", "limitBytes=-1", "sinceTime=soon", "sinceSeconds=x"])
async def test_malformed_questions_are_refused(client: ApiClient, namespace: str, pods: str, query: str) -> None:
    log = await _written(client, namespace, pods, "true")
    assert (await client.get(f"{log}?{query}")).status == 400


async def test_the_log_of_the_run_before_is_kept(client: ApiClient, pods: str, namespace: str) -> None:
    # It ends when it is told to; the third run waits for longer than this test takes.
    script = 'echo "run $(cat ~/data/n 2>/dev/null)"; echo x >>~/data/n; mkfifo ~/go; read line <~/go; exit 3'
    said = ("sh", "-c", "until test -p ~/go; do sleep 0.01; done")
    end = ("sh", "-c", f"{said[2]}; echo >~/go")
    await client.request("POST", pods, _restarting("again", script))
    last = "status.containerStatuses.0"
    await client.wait_for(namespace, "again", "status.phase", "Running")
    assert (await client.get(f"{pods}/again/log?previous=true")).message == (
        'previous terminated container "sandbox" in pod "again" not found'
    )
    await run_in_pod(client, f"{pods}/again", *end)
    await client.wait_for(namespace, "again", f"{last}.restartCount", 1)
    pod = await client.wait_for(namespace, "again", f"{last}.ready", wanted=True)
    assert look(pod, f"{last}.lastState.terminated.exitCode") == 3
    assert (await client.get(f"{pods}/again/log?previous=true")).body == "run \n"
    await run_in_pod(client, f"{pods}/again", *said)
    assert (await client.get(f"{pods}/again/log")).body == "run x\n"
    await run_in_pod(client, f"{pods}/again", *end)
    pod = await client.wait_for(namespace, "again", f"{last}.state.waiting.reason", "CrashLoopBackOff")
    uid = look(pod, "metadata.uid")
    assert look(pod, f"{last}.state.waiting.message") == (
        f"back-off 10s restarting failed container=sandbox pod=again_{namespace}({uid})"
    )
    for query in ("", "?previous=true"):
        assert (await client.get(f"{pods}/again/log{query}")).body == "run x\n"


async def test_the_log_of_an_init_container(client: ApiClient, pods: str, namespace: str) -> None:
    init: JsonValue = [{"name": "first", "image": "busybox", "command": ["echo", "prepared"]}]
    await client.request("POST", pods, pod_manifest("two", initContainers=init))
    await client.wait_for(namespace, "two", "status.phase", "Running")
    assert (await client.get(f"{pods}/two/log?container=first")).body == "prepared\n"


def _restarting(name: str, script: str) -> JsonObject:
    volumes: JsonValue = [{"name": "data", "emptyDir": {}}]
    manifest = pod_manifest(name, command=["sh", "-c", script], restartPolicy="Always", volumes=volumes)
    containers = cast("list[JsonObject]", look(manifest, "spec.containers"))
    containers[0]["volumeMounts"] = [{"name": "data", "mountPath": "/root/data"}]
    return manifest
