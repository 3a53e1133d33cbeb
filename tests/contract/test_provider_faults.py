"""The provider against each fault that the local cluster has: what its user is told. Nothing hangs, nothing lies."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import (
    ApiError,
    AuthenticationError,
    CommandTimeoutError,
    ConnectionLostError,
    CreateTimeoutError,
    RateLimitedError,
    SandboxError,
    SandboxGoneError,
)
from k8s_sandbox_tui.provider.models import CommandResult, SandboxStatus
from tests.contract.cluster_client import (
    CREATE_ALONE,
    CREATE_ALONE_TOKEN,
    ApiClient,
    api_client,
    look,
    own_cluster,
    with_token,
)
from tests.contract.test_provider_lifecycle import follow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from k8s_sandbox_tui.local_cluster.objects.json_value import JsonObject

    Act = Callable[[Compute], Awaitable[object]]

# No row may take longer, however slow the machine is.
_HANGS = 40.0
_DELAY = "local.computesdk.io/start-delay"
_PULL = "local.computesdk.io/pull-failure"
_EVICT = "local.computesdk.io/evict-after"
_ALWAYS: JsonObject = {"times": None}


@pytest.fixture(scope="module")
def kubeconfig() -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("K8S_SANDBOX_TUI_FAULTS", "1")
        with own_cluster([CREATE_ALONE]) as status:
            yield status.kubeconfig


@pytest.fixture
async def client(kubeconfig: Path) -> AsyncIterator[ApiClient]:
    async with api_client(kubeconfig) as opened:
        yield opened
        await opened.request("DELETE", "/local/faults")
        await opened.request("PUT", "/local/clock", {"skewSeconds": 0})
        await opened.request("DELETE", "/api/v1/namespaces/default/pods?gracePeriodSeconds=0")


@pytest.fixture
async def compute(kubeconfig: Path) -> AsyncIterator[Compute]:
    async with k8s(kube_config_path=kubeconfig, runtime="python") as opened:
        yield opened


async def _rule(client: ApiClient, rule: JsonObject) -> None:
    answer = await client.request("POST", "/local/faults", rule)
    assert answer.status == 201, answer.body


async def _until_pods(client: ApiClient, wanted: int) -> None:
    """Returns when there are so many Pods; what is being deleted still has its moment."""
    path = "/api/v1/namespaces/default/pods"
    async with asyncio.timeout(_HANGS):
        while len((listed := await client.get(path)).items) != wanted:
            version = look(listed.object, "metadata.resourceVersion")
            await client.first_events(f"{path}?watch=1&resourceVersion={version}&timeoutSeconds=1", 1)


async def _list(compute: Compute) -> object:
    return await compute.sandbox.list()


async def _create(compute: Compute) -> object:
    return (await compute.sandbox.create()).info.status


async def _create_in_time(compute: Compute) -> object:
    # Long enough for a busy machine to tell by then why it does not start.
    return await compute.sandbox.create(timeout=2000)


def _rule_of(fault: str, verb: str = "", **fields: Any) -> JsonObject:
    return {"fault": fault, "verb": verb, "resource": "pods", **fields}


RUNNING = SandboxStatus.RUNNING
_NOTHING: list[object] = []


@pytest.mark.parametrize(
    ("rule", "act", "expected"),
    [
        pytest.param(_rule_of("annotate", annotations={_DELAY: "0.1"}), _create, (RUNNING, 1), id="slow start"),
        pytest.param(_rule_of("too-many-requests", "create", seconds=0), _create, (RUNNING, 1), id="429 to a create"),
        pytest.param(_rule_of("too-many-requests", "list", seconds=0), _list, (_NOTHING, 0), id="429 to a list"),
        pytest.param(_rule_of("internal-error", "list", times=2), _list, (_NOTHING, 0), id="500 to a list"),
        pytest.param(_rule_of("internal-error", "create"), _create, (RUNNING, 1), id="500 to a create"),
        pytest.param(_rule_of("lost-answer", "create"), _create, (RUNNING, 1), id="a create whose answer is lost"),
        pytest.param(_rule_of("reset", "create"), _create, (RUNNING, 1), id="a create that is lost"),
        pytest.param(_rule_of("expired", "watch"), _create, (RUNNING, 1), id="410 on the watch of a create"),
        pytest.param(_rule_of("watch-cut", "watch", seconds=0), _create, (RUNNING, 1), id="the watch of a create cut"),
        pytest.param(_rule_of("delay", "list", seconds=0.1), _list, (_NOTHING, 0), id="a slow answer"),
    ],
)
async def test_what_the_provider_gets_over(
    client: ApiClient, compute: Compute, rule: JsonObject, act: Act, expected: tuple[object, int]
) -> None:
    result, pods = expected
    await _rule(client, rule)
    async with asyncio.timeout(_HANGS):
        assert await act(compute) == result
    # The fault has happened, and no sandbox is lost or doubled for it.
    assert (await client.get("/local/faults")).body == []
    await _until_pods(client, pods)


@pytest.mark.parametrize(
    ("rule", "act", "expected"),
    [
        pytest.param(
            _rule_of("annotate", annotations={_DELAY: "600"}),
            _create_in_time,
            (CreateTimeoutError, "did not run in time: it is starting, ContainerCreating", "Give it more time"),
            id="a start that is too slow",
        ),
        pytest.param(
            _rule_of("annotate", annotations={_PULL: "the registry is on holiday"}),
            _create_in_time,
            (
                CreateTimeoutError,
                "the registry is on holiday",
                "Check the image's name, and that the cluster may pull it",
            ),
            id="an image that cannot be pulled",
        ),
        pytest.param(
            _rule_of("too-many-requests", "list", seconds=0, **_ALWAYS),
            _list,
            (RateLimitedError, "Too many requests", "Try again in 1 s."),
            id="429 for ever",
        ),
        pytest.param(
            _rule_of("internal-error", "list", **_ALWAYS),
            _list,
            (ApiError, "Internal error occurred", "kubectl get --raw '/readyz?verbose'"),
            id="500 for ever",
        ),
        pytest.param(
            _rule_of("unauthorized", "list"),
            _list,
            (AuthenticationError, "does not accept the credentials", "The token may have expired: put a new one into"),
            id="an expired token",
        ),
    ],
)
async def test_what_the_provider_gives_up(
    client: ApiClient, compute: Compute, rule: JsonObject, act: Act, expected: tuple[type[SandboxError], str, str]
) -> None:
    error, message, hint = expected
    await _rule(client, rule)
    with pytest.raises(error) as caught:
        async with asyncio.timeout(_HANGS):
            await act(compute)
    assert message in caught.value.message
    assert hint in caught.value.hint
    await client.request("DELETE", "/local/faults")
    # What was not to be had is not left behind either.
    await _until_pods(client, 0)


_OUTPUT = "grüße"


def _done(result: object) -> bool:
    return isinstance(result, CommandResult) and (result.stdout, result.exit_code) == (_OUTPUT, 3)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refused", ApiError),
        ("drop-before-status", ConnectionLostError),
        ("no-status", ConnectionLostError),
        ("freeze", CommandTimeoutError),
        ("drop-after-status", None),
        ("split-status", None),
        ("split-output", None),
        ("slow-reader", None),
    ],
)
async def test_a_command_whose_connection_goes_wrong(
    client: ApiClient, compute: Compute, fault: str, error: type[SandboxError] | None
) -> None:
    sandbox = await compute.sandbox.create()
    await _rule(client, {"fault": "exec", "exec": fault})
    # What it prints it has read, so that the input is part of this too.
    running = sandbox.run_command("cat; exit 3", stdin=_OUTPUT, timeout=1000 if fault == "freeze" else 15_000)
    if error is None:
        assert _done(await asyncio.wait_for(running, _HANGS))
    else:
        with pytest.raises(error) as caught:
            await asyncio.wait_for(running, _HANGS)
        if isinstance(caught.value, ConnectionLostError):
            assert caught.value.stdout == _OUTPUT
            assert "Whether the command still runs is not known" in caught.value.hint
    # The next command finds all as it should be.
    assert _done(await sandbox.run_command("cat; exit 3", stdin=_OUTPUT))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refused", ApiError),
        ("drop-before-status", ConnectionLostError),
        ("no-status", ConnectionLostError),
        ("drop-after-status", None),
        ("split-status", None),
        ("split-output", None),
    ],
)
async def test_a_command_by_spdy_whose_connection_goes_wrong(
    client: ApiClient, compute: Compute, kubeconfig: Path, fault: str, error: type[SandboxError] | None
) -> None:
    created = await compute.sandbox.create()
    async with k8s(kube_config_raw=with_token(kubeconfig, CREATE_ALONE_TOKEN)) as lesser:
        sandbox = await lesser.sandbox.get_by_id(created.sandbox_id)
        assert sandbox is not None
        assert _done(await sandbox.run_command("cat; exit 3", stdin=_OUTPUT))
        await _rule(client, {"fault": "exec", "exec": fault})
        running = sandbox.run_command("cat; exit 3", stdin=_OUTPUT, timeout=15_000)
        if error is None:
            assert _done(await asyncio.wait_for(running, _HANGS))
        else:
            with pytest.raises(error) as caught:
                await asyncio.wait_for(running, _HANGS)
            if isinstance(caught.value, ConnectionLostError):
                assert caught.value.stdout == _OUTPUT
        before = lesser.requests
        assert _done(await sandbox.run_command("cat; exit 3", stdin=_OUTPUT))
        assert lesser.requests == before + 1


async def test_a_list_that_expires_between_its_pages_is_begun_again(client: ApiClient, compute: Compute) -> None:
    made = [(await compute.sandbox.create()).uid for _ in range(3)]
    await _rule(client, _rule_of("expired", "list"))
    pages = [page async for page in compute.sandbox.pages(page_size=1)]
    assert sorted(sandbox.uid for page in pages for sandbox in page) == sorted(made)
    assert (await client.get("/local/faults")).body == []


@pytest.mark.parametrize("fault", ["watch-cut", "expired"])
async def test_rows_stay_right_over_watches_that_end(client: ApiClient, compute: Compute, fault: str) -> None:
    async with compute.inventory() as inventory:
        await follow(inventory, lambda rows: not rows)
        await _rule(client, _rule_of("watch-cut", seconds=0))
        if fault == "expired":
            await _rule(client, _rule_of("expired", "watch"))
        uid = (await compute.sandbox.create()).uid
        await follow(inventory, lambda rows: set(rows) == {uid})
        assert (await client.get("/local/faults")).body == []


async def test_a_delete_whose_answer_is_lost(client: ApiClient, compute: Compute) -> None:
    sandbox = await compute.sandbox.create()
    await _rule(client, _rule_of("lost-answer", "delete"))
    assert await sandbox.destroy()
    await _until_pods(client, 0)


async def test_a_sandbox_that_its_node_throws_out(client: ApiClient, compute: Compute) -> None:
    await _rule(client, _rule_of("annotate", annotations={_EVICT: "0"}))
    sandbox = await compute.sandbox.create()
    await client.wait_for("default", sandbox.name, "status.phase", "Failed")
    info = await sandbox.get_info()
    assert (info.status, info.reason) == (SandboxStatus.FAILED, "Evicted")
    with pytest.raises(SandboxGoneError, match=r"has ended \(Evicted\)") as caught:
        await sandbox.run_command("true")
    assert caught.value.hint == "Create another one."
    assert "The node was low on resource: memory." in str(await sandbox.get_events())


@pytest.mark.parametrize("skew", [86_400, -86_400])
async def test_the_clock_of_the_cluster_is_what_counts(client: ApiClient, kubeconfig: Path, skew: int) -> None:
    await client.request("PUT", "/local/clock", {"skewSeconds": skew})
    async with k8s(kube_config_path=kubeconfig, runtime="python") as compute:
        sandbox = await compute.sandbox.create(lifetime=60_000)
        there = datetime.now(UTC) + timedelta(seconds=skew)
        assert sandbox.info.expires_at is not None
        assert timedelta(0) < sandbox.info.expires_at - there < timedelta(seconds=90)
        # One that has expired would be destroyed as it is listed.
        assert [found.uid for found in await compute.sandbox.list()] == [sandbox.uid]
        await _until_pods(client, 1)
        assert _done(await sandbox.run_command("cat; exit 3", stdin=_OUTPUT))


async def test_a_token_that_expires_while_it_is_used(client: ApiClient, kubeconfig: Path, tmp_path: Path) -> None:
    made = await client.request("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", {})
    status = made.object["status"]
    assert isinstance(status, dict)
    other = tmp_path / "config"
    other.write_text(await asyncio.to_thread(kubeconfig.read_text))
    other.write_text(other.read_text().replace(client.token, str(status["token"])))
    async with k8s(kube_config_path=other, runtime="python") as compute:
        with pytest.raises(ApiError, match="system:serviceaccount:default:default") as refused:
            await compute.sandbox.list()
        assert refused.value.status == 403
        await client.request("PUT", "/local/clock", {"skewSeconds": 3601})
        with pytest.raises(AuthenticationError, match="The token may have expired"):
            await compute.sandbox.list()
