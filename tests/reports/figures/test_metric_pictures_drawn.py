"""The pictures of SFDA, PED, ETran, EMMS, PACTran and WDJE: what is drawn is what their records hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from ptmrank_core.metrics import metric_intermediates
from ptmrank_core.reports.figures.metric_pictures import Picture, View, draw_metric
from tests.metrics.intermediates.inputs import TARGETS, inputs_of

FEW, MANY, TWO = "more samples than features", "a hundred classes", "two classes"


def drawn(metric: str, case: str) -> tuple[Any, Picture]:
    """The record of a metric and its picture; classes and targets are counted."""
    inputs = inputs_of(case)
    record = metric_intermediates(metric, inputs)
    n_names = inputs.n_classes or inputs.decomposition.targets.shape[1]
    return record, draw_metric(metric, record, View.of(n_names))


def named(figure: go.Figure, name: str) -> list[Any]:
    """The traces of a name."""
    return [trace for trace in figure.data if trace.name == name]


def places(figure: go.Figure, name: str, which: int = 0) -> np.ndarray:
    """Coordinates of the which-th trace of a name, shape (n, 2)."""
    trace = named(figure, name)[which]
    return np.column_stack([np.asarray(trace.x, dtype=float), np.asarray(trace.y, dtype=float)])


def test_samples_stand_where_sfda_has_them() -> None:
    """Both panels have every sample of a class, before and after the pull, and the table has them too."""
    record, picture = drawn("sfda", FEW)
    own = record.labels == 1
    for which, plane in enumerate((record.view.plane, record.view.pulled_plane)):
        assert places(picture.figure, "class 2", which) == pytest.approx(plane[own], rel=1e-5, abs=1e-5)
    rows = picture.table().records()
    assert [row["kept"] for row in rows] == record.mixing.tolist()
    assert [row["after_x"] for row in rows] == record.view.pulled_plane[:, 0].tolist()
    assert "of 4 classes has 3 directions" in picture.words.left_out


def test_two_classes_lie_in_lanes() -> None:
    """With one direction the samples keep their place in it, and stand below one another."""
    record, picture = drawn("sfda", TWO)
    own = places(picture.figure, "class 1")
    assert own[:, 0] == pytest.approx(record.view.plane[record.labels == 0, 0], rel=1e-5)
    assert len(np.unique(own[:, 1])) > 3
    assert picture.words.left_out == ""


def test_classes_drift_as_ped_moves_them() -> None:
    """A path begins at the class mean and is ten times the drift; bars are the overlaps that are left."""
    record, picture = drawn("ped", FEW)
    path = places(picture.figure, "class 3")
    start = record.plane[0, 2]
    assert path == pytest.approx(start + 10 * (record.plane[:, 2] - start), rel=1e-9)
    [bars] = [trace for trace in picture.figure.data if trace.type == "bar"]
    assert list(bars.y) == pytest.approx([float(own.sum()) / 2 for own in record.overlaps])
    assert "Drifts are drawn 10 times as long as they are." in picture.words.left_out
    still, alone = drawn("ped", "cls_separated")
    assert still.n_steps == 0
    assert "No two classes overlap, and none moves" in alone.words.alt


def test_etran_shows_probabilities_and_energies() -> None:
    """One point for each sample in the row of its class; the lowest energy is marked among all."""
    record, picture = drawn("etran", FEW)
    strips = [trace for trace in picture.figure.data if trace.xaxis in (None, "x")]
    assert np.concatenate([trace.x for trace in strips[:4]]) == pytest.approx(
        np.concatenate([record.probabilities[record.labels == c] for c in range(4)]), rel=1e-5
    )
    everyone, lowest = [trace for trace in picture.figure.data if trace.xaxis == "x2"]
    assert list(everyone.y) == pytest.approx(sorted(record.energies), rel=1e-5)
    assert list(lowest.y) == pytest.approx([record.energies.min()], rel=1e-5)
    marked = [row["energy"] for row in picture.table().records() if row["counts"]]
    assert marked == [record.energies.min()]


@pytest.mark.parametrize("case", TARGETS)
def test_etran_shows_the_error_of_each_target(case: str) -> None:
    """Bars, table and formula are of the targets where there are no classes."""
    record, picture = drawn("etran", case)
    errors = (record.squared_errors / record.n_samples).tolist()
    assert list(picture.figure.data[0].x) == pytest.approx(errors)
    assert [row["error"] for row in picture.table().records()] == errors
    assert "S_{reg}" in picture.live_formula


def test_emms_shows_labels_and_where_samples_are_taken() -> None:
    """Each class has a mark where its label stands; with several encoders the bars are their weights."""
    record, picture = drawn("emms", FEW)
    assert places(picture.figure, "label of class 2")[0] == pytest.approx(record.plane[1])
    assert places(picture.figure, "class 2") == pytest.approx(
        record.fitted_plane[record.labels == 1], rel=1e-5, abs=1e-5
    )
    [bars] = [trace for trace in picture.figure.data if trace.type == "bar"]
    assert list(bars.x) == pytest.approx(record.weights)
    _, targets = drawn("emms", TARGETS[0])
    assert named(targets.figure, "samples")


def test_pactran_shows_its_grid() -> None:
    """The three parts of the six bounds, the scored one outlined, and what each sample adds to H."""
    record, picture = drawn("pactran", FEW)
    parts = [np.asarray(named(picture.figure, name)[0].y) for name in ("cross-entropy", "ridge", "flatness")]
    assert sum(parts) == pytest.approx(record.bounds, rel=1e-9)
    widths = named(picture.figure, "flatness")[0].marker.line.width
    assert [place for place, width in enumerate(widths) if width] == [record.chosen]
    assert [row["bound"] for row in picture.table().records()] == record.bounds.tolist()
    scatter = picture.figure.data[-1]
    assert list(scatter.y) == pytest.approx(record.sharpness, rel=1e-5)


def test_wdje_shows_its_terms_and_its_plan() -> None:
    """Bars begin where the one above ends, their sum is the bound, and lines join what the plan joins."""
    record, picture = drawn("wdje", FEW)
    [terms] = named(picture.figure, "terms of the bound")
    ends = np.asarray(terms.base) + np.asarray(terms.x)
    assert list(terms.base[1:]) == pytest.approx(ends[:-1])
    assert ends[-1] == pytest.approx(record.parts.bound)
    [totals] = named(picture.figure, "what they come to")
    assert list(totals.x) == [record.parts.bound, record.target_error, record.value]
    [moves] = named(picture.figure, "moved to")
    assert len(moves.x) == 3 * len(record.features.masses)
    assert [moves.x[0], moves.y[0]] == pytest.approx(record.source_plane[record.features.sources[0]])
    assert [moves.x[1], moves.y[1]] == pytest.approx(record.target_plane[record.features.targets[0]])
    assert [row["value"] for row in picture.table().records()][-1] == record.value


@pytest.mark.parametrize("metric", ["sfda", "ped", "etran"])
def test_a_hundred_classes_are_cut_and_said_to_be(metric: str) -> None:
    """What there is no room for is said in words."""
    _, picture = drawn(metric, MANY)
    assert "100 classes" in picture.words.left_out or "Class means lie in more" in picture.words.left_out
