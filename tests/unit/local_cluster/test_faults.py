from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.local_cluster.api.request_info import request_info
from k8s_sandbox_tui.local_cluster.faults.exec_fault import ExecFault
from k8s_sandbox_tui.local_cluster.faults.faulty_link import split_payload
from k8s_sandbox_tui.local_cluster.faults.pod_faults import annotation_errors, exec_fault, start_delay
from k8s_sandbox_tui.local_cluster.faults.rules import Fault, FaultBook, Rule
from k8s_sandbox_tui.local_cluster.remote_command.protocol import Channel

_LIST = request_info("GET", "/api/v1/namespaces/n/pods", {})
_WATCH = request_info("GET", "/api/v1/namespaces/n/pods", {"watch": "1"})
_GET = request_info("GET", "/api/v1/namespaces/n/pods/p", {})
_EXEC = request_info("GET", "/api/v1/namespaces/n/pods/p/exec", {})
_CREATE = request_info("POST", "/api/v1/namespaces/n/pods", {})


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (Rule(fault=Fault.INTERNAL_ERROR), {"list", "watch", "get", "exec", "create"}),
        (Rule(fault=Fault.INTERNAL_ERROR, verb="create"), {"create"}),
        (Rule(fault=Fault.INTERNAL_ERROR, name="p"), {"get", "exec"}),
        (Rule(fault=Fault.INTERNAL_ERROR, namespace="other"), set[str]()),
        (Rule(fault=Fault.WATCH_CUT), {"watch"}),
        (Rule(fault=Fault.EXPIRED), {"watch"}),
        (Rule(fault=Fault.EXEC, exec=ExecFault.FREEZE), {"exec"}),
    ],
)
def test_which_requests_a_rule_is_about(rule: Rule, fits: set[str]) -> None:
    requests = {"list": _LIST, "watch": _WATCH, "get": _GET, "exec": _EXEC, "create": _CREATE}
    assert {name for name, info in requests.items() if rule.fits(info, {})} == fits


def test_a_list_expires_on_its_next_page_alone() -> None:
    rule = Rule(fault=Fault.EXPIRED)
    assert not rule.fits(_LIST, {})
    assert rule.fits(_LIST, {"continue": "token"})


@given(st.integers(0, 5), st.integers(1, 5), st.integers(0, 15))
def test_a_rule_skips_some_and_takes_some(after: int, times: int, requests: int) -> None:
    book = FaultBook()
    book.add(Rule(fault=Fault.INTERNAL_ERROR, after=after, times=times))
    taken = [book.take(_LIST, {}) is not None for _ in range(requests)]
    expected = [False] * after + [True] * times + [False] * 15
    assert taken == expected[:requests]
    assert bool(book.rules) is (requests < after + times)


def test_a_rule_without_a_number_holds_until_all_are_deleted() -> None:
    book = FaultBook()
    book.add(msgspec.json.decode(b'{"fault":"internal-error","times":null}', type=Rule))
    assert all(book.take(_GET, {}) for _ in range(20))
    book.clear()
    assert book.take(_GET, {}) is None


@given(
    st.sampled_from(ExecFault), st.sampled_from([Channel.STDOUT, Channel.STDERR]), st.binary(min_size=0, max_size=9000)
)
def test_output_is_cut_but_never_changed(fault: ExecFault, channel: Channel, payload: bytes) -> None:
    assert b"".join(split_payload(fault, channel, payload)) == payload


def test_characters_are_cut() -> None:
    assert split_payload(ExecFault.SPLIT_OUTPUT, Channel.STDOUT, "ä".encode()) == [b"\xc3", b"\xa4"]


def test_a_status_is_cut_or_left_out() -> None:
    status = b'{"status":"Success"}'
    parts = split_payload(ExecFault.SPLIT_STATUS, Channel.STATUS, status)
    assert len(parts) == 3
    assert b"".join(parts) == status
    assert split_payload(ExecFault.NO_STATUS, Channel.STATUS, status) == []


@pytest.mark.parametrize(
    ("annotations", "delay", "fault", "errors"),
    [
        ({}, 0.0, None, 0),
        ({"local.computesdk.io/start-delay": "1.5"}, 1.5, None, 0),
        ({"local.computesdk.io/start-delay": "soon"}, 0.0, None, 1),
        ({"local.computesdk.io/start-delay": "nan"}, 0.0, None, 1),
        ({"local.computesdk.io/start-delay": "-1"}, 0.0, None, 1),
        ({"local.computesdk.io/evict-after": "0"}, 0.0, None, 0),
        ({"local.computesdk.io/evict-after": "3601"}, 0.0, None, 1),
        ({"local.computesdk.io/exec-fault": "freeze"}, 0.0, ExecFault.FREEZE, 0),
        ({"local.computesdk.io/exec-fault": "melt"}, 0.0, None, 1),
    ],
)
def test_annotations(annotations: dict[str, str], delay: float, fault: ExecFault | None, errors: int) -> None:
    assert (start_delay(annotations), exec_fault(annotations)) == (delay, fault)
    assert len(list(annotation_errors(annotations))) == errors
