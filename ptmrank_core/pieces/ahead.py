"""Importing ahead: the libraries that scores and pieces need, while a run waits for its first model."""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module

from ptmrank_core.pieces.table import PIECES

__all__ = ["MODULES", "import_ahead"]

# The pieces, and what they and the default metrics import late: it takes about two seconds.
MODULES = (
    "scipy.optimize",
    "scipy.spatial.distance",
    "scipy.stats",
    "sklearn.cluster",
    "sklearn.mixture",
    "sklearn.manifold",
    *dict.fromkeys(piece.module for piece in PIECES.values()),
)


def import_ahead() -> threading.Thread:
    """Import these modules in a thread, and return it; whoever needs one of them meanwhile waits for it."""
    thread = threading.Thread(target=_import, daemon=True, name="import")
    thread.start()
    return thread


def _import() -> None:
    for module in MODULES:
        with suppress(ImportError):  # whoever needs it says so
            import_module(module)
