"""A throw-away certificate authority: one CA file to trust, and a server context for any host name asked for.

Certificates are valid from 2000 to 2090, so that a test may play any clock (OpenSSL looks at the real one).
"""

import ipaddress
import ssl
import threading
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

EARLY, PAST, LATE = (datetime(year, 1, 1, tzinfo=UTC) for year in (2000, 2001, 2090))


class Trust(StrEnum):
    """How far a leaf certificate can be trusted: signed and valid, signed by nobody, or out of date."""

    VALID = "valid"
    SELF_SIGNED = "self-signed"
    EXPIRED = "expired"


class Authority:
    """A CA made in memory; writes `ca.pem` and the leaf certificates into `directory`, which must exist."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._contexts: dict[tuple[str, Trust], ssl.SSLContext] = {}
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("tindothi local web, not for use outside")
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(_pem(self._root()))

    def context(self, host: str, trust: Trust = Trust.VALID) -> ssl.SSLContext:
        """The server side of TLS for `host`, with a certificate made for it on the first call. Thread-safe."""
        with self._lock:
            if (host, trust) not in self._contexts:
                self._contexts[host, trust] = self._new_context(host, trust)
            return self._contexts[host, trust]

    def _new_context(self, host: str, trust: Trust) -> ssl.SSLContext:
        file = self._directory / f"leaf-{len(self._contexts)}.pem"
        file.write_bytes(_pem(self._leaf(host, trust)) + _pem_key(self._leaf_key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _root(self) -> x509.Certificate:
        usage = _usage(signs_certificates=True)
        return (
            _unsigned(self._name, self._name, self._key.public_key(), until=LATE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _leaf(self, host: str, trust: Trust) -> x509.Certificate:
        subject = _name(host[:64])
        alone = trust is Trust.SELF_SIGNED
        issuer, signer = (subject, self._leaf_key) if alone else (self._name, self._key)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        return (
            _unsigned(subject, issuer, self._leaf_key.public_key(), until=PAST if trust is Trust.EXPIRED else LATE)
            .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(identifier, critical=False)
            .sign(signer, hashes.SHA256())
        )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(EARLY)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
