"""Importing what the pages need while the first browser still loads its own part.

The server listens first: numpy, scipy, pandas and Plotly take longer than Streamlit itself.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules
from threading import Thread

from dashboard import views

__all__ = ["wait", "warm_up"]

_THREADS: list[Thread] = []


@asynccontextmanager
async def warm_up(app: object) -> AsyncIterator[None]:
    """Begin when the server does; its life is the server's."""
    del app
    thread = Thread(target=_import_views, daemon=True)
    _THREADS.append(thread)
    thread.start()
    yield


def wait() -> None:
    """Wait for the end of it: two threads that import the same circle of modules at once can fail."""
    for thread in _THREADS:
        thread.join()


def _import_views() -> None:
    """Import every view, with all that it needs.

    Streamlit collects garbage after each run of a script, timers of open tabs included. What was imported is
    none: it is left out from now on, or each of these looks at half a million objects.
    """
    for module in iter_modules(views.__path__, "dashboard.views."):
        import_module(module.name)
    gc.collect()
    gc.freeze()
