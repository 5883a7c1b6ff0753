"""A model of a run in the place of the artificial samples: what a metric makes of its real features."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from dashboard import jobs, state
from dashboard.views.learn.pictures.seen import Seen, look_at
from dashboard.views.learn.sections import METRICS as METRICS_SECTION
from dashboard.wording import name_run, plain, plural, show_error
from ptmrank_core.benchmark import cached_arrays, drawn_rows, is_shipped
from ptmrank_core.errors import InputError, MetricInputError, PTMRankError
from ptmrank_core.metrics import METRICS, prepare_inputs
from ptmrank_core.records import RunResult, Samples, Score, take_rows
from ptmrank_core.worker import SOURCES

__all__ = ["OwnModel", "ask_own_model", "run_asked_for"]

MOST_SAMPLES = 1_000
N_SEEN = 30
EMBEDDINGS_ALONE = (
    " The run that comes along keeps its embeddings alone: rank the demo yourself to see this picture of it."
)


@dataclass(frozen=True, eq=False, slots=True)
class OwnModel:
    """What a metric makes of a model of a run.

    Parameters
    ----------
    seen
        Its intermediate quantities, or why there are none.
    class_names
        Of the classes, or of the targets, in the order of their codes.
    said
        Which model and samples these are, in one sentence; plain text.
    """

    seen: Seen
    class_names: tuple[str, ...]
    said: str


def run_asked_for() -> str | None:
    """Return the run whose models are to be looked at; ``None`` for artificial samples."""
    return state.address_value("run")


def ask_own_model(metric: str, run: str) -> OwnModel | None:
    """Ask for a model of a run and compute what the metric makes of it.

    Parameters
    ----------
    metric
        Name of a default form.
    run
        Id of the run; whoever may look at its results may look at this.

    Returns
    -------
    OwnModel or None
        ``None`` where there is nothing to show; the page says why, and what to do.
    """
    state.link(
        "learn",
        "Back to artificial samples",
        icon=":material/arrow_back:",
        section=METRICS_SECTION,
        metric=METRICS[metric].title,
    )
    try:
        result, ranking = jobs.ranked(run)
        samples = jobs.samples_of(result)
        models = [*(m for m in ranking.order if m in result.outcomes)]
        models += [model for model in result.outcomes if model not in models]
        if not models:
            raise InputError(
                "No model of this run has features.", hint="Look at the run for what went wrong."
            )
        title = plain(name_run(jobs.outline(run)))
        st.caption(f"Real features: {title}, {plural(samples.n_samples, 'sample')}.")
        model = st.selectbox("Model of the run", models, key="model", bind="query-params")
        own = _see(_key(result, model, metric), metric, result, model)
    except PTMRankError as error:
        show_error(error)
        return None
    _say_score(own, metric, model, result)
    return own


def _say_score(own: OwnModel, metric: str, model: str, result: RunResult) -> None:
    """Say what the score in the run is, and on which samples the picture rests."""
    scores = [
        cell.value
        for cell in result.cells
        if isinstance(cell, Score) and (cell.model, cell.metric) == (model, metric)
    ]
    parts = [f"{own.said}."]
    value = own.seen.value
    if scores and value is not None:
        parts.append(f"The score in the run is {scores[0]:.4g}, here it is {value:.4g}.")
        if not np.isclose(value, scores[0], rtol=1e-3, atol=1e-6):
            parts.append(
                "They differ where the picture rests on fewer samples, or where what the metric also reads, "
                "such as embeddings of the class names, is not kept."
            )
    st.caption(plain(" ".join(parts)))


def _key(result: RunResult, model: str, metric: str) -> str:
    """Name what a record depends on."""
    spec, plan = result.outcomes[model].spec, result.plan
    kept = f"{plan.samples_fingerprint} {plan.normalise} {plan.seed}"
    return f"{plan.run_id} {model}@{spec.revision or ''} {kept} {metric} v{METRICS[metric].version}"


@st.cache_resource(max_entries=N_SEEN, show_spinner="Working out what the metric sees …")
def _see(key: str, metric: str, _found: RunResult, model: str) -> OwnModel:  # noqa: ARG001 - the key counts
    samples = jobs.samples_of(_found)
    arrays = cached_arrays(_found, model, samples, metric, sources=SOURCES, cache=jobs.features())
    if arrays is None:
        raise InputError(
            f"The features of {model} are no longer in the cache.",
            hint="Rank the samples with this model again: its features are then kept for the picture.",
        )
    rows = drawn_rows(samples, _found.plan.seed, at_most=MOST_SAMPLES)
    said = f"{plural(len(rows), 'sample')} as {model} sees them"
    if len(rows) < samples.n_samples:
        arrays = take_rows(arrays, rows)
        said = f"{len(rows):,} of {plural(samples.n_samples, 'sample')} as {model} sees them"
    try:
        seen = look_at(metric, prepare_inputs(**arrays))
    except MetricInputError as error:
        seen = Seen(None, None, str(error))
    if seen.problem and is_shipped(_found.plan.run_id):
        seen = replace(seen, problem=f"{seen.problem}{EMBEDDINGS_ALONE}")
    return OwnModel(seen, _names(samples, rows), said)


def _names(samples: Samples, rows: np.ndarray) -> tuple[str, ...]:
    """Name the classes that have a sample, or the targets."""
    if samples.target_kind != "classification":
        return samples.class_names
    return tuple(samples.class_names[code] for code in np.unique(samples.labels[rows]).tolist())
