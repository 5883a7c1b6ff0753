"""The pieces of analyses: what they read of a model, and what their results are known by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.work.identity import Identity, digest_of_arrays, piece_text
from ptmrank_core.benchmark.work.piece import Piece

__all__ = ["names_of", "piece_of", "scores_of", "scores_on_rows"]

# Argument of a piece that names the metrics which are to be scored, and the one with the rows of each step.
METRICS, ROWS = "metrics", "rows"
NOTHING: Mapping[str, Any] = MappingProxyType({})


def _name_of(identity: Identity | None, function: str, *known_by: str) -> str | None:
    """Return the name that a result of a piece is kept by; ``None`` if the features are not known."""
    return None if identity is None else identity.name(piece_text(function), *known_by)


def piece_of(
    context: AnalysisContext,
    function: str,
    model: str,
    arguments: Mapping[str, Any] = NOTHING,
    known_by: Sequence[str] = (),
) -> Piece:
    """Describe a piece of work on the features of one model, with one result.

    Parameters
    ----------
    context
        Context of the analysis.
    function
        Name in the table of pieces.
    model
        A candidate or a control that has features.
    arguments
        Arguments besides the arrays.
    known_by
        What the result follows from besides features, labels and groups: whatever of the arguments can differ
        between runs.
    """
    name = _name_of(context.identity(model), function, *known_by)
    read = partial(context.arrays, model)
    size = _size_of(context, model)
    return Piece(function, f"{function} {model}", read, arguments, {"": name}, size=size)


def _size_of(context: AnalysisContext, model: str) -> int:
    """Return the width of a model's features, which the time of most pieces grows with."""
    return context.outcomes[model].n_features or 0


def scores_of(
    context: AnalysisContext,
    function: str,
    model: str,
    arguments: Mapping[str, Any],
    known_by: Mapping[str, Sequence[str]],
) -> Piece:
    """Describe a piece of work on the features of one model, with one result for each metric.

    Parameters
    ----------
    context, function, model
        As those of :func:`piece_of`.
    arguments
        The same; ``metrics`` are those that are scored, and ``rows``, where there are any, divide the piece.
    known_by
        Metric -> what its result follows from besides features, labels, groups and its auxiliary inputs.
    """
    names = names_of(context, context.identity(model), function, model, known_by)
    read = partial(context.arrays, model, tuple(known_by))
    listed = ROWS if ROWS in arguments else ""
    size = _size_of(context, model)
    return Piece(function, f"{function} {model}", read, arguments, names, METRICS, listed, size)


def names_of(
    context: AnalysisContext,
    identity: Identity | None,
    function: str,
    model: str,
    known_by: Mapping[str, Sequence[str]],
) -> dict[str, str | None]:
    """Name what the result of a piece is kept by under each metric; as in :func:`scores_of`.

    ``identity`` is that of the features that are scored, which may be others than those of the run.
    """
    return {
        metric: _name_of(identity, function, context.metric_text(model, metric), *own)
        for metric, own in known_by.items()
    }


def scores_on_rows(
    context: AnalysisContext, function: str, metrics: Sequence[str], rows: Sequence[NDArray[np.int64]]
) -> dict[str, Piece]:
    """Describe a piece for each candidate: its scores under some metrics on the same sets of rows.

    Parameters
    ----------
    context, function
        As those of :func:`piece_of`.
    metrics
        Names of the metrics.
    rows
        One array for each step.
    """
    known_by = dict.fromkeys(metrics, (digest_of_arrays(rows),))
    asked = {METRICS: tuple(metrics), ROWS: rows}
    return {
        model: scores_of(context, function, model, {"model": model, **asked}, known_by)
        for model in context.specs
    }
