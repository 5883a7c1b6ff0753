"""What stands between a request and the pages, the outermost first."""

from __future__ import annotations

from starlette.middleware import Middleware

from dashboard.server.guard import Guard
from dashboard.server.hosts import Door
from dashboard.server.own_sessions import OwnSessions
from dashboard.server.owner_cookie import OwnerCookie
from dashboard.server.upload_limits import UploadLimits

__all__ = ["layers_of"]


def layers_of(door: Door) -> list[Middleware]:
    """List the middleware of a server.

    Parameters
    ----------
    door
        At which names and for which frames it answers.
    """
    return [
        Middleware(Guard, door),
        Middleware(OwnerCookie),
        Middleware(OwnSessions, door.base),
        Middleware(UploadLimits),
    ]
