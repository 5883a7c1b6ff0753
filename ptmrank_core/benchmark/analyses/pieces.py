"""The pieces of analyses: what they read of a model, and what their results are known by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.work.identity import Identity, piece_text
from ptmrank_core.benchmark.work.piece import Piece

__all__ = ["name_of", "piece_of", "scores_of"]

# Argument of a piece that names the metrics which are to be scored, and the one with the rows of each step.
METRICS, ROWS = "metrics", "rows"
NOTHING: Mapping[str, Any] = MappingProxyType({})


def name_of(identity: Identity | None, function: str, *known_by: str) -> str | None:
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
    name = name_of(context.identity(model), function, *known_by)
    return Piece(function, f"{function} {model}", partial(context.arrays, model), arguments, {"": name})


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
    identity = context.identity(model)
    names = {
        metric: name_of(identity, function, context.metric_text(model, metric), *own)
        for metric, own in known_by.items()
    }
    read = partial(context.arrays, model, tuple(known_by))
    listed = ROWS if ROWS in arguments else ""
    return Piece(function, f"{function} {model}", read, arguments, names, METRICS, listed)
