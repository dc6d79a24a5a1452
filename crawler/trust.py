"""Certificates are verified for every host, but for what a source's waiver lets pass of one (`crawler.waivers`)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificates
from OpenSSL import SSL
from OpenSSL.crypto import X509
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import CertificateOptions, platformTrust
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface.declarations import implementer

from crawler.types import Waiver
from crawler.waivers import accepts, holds

OP_LEGACY_SERVER_CONNECT = 0x4  # talk to a server without RFC 5746


@implementer(IPolicyForHTTPS)
class Trusting:
    """How each host's certificate is verified: as `usual`, or as the waiver for it says that holds today."""

    def __init__(self, usual: Any, waivers: Iterable[Waiver], today: date) -> None:
        self._usual = usual
        self.declared = {waiver.host: waiver for waiver in waivers}
        self._today = today

    def waiver(self, host: str) -> Waiver | None:
        """The one that holds for a host."""
        found = self.declared.get(host)
        return found if found and holds(found, self._today) else None

    def creatorForNetloc(self, hostname: bytes | str, port: int) -> Any:  # noqa: N802 (Twisted's name)
        """What makes the client's side of a connection to the host."""
        host = hostname.decode("ascii") if isinstance(hostname, bytes) else hostname
        waiver = self.waiver(host.lower())
        return Waived(waiver) if waiver else self._usual.creatorForNetloc(hostname, port)


@implementer(IOpenSSLClientConnectionCreator)
class Waived:
    """The client's side of a connection to a host of which something is let pass."""

    def __init__(self, waiver: Waiver) -> None:
        self._waiver = waiver
        roots = platformTrust()  # type: ignore[no-untyped-call]
        self._context = CertificateOptions(trustRoot=roots, fixBrokenPeers=True).getContext()
        if waiver.legacy:
            self._context.set_options(OP_LEGACY_SERVER_CONNECT)
        store: Any = self._context.get_cert_store()
        for certificate in load_pem_x509_certificates(waiver.chain.encode()) if waiver.chain else ():
            store.add_cert(X509.from_cryptography(certificate))

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:  # noqa: N802 (Twisted's name)
        """A connection that verifies the server by the waiver."""
        connection = SSL.Connection(self._context, None)
        connection.set_tlsext_host_name(self._waiver.host.encode("ascii"))
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._verified)
        return connection

    def _verified(self, connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
        try:
            fingerprint = certificate.to_cryptography().fingerprint(SHA256()).hex()
            named = _is_for(certificate, self._waiver.host)
        except Exception:  # OpenSSL cannot pass it on; what cannot be read is not trusted
            return False
        return accepts(self._waiver, error=0 if ok else error, depth=depth, fingerprint=fingerprint, named=named)


def _is_for(certificate: X509, host: str) -> bool:
    try:
        verify_service_identity(extract_patterns(certificate), [DNS_ID(host)], [])
    except (CertificateError, VerificationError):
        return False
    return True
