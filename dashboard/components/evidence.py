"""Which metric can be trusted here: each one held against what models really reach."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from dashboard import jobs
from dashboard.wording import plain, plural, show_error
from ptmrank_core.errors import PTMRankError
from ptmrank_core.ranking import Estimate, Evidence
from ptmrank_core.records import Ranking, RunResult, Truth
from ptmrank_core.reports.evidence import (
    CONSENSUS,
    PARAMETERS,
    TRUTH_TITLES,
    contender_title,
    contenders_of,
    evidence_of,
    truth_problems,
    truths_of,
    truths_payload,
)
from ptmrank_core.reports.evidence_figures import (
    CORRELATION_TITLES,
    correlation_figure,
    measure_title,
    truth_figure,
)
from ptmrank_core.reports.figures import PLOTLY_CONFIG

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
    truths = truths_of(result)
    for name, why in truth_problems(result).items():
        st.caption(f"{TRUTH_TITLES.get(name, name)}: {plain(why)}")
    if truths:
        _show_truths(result, ranking, truths)
    else:
        st.caption(
            "Nothing is known yet of what these models reach: bring fine-tuning results of two or more."
        )
    _import(result)


@st.cache_data(max_entries=30, show_spinner="Holding the metrics against the truth …")
def _evidence(key: str, _result: RunResult, _ranking: Ranking) -> dict[str, dict[str, Evidence]]:  # noqa: ARG001
    """Hold every metric against every truth, once for each state of a run."""
    return evidence_of(_result, _ranking)


def _key(result: RunResult, ranking: Ranking) -> str:
    """Name what the evidence depends on."""
    parts = (result.plan.run_id, len(result.cells), dict(ranking.mean_ranks), truths_payload(result))
    return json.dumps(parts, default=dict)


def _show_truths(result: RunResult, ranking: Ranking, truths: dict[str, Truth]) -> None:
    """Let the reader choose a truth and look at the metrics beside it."""
    found = _evidence(_key(result, ranking), result, ranking)
    chosen = st.segmented_control(
        "Held against",
        list(truths),
        default=_most_telling(truths),
        format_func=TRUTH_TITLES.__getitem__,
        key="truth",
        required=True,
    )
    # The widget remembers a truth that another run had.
    name = chosen if chosen in truths else _most_telling(truths)
    truth, evidence = truths[name], found[name]
    st.caption(WHAT_IT_IS)
    for note in truth.notes:
        st.caption(plain(note))
    if any(own.correlations["kendall"] is not None for own in evidence.values()):
        _correlations(evidence, truth)
    else:
        st.info(
            f"{plural(len(truth.values), 'model')} with a result: too few to tell whether an order is right. "
            "Three give a number, five an interval."
        )
    _scatter(result, ranking, truth, evidence)


def _most_telling(truths: dict[str, Truth]) -> str:
    """Name the first truth of enough models for an interval, else the first."""
    return next((name for name, own in truths.items() if len(own.values) >= ENOUGH), next(iter(truths)))


def _correlations(evidence: dict[str, Evidence], truth: Truth) -> None:
    """Draw one row for each metric, and all numbers as a table."""
    correlation = st.segmented_control(
        "Correlation",
        list(CORRELATION_TITLES),
        default="weighted_tau",
        format_func=CORRELATION_TITLES.__getitem__,
        key="correlation",
        required=True,
        help="Weighted τ counts swaps among the best models most; Kendall τ and Spearman compare whole "
        "orders; Pearson compares the values themselves.",
    )
    chosen = correlation or "weighted_tau"
    st.plotly_chart(
        correlation_figure(evidence, chosen),
        key="correlations",
        config=PLOTLY_CONFIG,
        width="stretch",
        alt=f"{CORRELATION_TITLES[chosen]} of every metric with {measure_title(truth)}",
    )
    st.markdown(_sentence(evidence, truth))
    with st.expander("All numbers"):
        st.dataframe(_table(evidence), hide_index=True, height="content", placeholder="–", alt="Evidence")


def _sentence(evidence: dict[str, Evidence], truth: Truth) -> str:
    """Say what the figure comes to, and whether it is more than the size of the models tells."""
    taus = {name: own for name, own in evidence.items() if own.correlations["weighted_tau"] is not None}
    metrics = [name for name in taus if name not in {CONSENSUS, PARAMETERS}]
    if not metrics:
        return ""
    if len(truth.values) < ENOUGH:
        return (
            f"{plural(len(truth.values), 'model')} with a result: too few to trust one metric over another."
        )
    best = max(metrics, key=lambda name: _tau(taus[name]).value)
    tau, regret = _tau(taus[best]), evidence[best].regret.get(1)
    said = f"**{contender_title(best)}** follows it best here (weighted τ {_range(tau)})"
    if regret is not None:
        measure = plain(measure_title(truth))
        said += f"; taking its first model costs {regret.value:.3f} of {measure} ({_span(regret)})"
    said += "."
    if PARAMETERS in taus and (tau.low is None or tau.low <= _tau(taus[PARAMETERS]).value):
        said += (
            f" The number of parameters alone gives {_range(_tau(taus[PARAMETERS]))}: "
            f"{plural(taus[best].n_models, 'model')} do not prove that the metric knows more."
        )
    return said


def _tau(evidence: Evidence) -> Estimate:
    return evidence.correlations["weighted_tau"] or Estimate(0.0)


def _span(estimate: Estimate) -> str:
    return "no interval" if estimate.low is None else f"{estimate.low:.3f} to {estimate.high:.3f}"


def _range(estimate: Estimate) -> str:
    if estimate.low is None:
        return f"{estimate.value:.2f}, too few models for an interval"
    return f"{estimate.value:.2f}, {estimate.low:.2f} to {estimate.high:.2f}"


def _table(evidence: dict[str, Evidence]) -> pd.DataFrame:
    """Write every number of the evidence, its interval in brackets."""
    rows = []
    for name, own in evidence.items():
        row: dict[str, object] = {"": contender_title(name), "models": own.n_models}
        row |= {title: _cell(own.correlations[key]) for key, title in CORRELATION_TITLES.items()}
        row |= {f"regret@{k}": _cell(estimate, 3) for k, estimate in own.regret.items()}
        row |= {f"best in top {k}": "yes" if estimate.value else "no" for k, estimate in own.hit.items()}
        rows.append(row)
    return pd.DataFrame(rows)


def _cell(estimate: Estimate | None, digits: int = 2) -> str | None:
    if estimate is None:
        return None
    ends = "" if estimate.low is None else f" ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"
    return f"{estimate.value:.{digits}f}{ends}"


def _scatter(result: RunResult, ranking: Ranking, truth: Truth, evidence: dict[str, Evidence]) -> None:
    """Draw one metric against the truth."""
    contenders = contenders_of(result, ranking)
    names = [name for name in contenders if name in evidence]
    if not names:
        return
    shown = st.selectbox("Metric", names, format_func=contender_title, key="truth-metric")
    st.plotly_chart(
        truth_figure(shown, contenders[shown][0], truth, (*ranking.order, *ranking.unranked)),
        key="truth-scatter",
        config=PLOTLY_CONFIG,
        width="stretch",
        alt=f"{contender_title(shown)} against {measure_title(truth)}, one dot for each model",
    )


def _import(result: RunResult) -> None:
    """Take the user's own fine-tuning results; they stay with the run."""
    uploaded = st.file_uploader(
        "Fine-tuning results of your own",
        type=["csv", "tsv"],
        key=f"truth-{result.plan.run_id}",
        help="A table that begins model,accuracy (or r2, or another one number), one row for each model.",
        max_upload_size=10,
    )
    if uploaded is None:
        return
    try:
        is_new = jobs.keep_truth(result, uploaded.name, uploaded.getvalue())
    except PTMRankError as error:
        show_error(error)
        return
    if is_new:
        st.rerun()
