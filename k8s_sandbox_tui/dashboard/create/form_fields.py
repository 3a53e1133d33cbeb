"""The fields of the create form: what it is laid out with, and what was typed into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Checkbox, Static

from k8s_sandbox_tui.dashboard.choice import Choice
from k8s_sandbox_tui.dashboard.create.fields import Field, Section
from k8s_sandbox_tui.dashboard.create.form import FormValues
from k8s_sandbox_tui.dashboard.create.rows import KeyValueRows
from k8s_sandbox_tui.dashboard.create.text_field import TextField
from k8s_sandbox_tui.dashboard.styled_once import StyledOnce
from k8s_sandbox_tui.provider.dotenv import Row
from k8s_sandbox_tui.provider.resources import DEFAULT_LIMITS, DEFAULT_REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

    from k8s_sandbox_tui.dashboard.create.form import CreateDefaults
    from k8s_sandbox_tui.provider.models import Runtime
    from k8s_sandbox_tui.provider.resources import ResourceName
    from k8s_sandbox_tui.provider.security import SecurityProfile

RUNTIMES: tuple[tuple[Runtime, str], ...] = (("node", "Node"), ("python", "Python"))
PROFILES: tuple[tuple[SecurityProfile, str], ...] = (
    ("default", "Default"),
    ("restricted", "Restricted"),
    ("compat", "ComputeSDK's"),
)


class _Checkbox(StyledOnce, Checkbox):
    pass


def form_fields(first: FormValues, defaults: CreateDefaults) -> Iterator[Widget]:
    """The fields in their order, the ones most used first.

    Args:
        first: What they hold at first.
        defaults: What empty ones stand for.
    """
    yield Field("Runtime", Choice(RUNTIMES, first.runtime), id="runtime")
    yield Field("Image", TextField(first.image), noted=True, id="image")
    yield Field(
        "Name",
        TextField(first.name, placeholder=defaults.prefix),
        _Checkbox("random ending", first.random_ending, compact=True, id="ending"),
        noted=True,
        id="name",
    )
    yield Field("Namespace", TextField(first.namespace, placeholder=defaults.namespace), noted=True, id="namespace")
    yield Section("Environment", id="envs-title")
    yield KeyValueRows(first.envs, placeholder=Row("NAME", "value"), masked=True, id="envs")
    yield Section("Metadata", "kept as annotations, shown in the table", id="metadata-title")
    yield KeyValueRows(first.metadata, placeholder=Row("key", "value"), id="metadata")
    yield Field("Copies", TextField(first.copies, placeholder="1"), noted=True, id="copies")
    yield Field("Lifetime", TextField(first.lifetime, placeholder="until it is destroyed"), noted=True, id="lifetime")
    yield _amounts("CPU", "cpu", first.cpu_request, first.cpu_limit)
    yield _amounts("Memory", "memory", first.memory_request, first.memory_limit)
    yield Field("Profile", Choice(PROFILES, first.profile), id="profile")


def typed_values(form: Widget) -> FormValues:
    """What was typed into the fields below a widget."""

    def text(selector: str) -> str:
        return form.query_one(f"#{selector}", TextField).text

    def field(name: str) -> str:
        return form.query_one(f"#{name} TextField", TextField).text

    chosen = form.query_one("#runtime Choice", Choice).value
    profile = form.query_one("#profile Choice", Choice).value
    return FormValues(
        runtime=next(value for value, _ in RUNTIMES if value == chosen),
        image=field("image"),
        name=field("name"),
        random_ending=form.query_one("#ending", Checkbox).value,
        namespace=field("namespace"),
        envs=form.query_one("#envs", KeyValueRows).rows,
        metadata=form.query_one("#metadata", KeyValueRows).rows,
        copies=field("copies"),
        lifetime=field("lifetime"),
        cpu_request=text("cpu-request"),
        cpu_limit=text("cpu-limit"),
        memory_request=text("memory-request"),
        memory_limit=text("memory-limit"),
        profile=next(value for value, _ in PROFILES if value == profile),
    )


def _amounts(label: str, name: ResourceName, request: str, limit: str) -> Field:
    return Field(
        label,
        TextField(request, placeholder=DEFAULT_REQUESTS[name], id=f"{name}-request"),
        Static("at most", classes="between", markup=False),
        TextField(limit, placeholder=DEFAULT_LIMITS[name], id=f"{name}-limit"),
        noted=True,
        id=name,
    )
