"""Taking a run away: its tables in every format, the report, and the command that repeats it."""

from __future__ import annotations

import json
from functools import partial

import streamlit as st

from dashboard import jobs
from dashboard.views.results import projections as projected
from ptmrank_core.benchmark import is_shipped, run_card
from ptmrank_core.errors import PTMRankError
from ptmrank_core.projection import Projection
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.exports import FORMATS, Export, zip_files
from ptmrank_core.reports.html import Picture
from ptmrank_core.results.command import PROGRAM, rank_command

__all__ = ["offer_repeating", "picture_of", "show_export"]

MIME = {
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".tex": "application/x-tex",
    ".zip": "application/zip",
}
TABLES = ".zip"  # formats of one file for each table


def show_export(result: RunResult, ranking: Ranking) -> None:
    """Draw a button for each format; a file is made when its button is clicked."""
    st.header("Export")
    st.caption(
        "One HTML file for somebody who was not here: figures and tables, no network needed. Or the tables "
        "alone, with every digit (CSV, JSON, Parquet) or as they are shown (Markdown, LaTeX)."
    )
    name = f"ptmrank-{result.plan.run_id[:8]}"
    with st.container(horizontal=True):
        for key, format_ in FORMATS.items():
            ending = format_.ending or TABLES
            st.download_button(
                format_.title,
                data=partial(_make, key, result, ranking),
                file_name=f"{name}-{key}{ending}" if ending == TABLES else f"{name}{ending}",
                mime=MIME[ending],
                key=f"export-{key}",
                on_click="ignore",
                type="primary" if key == "html" else "secondary",
            )


def offer_repeating(result: RunResult) -> None:
    """Draw what does the same run again: the command line, and the card with everything it depends on."""
    run = result.plan.run_id
    if not (jobs.is_mine(run) or is_shipped(run)):  # of an upload they name a folder of this machine
        return
    name = f"ptmrank-{run[:8]}"
    st.header("Do it again")
    command = rank_command(result.plan)
    if command:
        st.caption("The same run on the command line:")
        st.code(command, language="bash", wrap_lines=True)
    st.caption(
        "The run card has all that the numbers depend on, and the numbers: samples, revisions, options, "
        f"seed, versions. `{PROGRAM} replay CARD` runs it again and tells what differs."
    )
    st.download_button(
        "Run card",
        data=partial(_make_card, result),
        file_name=f"{name}-card.json",
        mime="application/json",
        key="export-card",
        on_click="ignore",
    )


def _make_card(result: RunResult) -> bytes:
    return (json.dumps(run_card(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _make(key: str, result: RunResult, ranking: Ranking) -> bytes:
    """Make the file of one format: several tables go into a zip."""
    picture = picture_of(result) if key == "html" else None
    files = FORMATS[key].write(Export(result, ranking, picture))
    return zip_files(files) if FORMATS[key].ending is None else next(iter(files.values()))


def picture_of(result: RunResult) -> Picture | None:
    """Bring what the embedding view needs; the report does without where the samples are gone."""
    try:
        return Picture(jobs.samples_of(result), partial(_project, result))
    except PTMRankError:
        return None


def _project(result: RunResult, model: str) -> Projection | None:
    """Project one model's features; ``None`` where they cannot be had any more."""
    try:
        return projected.projection(result, model)
    except PTMRankError:
        return None
