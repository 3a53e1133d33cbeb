"""The preflight: which rights there are, what is lost without each, and the Role that grants the rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml
from aiohttp import web

from k8s_sandbox_tui.provider.compute import Compute, k8s
from k8s_sandbox_tui.provider.errors import AuthenticationError, InvalidArgumentError, TransportError
from k8s_sandbox_tui.provider.needed_rights import NEEDS
from tests.unit.provider.api_server import ApiServer, answer, cut, refusal
from tests.unit.provider.cluster import REFUSALS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.unit.provider.api_server import Answer

RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

# A real API server's answer to an identity with exactly the rights that ComputeSDK documents.
SEED_RULES = [
    {
        "verbs": ["create"],
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    },
    {"verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]},
    {"verbs": ["create", "get", "list", "delete"], "apiGroups": [""], "resources": ["pods"]},
    {"verbs": ["create"], "apiGroups": [""], "resources": ["pods/exec"]},
    {"verbs": ["delete"], "apiGroups": [""], "resources": ["services"]},
]


PORTS = {"get pods/portforward", "create pods/portforward"}
METRICS = {"list pods.metrics.k8s.io"}


@pytest.fixture
async def compute(server: ApiServer) -> AsyncIterator[Compute]:
    async with k8s(kube_config_raw=server.kubeconfig()) as opened:
        yield opened


def rules(*given: object, incomplete: bool = False) -> Answer:
    return answer({"status": {"resourceRules": list(given), "nonResourceRules": [], "incomplete": incomplete}}, 201)


def names(rights: object) -> set[str]:
    return {f"{right['verb']} {right['resource']}" for right in msgspec.to_builtins(rights)}


async def test_f57_computesdks_rights_suffice_and_the_role_grants_the_rest(compute: Compute, server: ApiServer) -> None:
    server.on("POST", RULES, rules(*SEED_RULES))
    rights = await compute.rights()
    assert rights.namespace == "sandboxes"
    assert (
        names(rights.missing)
        == {"get pods/exec", "watch pods", "patch pods", "list events", "get pods/log"} | PORTS | METRICS
    )
    assert rights.unknown == ()
    assert rights.sufficient is True
    assert not any(right.essential for right in rights.missing)
    (websocket,) = [right for right in rights.missing if right.resource == "pods/exec"]
    assert "SPDY in place of a WebSocket" in websocket.lost
    assert all(right.lost.endswith(".") for right in rights.rights)
    assert yaml.safe_load(rights.role) == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "k8s-sandbox-tui", "namespace": "sandboxes"},
        "rules": [
            {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["get"]},
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["watch", "patch"]},
            {"apiGroups": [""], "resources": ["events"], "verbs": ["list"]},
            {"apiGroups": [""], "resources": ["pods/portforward"], "verbs": ["create", "get"]},
            {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
            {"apiGroups": ["metrics.k8s.io"], "resources": ["pods"], "verbs": ["list"]},
        ],
    }
    assert msgspec.json.decode(server.seen[0].body)["spec"] == {"namespace": "sandboxes"}
    assert [seen.path for seen in server.seen] == [RULES]


async def test_get_on_exec_without_create_is_not_enough_everywhere(compute: Compute, server: ApiServer) -> None:
    table = [rule for rule in SEED_RULES if rule["resources"] != ["pods/exec"]]
    server.on("POST", RULES, rules(*table, {"verbs": ["get"], "apiGroups": [""], "resources": ["pods/exec"]}))
    rights = await compute.rights()
    assert rights.sufficient is False
    (essential,) = [right for right in rights.missing if right.essential]
    assert essential.lost.startswith("No command can be run on Kubernetes 1.35")


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        ({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}, set[str]()),
        (
            {"verbs": ["*"], "apiGroups": [""], "resources": ["pods", "*/exec", "*/log", "services", "events"]},
            PORTS | METRICS,
        ),
        ({"verbs": ["*"], "apiGroups": ["apps"], "resources": ["*"]}, {str(need) for need in NEEDS}),
        (
            {"verbs": ["*"], "apiGroups": [""], "resources": ["*"], "resourceNames": ["one"]},
            {str(need) for need in NEEDS},
        ),
        ({"verbs": ["*"]}, {str(need) for need in NEEDS}),
    ],
)
async def test_rules_as_rbac_reads_them(
    rule: dict[str, object], missing: set[str], compute: Compute, server: ApiServer
) -> None:
    server.on("POST", RULES, rules(rule))
    rights = await compute.rights(namespace="team-b")
    assert names(rights.missing) == missing
    assert (rights.role == "") is not bool(missing)
    assert yaml.safe_load(rights.full_role)["metadata"]["namespace"] == "team-b"


@pytest.mark.parametrize("first", [rules(SEED_RULES[2], incomplete=True), refusal(REFUSALS["list forbidden"])])
async def test_where_the_rules_are_not_all_each_right_is_asked_for(
    first: Answer, compute: Compute, server: ApiServer
) -> None:
    async def review(request: web.Request) -> web.StreamResponse:
        asked = msgspec.json.decode(await request.read())["spec"]["resourceAttributes"]
        allowed = asked["verb"] != "patch" and asked.get("subresource") != "exec"
        return web.json_response({"status": {"allowed": allowed}}, status=201)

    server.on("POST", RULES, first)
    server.on("POST", ACCESS, review)
    rights = await compute.rights()
    assert names(rights.missing) == {"patch pods", "get pods/exec", "create pods/exec"}
    assert rights.unknown == ()


async def test_rights_are_asked_for_a_few_at_a_time(compute: Compute, server: ApiServer) -> None:
    asked: list[int] = []
    open_questions = 0
    four = asyncio.Event()

    async def slowly(request: web.Request) -> web.StreamResponse:
        nonlocal open_questions
        open_questions += 1
        asked.append(open_questions)
        if len(asked) == 4:
            four.set()
        async with asyncio.timeout(60):
            await four.wait()
        await asyncio.sleep(0.01)
        open_questions -= 1
        return await answer({"status": {"allowed": True}}, 201)(request)

    server.on("POST", RULES, rules(incomplete=True))
    server.on("POST", ACCESS, slowly)
    assert (await compute.rights()).sufficient
    assert len(asked) == len(NEEDS)
    assert max(asked) == 4


async def test_a_server_that_does_not_tell(compute: Compute, server: ApiServer) -> None:
    for path in (RULES, ACCESS):
        server.on("POST", path, refusal(REFUSALS["list forbidden"]))
    rights = await compute.rights()
    assert len(rights.unknown) == len(NEEDS)
    assert rights.missing == ()
    assert rights.sufficient is None
    assert rights.role == rights.full_role


async def test_a_server_that_does_not_answer_or_know_us_is_an_error(compute: Compute, server: ApiServer) -> None:
    server.on("POST", RULES, refusal(REFUSALS["unauthorized"]))
    with pytest.raises(AuthenticationError):
        await compute.rights()
    server.on("POST", RULES, cut())
    with pytest.raises(TransportError):
        await compute.rights()
    with pytest.raises(InvalidArgumentError):
        await compute.rights(namespace="a/b")
