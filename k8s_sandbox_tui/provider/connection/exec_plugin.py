"""Credential plugins: programs that print an `ExecCredential`.

The protocol is `client.authentication.k8s.io/v1` and `v1beta1` (kubernetes.io: "client-go credential
plugins"). A plugin gets no terminal: its input is empty and what it writes to stderr is kept for the error.
"""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.provider.connection.certificates import ClientCertificate, pem
from k8s_sandbox_tui.provider.connection.credential import Credential
from k8s_sandbox_tui.provider.connection.kubeconfig_schema import Cluster, ExecPlugin, is_true
from k8s_sandbox_tui.provider.connection.login import login_command
from k8s_sandbox_tui.provider.connection.renewal import Issued
from k8s_sandbox_tui.provider.connection.user_files import bearer
from k8s_sandbox_tui.provider.errors import CredentialPluginError

if TYPE_CHECKING:
    from asyncio.subprocess import Process

API_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
CONFIG_EXTENSION = "client.authentication.k8s.io/exec"
TIMEOUT_SECONDS = 60.0
STDERR_CHARACTERS = 4000
_ASK_YOURSELF = "Run kubectl in a terminal with this context: the plugin can ask you there."


class _Status(msgspec.Struct, rename="camel"):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None
    expiration_timestamp: datetime | None = None


class _ExecCredential(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    status: _Status | None = None


async def run_plugin(plugin: ExecPlugin, cluster: Cluster, *, timeout: float = TIMEOUT_SECONDS) -> Issued:
    """Runs the plugin once.

    Raises:
        CredentialPluginError: It is missing, needs a person, takes longer than `timeout` seconds, ends with
            another code than 0, or prints no credential.
    """
    _check(plugin)
    environment = dict(os.environ)
    environment.update({variable.name: variable.value for variable in plugin.env})
    environment["KUBERNETES_EXEC_INFO"] = exec_info(plugin, cluster)
    try:
        process = await asyncio.create_subprocess_exec(
            plugin.command,
            *plugin.args,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be started"
        raise CredentialPluginError(
            f"The credential plugin {plugin.command!r} cannot be run: {reason}.",
            hint=plugin.install_hint.strip() or "Install it, or choose a context that does not need it.",
        ) from error
    stdout, stderr = await _output(process, plugin, timeout)
    said = stderr.decode("utf-8", "replace").strip()[-STDERR_CHARACTERS:]
    if process.returncode != 0:
        last_line, login = said.rpartition("\n")[2], login_command(plugin)
        raise CredentialPluginError(
            f"The credential plugin {plugin.command!r} ended with code {process.returncode}"
            + (f": {last_line}" if last_line else " and said nothing."),
            stderr=said,
            hint=f"You may have to log in again. Run: {login}"
            if login
            else plugin.install_hint.strip() or _ASK_YOURSELF,
        )
    return parse_credential(stdout, plugin, said)


def exec_info(plugin: ExecPlugin, cluster: Cluster) -> str:
    """The value of `KUBERNETES_EXEC_INFO`, JSON."""
    spec: dict[str, object] = {"interactive": False}
    if is_true(plugin.provide_cluster_info):
        described: dict[str, object] = {"server": cluster.server}
        if cluster.tls_server_name:
            described["tls-server-name"] = cluster.tls_server_name
        if is_true(cluster.insecure_skip_tls_verify):
            described["insecure-skip-tls-verify"] = True
        authority = pem("certificate-authority", cluster.certificate_authority_data, cluster.certificate_authority)
        if authority:
            described["certificate-authority-data"] = authority
        if cluster.proxy_url:
            described["proxy-url"] = cluster.proxy_url
        config = next((item.extension for item in cluster.extensions if item.name == CONFIG_EXTENSION), None)
        if config is not None:
            described["config"] = config
        spec["cluster"] = described
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    return msgspec.json.encode(info).decode()


def parse_credential(output: bytes, plugin: ExecPlugin, stderr: str = "") -> Issued:
    """The credential in a plugin's output.

    Raises:
        CredentialPluginError: There is none. The output is not repeated: it may hold a token.
    """

    def refused(why: str) -> CredentialPluginError:
        return CredentialPluginError(f"The credential plugin {plugin.command!r} {why}.", stderr=stderr)

    try:
        answer = msgspec.json.decode(output, type=_ExecCredential)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise refused("did not print an ExecCredential as JSON") from None
    if answer.kind != "ExecCredential" or answer.api_version != plugin.api_version:
        raise refused(
            f"printed {answer.kind or 'no kind'} of {answer.api_version or 'no apiVersion'}, "
            f"not ExecCredential of {plugin.api_version}"
        )
    status = answer.status or _Status()
    if bool(status.client_certificate_data) != bool(status.client_key_data):
        raise refused("gave only one of clientCertificateData and clientKeyData")
    if not status.token and not status.client_certificate_data:
        raise refused("gave neither a token nor a client certificate")
    certificate = None
    if status.client_certificate_data and status.client_key_data:
        certificate = ClientCertificate(status.client_certificate_data.encode(), status.client_key_data.encode())
    expires = status.expiration_timestamp
    if expires is not None and expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    return Issued(Credential(bearer(status.token) if status.token else "", certificate), expires)


def _check(plugin: ExecPlugin) -> None:
    if not plugin.command:
        raise CredentialPluginError("The user of the kubeconfig has an exec entry without a command.")
    if plugin.api_version not in API_VERSIONS:
        raise CredentialPluginError(
            f"The credential plugin {plugin.command!r} is configured for {plugin.api_version or 'no apiVersion'}, "
            f"which is not supported.",
            hint=f"Use {API_VERSIONS[0]}; a newer version of the plugin may be needed.",
        )
    if plugin.interactive_mode == "Always":
        raise CredentialPluginError(
            f"The credential plugin {plugin.command!r} needs a terminal (interactiveMode: Always).",
            hint="Set interactiveMode to IfAvailable and log in once with it in a terminal.",
        )


async def _output(process: Process, plugin: ExecPlugin, timeout: float) -> tuple[bytes, bytes]:
    try:
        async with asyncio.timeout(timeout):
            return await process.communicate()
    except TimeoutError:
        raise CredentialPluginError(
            f"The credential plugin {plugin.command!r} gave no answer in {timeout:g} s.",
            hint=f"It may wait for a login. Run: {login}" if (login := login_command(plugin)) else _ASK_YOURSELF,
        ) from None
    finally:
        if process.returncode is None:
            # The whole group: what the plugin started would keep its pipes open.
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
