"""A figure as an image, as it would stand in a paper: to be copied, or saved as SVG, PDF or PNG."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from dashboard import jobs
from dashboard.wording import tell_faults
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.paper import COLUMN_MM, paper_figure
from ptmrank_core.reports.files.drawing import draw

__all__ = ["offer_image"]

SECONDS = 60.0  # what one figure may take
COLUMNS: Mapping[str, Literal[1, 2]] = {f"{COLUMN_MM[1]} mm": 1, f"{COLUMN_MM[2]} mm": 2}
MIME = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}
HOW_TO_COPY = "To copy it: a right click on the picture, or a long press, and *Copy image*."


class _NotDrawnError(Exception):
    """Nothing was drawn, which is no result to remember."""


def offer_image(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draw a button that shows a figure as an image.

    Parameters
    ----------
    figure
        The figure as it was made, not as the page colours it.
    key
        Tells it from all others of its page.
    alt
        What it shows.
    """
    if st.button("As image", key=f"{key}-image", type="tertiary", help="To copy it, or save it for a paper"):
        _show(figure, key, alt)


@st.dialog("As image", width="large")
@tell_faults
def _show(figure: go.Figure, key: str, alt: str) -> None:
    """Draw the figure for print, and offer it in each format."""
    width = st.segmented_control(
        "Width on paper", list(COLUMNS), default=list(COLUMNS)[1], key=f"{key}-image-width", required=True
    )
    printed = plain_figure(paper_figure(figure, columns=COLUMNS[width]))
    text = json.dumps(printed)
    try:
        files = _drawn(hashlib.sha256(text.encode()).hexdigest(), printed)
    except _NotDrawnError as error:
        st.info(str(error), icon=":material/draw:")
        st.download_button(
            "JSON of Plotly",
            text,
            f"{key}.json",
            "application/json",
            key=f"{key}-image-json",
            on_click="ignore",
        )
        return
    with st.container(horizontal=True):
        for ending, mime in MIME.items():
            st.download_button(
                ending.upper(),
                files[ending],
                f"{key}.{ending}",
                mime,
                key=f"{key}-image-{ending}",
                on_click="ignore",
            )
    st.caption(HOW_TO_COPY)
    st.image(files["png"], width="stretch", output_format="PNG", alt=alt)


@st.cache_data(max_entries=30, show_spinner="Drawing …")
def _drawn(digest: str, _figure: dict[str, Any]) -> dict[str, bytes]:
    """Draw a figure in every format, once for all sessions."""
    made = draw({digest: _figure}, jobs.settings(), seconds=SECONDS)
    if made.problem or len(made.files) < len(MIME):
        raise _NotDrawnError(made.problem or "Nothing was drawn.")
    return {ending: made.files[f"{digest}.{ending}"] for ending in MIME}
