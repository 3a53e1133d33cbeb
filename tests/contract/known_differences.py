"""In what the local cluster answers otherwise than the recorded one, by name, and why: of requests and of execs."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.contract.recording import exec_exchanges

_ENDINGS = ("pull", "exit", "done", "ttl", "nocmd")


class Known(NamedTuple):
    """Differences that are meant: in which exchanges, how they read (all of it), and why they are."""

    names: tuple[str, ...]
    difference: str
    why: str


_LISTS = ("list", *(f"list {of}" for of in ("limit 1", "set-based selector", "all namespaces")))
_FILTERED = ("list field selector phase", "list field selector name")
_CREATED = (
    *("create", "create dry run", "create with generateName", "create with an image that cannot be pulled"),
    *("create a container that exits 3", "create a container that exits 0", "create an unschedulable pod"),
    *("create with activeDeadlineSeconds", "create with a command that does not exist"),
)
_STARTED = (
    *("get running", *_LISTS, *_FILTERED, "minimal: list", "delete running pod", "cleanup"),
    *("watch a pod from creation to deletion", *(f"get golden-{end} after a while" for end in _ENDINGS)),
)
_CUT_OFF = tuple(one.name for one in exec_exchanges() if one.name != "exec true v4")
_HELD = "|".join(f"local.computesdk.io/{what}" for what in ("isolation", "limits", "network"))

# Every remaining difference. What a real cluster serves beyond is no difference: see `recording.served`.
DIFFERENCES = [
    Known(
        (*_CREATED, *_STARTED, "patch metadata (merge)", "get golden-big after a while"),
        r"(.*\.)?spec\.volumes\[0\]\.projected\.sources: 3 items, expected 4",
        "openshift-service-ca.crt: of the recorded build alone",
    ),
    Known(
        (*_STARTED, "list as Table", "list metadata only"),
        rf"(.*\.)?metadata\.annotations: unexpected \{{(\"({_HELD})\":\"[^\"]+\",?){{3}}\}}",
        "how the Pod is held back, as README says",
    ),
    Known(
        ("patch metadata (merge)", "minimal: list", "cleanup"),
        rf"(items\[0\]\.)?metadata\.annotations\.({_HELD}): unexpected \"[^\"]+\"",
        "the same, beside an annotation that was patched",
    ),
    Known(("discovery /apis",), r"groups(\[3\].*|: 4 items, expected 3)", "metrics.k8s.io: the recorded one had none"),
    Known(
        ("aggregated discovery /api",),
        r"items\[0\]\.versions\[0\]\.resources\[\d\]\.subresources: missing, .*",
        "of these resources none is served",
    ),
    Known(
        ("list as Table",),
        r"rows\[\d\]\.cells\[(4\]: \"\d+s\", expected \"\d+s\"|5\]: \"127.0.0.1\", expected \"[\d.]+\")",
        "age and address",
    ),
    Known(
        ("patch spec image refused",),
        r"(details\.causes\[0\]\.)?message: .*Forbidden: pod updates may not change fields other than .*",
        "the long tail: a diff of Go structs",
    ),
    Known(
        ("get golden-pull after a while", "cleanup"),
        r"(items\[6\]\.)?status\.containerStatuses\[0\]\.state\.waiting\.message: "
        r"\"Back-off pulling image .*the local .*",
        "nothing is pulled: the reason is that no image can be stood in for",
    ),
    Known(
        ("events of golden-pull",),
        r"items\[2\]\.message: \"Failed to pull image .*the local cluster has no images.*|"
        r"items\[[123]\]\.count: 1, expected 2",
        "the same reason; and the recording was made after the second try, 11 s later",
    ),
    Known(
        _CUT_OFF,
        "close code: 1000, expected 1006",
        "the local one always sends a closing message, so that a lost connection cannot be taken for an end",
    ),
]


def unexplained(name: str, found: list[str]) -> list[str]:
    """What is wrong with an exchange: differences that no row has, rows for it that have none of its differences."""
    rows = [known for known in DIFFERENCES if name in known.names]
    unknown = [text for text in found if not any(re.fullmatch(row.difference, text) for row in rows)]
    gone = [row for row in rows if not any(re.fullmatch(row.difference, text) for text in found)]
    return unknown + [f"no longer so, take it out of the table: {row.difference}" for row in gone]
