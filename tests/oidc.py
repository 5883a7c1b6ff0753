"""A provider of identities on loopback: OpenID Connect with as little as a login needs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlparse

from tests.waiting import PATIENCE_SECONDS

__all__ = ["CLIENT", "Provider", "provide_identities"]

CLIENT = "ptmrank-tests"


class Provider:
    """Says that whoever comes is one account.

    Parameters
    ----------
    address
        Where it answers.
    account
        Who the next visitor is; a test may change it.
    """

    def __init__(self, address: str, account: str) -> None:
        from joserfc.jwk import RSAKey  # noqa: PLC0415 - comes with Authlib, which is an extra

        self.address, self.account = address, account
        self._key = RSAKey.generate_key(2048, {"kid": "tests", "use": "sig", "alg": "RS256"})
        self._nonces: dict[str, tuple[str, str]] = {}

    def discovery(self) -> dict[str, Any]:
        """Where what is."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self) -> dict[str, Any]:
        """The public key."""
        return {"keys": [self._key.as_dict(private=False)]}

    def authorize(self, query: dict[str, list[str]]) -> str:
        """Where a visitor is sent with a code: nobody is asked for a password."""
        code = f"code-{len(self._nonces)}"
        self._nonces[code] = (query["nonce"][0], self.account)
        return f"{query['redirect_uri'][0]}?{urlencode({'code': code, 'state': query['state'][0]})}"

    def token(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """Who it was that brought the code."""
        from joserfc import jwt  # noqa: PLC0415

        nonce, account = self._nonces.pop(form["code"][0])
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": nonce}
        told = claims | {"sub": account, "name": account.title(), "email": f"{account}@example.org"}
        signed = jwt.encode({"alg": "RS256", "kid": "tests"}, told, self._key)
        return {"access_token": "none", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


@contextmanager
def provide_identities(account: str) -> Iterator[Provider]:
    """Run a provider until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlparse(self.path)
            if address.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(parse_qs(address.query)))
                self.end_headers()
                return
            self._answer(provider.keys() if address.path == "/keys" else provider.discovery())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(provider.token(parse_qs(body.decode())))

        def _answer(self, content: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}", account)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE_SECONDS)
