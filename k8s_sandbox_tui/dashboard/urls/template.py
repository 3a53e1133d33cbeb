"""The template that makes the URLs: what can be one, and which one is kept for a cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from k8s_sandbox_tui.dashboard.places.place import memory_key
from k8s_sandbox_tui.dashboard.remembered import Memory, Remembered
from k8s_sandbox_tui.provider.url import sandbox_url

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.ports import OpenedClusterPort

STAND_IN = "example.com"
EXAMPLE = f"{{protocol}}://{{service}}.{{namespace}}.{STAND_IN}:{{port}}"
ON_THIS_MACHINE = "{protocol}://localhost:{port}"
"""What holds, unless another is set, for a local cluster whose sandboxes share the network of the machine."""

MAX_TEMPLATE = 2048
"""Characters; no browser promises to take longer URLs."""

PLACEHOLDERS = ("protocol", "service", "namespace", "port")
_BRACES = re.compile(r"\{([^{}]*)\}")
_ADDRESS = re.compile(r"[A-Za-z][-+.A-Za-z0-9]*://[^/?#@:]+", re.ASCII)
_TEMPLATE = Memory("urls.template", str, "")


def shares_network(opened: OpenedClusterPort) -> bool:
    """Whether the ports of sandboxes are those of this machine."""
    return opened.local and opened.network != "private"


def template_reason(text: str) -> str:
    """Why no URL can be made of the text; empty when one can, or when there is none."""
    text = text.strip()
    if not text:
        return ""
    if len(text) > MAX_TEMPLATE:
        return f"At most {MAX_TEMPLATE} characters"
    if " " in text or not text.isprintable():
        return "An address has no spaces in it"
    if reason := _brace_reason(text):
        return reason
    if not _ADDRESS.match(sandbox_url(text, namespace="n", name="s", port=1)):
        return "It begins with {protocol}:// or https://, then a host"
    return f"Put your own domain in the place of {STAND_IN}" if STAND_IN in text else ""


def _brace_reason(text: str) -> str:
    unknown = next((name for name in _BRACES.findall(text) if name not in PLACEHOLDERS), None)
    if unknown is not None:
        return f"Not {{{unknown}}}: only {' '.join(f'{{{name}}}' for name in PLACEHOLDERS)}"
    rest = _BRACES.sub("", text)
    return "A brace has no other half" if "{" in rest or "}" in rest else ""


class UrlTemplate:
    """The template of one cluster: the one that the dashboard was started with, else the one kept for it."""

    def __init__(self, opened: OpenedClusterPort, remembered: Remembered | None = None) -> None:
        """Args: `opened` is the cluster; `remembered` where templates are kept, None: only as long as this."""
        self._given = opened.compute.config.url_template
        self._remembered = remembered or Remembered()
        self._key = memory_key(opened.cluster.context, local=opened.local)
        self.cluster = "the local cluster" if opened.local else opened.cluster.context or "this cluster"
        """What it is for, as people say it."""
        self.default = ON_THIS_MACHINE if shares_network(opened) else ""
        """The one that holds where none is set."""
        self.example = self.default or EXAMPLE
        """One to begin with."""

    @property
    def fixed(self) -> bool:
        """Whether it was given at the start: then it holds, whatever is kept."""
        return bool(self._given)

    @property
    def text(self) -> str:
        """The template; empty where there is none."""
        if self._given:
            return self._given
        kept = self._remembered.get(_TEMPLATE, self._key)
        # Somebody may have edited the file.
        return kept if kept and not template_reason(kept) else self.default

    def keep(self, text: str) -> None:
        """Use this one from now on, and the next time; an empty one: the default."""
        self._remembered.put(_TEMPLATE, text.strip(), self._key)
