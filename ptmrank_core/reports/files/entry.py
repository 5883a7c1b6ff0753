"""One figure of a paper."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

__all__ = ["PaperFigure"]


@dataclass(frozen=True, eq=False, slots=True)
class PaperFigure:
    """A figure, and what its caption says of it alone.

    Parameters
    ----------
    name
        Of its files, without an ending: small letters, digits and hyphens.
    figure
        As it is made for a page.
    shows
        What it shows, without a full stop.
    reading
        How to read it, in sentences; may be empty.
    metrics
        Names of the metrics that it shows, for their papers.
    """

    name: str
    figure: go.Figure
    shows: str
    reading: str = ""
    metrics: tuple[str, ...] = ()
