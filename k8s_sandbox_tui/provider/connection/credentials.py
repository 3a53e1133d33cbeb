"""Which kind of credentials a user entry of a kubeconfig asks for."""

from __future__ import annotations

from collections.abc import Awaitable  # noqa: TC003 - a signature
from urllib.parse import quote

from k8s_sandbox_tui.provider.connection.certificates import client_certificate
from k8s_sandbox_tui.provider.connection.credential import Credential, CredentialSource
from k8s_sandbox_tui.provider.connection.exec_plugin import run_plugin
from k8s_sandbox_tui.provider.connection.kubeconfig_schema import Cluster, User
from k8s_sandbox_tui.provider.connection.oidc import OidcIssuer
from k8s_sandbox_tui.provider.connection.renewal import Issued, RenewedCredentials
from k8s_sandbox_tui.provider.connection.user_files import UserFileCredentials
from k8s_sandbox_tui.provider.errors import InvalidKubeconfigError

_GONE_PROVIDERS = {"gcp": "gke-gcloud-auth-plugin", "azure": "kubelogin"}


def credentials_for(cluster: Cluster, user: User) -> CredentialSource:
    """The source of credentials for this user at this cluster.

    A static token or password goes before a plugin, as in client-go. Nothing is sent to a server without TLS.

    Raises:
        InvalidKubeconfigError: The entry cannot be used.
    """
    if not cluster.server.startswith("https://"):
        return UserFileCredentials(User())
    if user.token or user.token_file or user.username:
        return UserFileCredentials(user)
    if user.exec is not None and user.auth_provider is not None:
        raise InvalidKubeconfigError("The user of the kubeconfig has both an exec and an auth-provider entry.")
    if user.exec is not None:
        plugin = user.exec
        return RenewedCredentials(lambda: _with_certificate(user, run_plugin(plugin, cluster)))
    if user.auth_provider is not None:
        name = user.auth_provider.name
        if name != "oidc":
            plugin_name = _GONE_PROVIDERS.get(name, "a credential plugin")
            raise InvalidKubeconfigError(
                f"The auth provider {name!r} of the kubeconfig was removed from Kubernetes in 1.26.",
                hint=f"Use {plugin_name} (users[].user.exec).",
            )
        issuer = OidcIssuer(user.auth_provider)
        return RenewedCredentials(lambda: _with_certificate(user, issuer.issue()))
    return UserFileCredentials(user)


def impersonation_headers(user: User) -> list[tuple[str, str]]:
    """The headers for `as`, `as-uid`, `as-groups` and `as-user-extra` (kubernetes.io: "User impersonation").

    Raises:
        InvalidKubeconfigError: Groups or extras without a user, which an API server refuses.
    """
    if not user.impersonate:
        if user.impersonate_uid or user.impersonate_groups or user.impersonate_extra:
            raise InvalidKubeconfigError(
                "The user of the kubeconfig impersonates a uid, groups or extras without a user.",
                hint="Add `as`, or remove as-uid, as-groups and as-user-extra.",
            )
        return []
    headers = [("Impersonate-User", user.impersonate)]
    if user.impersonate_uid:
        headers.append(("Impersonate-Uid", user.impersonate_uid))
    headers.extend(("Impersonate-Group", group) for group in user.impersonate_groups)
    for key, values in user.impersonate_extra.items():
        # Header names are limited to token characters; the API server decodes the key again.
        headers.extend((f"Impersonate-Extra-{quote(key, safe='')}", value) for value in values)
    return headers


async def _with_certificate(user: User, pending: Awaitable[Issued]) -> Issued:
    """What was issued, with the user's own client certificate where none was issued."""
    issued = await pending
    if issued.credential.certificate is not None:
        return issued
    return Issued(Credential(issued.credential.authorization, client_certificate(user)), issued.expires)
