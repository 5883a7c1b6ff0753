"""Why scores are missing, what the metrics warn of, how vectors were taken."""

from __future__ import annotations

import streamlit as st

from dashboard.components.tables import show_table
from dashboard.wording import plural
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.tables.run import missing_table, notes_table, warnings_table

__all__ = ["show_footnotes", "show_notes"]


def show_footnotes(result: RunResult, ranking: Ranking) -> None:
    """Say why scores are missing, and what the metrics warn of."""
    missing, warnings = missing_table(result, ranking), warnings_table(result, ranking)
    if missing.rows:
        with st.expander(f"{plural(len(missing.rows), 'score')} missing, and why"):
            show_table(missing, alt="Missing scores with reasons")
    if warnings.rows:
        with st.expander(f"{plural(len(warnings.rows), 'warning')} of the metrics"):
            show_table(warnings, alt="Warnings of the metrics")


def show_notes(result: RunResult) -> None:
    """Say what is to be known of how the vectors of some models were taken."""
    notes = notes_table(result)
    if notes.rows:
        with st.expander(f"{plural(len(notes.rows), 'note')} on the models"):
            show_table(notes, alt="Notes on how vectors were taken")
