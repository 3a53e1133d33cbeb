"""The parts of a kubeconfig that are used, as `k8s.io/client-go/tools/clientcmd/api/v1` defines them.

Scalars are text here: the loader leaves YAML's guesses (numbers, dates) out, as kubectl's does for text fields.
"""

from __future__ import annotations

import msgspec


class Extension(msgspec.Struct, frozen=True):
    """An extra of a cluster entry; only `client.authentication.k8s.io/exec` has a meaning here."""

    name: str = ""
    extension: object = None


class Cluster(msgspec.Struct, frozen=True, rename="kebab"):
    """Where an API server is and how its certificate is checked."""

    server: str = ""
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: str = ""
    tls_server_name: str = ""
    proxy_url: str = ""
    disable_compression: str = ""
    extensions: tuple[Extension, ...] = ()


class EnvVar(msgspec.Struct, frozen=True):
    """One variable for a credential plugin."""

    name: str = ""
    value: str = ""


class ExecPlugin(msgspec.Struct, frozen=True, rename="camel"):
    """A program that prints credentials (`users[].user.exec`)."""

    command: str = ""
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    api_version: str = ""
    install_hint: str = ""
    provide_cluster_info: str = ""
    interactive_mode: str = ""

    def __repr__(self) -> str:
        """Without arguments and variables, which may be secret."""
        return f"ExecPlugin(command={self.command!r})"


class AuthProvider(msgspec.Struct, frozen=True):
    """The older way of credentials; `oidc` is the one that is left."""

    name: str = ""
    config: dict[str, str] = {}

    def __repr__(self) -> str:
        """Without its secrets."""
        return f"AuthProvider(name={self.name!r})"


class User(msgspec.Struct, frozen=True, rename="kebab"):
    """Who asks."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = msgspec.field(default="", name="tokenFile")
    username: str = ""
    password: str = ""
    impersonate: str = msgspec.field(default="", name="as")
    impersonate_uid: str = msgspec.field(default="", name="as-uid")
    impersonate_groups: tuple[str, ...] = msgspec.field(default=(), name="as-groups")
    impersonate_extra: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict, name="as-user-extra")
    exec: ExecPlugin | None = None
    auth_provider: AuthProvider | None = None

    def __repr__(self) -> str:
        """Without its secrets."""
        return "User(…)"


class Context(msgspec.Struct, frozen=True):
    """A cluster, a user and a namespace that go together."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""


class NamedCluster(msgspec.Struct, frozen=True):
    """An entry of `clusters`."""

    name: str
    cluster: Cluster = Cluster()


class NamedUser(msgspec.Struct, frozen=True):
    """An entry of `users`."""

    name: str
    user: User = User()


class NamedContext(msgspec.Struct, frozen=True):
    """An entry of `contexts`."""

    name: str
    context: Context = Context()


class Kubeconfig(msgspec.Struct, frozen=True):
    """One kubeconfig document."""

    clusters: tuple[NamedCluster, ...] = ()
    users: tuple[NamedUser, ...] = ()
    contexts: tuple[NamedContext, ...] = ()
    current_context: str = msgspec.field(default="", name="current-context")


TRUE_WORDS = frozenset({"true", "yes", "on", "y"})


def is_true(text: str) -> bool:
    """Whether a YAML scalar means true (YAML 1.1, as kubectl reads it)."""
    return text.lower() in TRUE_WORDS
