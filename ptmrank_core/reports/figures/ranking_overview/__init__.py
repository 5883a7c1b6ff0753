"""The ranking overview as a figure, and the words below it."""

from ptmrank_core.reports.figures.ranking_overview.columns import least_width
from ptmrank_core.reports.figures.ranking_overview.picture import overview_figure
from ptmrank_core.reports.figures.ranking_overview.words import say_overview

__all__ = ["least_width", "overview_figure", "say_overview"]
