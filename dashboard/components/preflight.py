"""The pre-flight report: what was read of the samples, and what was left out and why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.wording import MODALITIES, TARGETS, in_page_words, plain, plural
from ptmrank_core.records import Samples, SamplesSummary
from ptmrank_core.reports.figures import PLOTLY_CONFIG
from ptmrank_core.reports.scatter import target_histogram

__all__ = ["preflight"]

FEW = 5
NAMED = 10


def preflight(summary: SamplesSummary, samples: Samples | None) -> None:
    """Draw the report; what only the samples themselves tell is left out where they are gone."""
    st.caption(f"Read as **{MODALITIES[summary.modality]}** with **{TARGETS[summary.target_kind]}**.")
    _numbers(summary, samples)
    left, right = st.columns(2)
    with left:
        if summary.target_kind == "regression":
            _histogram(samples)
        else:
            _counts(summary)
    with right:
        _left_out(summary)
    for note in summary.notes:
        st.caption(in_page_words(note))
    _warn_of_few(summary)


def _warn_of_few(summary: SamplesSummary) -> None:
    few = [name for name, count in summary.class_counts.items() if count < FEW]
    if not few:
        return
    more = f" and {len(few) - NAMED:,} more" if len(few) > NAMED else ""
    st.warning(
        f"Fewer than five samples in {plain(', '.join(few[:NAMED]))}{more}: scores of such small "
        f"{'labels' if summary.target_kind == 'multilabel' else 'classes'} move a lot with every sample."
    )


def _word(summary: SamplesSummary) -> str:
    return "label" if summary.target_kind == "multilabel" else "class"


def _numbers(summary: SamplesSummary, samples: Samples | None) -> None:
    """Draw the numbers that say most, in a row."""
    counts = summary.class_counts
    cards = [("Samples", summary.n_samples)]
    if summary.target_kind == "classification":
        cards += [("Classes", len(counts)), ("Smallest class", min(counts.values()))]
    elif summary.target_kind == "multilabel":
        cards += [("Labels", len(counts)), ("Rarest label", min(counts.values()))]
    elif samples is not None:
        cards += [("Targets", len(samples.class_names))]
    if summary.n_groups is not None:
        cards += [("Groups", summary.n_groups)]
    cards += [("Left out", len(summary.left_out))]
    for column, (name, value) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(name, f"{value:,}", border=True)


def _counts(summary: SamplesSummary) -> None:
    word, counts = _word(summary), summary.class_counts
    st.markdown(f"**Samples of each {word}**")
    st.dataframe(
        pd.DataFrame({word: list(counts), "samples": list(counts.values())}),
        hide_index=True,
        column_config={
            "samples": st.column_config.ProgressColumn(
                "samples", format="%d", min_value=0, max_value=max(counts.values())
            )
        },
        alt=f"{plural(len(counts), word)}, {plural(summary.n_samples, 'sample')}",
    )


def _histogram(samples: Samples | None) -> None:
    st.markdown("**How the numbers are spread**")
    if samples is None:
        st.caption("The samples are not there any more.")
        return
    st.plotly_chart(
        target_histogram(samples),
        key="targets",
        config=PLOTLY_CONFIG,
        alt=f"Histogram of {', '.join(samples.class_names)} over {plural(samples.n_samples, 'sample')}",
    )


def _left_out(summary: SamplesSummary) -> None:
    st.markdown("**Left out**")
    if not summary.left_out:
        st.caption("Nothing: everything became a sample.")
        return
    table = pd.DataFrame([{"what": one.name, "reason": one.reason} for one in summary.left_out])
    st.dataframe(table, hide_index=True, alt=f"{len(table):,} left out, with reasons")
