"""The first models of a ranking, as figures show them."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.records import Ranking, RankIntervals
from ptmrank_core.reports.figures.intervals import interval_figure
from ptmrank_core.results.intervals.first_models import first_intervals, first_models

NAMES = tuple("abcdef")
INTERVALS = RankIntervals(
    level=0.9,
    n_halves=20,
    intervals={name: (max(1, place - 1), min(6, place + 1)) for place, name in enumerate(NAMES, start=1)},
    p_best=dict.fromkeys(NAMES, 1 / 6),
    p_better={},
    ties=(("a", "b"), ("b", "c", "d"), ("c", "d", "e"), ("d", "e", "f")),
    shifts=dict.fromkeys(NAMES, 0.0),
)
RANKING = Ranking(
    order=NAMES,
    mean_ranks={name: float(place) for place, name in enumerate(NAMES, start=1)},
    ranks={"logme": {name: float(place) for place, name in enumerate(NAMES, start=1)}},
    per_metric={"logme": NAMES},
    metrics_used=("logme",),
    unranked=("x", "y"),
    intervals=INTERVALS,
)


def test_first_models_keep_their_places_among_all() -> None:
    """Three of eight have the ranks and intervals that they had, and what is left of their tie groups."""
    found = first_models(RANKING, 3)
    assert (found.order, found.unranked) == (("a", "b", "c"), ())
    assert found.ranks == RANKING.ranks
    assert found.intervals is not None
    assert found.intervals.intervals == {"a": (1, 2), "b": (1, 3), "c": (2, 4)}
    assert found.intervals.ties == (("a", "b"), ("b", "c"))
    assert first_models(RANKING, 7).unranked == ("x",)
    assert first_models(replace(RANKING, intervals=None), 3).intervals is None


def test_a_ranking_that_a_figure_holds_stays_as_it_is() -> None:
    """Eight models of at most fifty are the same ranking; so are intervals of all their models."""
    assert first_models(RANKING) is RANKING
    assert first_intervals(INTERVALS, NAMES) is INTERVALS


def test_the_axis_reaches_as_far_as_the_intervals() -> None:
    """Where the first three are drawn, the interval that ends in place four is drawn to its end."""
    figure = interval_figure(NAMES[:3], first_intervals(INTERVALS, NAMES[:3]))
    assert figure.layout.xaxis.range[1] > 4
    assert figure.layout.xaxis.tickvals == (1, 2, 3, 4)
