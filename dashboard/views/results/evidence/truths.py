"""Which metric can be trusted here: each one held against what models really reach."""

from __future__ import annotations

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.views.results.evidence.importing import WIDGET, import_truth, show_match
from dashboard.views.results.fingerprint import fingerprint
from dashboard.wording import plain, plural
from ptmrank_core.ranking import Evidence
from ptmrank_core.records import IMPORTED, Ranking, RunResult, Truth
from ptmrank_core.reports.figures.evidence import correlation_figure, truth_figure
from ptmrank_core.reports.tables.evidence import evidence_table, truth_table
from ptmrank_core.results.evidence import (
    CORRELATION_TITLES,
    TRUTH_TITLES,
    contender_title,
    contenders_of,
    evidence_of,
    measure_title,
    truth_problems,
    truths_of,
)
from ptmrank_core.results.trust import say_evidence

__all__ = ["show_evidence"]

WHAT_IT_IS = (
    "Each metric's order of the models beside the order by what they reach: 1 is the same order, 0 no "
    "relation. Bars are 90 % intervals over models, as if other candidates of the same kind had been taken: "
    "where bars overlap widely, these models do not tell the metrics apart."
)

ENOUGH = 5  # models, for an interval


def show_evidence(result: RunResult, ranking: Ranking) -> None:
    """Draw how well each metric follows what models reach, as far as anything is known of that."""
    st.header("Which metric can be trusted here?")
    import_truth(result)
    truths = truths_of(result)
    for name, why in truth_problems(result).items():
        st.caption(f"{TRUTH_TITLES.get(name, plain(name))}: {plain(why)}")
    if truths:
        _show_truths(result, ranking, truths)
    else:
        st.caption(
            "Nothing is known yet of what these models reach: bring fine-tuning results of two or more."
        )


@st.cache_data(max_entries=30, show_spinner="Holding the metrics against the truth …")
def _evidence(key: str, _result: RunResult, _ranking: Ranking) -> dict[str, dict[str, Evidence]]:  # noqa: ARG001
    """Hold every metric against every truth, once for each state of a run."""
    return evidence_of(_result, _ranking)


def _show_truths(result: RunResult, ranking: Ranking, truths: dict[str, Truth]) -> None:
    """Let the reader choose a truth and look at the metrics beside it."""
    evidence_by_truth = _evidence(fingerprint(result, ranking), result, ranking)
    chosen = st.segmented_control(
        "Held against",
        list(truths),
        default=_most_telling(truths),
        format_func=TRUTH_TITLES.__getitem__,
        key=WIDGET,
        required=True,
        bind="query-params",
    )
    # The widget remembers a truth that another run had.
    name = chosen if chosen in truths else _most_telling(truths)
    truth, evidence = truths[name], evidence_by_truth[name]
    if name == IMPORTED:
        show_match(result)
    if sentence := say_evidence(evidence, truth):
        finding, _, numbers = sentence.partition(": ")
        st.markdown(f"**{plain(finding)}:** {plain(numbers)}")
    st.caption(WHAT_IT_IS)
    for note in truth.notes:
        st.caption(plain(note))
    if any(contender.correlations["kendall"] is not None for contender in evidence.values()):
        _correlations(evidence, truth)
    else:
        st.info(
            f"{plural(len(truth.values), 'model')} with a result: too few to tell whether an order is right. "
            "Three give a number, five an interval."
        )
    _scatter(result, ranking, truth, evidence)


def _most_telling(truths: dict[str, Truth]) -> str:
    """Name the first truth of enough models for an interval, else the first."""
    return next((name for name, truth in truths.items() if len(truth.values) >= ENOUGH), next(iter(truths)))


def _correlations(evidence: dict[str, Evidence], truth: Truth) -> None:
    """Draw one row for each metric, and all numbers as a table."""
    correlation = st.segmented_control(
        "Correlation",
        list(CORRELATION_TITLES),
        default="weighted_tau",
        format_func=CORRELATION_TITLES.__getitem__,
        key="correlation",
        required=True,
        bind="query-params",
        help="Weighted τ counts swaps among the best models most; Kendall τ and Spearman compare whole "
        "orders; Pearson compares the values themselves.",
    )
    chosen = correlation or "weighted_tau"
    show_chart(
        correlation_figure(evidence, chosen),
        key="correlations",
        title=f"Which order of the models comes nearest to their {plain(measure_title(truth))}?",
        alt=f"{CORRELATION_TITLES[chosen]} of every metric with {measure_title(truth)}",
        table=lambda: evidence_table(evidence),
    )


def _scatter(result: RunResult, ranking: Ranking, truth: Truth, evidence: dict[str, Evidence]) -> None:
    """Draw one metric against the truth."""
    contenders = contenders_of(result, ranking)
    names = [name for name in contenders if name in evidence]
    if not names:
        return
    shown = st.selectbox(
        "Metric", names, format_func=contender_title, key="truth-metric", bind="query-params"
    )
    values, order = contenders[shown][0], (*ranking.order, *ranking.unranked)
    show_chart(
        truth_figure(shown, values, truth, order),
        key="truth-scatter",
        title=f"{contender_title(shown)} and {plain(measure_title(truth))}: does one follow the other?",
        alt=f"{contender_title(shown)} against {measure_title(truth)}, one dot for each model",
        table=lambda: truth_table(shown, values, truth, order),
    )
