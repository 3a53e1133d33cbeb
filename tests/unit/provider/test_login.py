"""Which command is named when credentials have expired, by the kubeconfig's user; nothing secret is repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.provider.connection.kubeconfig_schema import AuthProvider, Cluster, EnvVar, ExecPlugin, User
from k8s_sandbox_tui.provider.connection.login import login_command, login_hint

CLUSTER = Cluster(server="https://api.example.com:6443")
INT128 = ("oidc-login", "get-token", "--oidc-issuer-url=https://id", "--oidc-client-secret=s3cret")
AWS = ("--region", "eu-west-1", "eks", "get-token", "--cluster-name", "agents")


def plugin(command: str, *args: str, **env: str) -> ExecPlugin:
    return ExecPlugin(command=command, args=args, env=tuple(EnvVar(name, value) for name, value in env.items()))


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        (plugin("aws", *AWS), "aws sso login"),
        (plugin("aws", *AWS, "--profile", "dev"), "aws sso login --profile dev"),
        (plugin("/usr/local/bin/aws", "--profile=dev", *AWS), "aws sso login --profile dev"),
        (plugin("aws", *AWS, AWS_PROFILE="team/dev"), "aws sso login --profile team/dev"),
        (plugin("aws", *AWS, "--profile", "x; rm -rf ~"), "aws sso login"),
        (plugin("aws-iam-authenticator", "token", "-i", "agents", AWS_PROFILE="dev"), "aws sso login --profile dev"),
        (plugin("gke-gcloud-auth-plugin"), "gcloud auth login"),
        (plugin("C:\\Google\\gke-gcloud-auth-plugin.exe"), "gcloud auth login"),
        (plugin("az", "account", "get-access-token"), "az login"),
        (plugin("kubelogin", "get-token", "--login", "azurecli", "--server-id", "x"), "az login"),
        (plugin("kubelogin", "get-token", "-l", "azd"), "azd auth login"),
        (plugin("kubelogin", "get-token", "--login", "devicecode"), ""),
        (plugin("kubelogin", *INT128[1:]), ""),
        (plugin("kubectl", *INT128), ""),
        (plugin("doctl", "kubernetes", "cluster"), "doctl auth init"),
        (plugin("tsh", "kube", "credentials"), "tsh login"),
        (plugin("our-own-plugin"), ""),
        (plugin(""), ""),
    ],
)
def test_the_command_of_a_plugin(asked: ExecPlugin, command: str) -> None:
    assert login_command(asked) == command


@pytest.mark.parametrize(
    ("user", "sentence"),
    [
        (User(exec=plugin("aws", "--profile", "dev")), "They may have expired. Run: aws sso login --profile dev"),
        (User(exec=plugin("kubectl", *INT128)), "They may have expired. Run: kubectl --context 'my ctx' get pods"),
        (User(token="sha256~abc"), "The token may have expired. Run: oc login https://api.example.com:6443"),
        (User(token="abc"), "The token may have expired: put a new one into the kubeconfig's user, or its token file."),
        (User(username="ann", password="x"), "Check the user name and password in the kubeconfig's user."),
        (User(auth_provider=AuthProvider("oidc")), "log in again with the tool that wrote the kubeconfig's user."),
        (User(client_certificate_data="abc"), "The client certificate may have expired"),
        (User(), "They may have expired: log in again, or check the user of the kubeconfig's context."),
    ],
)
def test_the_next_step_by_the_kind_of_credentials(user: User, sentence: str) -> None:
    assert sentence in login_hint(user, CLUSTER, "my ctx")


@given(
    st.sampled_from(["aws", "kubelogin", "kubectl", "gcloud", "own"]),
    st.lists(st.sampled_from(["--profile", "--login", "--oidc-client-secret=S3CRET", "--token=S3CRET", "-l"])),
    st.sampled_from(["abc", "sha256~S3CRET"]),
)
def test_nothing_secret_is_repeated(command: str, args: list[str], token: str) -> None:
    for user in (User(exec=plugin(command, *args, TOKEN="S3CRET")), User(token=token)):
        assert "S3CRET" not in login_hint(user, CLUSTER, "ctx")
