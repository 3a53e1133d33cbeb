"""aiohttp's own TLS context, of which others in the process may make use, is as safe as ever."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from tests.unit.provider.api_server import ApiServer, answer, authority_pem

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import asyncio, sys
from k8s_sandbox_tui.provider.connection.late_authorities import import_aiohttp
import_aiohttp()
import aiohttp
async def main():
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            try:
                async with session.get(sys.argv[1]) as answer:
                    print(answer.status)
            except aiohttp.ClientConnectorCertificateError:
                print("not trusted")
asyncio.run(main())
"""


@pytest.mark.parametrize(("trusted", "said"), [("authority", "200"), ("another", "not trusted")])
async def test_requests_without_a_context_trust_whom_the_system_trusts(trusted: str, said: str, tmp_path: Path) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(authority_pem(trusted))
    async with ApiServer() as server:
        server.on("GET", "/", answer({}))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM, server.url),
            env={"SSL_CERT_FILE": str(authorities), "SSL_CERT_DIR": str(tmp_path)},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
    assert output.decode().splitlines() == [said, said]


async def test_opening_a_cluster_reads_no_authorities_of_the_system() -> None:
    program = """
import asyncio, sys
read = []
def note(frame, event, called):
    if event == "c_call" and called.__name__ == "set_default_verify_paths":
        read.append(called)
sys.setprofile(note)
from k8s_sandbox_tui.provider import k8s
async def main():
    async with k8s(kube_config_raw=sys.argv[1]) as compute:
        await compute.connect()
        print(len(await compute.sandbox.list()))
asyncio.run(main())
print(len(read), "read")
"""
    async with ApiServer() as server:
        server.on("GET", "/api/v1/namespaces/sandboxes/pods", answer({"kind": "PodList", "metadata": {}, "items": []}))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, server.kubeconfig()), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
    assert output.decode().splitlines() == ["0", "0 read"]
