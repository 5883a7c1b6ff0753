"""The picture of one metric, found by the metric's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import plotly.graph_objects as go

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import metrics_in
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words
from ptmrank_core.reports.tables.table import Table

__all__ = ["Picture", "PictureModule", "draw_metric", "is_of_one_class", "pictured_metrics"]

PACKAGE = "ptmrank_core.reports.figures.metric_pictures"


class PictureModule(Protocol):
    """What a module of a metric has; ``record`` is the record of the metric's intermediate quantities.

    A module whose picture shows one class at a time (``View.chosen``) also has ``IS_OF_ONE_CLASS = True``.
    """

    def picture(self, record: Any, view: View, /) -> go.Figure:
        """Draw it."""

    def table(self, record: Any, view: View, /) -> Table:
        """List every number that is drawn, and those that were left out of the picture."""

    def live_formula(self, record: Any, view: View, /) -> str:
        """Write the metric's formula with its numbers put in, in LaTeX."""

    def words(self, record: Any, view: View, /) -> Words:
        """Say what it shows."""


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """What one metric sees in some samples.

    Parameters
    ----------
    metric
        Its name.
    figure
        The picture.
    table
        Makes the same as numbers.
    live_formula
        The metric's formula with the numbers of these samples put in, in LaTeX.
    words
        What is said of it.
    """

    metric: str
    figure: go.Figure
    table: Callable[[], Table]
    live_formula: str
    words: Words


@cache
def pictured_metrics() -> tuple[str, ...]:
    """Names of the metrics that have a picture, in the registry's order."""
    return metrics_in(Path(__file__).parent.parent)


def is_of_one_class(metric: str) -> bool:
    """Whether the picture of a metric shows one class at a time, the one that a view names."""
    return bool(getattr(_module(metric), "IS_OF_ONE_CLASS", False))


def draw_metric(metric: str, record: Any, view: View) -> Picture:
    """Draw what a metric sees.

    Parameters
    ----------
    metric
        Name of its default form, one of :func:`pictured_metrics`.
    record
        What ``metric_intermediates`` returned for it.
    view
        Names of the classes.

    Raises
    ------
    UnknownNameError
        A metric that has no picture.
    """
    module = _module(metric)
    return Picture(
        metric,
        module.picture(record, view),
        partial(module.table, record, view),
        module.live_formula(record, view),
        module.words(record, view),
    )


def _module(metric: str) -> PictureModule:
    if metric not in pictured_metrics():
        raise UnknownNameError("metric with a picture", metric, pictured_metrics())
    return cast("PictureModule", import_module(f"{PACKAGE}.{metric}"))
