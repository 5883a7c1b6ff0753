"""What a chart shows that is left as it is while the new one is being worked out."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

__all__ = ["drawn", "note_drawn"]

DRAWN = "drawn"


def drawn(chart: str) -> Hashable:
    """Return what a chart was drawn of last in this session; ``None`` if it was not drawn yet."""
    return st.session_state.get(f"{DRAWN}-{chart}")


def note_drawn(chart: str, of: Hashable) -> None:
    """Keep what a chart is drawn of: names and settings, never what was found of them."""
    st.session_state[f"{DRAWN}-{chart}"] = of
