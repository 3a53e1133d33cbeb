from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from k8s_sandbox_tui.local_cluster.tls import CertificateError, CertificateMaker, authority_pem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state") / "tls"
    CertificateMaker(folder).server_context()
    return folder


def _handshake(server: ssl.SSLContext, trust: bytes, name: str) -> None:
    """A TLS handshake in memory."""
    client = ssl.create_default_context(cadata=trust.decode())
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    left = client.wrap_bio(to_client, to_server, server_hostname=name)
    right = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (left, right, left, right):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_clients_that_know_the_authority_trust_the_server(folder: Path, name: str) -> None:
    _handshake(CertificateMaker(folder).server_context(), authority_pem(folder), name)


def test_the_certificate_is_for_this_machine_alone(folder: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(CertificateMaker(folder).server_context(), authority_pem(folder), "example.com")


def test_keys_are_for_their_owner_alone(folder: Path) -> None:
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_they_are_kept(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    CertificateMaker(folder).server_context()
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_they_are_renewed_before_they_end_under_the_same_authority(folder: Path) -> None:
    authority, server = authority_pem(folder), (folder / "server.crt").read_bytes()
    (folder / "not-after").write_text((datetime.now(UTC) + timedelta(days=3)).isoformat())
    _handshake(CertificateMaker(folder).server_context(), authority, "127.0.0.1")
    renewed = (folder / "server.crt").read_bytes()
    assert renewed != server
    assert authority_pem(folder) == authority
    assert x509.load_pem_x509_certificate(renewed).not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)


def test_damaged_files_are_made_anew(folder: Path) -> None:
    (folder / "server.key").write_bytes(b"damaged")
    _handshake(CertificateMaker(folder).server_context(), authority_pem(folder), "127.0.0.1")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CertificateError, match="no certificates could be made in"):
        CertificateMaker(tmp_path / "file" / "tls").server_context()
