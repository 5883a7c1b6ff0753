"""Three to six runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard.components.chart import show_chart
from dashboard.components.tables import show_table
from dashboard.wording import plain, plural, source_name
from ptmrank_core.records import RunResult
from ptmrank_core.reports.figures.comparison import places_figure
from ptmrank_core.reports.tables.comparison import agreement_table, features_table, places_table
from ptmrank_core.reports.tables.table import Table, Value
from ptmrank_core.results.comparison import compare_several, several_sentence

__all__ = ["draw_several", "name_samples"]

SAMPLES = "samples"


def draw_several(results: Sequence[RunResult]) -> None:
    """Draw the answer, the places, how alike the orders are and what else was different."""
    several = compare_several(results)
    st.markdown(f"#### {plain(several_sentence(several))}")
    if several.shared:
        show_chart(
            places_figure(several),
            key="places",
            title="Which models changed places?",
            alt=f"A line for each of {plural(len(several.shared), 'model')} that all runs rank, through its "
            f"places in {plural(len(several.runs), 'run')}",
            table=lambda: places_table(several),
        )
    else:
        st.caption("No model is ranked by all of these runs.")
    n_other = len(several.places) - len(several.shared)
    if n_other or not several.shared:
        st.markdown("##### Every model, with its place in each run")
        show_table(places_table(several), alt="The place of each model in each of the runs")
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("##### How alike are the orders?")
        show_table(agreement_table(several), alt="Kendall's tau between each two runs")
        st.caption("1 is the same order of the models, 0 no relation, −1 the reverse.")
    with right:
        st.markdown("##### What else was different?")
        if several.features:
            show_table(name_samples(features_table(several)), alt="What not all runs have alike")
        else:
            st.caption("Nothing: candidates, samples, options and versions are the same.")


def name_samples(table: Table) -> Table:
    """Name samples as their owner knows them: where they lie on the server is not shown."""

    def name(value: Value) -> Value:
        return source_name(value) if isinstance(value, str) else value

    rows = (row if row[0] != SAMPLES else (row[0], *map(name, row[1:])) for row in table.rows)
    return replace(table, rows=tuple(rows))
