"""Each browser keeps to what it was shown: to know the name of a session or of a file opens nothing.

Streamlit takes a session up again, receives an upload for it and sends a file to whoever knows its name. On a
server that several people use, a name is worth something only in the browser that it was sent to.
"""

from __future__ import annotations

import re
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.server.owner import COOKIE, is_shared

__all__ = ["OwnSessions"]

SESSION = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Of fixed lengths, because what follows them in a message may look as if it belonged to them.
FILES = (re.compile(rb"media/([0-9a-f]{32})"), re.compile(rb"winner/([0-9a-f]{32}/[0-9a-f]{32})"))
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]*)")
FILE = re.compile(r"/media/(.{0,32})|/winner/([^/]*/[^/.]*)", re.DOTALL)
PROTOCOL = b"sec-websocket-protocol"  # Streamlit's page says in it which session it goes on with
MAX_SHOWN = 100_000
OF_STREAMLIT = "/static/"  # its own fonts and scripts, some of which are in a folder "media"
OTHERS = "This is not there for this browser. Load the page again."


class OwnSessions:
    """Middleware that refuses what a browser was not shown.

    Parameters
    ----------
    app
        The application that answers requests.
    base
        What comes before the paths of the server, as a proxy may want it.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app, self._everybodys = app, f"{base}{OF_STREAMLIT}"
        self._shown: OrderedDict[tuple[str, str | None], None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that names nothing of another browser's."""
        if scope["type"] not in {"http", "websocket"} or not is_shared(headers := Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        browser = HTTPConnection(scope).cookies.get(COOKIE)
        if scope["type"] == "websocket":
            own = self._without_others_session(scope, headers, browser)
            await self._app(own, receive, self._noting(send, browser))
        elif self._is_others(scope["path"], browser):
            await PlainTextResponse(OTHERS, status_code=404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_others(self, path: str, browser: str | None) -> bool:
        """Whether a path names what a browser was not shown."""
        if path.startswith(self._everybodys):
            return False
        name = _named(path)
        return name is not None and (name, browser) not in self._shown

    def _without_others_session(self, scope: Scope, headers: Headers, browser: str | None) -> Scope:
        """Take the session of another browser out of a request; a new session begins instead."""
        parts = [part.strip() for part in headers.get(PROTOCOL.decode(), "").split(",")]
        if len(parts) < 3 or (parts[2], browser) in self._shown:
            return scope
        kept = [header for header in scope["headers"] if header[0] != PROTOCOL]
        return {**scope, "headers": [*kept, (PROTOCOL, ", ".join(parts[:2]).encode("latin-1"))]}

    def _noting(self, send: Send, browser: str | None) -> Send:
        """Note what a browser is shown: its session, which comes first, and the files of its pages."""
        has_session = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_session
            data = message.get("bytes") or b""
            if not has_session:
                for name in SESSION.findall(data):
                    has_session = True
                    self._note(name, browser)
            for pattern in FILES:
                for match in pattern.finditer(data):
                    self._note(match[1], browser)
            await send(message)

        return send_and_note

    def _note(self, name: bytes, browser: str | None) -> None:
        """Note a name; where there are too many, what was shown longest ago is forgotten."""
        key = (name.decode("ascii"), browser)
        self._shown[key] = None
        self._shown.move_to_end(key)
        if len(self._shown) > MAX_SHOWN:
            self._shown.popitem(last=False)


def _named(path: str) -> str | None:
    """Return the session or the file that a path names; ``None`` for what everybody may see."""
    match = UPLOAD.search(path) or FILE.search(path)
    return None if match is None else next(name for name in match.groups() if name is not None)
