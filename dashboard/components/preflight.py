"""The report on the samples of an upload: what was read, and what was left out and why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.wording import MODALITIES, TARGETS, plain, plural
from ptmrank_core.records import Samples, SamplesSummary
from ptmrank_core.reports.figures.samples import class_counts_figure
from ptmrank_core.reports.figures.scatter import target_histogram
from ptmrank_core.reports.tables.samples import CountBars, class_counts_table, targets_table

__all__ = ["preflight"]


def preflight(summary: SamplesSummary, samples: Samples | None) -> None:
    """Draw the report; without the samples themselves, only the numbers of the summary."""
    st.caption(f"Read as **{MODALITIES[summary.modality]}** with **{TARGETS[summary.target_kind]}**.")
    for warning in summary.warnings:
        st.warning(plain(warning), icon=":material/warning:")
    _numbers(summary, samples)
    left, right = st.columns([5, 3], gap="large")
    with left:
        if summary.target_kind == "regression":
            _histogram(samples)
        else:
            _counts(summary)
    with right:
        _left_out(summary)
        for note in summary.notes:
            st.caption(plain(note))


def _word(summary: SamplesSummary) -> str:
    return "label" if summary.target_kind == "multilabel" else "class"


def _numbers(summary: SamplesSummary, samples: Samples | None) -> None:
    """Draw the most important numbers in a row."""
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
    word, n_classes = _word(summary), len(summary.class_counts)
    hidden = CountBars.of(summary).n_hidden
    some = f": the largest and smallest of {n_classes:,}" if hidden else ""
    show_chart(
        class_counts_figure(summary),
        key="class-counts",
        title=f"How many samples does each {word} have?{some}",
        alt=f"{plural(n_classes, word)}, {plural(summary.n_samples, 'sample')}: between "
        f"{min(summary.class_counts.values()):,} and {max(summary.class_counts.values()):,} in each {word}",
        table=lambda: class_counts_table(summary),
    )


def _histogram(samples: Samples | None) -> None:
    if samples is None:
        st.caption("The samples are no longer on this machine.")
        return
    show_chart(
        target_histogram(samples),
        key="targets",
        title="How are the numbers distributed?",
        alt=f"Histogram of {', '.join(samples.class_names)} over {plural(samples.n_samples, 'sample')}",
        table=lambda: targets_table(samples),
    )


def _left_out(summary: SamplesSummary) -> None:
    st.markdown("**Left out**")
    if not summary.left_out:
        st.caption("Nothing was left out: every entry became a sample.")
        return
    table = pd.DataFrame([{"what": one.name, "reason": one.reason} for one in summary.left_out])
    st.dataframe(table, hide_index=True, alt=f"{len(table):,} left out, with reasons")
