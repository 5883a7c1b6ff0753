"""One metric: its idea, its formula, what it needs, when it fails, where it comes from, its numbers here."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.wording import with_links
from ptmrank_core.lessons import Opinion
from ptmrank_core.metrics import METRICS, describe_input
from ptmrank_core.metrics.agreements import say_agreement
from ptmrank_core.records import MetricSpec

__all__ = ["metric_page", "say_needs"]


def metric_page(metric: str, opinion: Opinion) -> None:
    """Draw the page of a metric.

    Parameters
    ----------
    metric
        Name of a default form.
    opinion
        The scores whose intermediate values are shown.
    """
    spec = METRICS[metric]
    formula = spec.formula
    words, numbers = st.columns([3, 2], gap="large")
    with words:
        st.markdown(f"### {spec.title}\n{spec.idea}")
        st.latex(formula.latex)
        st.caption(formula.symbols)
        st.markdown(formula.meaning)
        st.markdown(
            f"**Needs** {say_needs(spec)}.\n\n**Not to be trusted when** {_lower(spec.fails_when)}\n\n"
            f"**Higher is better**{_range(spec.bounds)}. **Paper:** {with_links(spec.reference)}."
        )
        st.caption(say_agreement(spec.prior_agreement))
    with numbers:
        _components(metric, opinion)


def say_needs(spec: MetricSpec) -> str:
    """Say what a metric needs besides features and labels."""
    return (
        "; ".join(describe_input(name) for name in sorted(spec.needs)) or "features and labels, nothing else"
    )


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


def _components(metric: str, opinion: Opinion) -> None:
    """Draw the intermediate values and the warnings of the metric."""
    output = opinion.outputs.get(metric)
    if output is None:
        st.info(opinion.problems[metric])
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
