"""The kubeconfig of the local cluster: a file of its own, never the user's."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.private_file import write_private

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT = "local"

_TEMPLATE = """\
apiVersion: v1
kind: Config
clusters:
- name: {context}
  cluster:
    server: {server}
    certificate-authority-data: {authority}
users:
- name: {context}
  user:
    token: {token}
contexts:
- name: {context}
  context:
    cluster: {context}
    user: {context}
    namespace: default
current-context: {context}
"""


def write_kubeconfig(path: Path, *, server: str, authority: bytes, token: str) -> None:
    """Writes the file, readable by its owner alone."""
    text = _TEMPLATE.format(context=CONTEXT, server=server, authority=base64.b64encode(authority).decode(), token=token)
    write_private(path, text.encode())


def read_or_make_token(path: Path) -> str:
    """The token of the last start, so that kubeconfigs stay good over restarts, or a new one."""
    try:
        token = path.read_text().strip()
    except FileNotFoundError:
        token = ""
    if len(token) < 32:
        token = secrets.token_urlsafe(32)
        write_private(path, token.encode())
    return token
