"""Samples that one model's probe gets right and another's wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.gallery import MAX_SHOWN, show_samples
from dashboard.components.tables import show_table
from dashboard.wording import plain, plural
from ptmrank_core.records import Ranking, RunResult, Samples
from ptmrank_core.reports.tables.disagreement import disagreement_table
from ptmrank_core.results.disagreement import Disagreement, disagreement_of, predicted_models, say_prediction

__all__ = ["show_disagreement"]

WHAT_IT_IS = (
    "A linear probe is a simple classifier on a model's features. Each sample is judged by a probe that "
    "never saw it, so these are samples on which the features differ."
)
OF_NUMBERS = (
    "A linear probe predicts the numbers from a model's features. Each sample is judged by a probe that "
    "never saw it; a sample's error is how far off the prediction is."
)


def show_disagreement(result: RunResult, ranking: Ranking, samples: Samples | None) -> None:
    """Compare two models sample by sample, or say why that cannot be done."""
    st.markdown("#### Where do two models disagree?")
    known = predicted_models(result)
    models = [*(model for model in ranking.order if model in known)]
    if samples is None:
        st.caption("The samples are not there any more, so the two cannot be compared on them.")
        return
    if len(models) < 2:
        st.caption(_why_not(result, len(models)))
        return
    first, second = _choose(models)
    if first == second:
        st.caption("Choose two different models.")
        return
    disagreement = disagreement_of(result, samples, first, second)
    if disagreement.is_of_classes:
        _show_classes(disagreement, samples)
    else:
        _show_numbers(disagreement, samples)
    with st.expander("All of these samples as a table"):
        show_table(
            disagreement_table(disagreement, samples), alt=f"Samples on which {first} and {second} differ"
        )


def _why_not(result: RunResult, n_models: int) -> str:
    """Say why there are no two probes to compare."""
    if not result.plan.analyses.probe:
        return "This run fitted no linear probe: there is nothing to compare sample by sample."
    if not result.state.is_finished():
        return ":material/hourglass_top: The linear probes of two models are being computed."
    if n_models == 1:
        return "Only one model has a linear probe: there is no other to compare it with."
    return "This run kept no predictions of its linear probes: rank the samples again to compare models."


def _choose(models: Sequence[str]) -> tuple[str, str]:
    """Let the reader choose two models; the best and the worst by default."""
    columns = st.columns(2)
    chosen = [
        column.selectbox(label, list(models), index=index, key=key, bind="query-params")
        for column, label, index, key in zip(
            columns, ("Model A", "Model B"), (0, len(models) - 1), ("model-a", "model-b"), strict=True
        )
    ]
    return chosen[0], chosen[1]


def _show_classes(disagreement: Disagreement, samples: Samples) -> None:
    """Draw how often either is right, and the samples that only one gets right."""
    only_first, only_second = disagreement.only_first, disagreement.only_second
    st.markdown(
        f"**{plain(disagreement.first)}** alone is right on {plural(len(only_first), 'sample')}, "
        f"**{plain(disagreement.second)}** alone on {len(only_second):,}."
    )
    st.caption(WHAT_IT_IS)
    counts = pd.DataFrame(
        {
            "": ["A is right", "A is wrong"],
            "B is right": [disagreement.n_both_right, len(only_second)],
            "B is wrong": [len(only_first), disagreement.n_both_wrong],
        }
    )
    st.dataframe(
        counts,
        hide_index=True,
        width=420,
        alt=f"Both right {disagreement.n_both_right}, only A {len(only_first)}, only B {len(only_second)}, "
        f"both wrong {disagreement.n_both_wrong}",
    )
    for title, rows, wrong in (
        ("A is right, B is wrong", only_first, disagreement.second_predictions),
        ("B is right, A is wrong", only_second, disagreement.first_predictions),
    ):
        st.markdown(f"##### {title} ({len(rows):,})")
        if not len(rows):
            st.caption("No sample.")
            continue
        notes = [f"taken for {say_prediction(samples, wrong[row])}" for row in rows[:MAX_SHOWN]]
        show_samples(samples, rows.tolist(), notes=notes)


def _show_numbers(disagreement: Disagreement, samples: Samples) -> None:
    """Draw the samples whose errors differ most."""
    st.caption(WHAT_IT_IS if samples.target_kind == "multilabel" else OF_NUMBERS)
    for model, rows in (
        (disagreement.first, disagreement.only_first),
        (disagreement.second, disagreement.only_second),
    ):
        st.markdown(f"##### {plain(model)} is closer on {plural(len(rows), 'sample')}")
        if not len(rows):
            st.caption("No sample.")
            continue
        notes = [
            f"off by {disagreement.first_errors[row]:.3g} (A) and {disagreement.second_errors[row]:.3g} (B)"
            for row in rows[:MAX_SHOWN]
        ]
        show_samples(samples, rows.tolist(), notes=notes)
