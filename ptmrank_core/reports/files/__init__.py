"""A run's figures as files for a paper: drawn for print, with captions, and the papers to cite.

Kaleido draws them, in a Chromium or Chrome of this machine: it is Plotly's own exporter, kept by its makers,
and works without a network. It is an extra; where it or a browser is missing, all but the drawings is there.
"""

from ptmrank_core.reports.files.archive import FigureZip, figure_zip
from ptmrank_core.reports.files.exporter import why_not_drawn

__all__ = ["FigureZip", "figure_zip", "why_not_drawn"]
