"""How the models of a run were found within a budget."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ptmrank_core.records import RunResult
from ptmrank_core.results.search import budget_payload, budget_words

__all__ = ["show_budget"]


def show_budget(result: RunResult) -> None:
    """Draw the rounds of the search and why models went; nothing where there was none."""
    report = budget_payload(result)
    if report is None:
        return
    with st.expander(f"How these models were found: {budget_words(report)}"):
        gone = [
            {
                "round": number,
                "samples": played["samples"],
                "model": own["model"],
                "why it went": own["reason"],
            }
            for number, played in enumerate(report["rounds"], start=1)
            for own in played["decisions"]
            if not own["kept"]
        ]
        st.dataframe(
            pd.DataFrame(gone), hide_index=True, alt="Models that went, with the round and the reason"
        )
