"""The outermost part of the server: who is answered, what is there, and what browsers may do with it."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.components.scripted.names import HOVER, MAP
from dashboard.server.hosts import Authority, Door, read_authority, read_origin
from dashboard.server.policy import MEDIA, common_headers, inline_scripts, load_ahead, page_policy

__all__ = ["Guard"]

# What Streamlit's page needs, and what a proxy may ask; its figures and its interface for agents are closed.
CORE = "/_stcore/"
OPEN = {"health", "host-config", "stream", "upload_file"}
# Files of the components that are ours; those that installed packages may bring are closed.
OURS = tuple(f"bidi-components/{name}/" for name in (MAP, HOVER))
OTHER_SITES = {"cross-site", "same-site"}  # the latter is said of other ports of this machine
POLICY_VIOLATION = 1008

NO_HOST = "A request has to name one host, and this one does not."
OTHER_HOST = (
    "This dashboard is not known under the name that was asked for. Open it at localhost or 127.0.0.1, or "
    "have whoever runs it name the host in PTMRANK_HOSTS."
)
OTHER_ORIGIN = "This dashboard answers its own pages only, and this request came from a page of another site."
NOTHING = "There is nothing here."


class Refusal(NamedTuple):
    """Why a request is not answered."""

    status: HTTPStatus
    sentence: str


class Guard:
    """Middleware that refuses what does not come from a page of this server.

    A program that is no browser may say what it likes about where it comes from, and has no visitor's
    cookies: what says nothing is answered.

    Parameters
    ----------
    app
        The application that answers requests.
    door
        Whom the server answers.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door
        self._scripts = inline_scripts()
        self._headers = common_headers(door.frame_ancestors)
        self._ahead = load_ahead(door.base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why not."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = read_authority(hosts[0]) if len(hosts) == 1 else None
        refusal = self._refuse(scope, headers, host)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(_under_own_name(scope, headers), receive, send)
            else:
                await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})
            return
        with_headers = self._with_headers(scope, send, host if refusal is None else None)
        if refusal is None:
            await self._app(scope, receive, with_headers)
        else:
            answer = PlainTextResponse(refusal.sentence, status_code=refusal.status)
            await answer(scope, receive, with_headers)

    def _refuse(self, scope: Scope, headers: Headers, host: Authority | None) -> Refusal | None:
        """Say why a request is not answered; ``None`` if it is."""
        if host is None or not scope["path"].startswith("/"):
            return Refusal(HTTPStatus.BAD_REQUEST, NO_HOST)
        if not self._door.answers_at(host):
            return Refusal(HTTPStatus.FORBIDDEN, OTHER_HOST)
        is_encrypted = scope["scheme"] in {"https", "wss"}
        origins = headers.getlist("origin")
        if len(origins) > 1 or not all(
            self._door.is_own(origin, host, is_encrypted=is_encrypted) for origin in origins
        ):
            return Refusal(HTTPStatus.FORBIDDEN, OTHER_ORIGIN)
        if headers.get("sec-fetch-site") in OTHER_SITES and not _follows_link(scope, headers):
            return Refusal(HTTPStatus.FORBIDDEN, OTHER_ORIGIN)
        return Refusal(HTTPStatus.NOT_FOUND, NOTHING) if self._is_closed(scope["path"]) else None

    def _is_closed(self, path: str) -> bool:
        """Whether a path is one of Streamlit's that the dashboard does not need."""
        before, core, rest = path.partition(CORE)
        is_open = rest.partition("/")[0] in OPEN or rest.startswith(OURS)
        return bool(core) and (before != self._door.base or not is_open)

    def _with_headers(self, scope: Scope, send: Send, host: Authority | None) -> Send:
        """Add the headers of this server to those of an answer."""
        is_page = host is not None and not scope["path"].startswith(f"{self._door.base}/media/")
        policy = self._policy(Headers(scope=scope)["host"].lower()) if is_page else MEDIA

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers["content-security-policy"] = policy
                if is_page and self._ahead and headers.get("content-type", "").startswith("text/html"):
                    headers["link"] = self._ahead
            await send(message)

        return send_with_headers

    def _policy(self, host: str) -> str:
        return page_policy(host=host, scripts=self._scripts, frame_ancestors=self._door.frame_ancestors)


def _follows_link(scope: Scope, headers: Headers) -> bool:
    """Whether a browser opens an address as a page, as it does for a link on another site."""
    return headers.get("sec-fetch-mode") == "navigate" and scope.get("method") in {"GET", "HEAD"}


def _under_own_name(scope: Scope, headers: Headers) -> Scope:
    """Put the name that the page has before the host that a proxy may have written.

    Streamlit compares the two, and where they differ it asks a server on the internet which address this
    machine has.
    """
    authority = read_origin(headers.get("origin", ""))[1]
    if authority is None:
        return scope
    name = headers["origin"].partition("://")[2].encode("latin-1")
    others = [header for header in scope["headers"] if header[0] != b"host"]
    return {**scope, "headers": [*others, (b"host", name)]}
