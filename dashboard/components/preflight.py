"""The pre-flight report: what was read of the samples, and what was left out and why."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import streamlit as st

from dashboard.wording import plural
from ptmrank_core.records import SamplesSummary

__all__ = ["preflight"]


def preflight(summary: SamplesSummary) -> None:
    """Draw the report."""
    counts = summary.class_counts
    columns = st.columns(4)
    columns[0].metric("Samples", f"{summary.n_samples:,}", border=True)
    columns[1].metric("Classes", len(counts), border=True)
    columns[2].metric("Smallest class", f"{min(counts.values()):,}", border=True)
    columns[3].metric("Left out", f"{len(summary.left_out):,}", border=True)
    left, right = st.columns(2)
    with left:
        st.markdown("**Samples of each class**")
        table = pd.DataFrame({"class": list(counts), "samples": list(counts.values())})
        st.dataframe(
            table,
            hide_index=True,
            column_config={
                "samples": st.column_config.ProgressColumn(
                    "samples", format="%d", min_value=0, max_value=max(counts.values())
                )
            },
            alt=f"{plural(len(counts), 'class')}, {plural(summary.n_samples, 'sample')}",
        )
    with right:
        st.markdown("**Left out**")
        if not summary.left_out:
            st.caption("Nothing: every file became a sample.")
        else:
            table = pd.DataFrame([{"file": e.name, "reason": e.reason} for e in summary.left_out])
            st.dataframe(table, hide_index=True, alt=f"{plural(len(table), 'file')} left out, with reasons")
    for note in summary.notes:
        st.caption(note)
    few = [name for name, count in Counter(counts).items() if count < 5]
    if few:
        st.warning(
            f"Fewer than five samples in {', '.join(few)}: scores of such small classes move a lot "
            "with every sample."
        )
