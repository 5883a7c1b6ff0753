"""One metric in words, all of them its own facts: idea, formula, when to use it, its record, its paper."""

from __future__ import annotations

import streamlit as st

from dashboard.components.tables import show_table
from dashboard.wording import plain, plural, with_links
from ptmrank_core.metrics import MEASURED_AT, METRICS, describe_input, differences
from ptmrank_core.metrics.agreements import say_agreement
from ptmrank_core.records import MetricSpec
from ptmrank_core.reports.tables.prior_agreement import prior_agreement_table

__all__ = ["lowered", "metric_facts", "metric_formula", "say_needs"]

SIDE_BY_SIDE, BELOW = r",\qquad ", r",\\[4pt] "


def metric_formula(metric: str) -> None:
    """Draw what a metric asks: its name, its idea, its formula and what that means.

    Parameters
    ----------
    metric
        Name of a default form or of evidence.
    """
    spec = METRICS[metric]
    st.markdown(f"### {spec.title}\n{spec.idea}")
    st.latex(_stacked(spec.formula.latex))
    st.caption(spec.formula.symbols)
    st.markdown(spec.formula.meaning)


def _stacked(latex: str) -> str:
    """Put equations that stand side by side below one another: the column has no room for two."""
    below = latex.replace(SIDE_BY_SIDE, BELOW)
    return latex if below == latex else rf"\begin{{gathered}}{below}\end{{gathered}}"


def metric_facts(metric: str) -> None:
    """Draw what somebody who chooses a metric wants to know, its paper, and how it fared so far.

    Parameters
    ----------
    metric
        Name of a default form or of evidence.
    """
    spec, traits = METRICS[metric], METRICS[metric].traits
    choosing, origin = st.columns(2, gap="large")
    with choosing:
        st.markdown(
            f"**Use it when** {lowered(traits.use_when)}\n\n**Not to be trusted when** "
            f"{lowered(spec.fails_when)}\n\n**Assumes** {lowered(plain(traits.assumes))}\n\n"
            f"**Needs** {say_needs(spec)}.\n\n"
            f"**Higher is better**{_range(spec.bounds)}."
        )
    with origin:
        st.markdown(
            f"**Paper** {plain(spec.paper.title)}: {with_links(spec.reference)}.\n\n"
            f"**Time grows with** {plain(traits.complexity)} (n samples, d features, C classes, z source "
            f"classes.) Measured: {spec.measured_seconds:.2g} s a model at {MEASURED_AT}."
        )
        if told := differences(metric):
            st.markdown(f"**What differs from the authors' code, and why.** {plain(told)}")
    st.markdown("#### How it fared against fine-tuning")
    st.caption(with_links(say_agreement(spec.prior_agreement)))
    table = prior_agreement_table(metric)
    if table.rows:
        with st.expander(f"{plural(len(table.rows), 'comparison')}, with their sources"):
            show_table(table, alt=table.title)


def say_needs(spec: MetricSpec) -> str:
    """Say what a metric needs besides features and labels."""
    return (
        "; ".join(describe_input(name) for name in sorted(spec.needs)) or "features and labels, nothing else"
    )


def lowered(sentence: str) -> str:
    """Begin a sentence in the middle of another."""
    return sentence[0].lower() + sentence[1:]


def _range(bounds: tuple[float | None, float | None]) -> str:
    """Say which values the score can have."""
    least, greatest = bounds
    if least is None and greatest is None:
        return ", without bounds"
    if least is None:
        return f", at most {greatest:g}"
    return f", from {least:g} up" if greatest is None else f", from {least:g} to {greatest:g}"
