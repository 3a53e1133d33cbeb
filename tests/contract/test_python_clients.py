"""Other clients than kubectl: each of them makes, watches, lists, reads, enters and deletes a Pod.

They run in a process of their own, as their users' scripts do.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.control import LocalClusterStatus

# Tells its port, then answers each connection in upper case.
_SERVER = """
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    peer, _ = server.accept()
    with peer:
        peer.sendall(peer.makefile("rb").read(5).upper())
"""
_HEAD = """
import json, sys
KUBECONFIG, NAMESPACE, SERVER = sys.argv[1:]
COMMAND = ["sh", "-c", "echo out; echo err >&2; exit 3"]
CONTAINER = {"name": "sandbox", "image": "python:3.11-slim", "command": ["python3", "-c", SERVER]}
MANIFEST = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "box", "namespace": NAMESPACE, "labels": {"team": "a"}},
    "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [CONTAINER]},
}
found = {}
def whole(peer):
    said = b""
    while len(said) < 5 and (piece := peer.recv(100)):
        said += piece
    return said.decode()
"""
_OFFICIAL = """
from kubernetes import client, config, watch
from kubernetes.stream import portforward, stream
config.load_kube_config(KUBECONFIG)
v1 = client.CoreV1Api()
v1.create_namespaced_pod(NAMESPACE, MANIFEST)
watching = watch.Watch()
for event in watching.stream(v1.list_namespaced_pod, NAMESPACE, label_selector="team=a", timeout_seconds=20):
    if event["object"].status.phase == "Running":
        watching.stop()
found["listed"] = [pod.metadata.name for pod in v1.list_namespaced_pod(NAMESPACE, label_selector="team=a").items]
port = 0
for line in watch.Watch().stream(v1.read_namespaced_pod_log, "box", NAMESPACE):
    port = int(line)
    break
patched = v1.patch_namespaced_pod("box", NAMESPACE, {"metadata": {"labels": {"x": "y"}}})
found["labels"] = patched.metadata.labels
run = stream(v1.connect_get_namespaced_pod_exec, "box", NAMESPACE, command=COMMAND, stderr=True, stdout=True,
             stdin=False, tty=False, _preload_content=False)
run.run_forever(timeout=20)
found["exec"] = [run.returncode, run.read_stdout(), run.read_stderr()]
forward = portforward(v1.connect_get_namespaced_pod_portforward, "box", NAMESPACE, ports=str(port))
socket = forward.socket(port)
socket.setblocking(True)
socket.sendall(b"hello")
found["forwarded"] = whole(socket)
v1.delete_namespaced_pod("box", NAMESPACE)
found["left"] = len(v1.list_namespaced_pod(NAMESPACE).items)
"""
_AIO = """
import asyncio
from kubernetes.aio import client, config, watch
from kubernetes.aio.stream import WsApiClient
async def main():
    await config.load_kube_config(KUBECONFIG)
    async with client.ApiClient() as api:
        v1 = client.CoreV1Api(api)
        await v1.create_namespaced_pod(NAMESPACE, MANIFEST)
        async with watch.Watch().stream(v1.list_namespaced_pod, NAMESPACE, timeout_seconds=20) as events:
            async for event in events:
                if event["object"].status.phase == "Running":
                    break
        pods = await v1.list_namespaced_pod(NAMESPACE, label_selector="team=a")
        found["listed"] = [pod.metadata.name for pod in pods.items]
        body = {"metadata": {"labels": {"x": "y"}}}
        found["labels"] = (await v1.patch_namespaced_pod("box", NAMESPACE, body)).metadata.labels
        log = await v1.read_namespaced_pod_log("box", NAMESPACE, tail_lines=1)
        assert log == "" or int(log)
        async with WsApiClient() as ws:
            options = {"command": COMMAND, "stderr": True, "stdout": True, "stdin": False, "tty": False}
            opened = await client.CoreV1Api(ws).connect_get_namespaced_pod_exec_without_preload_content(
                "box", NAMESPACE, **options)
            streams = {1: b"", 2: b"", 3: b""}
            async with opened as socket:
                async for message in socket:
                    streams[message.data[0]] += message.data[1:]
        code = json.loads(streams[3])["details"]["causes"][0]["message"]
        found["exec"] = [int(code), streams[1].decode(), streams[2].decode()]
        await v1.delete_namespaced_pod("box", NAMESPACE, grace_period_seconds=0)
        found["left"] = len((await v1.list_namespaced_pod(NAMESPACE)).items)
asyncio.run(main())
"""
_LIGHTKUBE = """
from lightkube import Client, KubeConfig
from lightkube.resources.core_v1 import Pod
client = Client(config=KubeConfig.from_file(KUBECONFIG), namespace=NAMESPACE)
client.create(Pod.from_dict(MANIFEST))
for kind, pod in client.watch(Pod, fields={"metadata.name": "box"}):
    if pod.status.phase == "Running":
        break
found["listed"] = [pod.metadata.name for pod in client.list(Pod, labels={"team": "a"})]
port = int(next(iter(client.log("box", follow=True))))
found["labels"] = client.patch(Pod, "box", {"metadata": {"labels": {"x": "y"}}}).metadata.labels
client.delete(Pod, "box", grace_period=0)
found["left"] = len(list(client.list(Pod)))
"""
_KR8S = """
import socket
import kr8s
from kr8s.objects import Pod
api = kr8s.api(kubeconfig=KUBECONFIG, namespace=NAMESPACE)
pod = Pod(MANIFEST, api=api)
pod.create()
pod.wait("condition=Ready", timeout=20)
found["listed"] = [one.name for one in api.get("pods", namespace=NAMESPACE, label_selector="team=a")]
port = int(next(iter(pod.logs(follow=True))))
pod.label({"x": "y"})
found["labels"] = dict(pod.labels)
run = pod.exec(COMMAND, check=False)
found["exec"] = [run.returncode, run.stdout.decode(), run.stderr.decode()]
with pod.portforward(remote_port=port, local_port="auto") as local:
    with socket.create_connection(("127.0.0.1", local)) as peer:
        peer.sendall(b"hello")
        found["forwarded"] = whole(peer)
pod.delete()
pod.wait("delete", timeout=20)
found["left"] = len(list(api.get("pods", namespace=NAMESPACE)))
"""
_SCRIPTS = {"kubernetes": _OFFICIAL, "kubernetes.aio": _AIO, "lightkube": _LIGHTKUBE, "kr8s": _KR8S}
_WHAT_ALL_FIND = {"listed": ["box"], "labels": {"team": "a", "x": "y"}, "left": 0}
_WHAT_SOME_FIND = {"exec": [3, "out\n", "err\n"], "forwarded": "HELLO"}


@pytest.mark.parametrize("library", _SCRIPTS)
async def test_the_life_of_a_pod(library: str, local_cluster: LocalClusterStatus, namespace: str) -> None:
    script = f"{_HEAD}{_SCRIPTS[library]}\nprint(json.dumps(found))"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(local_cluster.kubeconfig), namespace, _SERVER),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    found = json.loads(output)
    assert _WHAT_ALL_FIND.items() <= found.items()
    assert found == _WHAT_ALL_FIND | {key: value for key, value in _WHAT_SOME_FIND.items() if key in found}
    if library != "lightkube":
        assert "exec" in found
