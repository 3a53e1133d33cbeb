"""TLS towards an API server: its authority, the name on its certificate, and a client certificate of our own."""

from __future__ import annotations

import base64
import os
import ssl
import tempfile
from collections.abc import Generator  # noqa: TC003 - a signature of a decorated generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from k8s_sandbox_tui.provider.connection.kubeconfig_schema import Cluster, User, is_true
from k8s_sandbox_tui.provider.errors import ConfigError, InvalidKubeconfigError


class ClientCertificate(msgspec.Struct, frozen=True):
    """A certificate and its key, PEM."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        """Without the key."""
        return "ClientCertificate(…)"


def pem(kind: str, data: str, path: str) -> bytes:
    """PEM from a `…-data` field (base64), else from a file; empty when neither is given.

    Raises:
        InvalidKubeconfigError: The field is not base64, or the file cannot be read.
    """
    if data:
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except ValueError:
            raise InvalidKubeconfigError(f"{kind}-data of the kubeconfig is not base64.") from None
    if not path:
        return b""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidKubeconfigError(f"{kind} {path} of the kubeconfig cannot be read: {error.strerror}.") from error


def client_certificate(user: User) -> ClientCertificate | None:
    """The user's certificate and key, None when the user has none."""
    certificate = pem("client-certificate", user.client_certificate_data, user.client_certificate)
    key = pem("client-key", user.client_key_data, user.client_key)
    if bool(certificate) != bool(key):
        missing = "client-key" if certificate else "client-certificate"
        raise InvalidKubeconfigError(f"The user of the kubeconfig has no {missing} to go with the other half.")
    return ClientCertificate(certificate, key) if certificate else None


def tls_context(cluster: Cluster, certificate: ClientCertificate | None) -> ssl.SSLContext:
    """How TLS connections to the cluster are made.

    Raises:
        InvalidKubeconfigError: The authority or the client certificate cannot be used.
    """
    authority = pem("certificate-authority", cluster.certificate_authority_data, cluster.certificate_authority)
    insecure = is_true(cluster.insecure_skip_tls_verify)
    if authority and insecure:
        # kubectl refuses this too: it is not known which of the two was meant.
        raise InvalidKubeconfigError(
            "The cluster of the kubeconfig has a certificate-authority and insecure-skip-tls-verify.",
            hint="Remove one of the two.",
        )
    try:
        context = ssl.create_default_context(cadata=authority.decode("ascii") if authority else None)
    except (ssl.SSLError, UnicodeDecodeError, ValueError):
        raise InvalidKubeconfigError("certificate-authority of the kubeconfig is not a PEM certificate.") from None
    # Python 3.13 turns this on; authorities made by kubeadm and others lack the extensions it asks for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        _load_client_certificate(context, certificate)
    return context


def _load_client_certificate(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    with _as_file(certificate.certificate + b"\n" + certificate.key) as path:
        try:
            context.load_cert_chain(path, password=_no_password)
        except (ssl.SSLError, OSError) as error:
            raise InvalidKubeconfigError(
                "The client certificate and key of the kubeconfig do not fit together, or are not PEM."
            ) from error


def _no_password() -> bytes:
    """Keeps OpenSSL from asking for the password on the terminal."""
    raise ConfigError(
        "The client key of the kubeconfig is encrypted.", hint="Give an unencrypted key, or use a credential plugin."
    )


@contextmanager
def _as_file(content: bytes) -> Generator[str]:
    """A path to read the content from: in memory where the system can, else a private file, gone afterwards."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("client-key", os.MFD_CLOEXEC)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
        return
    descriptor, path = tempfile.mkstemp()  # created with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield path
    finally:
        Path(path).unlink()
