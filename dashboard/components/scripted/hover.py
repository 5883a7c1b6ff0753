"""A model under the pointer stands out in every figure of its section."""

from __future__ import annotations

from dashboard.components.scripted.mounting import scripted_element
from dashboard.components.scripted.names import HOVER

__all__ = ["follow_hover"]


def follow_hover() -> None:
    """Let the browser show the model under the pointer in all figures of the page, without a rerun.

    It is the model that a click would choose: the first of a mark's own data. Where the rows of a figure are
    models its row is coloured; elsewhere the marks of all others fade.
    """
    scripted_element(HOVER, js="hover.js")(key="hover", height=0)
