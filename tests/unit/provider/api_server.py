"""An HTTPS server over loopback that answers as it is told to: recorded answers, and faults."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import ipaddress
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self

import msgspec
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Recorded = dict[str, object]


_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


@dataclass(frozen=True)
class Pem:
    certificate: bytes
    key: bytes


@cache
def authority(name: str = "authority") -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        _validity(x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


@cache
def issued(common_name: str, host: str, issuer: str = "authority") -> Pem:
    """A certificate for a host, or for a client when there is no host."""
    issuer_certificate, issuer_key = authority(issuer)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _validity(
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .issuer_name(issuer_certificate.subject)
        .public_key(key.public_key())
    )
    if host:
        name = x509.DNSName(host) if host[0].isalpha() else x509.IPAddress(ipaddress.ip_address(host))
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
    else:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    # Python 3.13 asks for it.
    issuing = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = builder.add_extension(issuing, critical=False)
    certificate = builder.sign(issuer_key, hashes.SHA256())
    return Pem(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def authority_pem(name: str = "authority") -> bytes:
    return authority(name)[0].public_bytes(serialization.Encoding.PEM)


def _validity(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )


@dataclass(frozen=True)
class Seen:
    """A request that has arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    groups: Sequence[str]
    body: bytes
    client: str


@dataclass
class ApiServer:
    """Answers each (method, path) with the answers given for it, in order; the last one repeats."""

    host_on_certificate: str = "127.0.0.1"
    client_certificates: bool = False
    seen: list[Seen] = field(default_factory=list[Seen])
    port: int = 0
    _answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict[tuple[str, str], list[Answer]])
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def on(self, method: str, path: str, *answers: Answer) -> None:
        self._answers[method, path] = list(answers)

    def requests(self, method: str, path: str) -> list[Seen]:
        return [seen for seen in self.seen if (seen.method, seen.path) == (method, path)]

    def on_any(self, method: str, *answers: Answer) -> None:
        """What to answer on paths that nothing is told for."""
        self._answers[method, "*"] = list(answers)

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def listen(self) -> None:
        """Listens, again on the same port after `stop_listening`."""
        assert self._runner is not None
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls(), reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[-1][1]

    async def stop_listening(self) -> None:
        assert self._runner is not None
        for site in list(self._runner.sites):
            await site.stop()

    def kubeconfig(self, **user: object) -> str:
        """A kubeconfig for this server, as JSON, which is YAML too."""
        cluster = {
            "server": self.url,
            "certificate-authority-data": base64.b64encode(authority_pem()).decode(),
        }
        config = {
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user or {"token": "secret"}}],
            "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u", "namespace": "sandboxes"}}],
            "current-context": "test",
        }
        return msgspec.json.encode(config).decode()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        certificate = request.get_extra_info("peercert")
        self.seen.append(
            Seen(
                method=request.method,
                path=request.path,
                query=dict(request.query),
                headers=request.headers,
                groups=request.headers.getall("Impersonate-Group", []),
                body=await request.read(),
                client=str(certificate["subject"][0][0][1]) if certificate else "",
            )
        )
        answers = self._answers.get((request.method, request.path)) or self._answers.get((request.method, "*"))
        if not answers:
            return web.json_response({"kind": "Status", "code": 404, "message": "not told what to answer"}, status=404)
        return await (answers.pop(0) if len(answers) > 1 else answers[0])(request)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        pem = issued("server", self.host_on_certificate)
        with tempfile.NamedTemporaryFile() as file:
            file.write(pem.certificate + pem.key)
            file.flush()
            context.load_cert_chain(file.name)
        if self.client_certificates:
            context.load_verify_locations(cadata=authority_pem().decode())
            context.verify_mode = ssl.CERT_OPTIONAL
        return context


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    async def respond(_: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(text=body, status=status, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    return respond


def refusal(recorded: Recorded, headers: Mapping[str, str] | None = None) -> Answer:
    """A recorded refusal: its status and its body."""
    status = recorded["status"]
    assert isinstance(status, int)
    return answer(recorded["body"], status, headers)


def cut(after: Callable[[], None] | None = None) -> Answer:
    """Does what it is told to and then closes the connection instead of answering."""

    async def respond(request: web.Request) -> web.StreamResponse:
        if after is not None:
            after()
        assert request.transport is not None
        request.transport.abort()
        await asyncio.sleep(0)
        return web.Response()

    return respond


def silence() -> Answer:
    """Never answers."""

    async def respond(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return respond


@dataclass
class Watch:
    """A watch that is fed by the test."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    _taken: bool = False
    _lines: asyncio.Queue[bytes | BaseException | None] = field(
        default_factory=asyncio.Queue[bytes | BaseException | None]
    )

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        if self._taken:  # what is sent from now on is for this request, not for one before
            self._lines = asyncio.Queue()
        self._taken = True
        lines = self._lines
        self.opened.set()
        while True:
            line = await lines.get()
            if line is None:
                return response
            if isinstance(line, BaseException):
                assert request.transport is not None
                request.transport.abort()
                return response
            await response.write(line)

    def send(self, kind: str, pod: object) -> None:
        self._lines.put_nowait(msgspec.json.encode({"type": kind, "object": pod}) + b"\n")

    def send_raw(self, data: bytes) -> None:
        self._lines.put_nowait(data)

    def end(self) -> None:
        """The server ends the watch, as after `timeoutSeconds`."""
        self._lines.put_nowait(None)

    def cut(self) -> None:
        """The connection breaks."""
        self._lines.put_nowait(ConnectionResetError())


class Recordings(msgspec.Struct):
    """What a real API server has answered."""

    pods: dict[str, Recorded]
    """By what has become of them."""
    created: Recorded
    watch: list[Recorded]
    """One Pod, from creation to deletion."""
    expired_watch: Recorded
    events: Recorded
    """Of a Pod whose image cannot be pulled."""
    refusals: dict[str, Recorded]
    """Each with its status and body."""


def recordings() -> Recordings:
    """Fresh objects each time, which a test may change."""
    path = Path(__file__).parents[2] / "data" / "recorded_pods.json"
    return msgspec.json.decode(path.read_bytes(), type=Recordings)
