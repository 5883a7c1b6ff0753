"""Pieces of work -> their results: kept ones are read, the others are computed and kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.work.kept_results import Kept, KeptResults
from ptmrank_core.benchmark.work.piece import Answer, Piece
from ptmrank_core.events import CancelToken, raise_if_cancelled
from ptmrank_core.pieces import PIECES, Found
from ptmrank_core.pieces.running import run_piece
from ptmrank_core.pieces.scoring import CapturedError, run_guarded

__all__ = ["answer_pieces", "is_kept"]


def answer_pieces(
    run_context: RunContext, pieces: Sequence[Piece], *, cancel: CancelToken | None = None
) -> Iterator[tuple[int, Answer]]:
    """Find the results of pieces, in any order.

    Parameters
    ----------
    run_context
        Context of the run.
    pieces
        What is to be found.
    cancel
        Asked between the steps; the run's own token by default.

    Yields
    ------
    tuple
        Index of a piece, and what came of it.

    Raises
    ------
    CancelledError
        If cancellation was requested; what was found so far is kept.
    """
    token = cancel or run_context.cancel
    open_pieces: list[tuple[int, dict[str, Kept]]] = []
    for index, piece in enumerate(pieces):
        raise_if_cancelled(token)
        found = _look_up(run_context.kept, piece)
        if found.keys() == piece.names.keys():
            yield index, Answer({name: kept.result for name, kept in found.items()}, 0.0, _seconds(found))
        else:
            open_pieces.append((index, found))
    for index, found in open_pieces:
        raise_if_cancelled(token)
        yield index, _compute(run_context.kept, pieces[index], found, token)


def is_kept(run_context: RunContext, piece: Piece) -> bool:
    """Whether all results of a piece are kept, so that its arrays are not read."""
    return _look_up(run_context.kept, piece).keys() == piece.names.keys()


def _look_up(kept: KeptResults, piece: Piece) -> dict[str, Kept]:
    """Read those results of a piece that are kept."""
    names = {stored: name for name, stored in piece.names.items() if stored is not None}
    found = kept.get_many(list(names), PIECES[piece.function].result) if names else {}
    return {names[stored]: result for stored, result in found.items()}


def _seconds(found: Mapping[str, Kept]) -> float:
    return sum(kept.seconds for kept in found.values())


def _compute(kept: KeptResults, piece: Piece, known: Mapping[str, Kept], cancel: CancelToken) -> Answer:
    """Compute what is not kept of a piece, and keep it."""
    start = time.perf_counter()
    arguments = _arguments(piece, [name for name in piece.names if name not in known])
    action = partial(_run, piece, arguments, cancel)
    found = run_guarded(action, what=piece.what)
    seconds = time.perf_counter() - start
    if isinstance(found, CapturedError):
        return Answer(found, seconds, _seconds(known))
    _keep(kept, piece, found, seconds)
    results = {name: known[name].result if name in known else found.results[name] for name in piece.names}
    return Answer(results, seconds, _seconds(known))


def _run(piece: Piece, arguments: Mapping[str, Any], cancel: CancelToken) -> Found:
    return run_piece(piece.function, piece.read(), arguments, cancel)


def _arguments(piece: Piece, missing: Sequence[str]) -> dict[str, Any]:
    """Ask for the missing results alone."""
    arguments = dict(piece.arguments)
    if piece.wanted:
        asked = arguments[piece.wanted]
        arguments[piece.wanted] = (
            {name: asked[name] for name in missing} if isinstance(asked, Mapping) else tuple(missing)
        )
    return arguments


def _keep(kept: KeptResults, piece: Piece, found: Found, seconds: float) -> None:
    """Keep the sound results of a piece; each took an equal share of its time."""
    share = seconds / max(1, len(found.results))
    kept.put_many(
        (stored, Kept(result, share))
        for name, result in found.results.items()
        if name not in found.unsound and (stored := piece.names[name]) is not None
    )
