"""The create form as values: what was typed, what is wrong with it, and the request it makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.create.amounts import amounts_reason, copies_of, copies_reason, span_reason
from k8s_sandbox_tui.dashboard.create.image_reference import image_reason
from k8s_sandbox_tui.dashboard.create.names import env_name_reason, label_reason, metadata_key_reason
from k8s_sandbox_tui.provider.config import K8sConfig
from k8s_sandbox_tui.provider.dotenv import Row  # noqa: TC001 - presets are read back from a file
from k8s_sandbox_tui.provider.durations import parse_span
from k8s_sandbox_tui.provider.ids import LABEL_LENGTH
from k8s_sandbox_tui.provider.labels import METADATA_PREFIX
from k8s_sandbox_tui.provider.manifest import ANNOTATION_BYTES
from k8s_sandbox_tui.provider.models import Runtime  # noqa: TC001 - the same
from k8s_sandbox_tui.provider.names import SUFFIX_LENGTH, new_name
from k8s_sandbox_tui.provider.security import SecurityProfile  # noqa: TC001 - the same
from k8s_sandbox_tui.provider.url import sandbox_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import timedelta

    from k8s_sandbox_tui.provider.resources import ResourceName

MAX_PREFIX = LABEL_LENGTH - 1 - SUFFIX_LENGTH
"""Characters that a name may have before `-` and its random ending."""

EXAMPLE_PORT = 3000
"""The port in the preview of a sandbox's URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDefaults:
    """What an empty field stands for."""

    namespace: str
    runtime: Runtime
    images: Mapping[Runtime, str]
    prefix: str
    """What generated names start with."""
    url_template: str = ""
    """Of the URLs; empty where none is set."""
    config: K8sConfig = field(default_factory=K8sConfig, repr=False)
    """What the provider makes sandboxes with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormValues:
    """The form as typed."""

    runtime: Runtime
    image: str = ""
    name: str = ""
    random_ending: bool = True
    namespace: str = ""
    envs: tuple[Row, ...] = field(default=(), repr=False)
    metadata: tuple[Row, ...] = ()
    copies: str = ""
    lifetime: str = ""
    cpu_request: str = ""
    cpu_limit: str = ""
    memory_request: str = ""
    memory_limit: str = ""
    profile: SecurityProfile = "default"

    @property
    def is_empty(self) -> bool:
        """True where nothing was typed."""
        return self.tidy() == FormValues(runtime=self.runtime, profile=self.profile)

    def tidy(self) -> FormValues:
        """The same without spaces around names and without empty rows."""
        return replace(
            self,
            image=self.image.strip(),
            name=self.name.strip(),
            namespace=self.namespace.strip(),
            envs=_tidy_rows(self.envs),
            metadata=_tidy_rows(self.metadata),
            copies=self.copies.strip(),
            lifetime=self.lifetime.strip(),
            cpu_request=self.cpu_request.strip(),
            cpu_limit=self.cpu_limit.strip(),
            memory_request=self.memory_request.strip(),
            memory_limit=self.memory_limit.strip(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReasons:
    """What is wrong, for each field; an empty string where nothing is. Rows stand in the form's order."""

    image: str = ""
    name: str = ""
    namespace: str = ""
    envs: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    copies: str = ""
    lifetime: str = ""
    cpu: str = ""
    memory: str = ""

    @property
    def count(self) -> int:
        """How many fields have to change."""
        single = (self.image, self.name, self.namespace, self.copies, self.lifetime, self.cpu, self.memory)
        return sum(map(bool, (*single, *self.envs, *self.metadata)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest:
    """A valid form, as the provider's `create` takes it; None stands for the provider's own default."""

    runtime: Runtime
    image: str | None = None
    name: str | None = None
    namespace: str | None = None
    envs: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    lifetime: timedelta | None = None
    requests: Mapping[ResourceName, str] = field(default_factory=dict["ResourceName", str])
    limits: Mapping[ResourceName, str] = field(default_factory=dict["ResourceName", str])
    security_profile: SecurityProfile = "default"


def check(values: FormValues) -> FormReasons:
    """What is wrong with the form; spaces around single fields and empty rows are not."""
    tidy = values.tidy()
    image, name, namespace = tidy.image, tidy.name, tidy.namespace
    return FormReasons(
        image=image_reason(image) if image else "",
        name=label_reason(
            name, limit=MAX_PREFIX if values.random_ending else LABEL_LENGTH, prefix=values.random_ending
        ),
        namespace=label_reason(namespace),
        envs=_row_reasons(values.envs, env_name_reason, _env_value_reason),
        metadata=_row_reasons(values.metadata, metadata_key_reason, _no_reason, limit=ANNOTATION_BYTES),
        copies=copies_reason(tidy.copies, named=bool(name) and not values.random_ending),
        lifetime=span_reason(tidy.lifetime),
        cpu=amounts_reason(tidy.cpu_request, tidy.cpu_limit),
        memory=amounts_reason(tidy.memory_request, tidy.memory_limit),
    )


def to_requests(values: FormValues) -> tuple[CreateRequest, ...]:
    """The requests that a valid form makes, one for each copy; names with a random ending get it here.

    Raises:
        ValueError: The form has fields that have to change.
    """
    values = values.tidy()
    if count := check(values).count:
        raise ValueError(f"{count} fields of the form have to change")
    return tuple(_request(values) for _ in range(copies_of(values.copies)))


def _request(values: FormValues) -> CreateRequest:
    name = new_name(values.name) if values.name and values.random_ending else values.name
    return CreateRequest(
        runtime=values.runtime,
        image=values.image or None,
        name=name or None,
        namespace=values.namespace or None,
        envs=dict(values.envs),
        metadata=dict(values.metadata),
        lifetime=parse_span(values.lifetime),
        requests=_amounts(values.cpu_request, values.memory_request),
        limits=_amounts(values.cpu_limit, values.memory_limit),
        security_profile=values.profile,
    )


def _amounts(cpu: str, memory: str) -> dict[ResourceName, str]:
    named: tuple[tuple[ResourceName, str], ...] = (("cpu", cpu), ("memory", memory))
    return {name: amount for name, amount in named if amount}


def id_preview(values: FormValues, defaults: CreateDefaults) -> str:
    """The sandbox's id as it will be, with `…` for the random ending, and how many there will be."""
    copies = copies_of(values.copies)
    times = f"{copies} of " if copies > 1 else ""
    return f"{times}{values.namespace.strip() or defaults.namespace}/{_name_preview(values, defaults)}"


def url_preview(values: FormValues, defaults: CreateDefaults) -> str:
    """The URL of an example port, with `…` for the random ending; empty where no template is set."""
    if not defaults.url_template:
        return ""
    namespace = values.namespace.strip() or defaults.namespace
    name = _name_preview(values, defaults)
    return sandbox_url(defaults.url_template, namespace=namespace, name=name, port=EXAMPLE_PORT)


def _name_preview(values: FormValues, defaults: CreateDefaults) -> str:
    name = values.name.strip()
    return name if name and not values.random_ending else f"{name or defaults.prefix}-…"


def _tidy_rows(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(row._replace(key=row.key.strip()) for row in rows if any(row))


def _row_reasons(
    rows: Iterable[Row],
    key_reason: Callable[[str], str],
    value_reason: Callable[[str], str],
    *,
    limit: int | None = None,
) -> tuple[str, ...]:
    reasons: list[str] = []
    first: dict[str, int] = {}
    size = 0
    for number, row in enumerate(rows, start=1):
        key = row.key.strip()
        size += len((METADATA_PREFIX + key + row.value).encode("utf-8", "replace"))
        if not any(row):
            reasons.append("")
            continue
        reason = key_reason(key) or _text_reason(row.value) or value_reason(row.value)
        if not reason and first.setdefault(key, number) != number:
            reason = f"Same as row {first[key]}"
        if not reason and limit is not None and size > limit:
            reason = f"All together at most {limit // 1024} KiB"
        reasons.append(reason)
    return tuple(reasons)


def _env_value_reason(value: str) -> str:
    return "No process takes a NUL (␀)" if "\0" in value else ""


def _text_reason(value: str) -> str:
    return "Half a character pair" if any("\ud800" <= character <= "\udfff" for character in value) else ""


def _no_reason(_value: str) -> str:
    return ""
