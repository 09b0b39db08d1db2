"""Starts relays with good, self-signed, expired and misnamed certificates, runs the ignored TLS test against them,
and checks what each relay heard. Needs aiosmtpd and openssl; run from the project's root."""

import logging
import os
import ssl
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

NAMES = {"good": "IP:127.0.0.1", "expired": "IP:127.0.0.1", "other_name": "DNS:elsewhere.example"}


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_certificates(folder):
    key = folder / "key.pem"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    authority, authority_key = folder / "ca.pem", folder / "ca.key"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", authority_key)
    openssl("req", "-x509", "-new", "-key", authority_key, "-subj", "/CN=Throw-away authority", "-days", 2, "-out", authority)
    for name, alternative in NAMES.items():
        request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
        openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        extensions.write_text(f"subjectAltName={alternative}\n")
        days = -1 if name == "expired" else 2
        openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial",
                "-days", days, "-extfile", extensions, "-out", folder / f"{name}.pem")
    openssl("req", "-x509", "-new", "-key", key, "-subj", "/CN=self", "-addext", "subjectAltName=IP:127.0.0.1",
            "-days", 2, "-out", folder / "self_signed.pem")
    return authority, key


class Relay:
    """Counts the sign-ins and letters that reach it."""

    def __init__(self, certificate, key, starttls):
        self.letters, self.passwords = [], []
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        protection = {"tls_context": context, "require_starttls": True} if starttls else {"ssl_context": context}
        # aiosmtpd only counts STARTTLS as protection, so with TLS from the first byte it must not ask for it.
        self.controller = AnyPort(self, hostname="127.0.0.1", port=0, auth_required=True, auth_require_tls=starttls,
                                  authenticator=self.sign_in, **protection)
        self.controller.start()
        self.port = self.controller.port

    def sign_in(self, _server, _session, _envelope, _mechanism, data):
        self.passwords.append(data.password.decode())
        return AuthResult(success=data.password == b"right")

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append(envelope)
        return "250 2.0.0 Ok: queued as PY1"


class AnyPort(Controller):
    """Listens on a free port, which aiosmtpd must be told before it tries itself out."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def main():
    # Each refused handshake is expected, and aiosmtpd would print a page about it.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Requiring AUTH")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority, key = make_certificates(folder)
        relays = {}
        for kind in ["good", "self_signed", "expired", "other_name"]:
            relays[kind] = Relay(folder / f"{kind}.pem", key, starttls=False)
            relays[f"{kind}_starttls"] = Relay(folder / f"{kind}.pem", key, starttls=True)
        told = ",".join(f"{kind}={relay.port}" for kind, relay in relays.items())
        environment = os.environ | {"SMTP_TLS_RELAYS": told, "SMTP_TLS_CA": str(authority)}
        test = ["cargo", "test", "--test", "api", "smtp_tls", "--", "--ignored"]
        code = subprocess.run(test, env=environment).returncode
        for kind, relay in relays.items():
            good = kind.startswith("good")
            expected = (1, ["right", "wrong"]) if good else (0, [])
            heard = (len(relay.letters), relay.passwords)
            if heard != expected:
                print(f"{kind}: letters and passwords heard were {heard}, expected {expected}", file=sys.stderr)
                code = code or 1
            relay.controller.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
