"""Importing what the pages need before the first page is drawn.

The server starts to listen first, because numpy, scipy, pandas and Plotly take longer than Streamlit itself.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import walk_packages
from threading import Event, Thread

from dashboard import views

__all__ = ["wait", "warm_up"]

# What a page of results needs besides the views.
LATER = ("scipy.stats",)
_PENDING: list[Event] = []


@asynccontextmanager
async def warm_up(app: object) -> AsyncIterator[None]:
    """Start the imports when the server starts."""
    del app
    views_are_there = Event()
    _PENDING.append(views_are_there)
    Thread(target=_import_all, args=(views_are_there,), daemon=True).start()
    yield


def wait() -> None:
    """Wait until the views are imported: importing them in two threads at once can fail."""
    for event in _PENDING:
        event.wait()


def _import_all(views_are_there: Event) -> None:
    """Import every view, then what only some of them need.

    Streamlit collects garbage after each run of a script, including those that timers of open tabs start. The
    imported objects are frozen, so that these collections do not visit half a million objects.
    """
    try:
        for module in walk_packages(views.__path__, "dashboard.views."):
            import_module(module.name)
    finally:
        views_are_there.set()
    for name in LATER:
        import_module(name)
    import_module("dashboard.jobs.run_results").read_ahead()
    gc.collect()
    gc.freeze()
    import_module("dashboard.jobs.housekeeping").sweep_at_start()
