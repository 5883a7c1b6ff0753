"""What a metric makes of some samples: its picture, or why there is none; each computed once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import streamlit as st

from dashboard.views.learn.scenes.work import world_of
from ptmrank_core.errors import MetricError, MetricInputError
from ptmrank_core.lessons import Candidate, Task
from ptmrank_core.metrics import (
    MetricInputs,
    compute,
    explained_metrics,
    metric_intermediates,
    prepare_inputs,
)

__all__ = ["Seen", "look_at", "see"]

N_INPUTS, N_RECORDS = 32, 100


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What a metric computes on the way to its score.

    Parameters
    ----------
    value
        Its score, ``None`` where it has none.
    record
        Its intermediate quantities; ``None`` too where no picture is made of the metric.
    problem
        Why it has none; empty where it has.
    warnings
        What is odd about the score.
    """

    value: float | None
    record: Any
    problem: str = ""
    warnings: tuple[str, ...] = ()


@lru_cache(maxsize=N_INPUTS)
def inputs_of(task: Task, candidate: Candidate) -> MetricInputs:
    """Check the samples of a candidate, once for all metrics: what they share is kept with them."""
    return prepare_inputs(**world_of(task, candidate).arrays)


@st.cache_resource(max_entries=N_RECORDS, show_spinner="Working out what the metric sees …")
def see(metric: str, task: Task, candidate: Candidate) -> Seen:
    """Compute the intermediate quantities of a metric, once for all sessions.

    Parameters
    ----------
    metric
        Name of a default form.
    task, candidate
        The samples, and the model that sees them.
    """
    inputs = inputs_of(task, candidate)
    seen = look_at(metric, inputs)
    return seen if seen.value is None else replace(seen, warnings=compute(metric, inputs).warnings)


def look_at(metric: str, inputs: MetricInputs) -> Seen:
    """Compute the score of a metric, and its intermediate quantities where a picture is made of them.

    Parameters
    ----------
    metric
        Name of a default form.
    inputs
        Checked arrays of one model.
    """
    try:
        if metric not in explained_metrics():
            return Seen(compute(metric, inputs).value, None)
        record = metric_intermediates(metric, inputs)
    except (MetricError, MetricInputError) as error:
        return Seen(None, None, str(error))
    return Seen(record.value, record)
