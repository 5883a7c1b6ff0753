"""The correlation of all pairs of metrics, each of which can be selected."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.views.results.fingerprint import fingerprint
from dashboard.wording import plural
from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Agreement
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.agreement import agreement_figure, let_cells_be_chosen
from ptmrank_core.reports.tables.run import agreement_of, pairs_table
from ptmrank_core.reports.tables.table import Table

__all__ = ["read_agreement", "show_heatmap"]


def read_agreement(result: RunResult, ranking: Ranking) -> Agreement | None:
    """Correlate the orders of a run's metrics; ``None`` where no two can be compared."""
    return _agreement(fingerprint(result, ranking), result, ranking)


@st.cache_data(max_entries=30, show_spinner="Comparing the orders of the metrics …")
def _agreement(key: str, _result: RunResult, _ranking: Ranking) -> Agreement | None:  # noqa: ARG001
    """Correlate every pair, once for each state of a run."""
    return agreement_of(_result, _ranking)


def show_heatmap(agreement: Agreement, n_models: int) -> tuple[str, str] | None:
    """Draw the correlation of all pairs, over so many models; return the pair that was selected."""
    table = pairs_table(agreement)
    figure = agreement_figure(agreement)
    let_cells_be_chosen(figure, agreement)
    selected = show_chart(
        figure,
        key="agreement",
        title=f"Do the metrics agree on {plural(n_models, 'model')}?",
        alt="Heatmap of Kendall's tau between metrics",
        table=lambda: table,
        select=("points",),
    )
    return _pair_of(selected[0], table) if selected else None


def _pair_of(selected: dict[str, Any], table: Table) -> tuple[str, str]:
    """Name the two metrics of a selected cell, or of a selected row of the table."""
    if "row" not in selected:
        first, second = selected["customdata"]
        return first, second
    row = table.records()[selected["row"]]
    by_title = {spec.title: name for name, spec in METRICS.items()}
    return by_title[str(row["first"])], by_title[str(row["second"])]
