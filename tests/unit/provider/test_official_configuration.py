"""A ready configuration of the official client in the place of a kubeconfig."""

from __future__ import annotations

import base64
import threading
from typing import TYPE_CHECKING

import kubernetes.aio.client
import kubernetes.client
import pytest

from k8s_sandbox_tui.provider.compute import k8s
from k8s_sandbox_tui.provider.errors import AuthenticationError, ConfigError, InvalidArgumentError
from tests.unit.provider.api_server import ApiServer, answer, authority_pem, issued
from tests.unit.provider.cluster import PODS, pod_list

if TYPE_CHECKING:
    from pathlib import Path

Configuration = kubernetes.client.Configuration | kubernetes.aio.client.Configuration
KINDS = (kubernetes.client.Configuration, kubernetes.aio.client.Configuration)
HOOK = "refresh_api_key_hook"
LIST = PODS.replace("sandboxes", "default")


def configure(kind: type[Configuration], server: ApiServer, folder: Path) -> Configuration:
    made = kind()
    made.host = server.url
    (folder / "ca.pem").write_bytes(authority_pem())
    made.ssl_ca_cert = str(folder / "ca.pem")
    server.on("GET", LIST, pod_list())
    return made


async def header(configuration: Configuration, server: ApiServer) -> str:
    async with k8s(configuration=configuration) as compute:
        cluster = await compute.connect()
        assert (cluster.server, cluster.source, cluster.namespace) == (server.url, "configuration", "default")
        await compute.sandbox.list()
    return server.seen[-1].headers.get("Authorization", "")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_token_with_its_prefix(kind: type[Configuration], server: ApiServer, tmp_path: Path) -> None:
    configuration = configure(kind, server, tmp_path)
    configuration.api_key = {"authorization": "Bearer one"}
    assert await header(configuration, server) == "Bearer one"
    configuration.api_key, configuration.api_key_prefix = {"BearerToken": "two"}, {"BearerToken": "Bearer"}
    assert await header(configuration, server) == "Bearer two"
    configuration.api_key, configuration.username, configuration.password = {}, "ann", "pw"
    assert await header(configuration, server) == f"Basic {base64.b64encode(b'ann:pw').decode()}"


@pytest.mark.parametrize("kind", KINDS)
async def test_the_hook_renews_the_token(kind: type[Configuration], server: ApiServer, tmp_path: Path) -> None:
    configuration = configure(kind, server, tmp_path)
    threads: list[str] = []

    def renew(given: Configuration) -> None:
        threads.append(threading.current_thread().name)
        given.api_key["authorization"] = f"Bearer {len(threads)}"

    setattr(configuration, HOOK, renew)
    first = await header(configuration, server)
    assert await header(configuration, server) != first
    assert set(threads) == {"refresh_api_key_hook"}  # it may block


async def test_a_hook_that_is_a_coroutine(server: ApiServer, tmp_path: Path) -> None:
    configuration = configure(kubernetes.aio.client.Configuration, server, tmp_path)

    async def renew(given: Configuration) -> None:
        given.api_key["authorization"] = "Bearer renewed"

    setattr(configuration, HOOK, renew)
    assert await header(configuration, server) == "Bearer renewed"


async def test_a_401_asks_the_hook_once_more(server: ApiServer, tmp_path: Path) -> None:
    configuration = configure(kubernetes.client.Configuration, server, tmp_path)
    calls: list[int] = []

    def renew(given: Configuration) -> None:
        calls.append(1)
        given.api_key["authorization"] = f"Bearer {len(calls)}"

    setattr(configuration, HOOK, renew)
    server.on("GET", LIST, answer({"kind": "Status", "code": 401}, 401))
    async with k8s(configuration=configuration) as compute:
        with pytest.raises(AuthenticationError):
            await compute.sandbox.list()
    assert [seen.headers["Authorization"] for seen in server.seen] == ["Bearer 2", "Bearer 3"]


async def test_what_a_hook_raises_reaches_the_caller(server: ApiServer, tmp_path: Path) -> None:
    configuration = configure(kubernetes.client.Configuration, server, tmp_path)

    def fail(_: Configuration) -> None:
        raise LookupError("no token today")

    setattr(configuration, HOOK, fail)
    async with k8s(configuration=configuration) as compute:
        with pytest.raises(LookupError, match="no token today"):
            await compute.sandbox.list()
    assert server.seen == []


async def test_a_client_certificate(tmp_path: Path) -> None:
    async with ApiServer(client_certificates=True) as server:
        configuration = configure(kubernetes.client.Configuration, server, tmp_path)
        pem = issued("ann", "")
        (tmp_path / "crt").write_bytes(pem.certificate)
        (tmp_path / "key").write_bytes(pem.key)
        configuration.cert_file, configuration.key_file = str(tmp_path / "crt"), str(tmp_path / "key")
        await header(configuration, server)
        assert server.seen[-1].client == "ann"


async def test_without_verification_and_by_another_name(tmp_path: Path) -> None:
    async with ApiServer(host_on_certificate="api.internal") as server:
        configuration = configure(kubernetes.client.Configuration, server, tmp_path)
        configuration.tls_server_name = "api.internal"
        await header(configuration, server)
        configuration.tls_server_name, configuration.verify_ssl = None, False
        await header(configuration, server)
        assert len(server.seen) == 2


async def test_an_authority_as_text_or_bytes(server: ApiServer, tmp_path: Path) -> None:
    for data in (authority_pem().decode(), authority_pem()):
        configuration = configure(kubernetes.client.Configuration, server, tmp_path)
        configuration.ssl_ca_cert, configuration.ca_cert_data = None, data
        await header(configuration, server)


async def test_settings_that_cannot_be_followed(server: ApiServer, tmp_path: Path) -> None:
    for setting, value in (("assert_hostname", False), ("proxy_headers", {"a": "b"})):
        configuration = configure(kubernetes.client.Configuration, server, tmp_path)
        setattr(configuration, setting, value)
        async with k8s(configuration=configuration) as compute:
            with pytest.raises(ConfigError, match=f"sets {setting}, which is not supported"):
                await compute.connect()


def test_a_configuration_and_a_kubeconfig_are_one_too_many() -> None:
    with pytest.raises(InvalidArgumentError, match="Both a configuration and a kubeconfig"):
        k8s(configuration=kubernetes.client.Configuration(), context="x")
    assert "secret" not in repr(k8s(configuration=kubernetes.client.Configuration(password="secret")).config)
