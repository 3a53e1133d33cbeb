"""Makes the files of the local cluster's certificate authority and of the server's certificate.

Run as a process of its own, which the server's start waits for: it imports no more than it needs.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_sandbox_tui.local_cluster.private_file import write_private

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, ExtensionType

RENEW_BEFORE = timedelta(days=30)
"""How long before its end a server's certificate is replaced."""
_AUTHORITY_LIFE = timedelta(days=3650)
_SERVER_LIFE = timedelta(days=365)
_CLOCK_SKEW = timedelta(hours=1)


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
        if isinstance(known_key, ec.EllipticCurvePrivateKey) and known.not_valid_after_utc - now > 2 * RENEW_BEFORE:
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
