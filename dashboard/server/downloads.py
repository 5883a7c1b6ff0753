"""Files too large for the memory of a session: sent from the disk, by an address that cannot be guessed."""

from __future__ import annotations

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

__all__ = ["winner_address", "winner_route"]

FOLDER = "winner"


def winner_address(run_id: str, key: str) -> str:
    """Write the address of a packed winner, seen from a page."""
    return f"{FOLDER}/{run_id}/{key}.zip"


def winner_route() -> Route:
    """Make the route that sends packed winners."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    below = f"/{base}" if base else ""
    return Route(f"{below}/{FOLDER}/{{run}}/{{key}}.zip", _send)


def _send(request: Request) -> Response:
    """Send the file of an address; Starlette calls this in a thread of its own."""
    # Imported here because the server has to listen before it imports what pages need.
    from ptmrank_core.benchmark.race.packing import find_packed  # noqa: PLC0415
    from ptmrank_core.config import load_settings  # noqa: PLC0415
    from ptmrank_core.errors import RunNotFoundError  # noqa: PLC0415

    try:
        found = find_packed(request.path_params["run"], load_settings(), request.path_params["key"])
    except RunNotFoundError:
        found = None
    if found is None:
        return PlainTextResponse("There is no such file here.", status_code=404)
    return FileResponse(found.path, media_type="application/zip", filename=found.path.name)
