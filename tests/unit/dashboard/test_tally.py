"""What the state line counts: requested CPU and memory, and requests a second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from k8s_sandbox_tui.dashboard.request_rate import RequestRate
from k8s_sandbox_tui.dashboard.requested import Amounts
from k8s_sandbox_tui.dashboard.store import SandboxStore
from k8s_sandbox_tui.provider.resources import NO_RESOURCES, resources_of
from tests.dashboard.scripted import sandbox_info

KINDS = [
    (resources_of(b'{"requests":{"cpu":"250m","memory":"256Mi"}}'), Amounts(250, 256 * 2**20)),
    (resources_of(b'{"requests":{"cpu":"1.5","memory":"1G"}}'), Amounts(1500, 10**9)),
    (NO_RESOURCES, Amounts()),
    (resources_of(b'{"requests":{"cpu":"what","memory":"1Ki"}}'), Amounts(0, 1024)),
]
STEPS = st.tuples(
    st.integers(1, 5), st.sampled_from([None, *KINDS]), st.sampled_from(["Pending", "Running", "Succeeded", "Failed"])
)


@given(st.lists(STEPS, max_size=30))
def test_the_sum_is_that_of_the_sandboxes_that_have_not_ended(steps: list[tuple[int, object, str]]) -> None:
    store = SandboxStore()
    there: dict[str, Amounts] = {}
    for number, kind, phase in steps:
        info = sandbox_info(number)
        chosen = next((one for one in KINDS if one is kind), None)
        if chosen is None:
            store.apply([], [info.uid])
            there.pop(info.uid, None)
            continue
        store.apply([replace(info, resources=chosen[0], phase=phase)], [])
        there[info.uid] = Amounts() if phase in {"Succeeded", "Failed"} else chosen[1]
    held = there.values()
    assert store.requested == Amounts(sum(one.millicores for one in held), sum(one.memory for one in held))
    store.forget_all()
    assert store.requested == Amounts()


@pytest.mark.parametrize(
    ("amounts", "cpu", "memory"),
    [
        (Amounts(250, 256 * 2**20), "250m", "256Mi"),
        (Amounts(1000, 2**30), "1", "1Gi"),
        (Amounts(3750, 15 * 2**28), "3.75", "3.75Gi"),
        (Amounts(12_500, 999), "12.5", "999"),
        (Amounts(99_990, 1000 * 2**20), "100", "0.977Gi"),
        (Amounts(2_500_000, 3 * 2**41), "2500", "6Ti"),
    ],
)
def test_amounts_are_written_as_kubernetes_does(amounts: Amounts, cpu: str, memory: str) -> None:
    assert (amounts.cpu_text, amounts.memory_text) == (cpu, memory)


def test_the_rate_is_that_of_the_last_seconds() -> None:
    rate = RequestRate()
    assert rate.per_second is None
    rate.note(100.0, 7)
    assert rate.per_second is None
    rate.note(102.0, 8)
    assert rate.per_second == 0.5
    for second in range(103, 130):
        rate.note(float(second), 8)
    assert rate.per_second == 0
    rate.note(130.0, 3)
    assert rate.per_second is None, "another client has begun"


def test_polling_every_other_second_is_half_a_request_a_second() -> None:
    rate = RequestRate()
    for second in range(60):
        rate.note(float(second), second // 2)
    assert rate.per_second == 0.5
