"""Tokens, passwords, files, plugins, identity providers: what is sent, when it is renewed, what faults say."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from k8s_sandbox_tui.provider.connection.credential import Credential
from k8s_sandbox_tui.provider.connection.credentials import credentials_for, impersonation_headers
from k8s_sandbox_tui.provider.connection.exec_plugin import API_VERSIONS, exec_info, run_plugin
from k8s_sandbox_tui.provider.connection.kubeconfig import load_target
from k8s_sandbox_tui.provider.connection.kubeconfig_schema import (
    AuthProvider,
    Cluster,
    EnvVar,
    ExecPlugin,
    Extension,
    User,
)
from k8s_sandbox_tui.provider.connection.logins import KubeconfigCredentials
from k8s_sandbox_tui.provider.connection.oidc import expiry
from k8s_sandbox_tui.provider.connection.renewal import Issued, RenewedCredentials
from k8s_sandbox_tui.provider.connection.user_files import REREAD_SECONDS, UserFileCredentials
from k8s_sandbox_tui.provider.errors import ConfigError, CredentialPluginError, InvalidKubeconfigError

if TYPE_CHECKING:
    from pathlib import Path

CLUSTER = Cluster(server="https://example:6443")
V1 = "client.authentication.k8s.io/v1"


def plugin(program: str, **options: object) -> ExecPlugin:
    """A plugin that is a Python program."""
    settings: dict[str, object] = {"command": sys.executable, "args": ("-Sc", program), "api_version": V1, **options}
    return msgspec.convert(_camel(settings), ExecPlugin)


def _camel(settings: dict[str, object]) -> dict[str, object]:
    return {
        "".join(part.title() if place else part for place, part in enumerate(key.split("_"))): value
        for key, value in settings.items()
    }


def printing(**status: object) -> str:
    credential = {"apiVersion": V1, "kind": "ExecCredential", "status": status}
    return f"print({msgspec.json.encode(credential).decode()!r})"


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (User(), ""),
        (User(token="abc"), "Bearer abc"),
        (User(username="ann", password="pä:ss"), f"Basic {base64.b64encode('ann:pä:ss'.encode()).decode()}"),
        (User(token="abc", username="ann", password="x"), "Bearer abc"),
        (User(token="abc", exec=ExecPlugin(command="unused")), "Bearer abc"),
    ],
)
async def test_what_stands_in_the_kubeconfig(user: User, expected: str) -> None:
    source = credentials_for(CLUSTER, user)
    assert (await source.get()).authorization == expected
    assert await source.renew(await source.get()) is None


async def test_nothing_is_sent_without_tls() -> None:
    source = credentials_for(Cluster(server="http://127.0.0.1:8001"), User(token="abc"))
    assert await source.get() == Credential()


async def test_f41_a_token_file_is_read_again_after_a_minute_and_after_a_401(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("one\n")
    now = 0.0
    source = UserFileCredentials(User(token_file=str(file), token="ignored"), clock=lambda: now)
    assert (await source.get()).authorization == "Bearer one"

    file.write_text("two")
    assert (await source.get()).authorization == "Bearer one"
    now = REREAD_SECONDS
    assert (await source.get()).authorization == "Bearer two"

    file.write_text("three")
    renewed = await source.renew(Credential("Bearer two"))
    assert renewed == Credential("Bearer three")
    assert await source.renew(Credential("Bearer three")) is None


async def test_a_login_is_taken_from_the_kubeconfig_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "config"

    def write(token: str, *, server: str = CLUSTER.server, user: str = "u", end: str = "") -> None:
        file.write_text(
            json.dumps(
                {
                    "clusters": [{"name": "c", "cluster": {"server": server}}],
                    "users": [{"name": user, "user": {"token": token}}],
                    "contexts": [{"name": "x", "context": {"cluster": "c", "user": user}}],
                    "current-context": "x",
                }
            )
            + end
        )

    write("one")
    source = KubeconfigCredentials(load_target(path=str(file), environ={}), path=str(file))
    one = await source.get()
    assert await source.renew(one) is None
    for elsewhere in ({"server": "https://other"}, {"user": "v"}, {"end": "{"}):
        write("other", **elsewhere)
        assert await source.renew(one) is None
    for token in ("two", "three"):
        write(token)
        assert await asyncio.gather(*(source.renew(one) for _ in range(4))) == [Credential(f"Bearer {token}")] * 4
        one = await source.get()


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "cannot be read: No such file"), ("\n", "is empty"), ("a\nb", "an HTTP header cannot carry")],
)
def test_token_files_that_cannot_be_used(tmp_path: Path, content: str | None, expected: str) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InvalidKubeconfigError, match=expected):
        credentials_for(CLUSTER, User(token_file=str(file)))


def test_impersonation_headers() -> None:
    user = User(
        impersonate="bob",
        impersonate_uid="42",
        impersonate_groups=("a", "b"),
        impersonate_extra={"example.com/scope x": ("1", "2")},
    )
    assert impersonation_headers(user) == [
        ("Impersonate-User", "bob"),
        ("Impersonate-Uid", "42"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-example.com%2Fscope%20x", "1"),
        ("Impersonate-Extra-example.com%2Fscope%20x", "2"),
    ]
    with pytest.raises(InvalidKubeconfigError, match="without a user"):
        impersonation_headers(User(impersonate_groups=("a",)))


async def test_f44_a_plugin_gets_no_terminal_and_is_told_so() -> None:
    program = (
        "import os, sys, json; i = json.loads(os.environ['KUBERNETES_EXEC_INFO']);"
        "t = [sys.stdin.read(), i['spec']['interactive'], os.environ['MINE'], i['apiVersion'], 'cluster' in i['spec']];"
        "print('to the user', file=sys.stderr);"
        f"print(json.dumps(dict(apiVersion='{V1}', kind='ExecCredential', status=dict(token=json.dumps(t)))))"
    )
    issued = await run_plugin(plugin(program, env=[{"name": "MINE", "value": "v"}]), CLUSTER)
    assert issued.credential.authorization == f'Bearer ["", false, "v", "{V1}", false]'
    assert issued.expires is None


def test_a_plugin_that_asks_for_it_is_told_of_the_cluster() -> None:
    cluster = Cluster(
        server="https://example",
        certificate_authority_data=base64.b64encode(b"pem").decode(),
        tls_server_name="name",
        insecure_skip_tls_verify="true",
        proxy_url="http://proxy",
        extensions=(Extension(name="client.authentication.k8s.io/exec", extension={"audience": "x"}),),
    )
    info = msgspec.json.decode(exec_info(ExecPlugin(provide_cluster_info="true", api_version=V1), cluster))
    assert info["spec"]["cluster"] == {
        "server": "https://example",
        "tls-server-name": "name",
        "insecure-skip-tls-verify": True,
        "certificate-authority-data": base64.b64encode(b"pem").decode(),
        "proxy-url": "http://proxy",
        "config": {"audience": "x"},
    }


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (plugin("import sys; print('see\\nyou must log in', file=sys.stderr); sys.exit(3)"), "code 3: you must log in"),
        (plugin("raise SystemExit(1)"), "ended with code 1 and said nothing"),
        (plugin("print('{')"), "did not print an ExecCredential as JSON"),
        (plugin("print('{}')"), "printed no kind of no apiVersion, not ExecCredential of"),
        (plugin(printing()), "gave neither a token nor a client certificate"),
        (plugin(printing(clientKeyData="x")), "gave only one of"),
        (plugin(printing(token="a\nb")), "an HTTP header cannot carry"),
        (plugin(printing(token="a", expirationTimestamp="soon")), "did not print an ExecCredential"),
        (plugin("", api_version="client.authentication.k8s.io/v1alpha1"), "v1alpha1, which is not supported"),
        (plugin("", interactive_mode="Always"), "needs a terminal"),
        (ExecPlugin(command="/no/such", api_version=V1), "cannot be run: No such file or directory"),
        (ExecPlugin(api_version=V1), "without a command"),
    ],
)
async def test_plugins_that_fail(broken: ExecPlugin, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        await run_plugin(broken, CLUSTER)


async def test_f43_a_failing_plugins_words_and_install_hint_are_in_the_error() -> None:
    failing = plugin("import sys; sys.exit('line one\\nline two')", install_hint="Install it from example.com.")
    with pytest.raises(CredentialPluginError) as caught:
        await run_plugin(failing, CLUSTER)
    assert caught.value.stderr == "line one\nline two"
    assert caught.value.hint == "Install it from example.com."


async def test_a_plugin_that_hangs_is_ended_with_all_it_has_started(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    program = f"import os; os.execv('/bin/sh', ['sh', '-c', 'sleep 600 & echo $! >{started}; wait'])"
    with pytest.raises(CredentialPluginError, match=r"gave no answer in 1 s"):
        await run_plugin(plugin(program), CLUSTER, timeout=1)
    child = int(started.read_text())
    deadline = time.monotonic() + 60
    while is_alive(child):
        assert time.monotonic() < deadline


def is_alive(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip() not in {"", "Z"}


class Issuer:
    """Issues `token-1`, `token-2`, …, when it is let."""

    def __init__(self, lifetime: timedelta | None) -> None:
        self.runs = 0
        self.lifetime = lifetime
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None

    async def __call__(self) -> Issued:
        self.runs += 1
        run = self.runs
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return Issued(Credential(f"token-{run}"), None if self.lifetime is None else self.now + self.lifetime)


async def test_sixteen_callers_share_one_run() -> None:
    issuer = Issuer(None)
    issuer.gate.clear()
    source = RenewedCredentials(issuer)
    callers = [asyncio.create_task(source.get()) for _ in range(16)]
    await asyncio.sleep(0)
    callers[0].cancel()
    await asyncio.sleep(0)
    issuer.gate.set()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert issuer.runs == 1
    assert isinstance(results[0], asyncio.CancelledError)
    assert set(map(str, results[1:])) == {str(Credential("token-1"))}


async def test_sixteen_callers_with_the_same_rejected_credential_renew_it_once() -> None:
    issuer = Issuer(None)
    source = RenewedCredentials(issuer)
    rejected = await source.get()
    renewed = await asyncio.gather(*(source.renew(rejected) for _ in range(16)))
    assert issuer.runs == 2
    assert renewed == [Credential("token-2")] * 16


async def test_a_failed_run_fails_every_caller_and_the_next_call_tries_again() -> None:
    issuer = Issuer(None)
    issuer.failure = CredentialPluginError("no")
    source = RenewedCredentials(issuer)
    results = await asyncio.gather(*(source.get() for _ in range(4)), return_exceptions=True)
    assert issuer.runs == 1
    assert all(isinstance(result, CredentialPluginError) for result in results)
    issuer.failure = None
    assert await source.get() == Credential("token-2")


@pytest.mark.parametrize(
    ("lifetime", "still_good", "over"),
    [
        (timedelta(hours=1), timedelta(minutes=59), timedelta(minutes=59, seconds=31)),
        (timedelta(seconds=20), timedelta(seconds=9), timedelta(seconds=11)),
    ],
)
async def test_f41_a_credential_is_renewed_before_it_ends(
    lifetime: timedelta, still_good: timedelta, over: timedelta
) -> None:
    issuer = Issuer(lifetime)
    source = RenewedCredentials(issuer, now=lambda: issuer.now)
    await source.get()
    began = issuer.now
    issuer.now = began + still_good
    assert await source.get() == Credential("token-1")
    issuer.now = began + over
    assert await source.get() == Credential("token-2")


async def test_closing_ends_a_renewal() -> None:
    issuer = Issuer(None)
    issuer.gate.clear()
    source = RenewedCredentials(issuer)
    caller = asyncio.create_task(source.get())
    await asyncio.sleep(0)
    await source.aclose()
    with pytest.raises(asyncio.CancelledError):
        await caller


def jwt(claims: object) -> str:
    payload = base64.urlsafe_b64encode(msgspec.json.encode(claims)).decode().rstrip("=")
    return f"e30.{payload}.x"


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (jwt({"exp": 86400}), datetime(1970, 1, 2, tzinfo=UTC)),
        (jwt({}), None),
        (jwt({"exp": 1e300}), None),
        (jwt([]), None),
        ("opaque", None),
        ("a.b.c", None),
        ("a.é.c", None),
    ],
)
def test_the_end_of_a_json_web_token(token: str, expected: datetime | None) -> None:
    assert expiry(token) == expected


async def test_an_oidc_token_is_used_while_it_lasts() -> None:
    token = jwt({"exp": (datetime.now(UTC) + timedelta(hours=1)).timestamp()})
    source = credentials_for(CLUSTER, User(auth_provider=AuthProvider("oidc", {"id-token": token})))
    assert (await source.get()).authorization == f"Bearer {token}"


async def test_an_expired_oidc_token_without_a_refresh_token_asks_for_a_login() -> None:
    source = credentials_for(CLUSTER, User(auth_provider=AuthProvider("oidc", {"id-token": jwt({"exp": 1})})))
    with pytest.raises(ConfigError, match=r"has expired and cannot be renewed\. Log in again"):
        await source.get()


def test_providers_that_kubernetes_has_removed_name_their_successor() -> None:
    with pytest.raises(InvalidKubeconfigError, match="gke-gcloud-auth-plugin"):
        credentials_for(CLUSTER, User(auth_provider=AuthProvider("gcp")))


def test_nothing_secret_is_in_a_representation() -> None:
    user = User(
        token="hush",
        password="hush",
        client_key_data="hush",
        exec=ExecPlugin(command="c", args=("hush",), env=(EnvVar("A", "hush"),)),
        auth_provider=AuthProvider("oidc", {"client-secret": "hush"}),
    )
    shown = repr(user) + repr(user.exec) + repr(user.auth_provider) + repr(Credential("Bearer hush"))
    assert "hush" not in shown


async def test_a_plugin_that_wants_a_login_is_named_with_the_command_that_logs_in(tmp_path: Path) -> None:
    aws = tmp_path / "aws"
    aws.write_text("#!/bin/sh\necho 'Token has expired and refresh failed' >&2\nexit 255\n")
    aws.chmod(0o755)
    asked = ExecPlugin(command=str(aws), args=("--profile", "dev"), api_version=API_VERSIONS[0], install_hint="Install")
    with pytest.raises(CredentialPluginError, match="Token has expired and refresh failed") as caught:
        await run_plugin(asked, CLUSTER)
    assert caught.value.hint == "You may have to log in again. Run: aws sso login --profile dev"
