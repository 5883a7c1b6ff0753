"""Samples in the plane, and the spread of targets, for every kind of target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.projection import pca
from ptmrank_core.records import Samples, TargetKind
from ptmrank_core.reports.figures.scatter import MAX_POINTS, projection_figure, target_histogram


def samples(labels: NDArray[Any], names: list[str], kind: TargetKind) -> Samples:
    """Samples of which only the labels matter."""
    n = len(labels)
    texts = tuple(f"s{i}" for i in range(n))
    return Samples("tabular", texts, (None,) * n, labels, tuple(names), texts, (), "x", target_kind=kind)  # type: ignore[arg-type]


def points(n: int) -> Any:
    """A projection of noise."""
    return pca(np.random.default_rng(0).normal(size=(n, 5)))


def test_the_projection_has_a_trace_for_each_class() -> None:
    """Every sample is drawn once, with its index for a click; nine classes look different."""
    classes = [f"c{i}" for i in range(9)]
    chosen = samples(np.arange(30) % 9, classes, "classification")
    figure = projection_figure(points(30), chosen, chosen.names.__getitem__)
    assert [trace.name for trace in figure.data] == classes
    indices = np.concatenate([trace.customdata for trace in figure.data])
    assert sorted(indices.tolist()) == list(range(30))
    looks = {(trace.marker.color, trace.marker.symbol) for trace in figure.data}
    assert len(looks) == 9


def test_numbers_are_a_scale_of_colours() -> None:
    """A regression is one trace whose colours are the first target, with a named colour bar."""
    labels = np.stack([np.linspace(0, 1, 20), np.zeros(20)], axis=1)
    chosen = samples(labels, ["price", "weight"], "regression")
    [trace] = projection_figure(points(20), chosen, chosen.names.__getitem__).data
    np.testing.assert_allclose(trace.marker.color, labels[:, 0], rtol=1e-6)
    assert trace.marker.showscale
    assert trace.marker.colorbar.title.text == "price"


def test_the_first_of_several_labels_colours() -> None:
    """A sample with two labels is drawn as the first; one without any says so."""
    labels = np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]])
    chosen = samples(labels, ["red", "round"], "multilabel")
    figure = projection_figure(points(4), chosen, chosen.names.__getitem__)
    assert {trace.name: trace.customdata.tolist() for trace in figure.data} == {
        "red": [0, 3],
        "round": [1],
        "no label": [2],
    }


def test_many_points_are_thinned_out_evenly() -> None:
    """More samples than a browser draws are shown in part, from the first to the last."""
    n = MAX_POINTS + 1000
    chosen = samples(np.arange(n) % 2, ["a", "b"], "classification")
    indices = np.concatenate(
        [trace.customdata for trace in projection_figure(points(n), chosen, chosen.names.__getitem__).data]
    )
    assert len(indices) == MAX_POINTS
    assert {indices.min(), indices.max()} == {0, n - 1}


def test_a_histogram_has_a_trace_for_each_target() -> None:
    """Two targets are two histograms over one axis."""
    chosen = samples(np.random.default_rng(0).normal(size=(50, 2)), ["price", "weight"], "regression")
    figure = target_histogram(chosen)
    assert [trace.name for trace in figure.data] == ["price", "weight"]
    assert len(figure.data[0].x) == 50
