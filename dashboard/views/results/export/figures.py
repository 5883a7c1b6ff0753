"""Taking the figures of a run away, for a paper."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import jobs
from dashboard.views.results.export.downloads import picture_of
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.exports import Export
from ptmrank_core.reports.files import figure_zip, why_not_drawn

__all__ = ["offer_figures"]

WHAT_IT_IS = (
    "Every figure of this run in black ink on white, one column (85 mm) and two columns (178 mm) wide, as "
    "SVG, PDF and PNG; a caption for each, for LaTeX and as Markdown; the papers of the metrics as BibTeX. "
    "Drawing them takes about a minute."
)
WITHOUT = (
    "Without them the zip has the HTML report, the figures as JSON of Plotly, captions, BibTeX and tables."
)


def offer_figures(result: RunResult, ranking: Ranking) -> None:
    """Draw the button that makes the zip; where nothing can draw here, say what to install."""
    st.header("Figures for a paper")
    st.caption(WHAT_IT_IS)
    problem = why_not_drawn()
    if problem:
        st.info(f"{problem} {WITHOUT}", icon=":material/draw:")
    st.download_button(
        "Figures (zip)",
        data=partial(_make, result, ranking),
        file_name=f"ptmrank-{result.plan.run_id[:8]}-figures.zip",
        mime="application/zip",
        key="export-figures",
        on_click="ignore",
    )


def _make(result: RunResult, ranking: Ranking) -> bytes:
    """Draw the figures in a process of their own; what is missing is said in the zip."""
    return figure_zip(Export(result, ranking, picture_of(result)), jobs.settings()).content
