"""Scores of one model on variations of its arrays: parts of the samples, permuted labels, further seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.events import CancelToken, never_cancels, raise_if_cancelled
from ptmrank_core.metrics import MetricInputs, compute, prepare_inputs, score_parts
from ptmrank_core.pieces.found import Found, ListedScores, SeedValues
from ptmrank_core.pieces.scoring import REFUSALS, CapturedError, run_guarded, score_cells
from ptmrank_core.records import Failure, Score, ScoreParts, take_rows

__all__ = ["score_parts_of", "score_permuted", "score_seeds", "score_subsets"]

Rows = NDArray[np.int64]
# Arrays that hold labels of samples; the others hold outputs of a model.
LABEL_ARRAYS = ("labels", "targets", "sample_label_embeddings")


def score_parts_of(
    arrays: Mapping[str, Any],
    *,
    model: str,
    metrics: Mapping[str, int],
    rows: Sequence[Rows],
    first: int = 0,
    cancel: CancelToken = never_cancels,
) -> Found:
    """Score parts of the samples that hold some of every class.

    Parameters
    ----------
    arrays
        Keyword arguments of ``prepare_inputs``.
    model
        Its id, for messages.
    metrics
        Metric -> on how many of all parts it is scored.
    rows
        Rows of each of these parts.
    first
        Number of the first of them among all parts.
    cancel
        Asked before each part.

    Returns
    -------
    Found
        By metric, :class:`~ptmrank_core.pieces.ListedScores` of those parts that it is scored on.

    Raises
    ------
    MetricInputError
        If the arrays cannot be used, or a part lacks a class.
    CancelledError
        If cancellation was requested.
    """
    inputs = prepare_inputs(**arrays)
    steps = (
        (partial(inputs.take, own), [name for name, number in metrics.items() if first + index < number])
        for index, own in enumerate(rows)
    )
    return _listed(model, metrics, steps, cancel)


def score_subsets(
    arrays: Mapping[str, Any],
    *,
    model: str,
    metrics: Sequence[str],
    rows: Sequence[Rows],
    first: int = 0,  # noqa: ARG001 - all subsets are alike
    cancel: CancelToken = never_cancels,
) -> Found:
    """Score subsets, some of which a metric may refuse; otherwise as :func:`score_parts_of`."""
    steps = ((partial(_prepared, take_rows(arrays, own), model), metrics) for own in rows)
    return _listed(model, metrics, steps, cancel)


def score_permuted(
    arrays: Mapping[str, Any],
    *,
    model: str,
    metrics: Sequence[str],
    rows: Sequence[Rows],
    first: int = 0,  # noqa: ARG001 - all permutations are alike
    cancel: CancelToken = never_cancels,
) -> Found:
    """Score all samples with the labels of those in ``rows``; otherwise as :func:`score_parts_of`."""
    steps = ((partial(_with_labels_of, arrays, own), metrics) for own in rows)
    return _listed(model, metrics, steps, cancel)


def score_seeds(
    arrays: Mapping[str, Any],
    *,
    metrics: Sequence[str],
    seeds: Sequence[int | None],
    cancel: CancelToken = never_cancels,
) -> Found:
    """Score all samples under several seeds.

    Parameters
    ----------
    arrays
        Keyword arguments of ``prepare_inputs``.
    metrics
        Stochastic metrics.
    seeds
        Their seeds; ``None`` for a metric's own.
    cancel
        Asked before each seed.

    Returns
    -------
    Found
        By metric, :class:`~ptmrank_core.pieces.SeedValues`.

    Raises
    ------
    MetricError, MetricInputError
        If a metric has no value.
    CancelledError
        If cancellation was requested.
    """
    inputs = prepare_inputs(**arrays)
    values: dict[str, list[float]] = {name: [] for name in metrics}
    for name, of_metric in values.items():
        for seed in seeds:
            raise_if_cancelled(cancel)
            of_metric.append(compute(name, inputs, seed=seed).value)
    return Found({name: SeedValues(tuple(of_metric)) for name, of_metric in values.items()})


Step = tuple[Callable[[], MetricInputs | CapturedError], Sequence[str]]


def _listed(model: str, metrics: Iterable[str], steps: Iterator[Step], cancel: CancelToken) -> Found:
    """Score one variation after the other."""
    scores: dict[str, list[ScoreParts | None]] = {name: [] for name in metrics}
    unsound: set[str] = set()
    for make, asked in steps:
        raise_if_cancelled(cancel)
        inputs = make()
        if isinstance(inputs, CapturedError):
            unsound |= set() if inputs.is_of_arrays else set(asked)
            for name in asked:
                scores[name].append(None)
            continue
        for cell in score_cells(model, inputs, asked):
            scores[cell.metric].append(score_parts(cell) if isinstance(cell, Score) else None)
            unsound |= {cell.metric} if isinstance(cell, Failure) and cell.error not in REFUSALS else set()
    found = {name: ListedScores(tuple(of_metric)) for name, of_metric in scores.items()}
    return Found(found, frozenset(unsound))


def _prepared(arrays: Mapping[str, Any], model: str) -> MetricInputs | CapturedError:
    """Check the arrays of a subset, which may be too small for any metric."""
    return run_guarded(lambda: prepare_inputs(**arrays), what=f"a subset under {model}")


def _with_labels_of(arrays: Mapping[str, Any], rows: Rows) -> MetricInputs:
    """Give each sample the labels of the sample in ``rows``."""
    labels = {name: arrays[name] for name in LABEL_ARRAYS if name in arrays}
    return prepare_inputs(**{**arrays, **take_rows(labels, rows)})
