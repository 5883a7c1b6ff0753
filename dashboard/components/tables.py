"""The core's tables on a page, with the same numbers as in exported files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard.components.hub_links import OPEN
from ptmrank_core.reports.tables.table import Table

__all__ = ["show_table"]

MAX_ROWS, PIXELS = 30, 640  # a longer table scrolls
HUB, ABOUT_LINKS = "hub", "The page of the model on the Hub. A click opens it."
TYPES = {"text": "object", "integer": "Int64", "number": "float64"}


def show_table(
    table: Table, *, alt: str, key: str | None = None, links: Mapping[str, str] | None = None
) -> int | None:
    """Draw a table; unknown values are shown as a dash.

    Parameters
    ----------
    table
        Its numbers, and how they are shown.
    alt
        What it shows, for readers who cannot see it.
    key
        Given where a cell can be selected: tells the table from all others of its page.
    links
        Model -> address of its page, for a table with a column of models.

    Returns
    -------
    int or None
        The row of the selected cell, counted from 0.
    """
    frame = pd.DataFrame(
        {
            column.key: pd.Series(table.values(column.key), dtype=TYPES[column.kind])
            for column in table.columns
        }
    )
    columns: dict[str, Any] = {
        column.key: (
            st.column_config.TextColumn(column.title)
            if column.kind == "text"
            else st.column_config.NumberColumn(column.title, format=column.format)
        )
        for column in table.columns
    }
    if links:
        place = list(frame.columns).index("model") + 1
        frame.insert(place, HUB, [links.get(model) for model in frame["model"]])
        columns[HUB] = st.column_config.LinkColumn("page", display_text=OPEN, help=ABOUT_LINKS)
    height: Literal["content"] | int = "content" if len(frame) <= MAX_ROWS else PIXELS
    look: dict[str, Any] = {"hide_index": True, "height": height, "column_config": columns}
    look |= {"placeholder": "–", "alt": alt}
    if key is None:
        st.dataframe(frame, **look)
        return None
    event: Any = st.dataframe(frame, key=key, on_select="rerun", selection_mode="single-cell", **look)
    return event.selection.cells[0][0] if event.selection.cells else None
