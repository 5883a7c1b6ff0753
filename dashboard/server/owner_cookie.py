"""The cookie that identifies a browser as the owner of its runs; scripts cannot read it."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.server.owner import COOKIE, is_shared, is_token, make_token

__all__ = ["OwnerCookie"]

MAX_AGE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep one; each visit renews it


class OwnerCookie:
    """Middleware that gives each browser a token with the first page that it opens.

    Parameters
    ----------
    app
        The application that answers requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the answer to a request for a page sets the cookie."""
        is_wanted = (
            scope["type"] == "http" and _is_page(headers := Headers(scope=scope)) and is_shared(headers)
        )
        await self._app(scope, receive, _with_cookie(scope, send) if is_wanted else send)


def _is_page(headers: Headers) -> bool:
    """Whether a browser asks for a page rather than for one of its files."""
    return "text/html" in headers.get("accept", "")


def _with_cookie(scope: Scope, send: Send) -> Send:
    """Add the cookie to the headers of an answer; a valid token of the browser is kept."""
    had = HTTPConnection(scope).cookies.get(COOKIE)
    token = had if had is not None and is_token(had) else make_token()

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append(
                "set-cookie", _cookie(token, is_safe=scope["scheme"] == "https")
            )
        await send(message)

    return send_with_cookie


def _cookie(token: str, *, is_safe: bool) -> str:
    """Write the value of a ``Set-Cookie`` header.

    Lax, not strict: a visitor who follows a link from another site keeps their token.
    """
    parts = [f"{COOKIE}={token}", "Path=/", f"Max-Age={MAX_AGE_SECONDS}", "HttpOnly", "SameSite=Lax"]
    return "; ".join([*parts, "Secure"] if is_safe else parts)
