"""From the four sources of a kubeconfig to the one cluster and user to speak with.

The order of the sources is ComputeSDK's: raw text, `KUBECONFIG_B64`, a path, the default.
Several files in `$KUBECONFIG` are merged as kubectl does it (kubernetes.io: "Organizing Cluster
Access Using kubeconfig Files"): the first file to name an entry, or a current context, wins.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping  # noqa: TC003 - a public signature
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from k8s_sandbox_tui.provider.connection.kubeconfig_schema import Cluster, Context, Kubeconfig, User
from k8s_sandbox_tui.provider.connection.kubeconfig_sources import (
    SERVICE_ACCOUNT,
    default_files,
    in_cluster,
    resolve_source,
)
from k8s_sandbox_tui.provider.connection.yaml_text import parse_yaml
from k8s_sandbox_tui.provider.errors import ContextNotFoundError, InvalidKubeconfigError, KubeconfigNotFoundError


class ClusterTarget(msgspec.Struct, frozen=True, kw_only=True):
    """One cluster, one user, and where that was found."""

    context: str
    user_name: str
    namespace: str
    """The context's own namespace; empty when it has none."""
    cluster: Cluster
    user: User
    source: str


def load_target(
    *,
    raw: str = "",
    path: str = "",
    context: str = "",
    environ: Mapping[str, str] | None = None,
    service_account: Path = SERVICE_ACCOUNT,
) -> ClusterTarget:
    """Finds the kubeconfig, and in it the context.

    Raises:
        KubeconfigNotFoundError: The file does not exist, or there is no configuration anywhere.
        InvalidKubeconfigError: The text cannot be read as a kubeconfig.
        ContextNotFoundError: No such context, or it names a missing cluster or user.
    """
    environ = os.environ if environ is None else environ
    if resolve_source(raw, path, environ).kind == "default":
        files = default_files(environ)
        if not any(file.exists() for file in files):
            return _without_file(files, context, environ, service_account)
    config, origin = read_config(raw=raw, path=path, environ=environ)
    return select(config, context, origin)


def read_config(*, raw: str, path: str, environ: Mapping[str, str]) -> tuple[Kubeconfig, str]:
    """Finds the kubeconfig, several files merged into one, and where it came from.

    Raises:
        KubeconfigNotFoundError: The file does not exist, or none of the default ones does.
        InvalidKubeconfigError: The text cannot be read as a kubeconfig.
    """
    source = resolve_source(raw, path, environ)
    if source.kind == "raw":
        return parse(source.value, "kube_config_raw"), "kube_config_raw"
    if source.kind == "env":
        return parse(_decoded(source.value), "KUBECONFIG_B64"), "KUBECONFIG_B64"
    if source.kind == "path":
        file = Path(source.value).expanduser()
        return read_file(file), str(file)
    files = default_files(environ)
    found = [file for file in files if file.exists()]
    if not found:
        raise _no_kubeconfig(files)
    return merge([read_file(file) for file in found]), os.pathsep.join(map(str, found))


def read_file(path: Path) -> Kubeconfig:
    """One kubeconfig file; its relative file references are resolved against its own folder."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        message = f"There is no kubeconfig at {path}."
        raise KubeconfigNotFoundError(message, hint="Check the path, or leave it out to use the default.") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InvalidKubeconfigError(f"The kubeconfig {path} cannot be read: {reason}.") from error
    return resolve_references(parse(text, str(path)), path.absolute().parent)


def parse(text: str, origin: str) -> Kubeconfig:
    """A kubeconfig from YAML or JSON text; `origin` names it in errors.

    Raises:
        InvalidKubeconfigError: It is not YAML, not a mapping, or an entry has the wrong type or a name twice.
    """
    document = parse_yaml(text, origin)
    if document is None:
        return Kubeconfig()
    try:
        config = msgspec.convert(document, Kubeconfig)
    except msgspec.ValidationError as error:
        raise InvalidKubeconfigError(f"{origin} is not a kubeconfig: {error}.") from None
    except RecursionError:
        raise InvalidKubeconfigError(f"{origin} is not a kubeconfig: it refers to itself.") from None
    for kind, names in (
        ("clusters", [entry.name for entry in config.clusters]),
        ("users", [entry.name for entry in config.users]),
        ("contexts", [entry.name for entry in config.contexts]),
    ):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidKubeconfigError(f"{origin} has the name {twice!r} twice in {kind}.")
    return config


def merge(configs: list[Kubeconfig]) -> Kubeconfig:
    """Several kubeconfigs as one: the first to name an entry or a current context wins."""
    return Kubeconfig(
        clusters=_first_of_each_name([entry for config in configs for entry in config.clusters]),
        users=_first_of_each_name([entry for config in configs for entry in config.users]),
        contexts=_first_of_each_name([entry for config in configs for entry in config.contexts]),
        current_context=next((config.current_context for config in configs if config.current_context), ""),
    )


def resolve_references(config: Kubeconfig, folder: Path) -> Kubeconfig:
    """Relative file references made absolute against the folder of the file they stand in."""

    def absolute(reference: str) -> str:
        return str(folder / reference) if reference else ""

    clusters = tuple(
        msgspec.structs.replace(
            entry,
            cluster=msgspec.structs.replace(
                entry.cluster, certificate_authority=absolute(entry.cluster.certificate_authority)
            ),
        )
        for entry in config.clusters
    )
    users = tuple(
        msgspec.structs.replace(
            entry,
            user=msgspec.structs.replace(
                entry.user,
                client_certificate=absolute(entry.user.client_certificate),
                client_key=absolute(entry.user.client_key),
                token_file=absolute(entry.user.token_file),
                exec=(
                    msgspec.structs.replace(entry.user.exec, command=absolute(entry.user.exec.command))
                    # A bare name is looked up on PATH, as kubectl does.
                    if entry.user.exec and os.sep in entry.user.exec.command
                    else entry.user.exec
                ),
            ),
        )
        for entry in config.users
    )
    return msgspec.structs.replace(config, clusters=clusters, users=users)


def select(config: Kubeconfig, context_name: str, origin: str) -> ClusterTarget:
    """The cluster and user of a context, of the current one when the name is empty."""
    name = context_name or config.current_context
    known = ", ".join(entry.name for entry in config.contexts) or "none"
    if not name:
        raise ContextNotFoundError(f"{origin} has no current-context.", hint=f"Choose a context; it has: {known}.")
    context = next((entry.context for entry in config.contexts if entry.name == name), None)
    if context is None:
        raise ContextNotFoundError(f"{origin} has no context {name!r}.", hint=f"It has: {known}.")
    cluster = next((entry.cluster for entry in config.clusters if entry.name == context.cluster), None)
    if cluster is None:
        raise ContextNotFoundError(
            f"Context {name!r} of {origin} names the cluster {context.cluster!r}, which is missing."
        )
    if not cluster.server:
        raise InvalidKubeconfigError(f"The cluster {context.cluster!r} of {origin} has no server.")
    return ClusterTarget(
        context=name,
        user_name=context.user,
        namespace=context.namespace,
        cluster=cluster,
        user=_user_of(config, context, name, origin),
        source=origin,
    )


def _user_of(config: Kubeconfig, context: Context, name: str, origin: str) -> User:
    if not context.user:
        return User()
    user = next((entry.user for entry in config.users if entry.name == context.user), None)
    if user is None:
        raise ContextNotFoundError(f"Context {name!r} of {origin} names the user {context.user!r}, which is missing.")
    return user


def _without_file(
    files: tuple[Path, ...], context: str, environ: Mapping[str, str], service_account: Path
) -> ClusterTarget:
    """The in-cluster service account, where `$KUBECONFIG` is not set and no file exists."""
    if environ.get("KUBECONFIG") or not in_cluster(environ, service_account):
        raise _no_kubeconfig(files)
    if context:
        raise ContextNotFoundError(f"In a Pod, without a kubeconfig, there is no context {context!r}.")
    host = environ["KUBERNETES_SERVICE_HOST"]
    port = environ.get("KUBERNETES_SERVICE_PORT") or "443"
    namespace = service_account / "namespace"
    return ClusterTarget(
        context="",
        user_name="service account",
        namespace=namespace.read_text(encoding="utf-8").strip() if namespace.is_file() else "",
        cluster=Cluster(
            server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
            certificate_authority=str(service_account / "ca.crt"),
        ),
        user=User(token_file=str(service_account / "token")),
        source="in-cluster",
    )


def _no_kubeconfig(files: tuple[Path, ...]) -> KubeconfigNotFoundError:
    names = ", ".join(map(str, files))
    return KubeconfigNotFoundError(
        f"No kubeconfig was found at {names}.", hint="Set KUBECONFIG, or give a path to a kubeconfig."
    )


def _decoded(encoded: str) -> str:
    """Base64 as Node decodes it: line breaks, missing padding and the URL-safe alphabet are accepted."""
    compact = "".join(encoded.split()).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True).decode("utf-8")
    except ValueError:
        raise InvalidKubeconfigError(
            "KUBECONFIG_B64 is not the base64 of a kubeconfig.",
            hint="Set it to the output of `base64 -w0 < kubeconfig`, or unset it.",
        ) from None


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Named)


def _first_of_each_name(entries: list[_Entry]) -> tuple[_Entry, ...]:
    first: dict[str, _Entry] = {}
    for entry in entries:
        first.setdefault(entry.name, entry)
    return tuple(first.values())
