"""Each browser keeps to its own sessions: to know the id of a session opens nothing of it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime

from dashboard.server.owner import COOKIE, is_shared

__all__ = ["OwnSessions"]

UPLOADS = "/_stcore/upload_file/"
PROTOCOL = b"sec-websocket-protocol"  # Streamlit's page says in it which session it goes on with
OTHERS = "This upload belongs to a page of another browser. Load the page again and repeat the upload."


class OwnSessions:
    """Middleware that refuses an upload into the session of another browser, and going on with it.

    Parameters
    ----------
    app
        The application that answers requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that names no session of somebody else's."""
        if scope["type"] in {"http", "websocket"} and is_shared(headers := Headers(scope=scope)):
            cookies = HTTPConnection(scope).cookies
            if scope["type"] == "websocket":
                scope = _without_others_session(scope, headers, cookies)
            elif _is_others(_session_of_upload(scope["path"]), cookies):
                await PlainTextResponse(OTHERS, status_code=403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _session_of_upload(path: str) -> str:
    """Return the session that an upload goes to; empty for any other path."""
    return path.partition(UPLOADS)[2].partition("/")[0]


def _is_others(session: str, cookies: Mapping[str, str]) -> bool:
    """Whether a session is open in another browser."""
    client = Runtime.instance().get_client(session) if session and Runtime.exists() else None
    return client is not None and client.client_context.cookies.get(COOKIE) != cookies.get(COOKIE)


def _without_others_session(scope: Scope, headers: Headers, cookies: Mapping[str, str]) -> Scope:
    """Take the session of another browser out of a request; a new session begins instead."""
    parts = headers.get(PROTOCOL.decode(), "").split(",")
    if len(parts) < 3 or not _is_others(parts[2].strip(), cookies):
        return scope
    kept = [header for header in scope["headers"] if header[0] != PROTOCOL]
    return {**scope, "headers": [*kept, (PROTOCOL, ",".join(parts[:2]).encode("latin-1"))]}
