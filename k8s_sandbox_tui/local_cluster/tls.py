"""The local cluster's own certificate authority and the server's certificate.

The authority outlives the server's certificate, so that a kubeconfig stays good over
renewals. New ones are made by a process of their own, beside the server's start: what it
imports for that stays out of the server's memory and time.
"""

from __future__ import annotations

import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.state import write_private

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, ExtensionType

_AUTHORITY_LIFE = timedelta(days=3650)
_SERVER_LIFE = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=30)
_CLOCK_SKEW = timedelta(hours=1)


class CertificateError(Exception):
    """No certificates could be made; the message says why."""


class CertificateMaker:
    """Sees to it that there are good certificates in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = None if _good(folder) else self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", __name__, str(self._folder)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def server_context(self) -> ssl.SSLContext:
        """The server's side of TLS; waits for the certificates where they are being made.

        Raises:
            CertificateError: they cannot be made.
        """
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
    return end - datetime.now(UTC) > _RENEW_BEFORE and all((folder / name).exists() for name in names)


def make_certificates(folder: Path) -> None:
    """Makes the server's certificate, and an authority where there is no good one."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = datetime.now(UTC)
    authority, authority_key = _authority(folder, now)
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    extensions: list[tuple[ExtensionType, bool]] = [
        (x509.SubjectAlternativeName(alternatives), False),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signing=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), False),
    ]
    builder = _builder("local-cluster", now, min(now + _SERVER_LIFE, authority.not_valid_after_utc))
    builder = builder.issuer_name(authority.subject)
    certificate = _signed(builder, key, authority_key, extensions)
    _write(folder, "server", certificate, key)
    write_private(folder / "not-after", certificate.not_valid_after_utc.isoformat().encode())


def _authority(folder: Path, now: datetime) -> tuple[Certificate, EllipticCurvePrivateKey]:
    """The authority on disk while it holds long enough, else a new one."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        known = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
        known_key = load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
        if isinstance(known_key, ec.EllipticCurvePrivateKey) and known.not_valid_after_utc - now > 2 * _RENEW_BEFORE:
            return known, known_key
    except (OSError, ValueError):
        # None yet, or damaged: a new one is made below.
        pass
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder("local-cluster-ca", now, now + _AUTHORITY_LIFE)
    builder = builder.issuer_name(_name("local-cluster-ca"))
    extensions: list[tuple[ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_usage(signing=True), True),
    ]
    certificate = _signed(builder, key, key, extensions)
    _write(folder, "ca", certificate, key)
    return certificate, key


def _name(common_name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(common_name: str, start: datetime, end: datetime) -> CertificateBuilder:
    from cryptography import x509

    builder = x509.CertificateBuilder().subject_name(_name(common_name)).serial_number(x509.random_serial_number())
    return builder.not_valid_before(start - _CLOCK_SKEW).not_valid_after(end)


def _usage(*, signing: bool) -> ExtensionType:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signing,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signing,
        crl_sign=signing,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(
    builder: CertificateBuilder,
    key: EllipticCurvePrivateKey,
    signer: EllipticCurvePrivateKey,
    extensions: list[tuple[ExtensionType, bool]],
) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    builder = builder.public_key(key.public_key())
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, hashes.SHA256())


def _write(folder: Path, name: str, certificate: Certificate, key: EllipticCurvePrivateKey) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(folder / f"{name}.key", pem)
    write_private(folder / f"{name}.crt", certificate.public_bytes(Encoding.PEM))


if __name__ == "__main__":
    make_certificates(Path(sys.argv[1]))
