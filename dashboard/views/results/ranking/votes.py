"""Who voted, with what weight, and why; and how the order depends on single metrics."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.wording import plain, plural
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Ranking
from ptmrank_core.results.intervals.first_models import N_SHOWN

__all__ = ["show_votes"]


def show_votes(ranking: Ranking) -> None:
    """Draw the votes of an order, and what becomes of it without each voter."""
    st.header("Who voted, with what weight, and why")
    for note in ranking.vote_notes:
        st.markdown(note)
    voters = sorted(ranking.metrics_used, key=lambda name: -ranking.votes[name].weight)
    st.markdown(_table(ranking, voters))
    left_out = [name for name in ranking.votes if name not in ranking.metrics_used]
    if left_out:
        with st.expander(f"{plural(len(left_out), 'metric')} without a vote, and why"):
            st.markdown(_table(ranking, left_out))
    _show_sensitivity(ranking, voters)


def _table(ranking: Ranking, names: Sequence[str]) -> str:
    """Markdown, so that a long reason is broken and not cut."""
    rows = [
        f"| {METRICS[name].title} | {ranking.votes[name].weight:.0%} | {ranking.votes[name].reason} |"
        for name in names
    ]
    return "\n".join(["| metric | weight | why |", "|:--|--:|:--|", *rows])


def _show_sensitivity(ranking: Ranking, voters: list[str]) -> None:
    """Say how far the order moves without each voter, and where Kemeny's order differs."""
    sensitivity = ranking.sensitivity
    if sensitivity is None or not sensitivity.without:
        return
    rows = [
        {
            "without": METRICS[name].title,
            "best": sensitivity.without[name].order[0],
            "tau with the order above": sensitivity.without[name].tau,
            "moves furthest": _moved(sensitivity.without[name].moved, sensitivity.without[name].n_places),
        }
        for name in voters
    ]
    with st.expander("How much does it depend on one metric?"):
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height="content",
            column_config={
                "tau with the order above": st.column_config.NumberColumn(format="%.2f"),
            },
            placeholder="–",
            alt="The order without each voting metric",
        )
        how = (
            "exactly"
            if sensitivity.kemeny_is_exact
            else "by a heuristic, as there are more than twelve models"
        )
        if sensitivity.kemeny == ranking.order:
            st.caption(f"Kemeny's order, computed {how}, is the same as the one above.")
        else:
            named = plain(", ".join(sensitivity.kemeny[:N_SHOWN]))
            more = " …" if len(sensitivity.kemeny) > N_SHOWN else "."
            st.caption(f"Kemeny's order, computed {how}, differs: {named}{more}")


def _moved(model: str, n_places: int) -> str:
    return f"{model}, by {plural(n_places, 'place')}" if n_places else "nothing moves"
