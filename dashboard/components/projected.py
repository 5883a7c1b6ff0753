"""The embeddings of a run's models in the plane, projected once for all sessions."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from ptmrank_core.benchmark import kept_embeddings
from ptmrank_core.projection import Projection, pca
from ptmrank_core.records import RunResult
from ptmrank_core.worker import SOURCES

__all__ = ["projection"]


@st.cache_data(max_entries=50, show_spinner=False)
def _projection(key: str, fingerprint: str, _found: RunResult, model: str) -> Projection | None:  # noqa: ARG001
    """Project a model's cached features; the first two arguments are what the answer depends on."""
    embeddings = kept_embeddings(
        _found.plan,
        _found.outcomes[model].spec,
        jobs.samples_of(_found),
        sources=SOURCES,
        cache=jobs.features(),
    )
    return None if embeddings is None else pca(embeddings)


def projection(found: RunResult, model: str) -> Projection | None:
    """Project a model's embeddings to the plane; ``None`` where its features are no longer kept."""
    revision = found.outcomes[model].spec.revision or ""
    return _projection(f"{model}@{revision}", found.plan.samples_fingerprint, found, model)
