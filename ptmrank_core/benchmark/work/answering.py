"""Pieces of work -> their results: kept ones are read, the others are computed and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.work.call import Call, Called
from ptmrank_core.benchmark.work.kept_results import Kept, KeptResults
from ptmrank_core.benchmark.work.piece import Answer, Piece
from ptmrank_core.events import CancelToken, raise_if_cancelled
from ptmrank_core.pieces import PIECES, Found, ListedScores
from ptmrank_core.pieces.scoring import CapturedError

__all__ = ["answer_pieces", "is_kept"]

# Pieces are divided where there are fewer for each process; each call then has so many steps.
PIECES_FOR_EACH, STEPS_OF_CALL = 4, 20


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
    known: dict[int, dict[str, Kept]] = {}
    for index, piece in enumerate(pieces):
        raise_if_cancelled(token)
        found = _look_up(run_context.kept, piece)
        if found.keys() == piece.names.keys():
            yield index, Answer({name: kept.result for name, kept in found.items()}, 0.0, _seconds(found))
        else:
            known[index] = found
    open_pieces = {index: _Open(pieces[index], found) for index, found in known.items()}
    for index, answer in _computed(run_context, open_pieces, token):
        yield index, answer


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


class _Open:
    """A piece some of whose results are not kept, as its calls are done one after the other."""

    def __init__(self, piece: Piece, known: Mapping[str, Kept]) -> None:
        self.piece, self._known = piece, known
        self._found: dict[int, Found | CapturedError] = {}
        self._seconds = 0.0
        self._n_calls = 0

    def calls(self, *, divided: bool) -> list[Call]:
        """List the calls that find what is not kept: one, or several that can be made side by side."""
        piece = self.piece
        arguments = _arguments(piece, [name for name in piece.names if name not in self._known])
        parts = _divided(piece, arguments) if divided and piece.listed else [arguments]
        self._n_calls = len(parts)
        return [Call(piece.function, part, piece.what, piece.read) for part in parts]

    def is_done_with(self, number: int, called: Called) -> bool:
        """Note what came of a call; return whether it was the last one."""
        self._found[number] = called.found
        self._seconds += called.seconds
        return len(self._found) == self._n_calls

    def answer(self, kept: KeptResults) -> Answer:
        """Join the results of all calls, and keep them; the first error is that of the piece."""
        in_order = [self._found[number] for number in range(self._n_calls)]
        kept_seconds = _seconds(self._known)
        for found in in_order:
            if isinstance(found, CapturedError):
                return Answer(found, self._seconds, kept_seconds)
        joined = _joined([found for found in in_order if isinstance(found, Found)])
        _keep(kept, self.piece, joined, self._seconds)
        results = {
            name: self._known[name].result if name in self._known else joined.results[name]
            for name in self.piece.names
        }
        return Answer(results, self._seconds, kept_seconds)


def _computed(
    run_context: RunContext, open_pieces: Mapping[int, _Open], cancel: CancelToken
) -> Iterator[tuple[int, Answer]]:
    """Compute what is not kept of some pieces."""
    pool = run_context.pool
    # Few pieces are divided, so that each process has several to take.
    divided = pool.n_processes > 1 and len(open_pieces) < PIECES_FOR_EACH * pool.n_processes
    calls: list[Call] = []
    places: list[tuple[int, int]] = []
    # The largest first: none of them is then still at work, alone, when all others are done.
    by_size = sorted(open_pieces.items(), key=lambda item: -item[1].piece.size)
    for index, own in by_size:
        for number, call in enumerate(own.calls(divided=divided)):
            calls.append(call)
            places.append((index, number))
    for called in pool.run(calls, cancel):
        index, number = places[called.number]
        if open_pieces[index].is_done_with(number, called):
            yield index, open_pieces[index].answer(run_context.kept)


def _divided(piece: Piece, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Divide the steps of a piece; each part knows which of them its first one is."""
    rows = arguments[piece.listed]
    starts = range(0, len(rows), STEPS_OF_CALL)
    return [
        {**arguments, piece.listed: rows[start : start + STEPS_OF_CALL], "first": start} for start in starts
    ]


def _joined(parts: Sequence[Found]) -> Found:
    """Join the results of the parts of a piece, in their order."""
    if len(parts) == 1:
        return parts[0]
    scores = {
        name: ListedScores(tuple(score for part in parts for score in part.results[name].scores))
        for name in parts[0].results
    }
    return Found(scores, frozenset().union(*(part.unsound for part in parts)))


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
