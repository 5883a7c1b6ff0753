"""Figures of the Learn page."""

from __future__ import annotations

import numpy as np

from ptmrank_core.lessons import (
    KNOBS,
    Candidate,
    Comparison,
    Opinion,
    Scene,
    Task,
    View,
    compare,
    make_world,
    sweep_of,
)
from ptmrank_core.metrics import METRICS, default_metrics
from ptmrank_core.records import MetricOutput
from ptmrank_core.reports.figures.lessons.comparison import comparison_figure, comparison_table
from ptmrank_core.reports.figures.lessons.scene import reach_of, scene_figure, scene_table
from ptmrank_core.reports.figures.lessons.sweep import sweep_figure, sweep_table

SCENE = Scene(
    Task(n_per_class=15), (Candidate("A"), Candidate("B", separation=4.0), Candidate("C", head=None))
)
TITLES = [METRICS[name].title for name in default_metrics()]


def test_the_scene_shows_every_sample_once_and_wrong_labels_hollow() -> None:
    """All points are drawn; those whose label is not their class have an open symbol."""
    world = make_world(Task(wrong_labels=0.5), Candidate())
    drawn = scene_figure(world).data
    assert sum(len(trace.x) for trace in drawn) == 150
    hollow = sum(len(trace.x) for trace in drawn if trace.marker.symbol.endswith("-open"))
    assert hollow == np.count_nonzero(world.arrays["labels"] != world.true_classes) > 0
    assert len(scene_table(world).rows) == 150


def test_scenes_that_are_compared_have_the_same_axes() -> None:
    """They reach to the sample that is furthest out in any of them."""
    near, far = (make_world(Task(), Candidate(separation=s)) for s in (1.0, 12.0))
    reach = reach_of([near, far])
    assert reach >= np.abs(far.points).max()
    ranges = [scene_figure(world, reach).layout.xaxis.range for world in (near, far)]
    assert ranges == [(-reach, reach)] * 2
    assert reach_of([near]) == 5.0


def rows_of(comparison: Comparison) -> dict[str, dict[str, str]]:
    """What the figure writes: row -> column -> text; a candidate that is put first is marked."""
    figure = comparison_figure(comparison, "ABC")
    names = [*"ABC", "said"]
    titles = figure.layout.yaxis.ticktext
    found: dict[str, dict[str, str]] = {title: {} for title in titles}
    for trace in figure.data:
        mark = "* " if trace.marker.symbol == "circle" else ""
        for x, y, text in zip(trace.x, trace.y, trace.text, strict=True):
            found[titles[y]][names[x]] = mark + text.strip()
    return found


def test_the_comparison_has_a_row_for_training_the_probe_and_every_metric() -> None:
    """Numbers stand under their candidates, who is first is marked, and the last column says who agrees."""
    comparison = compare(SCENE)
    rows = rows_of(comparison)
    assert list(rows) == ["Training", "Linear probe", *TITLES]
    accuracies = {name: f"{100 * value:.1f} %" for name, value in comparison.accuracies.items()}
    assert comparison.best == ("B",)
    assert rows["Training"] == accuracies | {"B": f"* {accuracies['B']}", "said": "the truth here"}
    assert rows["Linear probe"]["said"] == "✓ agrees"
    for metric, view in comparison.views.items():
        row = rows[METRICS[metric].title]
        if view.verdict == "undecided":
            assert row["C"] == "no value"
            assert "said" not in row
        else:
            assert [name for name in "ABC" if row[name].startswith("* ")] == list(view.first)
            assert row["said"].startswith("✓" if view.verdict == "agrees" else "✗")


def test_the_comparison_shows_what_is_still_to_come() -> None:
    """Dots stand for metrics that are not there yet, and a tie that training does not have says so."""
    tie = View({"A": 1.0, "B": -1.0, "C": 1.0}, ("A", "C"), "disagrees", 0.3)
    comparison = Comparison({"A": 0.9}, (), {"hscore": tie}, View({}, (), "undecided", None))
    rows = rows_of(comparison)
    assert rows["Training"] == {"A": "90.0 %", "B": "…", "C": "…", "said": "the truth here"}
    assert rows["H-Score"] == {"A": "* 1", "B": "−1", "C": "* 1", "said": "✗ cannot tell"}
    assert rows["LogME"] == {"A": "…", "B": "…", "C": "…"}


def test_the_comparison_as_a_table_has_the_same_numbers() -> None:
    """In full precision, with who is first, whether that agrees, and Kendall's tau."""
    comparison = compare(SCENE)
    table = comparison_table(comparison, "ABC")
    assert table.values("row") == ["Training", "Linear probe", *TITLES]
    assert table.values("A")[0] == comparison.accuracies["A"]
    assert table.values("first")[0] == "B"
    view = comparison.views["logme"]
    place = table.values("row").index("LogME")
    row = [table.values(key)[place] for key in ("A", "B", "C", "first", "tau")]
    assert row == [*(view.values[name] for name in "ABC"), ", ".join(view.first), view.tau]
    words = {"agrees": "yes", "disagrees": "no", "undecided": None}
    assert table.values("agrees")[2:] == [words[own.verdict] for own in comparison.views.values()]


def test_the_sweep_has_a_panel_for_training_the_probe_and_every_metric() -> None:
    """The curves are the sweep's own numbers with gaps where there are none, and a line marks the scene."""
    at = KNOBS["separation"].sweep
    known = [Opinion({"logme": MetricOutput(-1.0 + place)}, {}, 0.5) for place in range(len(at))]
    curves = sweep_of("separation", known, [None] * len(at))
    figure = sweep_figure(curves, 1.5)
    assert [trace.name for trace in figure.data] == ["Training", "Linear probe", *TITLES]
    assert figure.data[2].y == tuple(range(-1, len(at) - 1))
    assert figure.data[0].y == (None,) * len(at)
    assert figure.data[0].x == at
    assert [line.x0 for line in figure.layout.shapes] == [1.5] * 15
    table = sweep_table(curves)
    assert table.values("separation") == list(at)
    assert table.values("probe") == [0.5] * len(at)


def test_a_setting_over_many_sizes_has_a_logarithmic_axis() -> None:
    """Scale has one, separation does not."""
    kinds = {}
    for knob in ("scale", "separation"):
        n = len(KNOBS[knob].sweep)
        figure = sweep_figure(sweep_of(knob, [Opinion({}, {})] * n, [None] * n), None)
        kinds[knob] = figure.layout.xaxis.type
        assert not figure.layout.shapes
    assert kinds == {"scale": "log", "separation": None}
