"""The command with which a user logs in again, by the user entry of the kubeconfig.

What the plugins are called and how they are logged in: the manuals of the AWS CLI, gcloud, az, kubelogin (Azure and
int128), doctl, oci, tsh and oc. Arguments may hold secrets: of them, only names of profiles are repeated.
"""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from k8s_sandbox_tui.provider.connection.kubeconfig_schema import Cluster, ExecPlugin, User

_COMMANDS = {
    "gke-gcloud-auth-plugin": "gcloud auth login",
    "gcloud": "gcloud auth login",
    "az": "az login",
    "azd": "azd auth login",
    "doctl": "doctl auth init",
    "oci": "oci session authenticate",
    "tsh": "tsh login",
    "oc": "oc login",
}
_AZURE_LOGINS = {"azurecli": "az login", "azd": "azd auth login"}
_OPENSHIFT_TOKEN = "sha256~"  # noqa: S105 - how OpenShift's tokens begin (openshift/api, oauth)
_PROFILE = re.compile(r"[A-Za-z0-9_.@/+-]{1,100}")


def login_hint(user: User, cluster: Cluster, context: str = "") -> str:
    """What to do when an API server does not accept the credentials of this user.

    Args:
        user: The entry of the kubeconfig.
        cluster: The cluster it is used at.
        context: The context's name; empty where there is none.
    """
    if user.token or user.token_file:
        renew = ": put a new one into the kubeconfig's user, or its token file."
        if user.token.startswith(_OPENSHIFT_TOKEN):
            renew = f". Run: oc login {shlex.quote(cluster.server)}"
        return f"The token may have expired{renew}"
    if user.username:
        return "Check the user name and password in the kubeconfig's user."
    if user.exec is not None:
        command = login_command(user.exec) or _through_kubectl(context)
        return f"They may have expired. Run: {command}"
    if user.auth_provider is not None:
        return "They may have expired: log in again with the tool that wrote the kubeconfig's user."
    if user.client_certificate or user.client_certificate_data:
        return "The client certificate may have expired: have it renewed, or get the kubeconfig anew."
    return "They may have expired: log in again, or check the user of the kubeconfig's context."


def login_command(plugin: ExecPlugin) -> str:
    """The command that logs in for a credential plugin; empty where it is not known."""
    name = program_name(plugin.command)
    if name == "aws":
        return _aws(_option(plugin.args, "--profile") or _variable(plugin, "AWS_PROFILE"))
    if name == "aws-iam-authenticator":
        return _aws(_variable(plugin, "AWS_PROFILE"))
    if name == "kubelogin" and not any(part.startswith("--oidc-") for part in plugin.args):
        # Azure's; int128's program of the same name has the options --oidc-….
        login = _option(plugin.args, "--login") or _option(plugin.args, "-l")
        return _AZURE_LOGINS.get(login, "")
    return _COMMANDS.get(name, "")


def program_name(command: str) -> str:
    """The name of a program without its folder and Windows' endings."""
    path = PureWindowsPath(command) if "\\" in command else PurePosixPath(command)
    return re.sub(r"\.(exe|cmd|bat)$", "", path.name.lower())


def _aws(profile: str) -> str:
    return "aws sso login" + (f" --profile {profile}" if profile else "")


def _through_kubectl(context: str) -> str:
    """Has kubectl run the plugin in a terminal, where it can ask."""
    return f"kubectl --context {shlex.quote(context)} get pods" if context else "kubectl get pods"


def _option(args: Sequence[str], name: str) -> str:
    """The value of an option, as `--name value` or `--name=value`; empty where it is none that can be shown."""
    value = ""
    for place, part in enumerate(args):
        if part == name and place + 1 < len(args):
            value = args[place + 1]
        elif part.startswith(f"{name}="):
            value = part.partition("=")[2]
    return value if _PROFILE.fullmatch(value) else ""


def _variable(plugin: ExecPlugin, name: str) -> str:
    value = next((variable.value for variable in plugin.env if variable.name == name), "")
    return value if _PROFILE.fullmatch(value) else ""
