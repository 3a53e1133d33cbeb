"""Why a cluster refuses a Pod that its identity may create, and what to do about it: admission's words, read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from k8s_sandbox_tui.provider.errors import ApiError, ForbiddenError
    from k8s_sandbox_tui.provider.security import SecurityProfile

_VIOLATES: Final = re.compile(r'violates PodSecurity "(?P<level>[a-z]+)')
_NO_ACCOUNT: Final = re.compile(r'error looking up service account \S+: serviceaccount "(?P<name>[^"]+)" not found')

_HINTS: Final = (
    ("exceeded quota", "Destroy sandboxes that are not needed, ask for less, or have the quota raised."),
    ("failed quota", "Give the amounts that it names, as requests and limits."),
    (" per Container is ", "Ask for amounts within these bounds, as requests and limits."),
    (" per Pod is ", "Ask for amounts within these bounds, as requests and limits."),
    ("because it is being terminated", "Choose another namespace, or make it anew once it has gone."),
    ("pod rejected: RuntimeClass", "Choose a runtime class that the cluster has, or none."),
    ("failed calling webhook", "That is a program of this cluster that has a say in each Pod: ask who runs it."),
    (" denied the request", "That is a policy of this cluster: change what it names, or ask who has set it."),
    (" denied request: ", "That is a policy of this cluster: change what it names, or ask who has set it."),
)
"""Parts of the messages of Kubernetes' admission plugins (ResourceQuota, LimitRanger, NamespaceLifecycle,
RuntimeClass, webhooks, ValidatingAdmissionPolicy); their Status tells them apart by nothing else."""

_OPENSHIFT: Final = "unable to validate against any security context constraint"


def explain_refusal(error: ApiError, profile: SecurityProfile) -> None:
    """Says in the error of a refused Pod what would be let through; leaves it alone where the words are unknown."""
    match = _VIOLATES.search(error.message)
    if match is not None and profile == "restricted":
        error.hint = f"The namespace enforces the Pod Security Standard {match['level']}: ask for less, or use another."
    elif match is not None:
        error.hint = f"The security profile restricted passes this policy: {_option('restricted')}."
    elif _OPENSHIFT in error.message and profile == "restricted":
        # Its own `restricted-v2` gives each namespace user ids, and lets no Pod bring one.
        error.hint = f"OpenShift chooses the user itself, which the profile default leaves to it: {_option('default')}."
    elif (account := _NO_ACCOUNT.search(error.message)) is not None:
        error.hint = f"Create the service account {account['name']}, or choose another one."
    else:
        error.hint = next((hint for part, hint in _HINTS if part in error.message), error.hint)


def _option(profile: SecurityProfile) -> str:
    return f'--profile {profile}, or security_profile="{profile}"'


def has_no_account_yet(error: ForbiddenError) -> bool:
    """Whether the namespace has just been made: its service account comes a moment later (kubernetes#66689)."""
    account = _NO_ACCOUNT.search(error.message)
    return account is not None and account["name"] == "default"
