"""What a filled form means."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.create.form import (
    CreateDefaults,
    CreateRequest,
    FormValues,
    check,
    id_preview,
    to_requests,
    url_preview,
)
from k8s_sandbox_tui.provider.config import check_image
from k8s_sandbox_tui.provider.dotenv import Row
from k8s_sandbox_tui.provider.ids import check_namespace, check_new_name
from k8s_sandbox_tui.provider.manifest import check_envs, metadata_annotations

DEFAULTS = CreateDefaults(
    namespace="team",
    runtime="node",
    images={"node": "node:20-alpine", "python": "python:3.11-slim"},
    prefix="computesdk-sbx",
)


def test_an_empty_form_leaves_everything_to_the_provider() -> None:
    values = FormValues(runtime="node", envs=(Row("", ""),), metadata=(Row("", ""),))
    assert check(values).count == 0
    assert to_requests(values)[0] == CreateRequest(runtime="node")
    assert id_preview(values, DEFAULTS) == "team/computesdk-sbx-…"


def test_a_full_form() -> None:
    values = FormValues(
        runtime="python",
        image=" python:3.12 ",
        name=" web ",
        random_ending=False,
        namespace=" prod ",
        envs=(Row(" A ", " spaces stay "), Row("", ""), Row("B", "")),
        metadata=(Row("owner", "ann"),),
    )
    assert check(values).count == 0
    assert to_requests(values)[0] == CreateRequest(
        runtime="python",
        image="python:3.12",
        name="web",
        namespace="prod",
        envs={"A": " spaces stay ", "B": ""},
        metadata={"owner": "ann"},
    )
    assert id_preview(values, DEFAULTS) == "prod/web"


def test_the_preview_of_the_url() -> None:
    values = FormValues(runtime="node", name="web", namespace="prod")
    assert url_preview(values, DEFAULTS) == ""
    templated = replace(DEFAULTS, url_template="{protocol}://{service}.{namespace}:{port}")
    assert url_preview(values, templated) == "http://web-…-svc.prod:3000"
    assert url_preview(replace(values, random_ending=False), templated) == "http://web-svc.prod:3000"


def test_a_name_with_a_random_ending() -> None:
    values = FormValues(runtime="node", name="web")
    assert id_preview(values, DEFAULTS) == "team/web-…"
    names = {to_requests(values)[0].name or "" for _ in range(20)}
    assert len(names) == 20
    assert all(re.fullmatch(r"web-[0-9a-z]{8}", name) for name in names)


def test_the_limit_of_a_name_counts_its_ending() -> None:
    assert check(FormValues(runtime="node", name="a" * 54)).name == ""
    assert check(FormValues(runtime="node", name="a" * 55)).name == "Too long: 55 characters, at most 54"
    assert check(FormValues(runtime="node", name="a" * 63, random_ending=False)).name == ""


def test_each_row_has_its_own_reason() -> None:
    envs = (
        *(Row("A", "1"), Row("", ""), Row("", "lost"), Row("9", ""), Row(" A ", "2")),
        *(Row("B", "a\0b"), Row("C", "\ud800")),
    )
    assert check(FormValues(runtime="node", envs=envs)).envs == (
        "",
        "",
        "Name missing",
        "Starts with a digit",
        "Same as row 1",
        "No process takes a NUL (␀)",
        "Half a character pair",
    )
    metadata = (Row("a/b", ""), Row("k", "1"), Row("k", "2"), Row("big", "x" * 262_144))
    assert check(FormValues(runtime="node", metadata=metadata)).metadata == (
        "Only A-Z a-z 0-9 . _ -, not “/”",
        "",
        "Same as row 2",
        "All together at most 256 KiB",
    )


def test_a_wrong_form_makes_no_request() -> None:
    values = FormValues(runtime="node", image="a b", envs=(Row("9", ""),))
    assert check(values).count == 2
    with pytest.raises(ValueError, match="2 fields"):
        to_requests(values)


def test_values_of_variables_stay_out_of_reprs() -> None:
    (request,) = to_requests(FormValues(runtime="node", envs=(Row("TOKEN", "s3cret"),)))
    assert "s3cret" not in repr(request)


rows = st.lists(st.builds(Row, st.text(), st.text()), max_size=5).map(tuple)


@given(
    st.builds(
        FormValues,
        runtime=st.sampled_from(("node", "python")),
        image=st.text(),
        name=st.text(),
        random_ending=st.booleans(),
        namespace=st.text(),
        envs=rows,
        metadata=rows,
    )
)
def test_any_text_in_any_field_is_judged(values: FormValues) -> None:
    reasons = check(values)
    assert len(reasons.envs) == len(values.envs)
    assert len(reasons.metadata) == len(values.metadata)
    assert id_preview(values, DEFAULTS)
    if reasons.count:
        with pytest.raises(ValueError, match="have to change"):
            to_requests(values)
    else:
        (request,) = to_requests(values)
        assert request.name is None or re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", request.name)
        assert len(request.envs) == sum(any(row) for row in values.envs)


near_names = st.text(alphabet="aZ09-_. é/:@", max_size=66)
near_rows = st.lists(st.builds(Row, near_names, st.text()), max_size=4).map(tuple)


@given(
    st.builds(
        FormValues,
        runtime=st.sampled_from(("node", "python")),
        image=near_names,
        name=near_names,
        random_ending=st.booleans(),
        namespace=near_names,
        envs=near_rows,
        metadata=near_rows,
    )
)
def test_what_the_form_takes_the_provider_takes(values: FormValues) -> None:
    fields = (
        FormValues(runtime="node", image=values.image),
        FormValues(runtime="node", name=values.name, random_ending=values.random_ending),
        FormValues(runtime="node", namespace=values.namespace),
        FormValues(runtime="node", envs=values.envs),
        FormValues(runtime="node", metadata=values.metadata),
    )
    for field in fields:
        if check(field).count == 0:
            (request,) = to_requests(field)
            check_image(request.image or "node")
            check_new_name(request.name or "a")
            check_namespace(request.namespace or "a")
            assert check_envs(request.envs) == request.envs
            assert len(metadata_annotations(request.metadata)) == len(request.metadata)
