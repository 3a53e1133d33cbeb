"""Where the URLs of a sandbox come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from k8s_sandbox_tui.provider.url import NOT_CONFIGURED, sandbox_url


class UrlSource(Protocol):
    """A sandbox, as far as its URLs are concerned; the provider's `Sandbox` is one."""

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        ...

    def get_url(self, port: int, *, protocol: str = "http") -> str:
        """The URL of a port, made from the template."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateUrls:
    """The URLs of a sandbox that is known by name: no request is needed for them."""

    template: str
    namespace: str
    name: str

    @property
    def sandbox_id(self) -> str:
        """`<namespace>/<pod>`."""
        return f"{self.namespace}/{self.name}"

    def get_url(self, port: int, *, protocol: str = "http") -> str:
        """The URL of a port, made from the template."""
        return sandbox_url(self.template, namespace=self.namespace, name=self.name, port=port, protocol=protocol)


def is_placeholder(url: str) -> bool:
    """Say if the URL leads nowhere, because no template is set."""
    return f"//{NOT_CONFIGURED}:" in url
