"""How much of a visitor's uploads the server holds in memory until a page has stored or refused them.

Streamlit takes whatever a browser sends and holds it until the session ends. On a server that several people
use, what a visitor keeps and what is held for them stay within the quota together; a dashboard that shows the
demos alone takes nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from dashboard.server.owner import is_shared, owner_of_session
from ptmrank_core.config import load_settings
from ptmrank_core.errors import QuotaError
from ptmrank_core.owners import Room, room_of

__all__ = ["MOST_FILES", "UploadLimits"]

UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?")
MOST_FILES = 1000  # of one visitor at a time; a page takes half as many, and says so
TOO_MANY = (
    f"The server holds {MOST_FILES:,} files of yours already. Load the page again, and upload one .zip file."
)
NOTHING_TAKEN = "This dashboard shows the demos alone: it takes no files."


class UploadLimits:
    """Middleware that refuses an upload for which its visitor has no room.

    Parameters
    ----------
    app
        The application that answers requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # Visitor -> bytes and files of the uploads that are under way.
        self._bytes: Counter[str] = Counter()
        self._files: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why its upload is not taken."""
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PUT":
            await self._app(scope, receive, send)
        elif load_settings().demo_only:
            await PlainTextResponse(NOTHING_TAKEN, HTTPStatus.FORBIDDEN)(scope, receive, send)
        elif is_shared(Headers(scope=scope)):
            await self._take(found[1], scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _take(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the upload of a visitor; it is stopped as soon as there is no room for it."""
        visitor = owner_of_session(session) or session
        room = await asyncio.to_thread(room_of, load_settings(), visitor)
        with self._under_way(visitor) as coming:
            try:
                coming.grow(_declared(Headers(scope=scope)), room)
            except QuotaError as error:
                too_large = PlainTextResponse(str(error), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                await too_large(scope, receive, send)
                return
            n_received = 0

            async def receive_within() -> Message:
                """Count what arrives: a request need not say how long it is."""
                nonlocal n_received
                message = await receive()
                n_received += len(message.get("body", b""))
                try:
                    coming.grow(n_received, room)
                except QuotaError as error:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error)) from None
                return message

            await self._app(scope, receive_within, send)

    @contextmanager
    def _under_way(self, visitor: str) -> Iterator[_Coming]:
        """Count an upload among those under way within the block."""
        coming = _Coming(visitor, self._bytes, self._files)
        try:
            yield coming
        finally:
            coming.end()


class _Coming:
    """An upload that is under way, and its share of what is counted for its visitor.

    Parameters
    ----------
    visitor
        Whose it is.
    n_bytes, n_files
        Visitor -> bytes and files of all uploads under way.
    """

    def __init__(self, visitor: str, n_bytes: Counter[str], n_files: Counter[str]) -> None:
        self._visitor, self._bytes, self._files = visitor, n_bytes, n_files
        self._size_bytes = 0
        n_files[visitor] += 1

    def grow(self, size_bytes: int, room: Room) -> None:
        """Count the upload as so large from now on.

        Raises
        ------
        QuotaError
            If that is more than its visitor has room for, or they have too many files at once.
        """
        if size_bytes <= self._size_bytes and self._size_bytes:
            return
        n_held, held_bytes = _held(self._visitor)
        if n_held + self._files[self._visitor] > MOST_FILES:
            raise QuotaError(TOO_MANY)
        others = held_bytes + self._bytes[self._visitor] - self._size_bytes
        replace(room, kept_bytes=room.kept_bytes + others).require_bytes(size_bytes)
        self._bytes[self._visitor] += size_bytes - self._size_bytes
        self._size_bytes = size_bytes

    def end(self) -> None:
        """Count the upload no longer."""
        for counter, share in ((self._bytes, self._size_bytes), (self._files, 1)):
            counter[self._visitor] -= share
            if counter[self._visitor] <= 0:
                del counter[self._visitor]


def _held(visitor: str) -> tuple[int, int]:
    """Count the files and bytes that the server holds for all sessions of a visitor."""
    manager = runtime.get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        return 0, 0
    sessions = list(manager.file_storage.items())
    sizes = [
        len(file.data)
        for session, files in sessions
        if (owner_of_session(session) or session) == visitor
        for file in list(files.values())
    ]
    return len(sizes), sum(sizes)


def _declared(headers: Headers) -> int:
    """Read how long a request says that it is; 0 where it does not, or talks nonsense."""
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
