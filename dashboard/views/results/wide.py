"""A box in which wide charts are scrolled on a narrow screen instead of being squeezed."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

__all__ = ["panels_width", "wide_box"]

PANEL_PIXELS = 280
PANELS_IN_A_ROW = 3


def panels_width(n_panels: int) -> int:
    """Pixels that panels side by side need at least, three in a row."""
    return PANEL_PIXELS * min(n_panels, PANELS_IN_A_ROW)


def wide_box(name: str, narrowest: int) -> DeltaGenerator:
    """Open a container in which charts are never narrower than so many pixels.

    Parameters
    ----------
    name
        Tells the box from all others of its page.
    narrowest
        Pixels; the page itself stays as wide as the screen.
    """
    box = f".st-key-wide-{name}"
    chart = '[data-testid="stElementContainer"]:has([data-testid="stPlotlyChart"])'
    st.html(f"<style>{box} {{ overflow-x: auto; }} {box} {chart} {{ min-width: {narrowest}px; }}</style>")
    return st.container(key=f"wide-{name}")
