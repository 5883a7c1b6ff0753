"""Running a piece in this process, with one thread: its results are then the same in every process."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ptmrank_core.events import CancelToken, never_cancels
from ptmrank_core.pieces.found import Found
from ptmrank_core.pieces.table import PIECES

__all__ = ["run_piece"]


def run_piece(
    function: str,
    arrays: Mapping[str, Any],
    arguments: Mapping[str, Any],
    cancel: CancelToken = never_cancels,
) -> Found:
    """Run a piece.

    Sums over many numbers depend on how threads divide them, in the last digits: the libraries of linear
    algebra get one thread as long as the piece runs.

    Parameters
    ----------
    function
        Name in the table.
    arrays, arguments
        Its arguments.
    cancel
        Passed on to a function that has a parameter for it.
    """
    entry = PIECES[function]
    for module in entry.imports:
        import_module(module)
    target = getattr(import_module(entry.module), entry.name)
    offered = {"cancel": cancel} if "cancel" in inspect.signature(target).parameters else {}
    with threadpool_limits(limits=1):
        found: Found = target(arrays, **arguments, **offered)
    return found
