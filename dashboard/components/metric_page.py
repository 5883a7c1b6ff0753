"""One metric: its idea, its formula, what it needs, when it fails, where it comes from, its numbers here."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ptmrank_core.lessons import FORMULAS, Lesson
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import MetricSpec

__all__ = ["metric_page", "say_needs"]

NEEDS = {
    "source_logits": "a checkpoint with its own classification head",
    "reference_embeddings": "features of a general reference set",
    "source_embeddings": "labelled samples of what the model was trained on",
    "source_labels": "the labels of those",
    "source_error": "the model's error on them",
    "target_error": "the error on your samples without the model",
    "lipschitz": "a Lipschitz constant, derived from the features where there are classes",
}


def metric_page(metric: str, lesson: Lesson) -> None:
    """Draw the page of a metric.

    Parameters
    ----------
    metric
        Name of a default form.
    lesson
        The scene whose intermediate values are shown.
    """
    spec, formula = METRICS[metric], FORMULAS[metric]
    words, numbers = st.columns([3, 2], gap="large")
    with words:
        st.markdown(f"### {spec.title}\n{spec.idea}")
        st.latex(formula.latex)
        st.caption(formula.letters)
        st.markdown(formula.reading)
        st.markdown(
            f"**Needs** {say_needs(spec)}.\n\n**Not to be trusted when** {_lower(spec.fails_when)}\n\n"
            f"**Higher is better**{_range(spec.bounds)}. **Paper:** {spec.reference}."
        )
    with numbers:
        _components(metric, lesson)


def say_needs(spec: MetricSpec) -> str:
    """Say what a metric needs besides features and labels."""
    return "; ".join(NEEDS[name] for name in sorted(spec.needs)) or "features and labels, nothing else"


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _range(bounds: tuple[float | None, float | None]) -> str:
    """Say which values the score can have."""
    least, greatest = bounds
    if least is None and greatest is None:
        return ", without bounds"
    if least is None:
        return f", at most {greatest:g}"
    return f", from {least:g} up" if greatest is None else f", from {least:g} to {greatest:g}"


def _components(metric: str, lesson: Lesson) -> None:
    """Draw the intermediate values and the warnings of the metric."""
    output = lesson.outputs.get(metric)
    if output is None:
        st.info(lesson.problems[metric])
        return
    st.metric(f"{METRICS[metric].title} here", f"{output.value:.4g}")
    if output.components:
        table = pd.DataFrame(
            [
                {"on the way": name.replace("_", " "), "value": value}
                for name, value in output.components.items()
            ]
        )
        st.dataframe(
            table,
            hide_index=True,
            column_config={"value": st.column_config.NumberColumn("value", format="%.4g")},
            alt="Intermediate values of the metric",
        )
    for warning in output.warnings:
        st.warning(warning)
