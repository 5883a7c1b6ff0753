"""Which samples are selected: by hand on the map, or by the address; as text ``MARK~SELECTION``."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components.sample_map.component import sent_selection
from dashboard.wording import plain
from ptmrank_core.errors import InputError
from ptmrank_core.projection import MAX_SELECTION_CHARS, decode_selection, encode_selection
from ptmrank_core.records import Samples

__all__ = ["keep_sent", "mark_of", "select_rows", "selected_rows"]

N_MARK = 8


def mark_of(samples: Samples) -> str:
    """Mark the samples that a selection is of: on others the same numbers mean something else."""
    return samples.fingerprint[:N_MARK]


def selected_rows(samples: Samples) -> list[int]:
    """Return the samples that are selected; of a selection that does not fit, say why not."""
    mark, _, text = state.selected_samples().partition("~")
    if not text:
        return []
    if mark != mark_of(samples):
        st.caption("The address names samples of another run or reading: none of these is selected.")
        return []
    try:
        rows = decode_selection(text, samples.n_samples, max_chars=_most_chars(samples.n_samples)).tolist()
    except InputError as error:
        st.caption(f"Nothing is selected: {plain(error.message)} {plain(error.hint)}")
        return []
    if len(text) > MAX_SELECTION_CHARS:
        st.caption("The selection is too long for the address: a link does not carry it. Take it as CSV.")
    return [int(row) for row in rows]


def select_rows(samples: Samples, rows: list[int]) -> None:
    """Select samples, from a callback."""
    _keep(mark_of(samples), encode_selection(rows, samples.n_samples))


def keep_sent(samples: Samples) -> None:
    """Keep what was selected on the map, from a callback; it is checked when it is read."""
    _keep(mark_of(samples), sent_selection()[: _most_chars(samples.n_samples) + 1])


def _keep(mark: str, text: str) -> None:
    state.select_samples(f"{mark}~{text}" if text else "", fits_address=len(text) <= MAX_SELECTION_CHARS)


def _most_chars(n_samples: int) -> int:
    """One bit a sample is never longer than this."""
    return max(MAX_SELECTION_CHARS, n_samples // 6 + 8)
