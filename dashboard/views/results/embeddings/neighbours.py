"""The nearest neighbours of one sample under each model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dashboard.components.gallery import show_samples
from dashboard.views.results import projections as projected
from dashboard.wording import plain, show_error
from ptmrank_core.errors import PTMRankError
from ptmrank_core.projection import N_NEIGHBOURS, Neighbours
from ptmrank_core.records import RunResult, Samples
from ptmrank_core.results.phrases import say_label

__all__ = ["show_neighbours"]


def show_neighbours(
    result: RunResult, samples: Samples, models: Sequence[str], selected: Sequence[int]
) -> None:
    """Draw a row of neighbours for each model, and say how many have the sample's own label."""
    st.markdown("#### Who stands beside it, under each model?")
    row = st.selectbox(
        "Neighbours of",
        selected,
        format_func=lambda index: f"{samples.names[index]} ({say_label(samples, index)})",
        key="neighbours-of",
    )
    st.caption(
        f"The {N_NEIGHBOURS} nearest samples by Euclidean distance between all of their features, not in the "
        "plane; the number is the distance, in the model's own unit."
    )
    for model in models:
        try:
            neighbours = projected.nearest(result, model, row)
        except PTMRankError as error:
            show_error(error)
            continue
        st.markdown(f"**{plain(model)}**{_agreement(samples, row, neighbours)}")
        notes = [
            _note(samples, row, *pair) for pair in zip(neighbours.rows, neighbours.distances, strict=True)
        ]
        show_samples(samples, neighbours.rows.tolist(), notes=notes)


def _agreement(samples: Samples, row: int, neighbours: Neighbours) -> str:
    """Say how many neighbours have the label of the sample; of numbers, how far theirs are from its own."""
    if samples.target_kind == "regression":
        value, others = samples.labels[row], samples.labels[neighbours.rows]
        return f": their numbers differ from its own by {np.abs(others - value).mean():.3g} in the mean"
    same = int(_has_same(samples, row, neighbours.rows).sum())
    return f": {same} of {len(neighbours.rows)} have its label"


def _has_same(samples: Samples, row: int, others: np.ndarray) -> np.ndarray:
    return np.asarray((samples.labels[others] == samples.labels[row]).reshape(len(others), -1).all(axis=1))


def _note(samples: Samples, row: int, other: np.int64, distance: np.float64) -> str:
    note = f"{distance:.3g}"
    if samples.target_kind == "regression":
        return note
    return f"{note}, {'same' if _has_same(samples, row, np.array([other]))[0] else 'another'} label"
