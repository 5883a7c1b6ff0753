"""Projections of the embeddings of a run's models, and nearest neighbours."""

from __future__ import annotations

from typing import Any

import streamlit as st
from numpy.typing import NDArray

from dashboard import jobs
from ptmrank_core.benchmark import cached_embeddings, drawn_rows
from ptmrank_core.errors import InputError
from ptmrank_core.projection import (
    Neighbours,
    Projection,
    nearest_samples,
    pca,
    trustworthiness,
)
from ptmrank_core.records import RunResult, Trust
from ptmrank_core.reports.figures.embeddings import Panel, axis_titles, say_trust
from ptmrank_core.worker import SOURCES

__all__ = ["nearest", "pca_panel", "projection"]

# Principal components cost little, and the map draws so many points smoothly.
MAX_POINTS = 20_000


def projection(result: RunResult, model: str) -> Projection:
    """Project a model's embeddings to the plane, once for all sessions.

    Raises
    ------
    PTMRankError
        If its features or the samples cannot be had any more.
    """
    return _projection(_key(result, model), result, model)


def pca_panel(result: RunResult, model: str) -> Panel:
    """Make the panel of a model's first two principal components; raises as :func:`projection` does."""
    projected = projection(result, model)
    rows = drawn_rows(jobs.samples_of(result), result.plan.seed, at_most=MAX_POINTS)
    trust = _trust(_key(result, model), result, model)
    return Panel(model, rows, projected.points[rows], *axis_titles(projected), say_trust(trust))


def nearest(result: RunResult, model: str, row: int) -> Neighbours:
    """Find the nearest neighbours of a sample under a model; raises as :func:`projection` does."""
    return _nearest(_key(result, model), row, result, model)


def _key(result: RunResult, model: str) -> str:
    """Name what a model's embeddings of a run's samples depend on."""
    spec, plan = result.outcomes[model].spec, result.plan
    return f"{model}@{spec.revision or ''} {plan.samples_fingerprint} {plan.normalise} {plan.seed}"


def _embeddings(result: RunResult, model: str) -> NDArray[Any]:
    samples, spec = jobs.samples_of(result), result.outcomes[model].spec
    embeddings = cached_embeddings(result.plan, spec, samples, sources=SOURCES, cache=jobs.features())
    if embeddings is None:
        raise InputError(
            f"The features of {model} are no longer in the cache.", hint="Rank it again to see them."
        )
    return embeddings


@st.cache_resource(max_entries=50, show_spinner="Drawing the embeddings …")
def _projection(key: str, _found: RunResult, _model: str) -> Projection:  # noqa: ARG001 - the key is what counts
    return pca(_embeddings(_found, _model))


@st.cache_resource(max_entries=50, show_spinner="Drawing the embeddings …")
def _trust(key: str, _found: RunResult, _model: str) -> Trust | None:
    seed = _found.plan.seed
    rows = drawn_rows(jobs.samples_of(_found), seed)
    points = _projection(key, _found, _model).points
    return trustworthiness(_embeddings(_found, _model)[rows], points[rows], seed=seed)


@st.cache_resource(max_entries=1000, show_spinner="Looking for the neighbours …")
def _nearest(key: str, row: int, _found: RunResult, _model: str) -> Neighbours:  # noqa: ARG001 - as above
    return nearest_samples(_embeddings(_found, _model), row)
