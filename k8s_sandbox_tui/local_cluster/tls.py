"""The local cluster's own certificate authority and the server's certificate.

The authority outlives the server's certificate, so that a kubeconfig stays good over
renewals. New ones are made by a process of their own, beside the server's start: what it
imports for that stays out of the server's memory and time. The sooner it begins, the sooner
the server is ready, so this imports little, too.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster import certificate_files

if TYPE_CHECKING:
    import ssl
    from pathlib import Path


class CertificateError(Exception):
    """No certificates could be made; the message says why."""


class CertificateMaker:
    """Sees to it that there are good certificates in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = None if _good(folder) else self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", certificate_files.__name__, str(self._folder)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def server_context(self) -> ssl.SSLContext:
        """The server's side of TLS; waits for the certificates where they are being made.

        Raises:
            CertificateError: they cannot be made.
        """
        import ssl

        self._wait()
        try:
            return _load(self._folder)
        except (OSError, ssl.SSLError):
            # Damaged since they were made: all of them anew.
            (self._folder / "ca.crt").unlink(missing_ok=True)
            self._process = self._begin()
            self._wait()
            return _load(self._folder)

    def _wait(self) -> None:
        if self._process is None:
            return
        _, errors = self._process.communicate()
        if self._process.returncode:
            raise CertificateError(f"no certificates could be made in {self._folder}: {errors.decode().strip()}")
        self._process = None


def authority_pem(folder: Path) -> bytes:
    """The authority's certificate, for clients."""
    return (folder / "ca.crt").read_bytes()


def _load(folder: Path) -> ssl.SSLContext:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    return context


def _good(folder: Path) -> bool:
    """Whether the files are there and hold for a while; their end stands in a file of its own."""
    try:
        end = datetime.fromisoformat((folder / "not-after").read_text())
    except (OSError, ValueError):
        return False
    names = ("ca.crt", "ca.key", "server.crt", "server.key")
    return end - datetime.now(UTC) > certificate_files.RENEW_BEFORE and all((folder / name).exists() for name in names)
