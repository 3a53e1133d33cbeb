"""Service accounts: who Pods are to the API server. Each namespace has one called `default`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import replace

from k8s_sandbox_tui.local_cluster.api.updating import sent_metadata
from k8s_sandbox_tui.local_cluster.api.writing import Written
from k8s_sandbox_tui.local_cluster.objects import names
from k8s_sandbox_tui.local_cluster.objects.cluster import ServiceAccount
from k8s_sandbox_tui.local_cluster.objects.defaults import new_metadata
from k8s_sandbox_tui.local_cluster.objects.meta import ObjectMeta, now
from k8s_sandbox_tui.local_cluster.objects.status_error import StatusDetails, StatusError

if TYPE_CHECKING:
    from k8s_sandbox_tui.local_cluster.api.served import Served
    from k8s_sandbox_tui.local_cluster.objects.pod import Pod
    from k8s_sandbox_tui.local_cluster.store.cluster import Cluster

DEFAULT = "default"


def written_service_accounts(served: Served[ServiceAccount]) -> Written[ServiceAccount]:
    """What is particular of service accounts when they are written."""

    def ended(item: ServiceAccount) -> None:
        # As the controller does, but not in a namespace that ends.
        if item.metadata.name == DEFAULT:
            served.collection.create(default_account(item.metadata.namespace))

    return Written(
        served=served,
        new=lambda sent, namespace: replace(sent, metadata=new_metadata(sent.metadata, namespace, now())),
        next_state=lambda old, sent: replace(sent, metadata=sent_metadata(old.metadata, sent.metadata)),
        errors=lambda item: names.metadata_errors(item.metadata),
        with_metadata=lambda item, metadata: replace(item, metadata=metadata),
        ended=ended,
    )


def default_account(namespace: str) -> ServiceAccount:
    """The account that a new namespace has."""
    return ServiceAccount(metadata=new_metadata(ObjectMeta(name=DEFAULT), namespace, now()))


def with_account(pod: Pod, namespace: str, cluster: Cluster) -> tuple[Pod, bool]:
    """The Pod with what its account has for it, and whether the account's token is brought to it."""
    spec = pod.spec
    name = spec.service_account_name or spec.service_account or DEFAULT
    entry = cluster.service_accounts.find(namespace, name)
    if entry is None:
        return pod, True
    account = entry.object
    if spec.image_pull_secrets is UNSET and account.image_pull_secrets is not UNSET:
        pod = replace(pod, spec=replace(spec, image_pull_secrets=account.image_pull_secrets))
    declined = account.automount_service_account_token is False
    return pod, not declined or spec.automount_service_account_token is True


def check_account(pod: Pod, cluster: Cluster) -> None:
    """Refuses a Pod whose account is not there.

    Raises:
        StatusError: 403, in the words of the admission plugin ServiceAccount.
    """
    meta, account = pod.metadata, pod.spec.service_account_name
    if cluster.service_accounts.find(meta.namespace, account) is not None:
        return
    why = f'error looking up service account {meta.namespace}/{account}: serviceaccount "{account}" not found'
    details = StatusDetails(name=meta.name, kind="pods")
    raise StatusError(403, "Forbidden", f'pods "{meta.name}" is forbidden: {why}', details=details)
