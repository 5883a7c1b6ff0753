"""Pictures of what each metric sees: their numbers are the record's, and they say what they leave out."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import explained_metrics, metric_intermediates, prepare_inputs
from ptmrank_core.metrics.intermediates.logme import evidence_surface
from ptmrank_core.reports.figures.metric_pictures import (
    Picture,
    View,
    draw_metric,
    is_of_one_class,
    pictured_metrics,
)
from ptmrank_core.reports.figures.style.escaping import plain_figure
from tests.metrics.intermediates.inputs import inputs_of

FEW, MANY = "more samples than features", "a hundred classes"
ODD = ("fewer samples than features", "two classes", "one feature", "cls_relu_f32")


@cache
def drawn(metric: str, case: str) -> tuple[Any, Picture]:
    """The record of a metric and its picture."""
    inputs = inputs_of(case)
    record = metric_intermediates(metric, inputs)
    return record, draw_metric(metric, record, View.of(inputs.n_classes))


def numbers_of(figure: go.Figure) -> list[np.ndarray]:
    """Every array of a figure that holds numbers."""
    arrays = []
    for trace in figure.data:
        for name in ("x", "y", "z"):
            values = getattr(trace, name, None)
            if values is not None and len(values):
                numbers = [np.nan if value is None else value for value in np.asarray(values, object).ravel()]
                if not any(isinstance(value, str) for value in numbers):
                    arrays.append(np.array(numbers, dtype=float))
    return arrays


def shows(figure: go.Figure, wanted: Any) -> bool:
    """Whether some array of the figure is this one, up to the digits that a browser gets."""
    values = np.asarray(wanted, dtype=float).ravel()
    return any(
        len(found) == len(values) and np.allclose(found, values, rtol=1e-5, atol=1e-6, equal_nan=True)
        for found in numbers_of(figure)
    )


@pytest.mark.parametrize("case", [FEW, MANY, *ODD])
@pytest.mark.parametrize("metric", pictured_metrics())
def test_every_picture_can_be_drawn_read_and_listed(metric: str, case: str) -> None:
    """Axes have titles, the alternative text has the score, the table rows, and nothing is not a number."""
    record, picture = drawn(metric, case)
    plain = plain_figure(picture.figure)
    assert "NaN" not in json.dumps(plain["layout"])
    used = {trace.get("xaxis", "x") for trace in plain["data"]} | {
        trace.get("yaxis", "y") for trace in plain["data"]
    }
    for axis in used:
        own = plain["layout"][axis[0] + "axis" + axis[1:]]
        named = own.get("title", {}).get("text") or own.get("ticktext") or own.get("showticklabels") is False
        assert named, (metric, axis)
    words = picture.words
    assert picture.table().rows
    for text in (words.title, words.alt, words.see):
        assert text[0].isupper() or text[0].isdigit()
        assert text[-1] in ".?"
    assert len(words.see.split()) < 60
    assert f"{record.value:.4g}".rstrip("0").rstrip(".")[:6] in words.alt.replace(",", "") or metric == "nce"


@pytest.mark.parametrize("case", [FEW, MANY, *ODD])
@pytest.mark.parametrize("metric", pictured_metrics())
def test_the_live_formula_ends_with_the_score(metric: str, case: str) -> None:
    """LaTeX whose braces match, with the score as its last result or last but one."""
    record, picture = drawn(metric, case)
    latex = picture.live_formula
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\begin{aligned}") == latex.count(r"\end{aligned}") == 1
    assert latex.count(r"\big(") + latex.count(r"\Big(") == latex.count(r"\big)") + latex.count(r"\Big)")
    results = [
        float(found[0]) * 10 ** int(found[1] or 0)
        for found in re.findall(r"=(-?\d[\d.]*(?:e[+-]\d+)?)(?:\\cdot10\^\{(-?\d+)\})?(?![\d.])", latex)
    ]
    assert any(result == pytest.approx(record.value, rel=2e-3, abs=1e-9) for result in results), results


def test_every_metric_that_explains_itself_has_a_picture() -> None:
    """Pictures are found by name, those of the records; another name is refused."""
    assert set(pictured_metrics()) <= set(explained_metrics())
    assert is_of_one_class("logme")
    assert not is_of_one_class("leep")
    with pytest.raises(UnknownNameError, match="metric with a picture 'leap'"):
        draw_metric("leap", None, View.of(2))


def test_the_tables_of_source_classes_are_those_of_the_record() -> None:
    """Cells, masses and what each source class leaves unknown are drawn as LEEP and NCE count them."""
    record, picture = drawn("leep", FEW)
    assert shows(picture.figure, record.conditional)
    assert shows(picture.figure, record.joint.sum(axis=0))
    assert shows(picture.figure, record.expected)
    shares = [[row["class_1"], row["mass"]] for row in picture.table().records()]
    assert np.allclose(shares, np.column_stack([record.conditional[0], record.joint.sum(axis=0)]))
    record, picture = drawn("nce", FEW)
    decided = np.flatnonzero(record.joint.sum(axis=0))
    assert shows(picture.figure, record.conditional[:, decided])
    assert shows(picture.figure, record.unknown[decided])
    bars = next(
        trace
        for trace in picture.figure.data
        if trace.x is not None and tuple(trace.x) == ("before", "after")
    )
    assert list(bars.y) == pytest.approx([record.label_entropy, -record.value])


def test_the_clusters_are_those_of_the_record() -> None:
    """Samples, ellipses and classes of the clusters are drawn as N-LEEP fits them."""
    record, picture = drawn("nleep", FEW)
    ellipses = next(trace for trace in picture.figure.data if trace.name == "cluster")
    x = np.array([np.nan if value is None else value for value in ellipses.x], dtype=float)
    rings = np.split(x, np.flatnonzero(np.isnan(x)) + 1)
    middles = [(np.nanmin(ring) + np.nanmax(ring)) / 2 for ring in rings if ring.size]
    assert sorted(middles) == pytest.approx(sorted(record.means[:, 0]), abs=0.05 * np.ptp(record.means[:, 0]))
    n_drawn = sum(len(trace.x) for trace in picture.figure.data if str(trace.name).startswith("class"))
    assert n_drawn == len(record.coordinates)


def test_the_hill_and_the_path_are_those_of_the_record() -> None:
    """The path of the chosen class lies on its own surface, and every class has its evidence as a mark."""
    inputs = inputs_of(FEW)
    record = metric_intermediates("logme", inputs)
    for chosen in (0, 2):
        figure = draw_metric("logme", record, View.of(inputs.n_classes, chosen)).figure
        surface = evidence_surface(record, chosen)
        contour = next(trace for trace in figure.data if trace.type == "contour")
        assert np.allclose(contour.x, surface.alphas)
        assert np.max(contour.z) == pytest.approx(surface.evidence.max(), rel=1e-5)
        assert shows(figure, record.path[chosen][:, 0])
        assert shows(figure, record.path[chosen][:, 1])
        assert shows(figure, record.evidence)


def test_the_covariances_are_those_of_the_record() -> None:
    """Shares and parts of every direction, class means and samples are drawn as H-Score has them."""
    record, picture = drawn("hscore", FEW)
    for wanted in (record.parts, record.shares, record.class_means[:, 0]):
        assert shows(picture.figure, wanted)
    assert [row["between"] for row in picture.table().records()] == record.between.tolist()


def test_the_overlaps_are_those_of_the_record() -> None:
    """The matrix is the overlap of each pair, a class with itself left out; the closest come first."""
    record, picture = drawn("gbc", FEW)
    matrix = record.overlaps.copy()
    np.fill_diagonal(matrix, np.nan)
    assert shows(picture.figure, matrix)
    closest = picture.table().records()[0]
    assert closest["overlap"] == record.overlaps.max()
    assert closest["distance"] == pytest.approx(closest["means"] + closest["spreads"])  # type: ignore[operator]


def test_the_rates_are_those_of_the_record() -> None:
    """Both curves and the bars between them are TransRate's own; the last row of the table has the sums."""
    record, picture = drawn("transrate", FEW)
    for wanted in (record.terms, record.mean_class_terms, record.gains):
        assert shows(picture.figure, wanted)
    sums = picture.table().records()[-1]
    assert (sums["all"], sums["gain"]) == (record.rate, record.value)


@pytest.mark.parametrize("metric", pictured_metrics())
def test_what_is_not_drawn_is_said(metric: str) -> None:
    """With a hundred classes every picture keeps to what can be read; with four all is drawn."""
    _, picture = drawn(metric, MANY)
    n_texts = sum(
        len(trace.text) for trace in picture.figure.data if trace.type == "scatter" and trace.mode == "text"
    )
    assert n_texts <= 200
    assert len(json.dumps(plain_figure(picture.figure))) < 400_000
    ticks = [axis.ticktext for axis in picture.figure.select_yaxes() if axis.ticktext]
    assert all(len(names) <= 24 for names in ticks)


def test_thousands_of_samples_and_source_classes_are_cut() -> None:
    """Of 1,000 source classes those with the most mass are drawn, and it is said what the others hold."""
    rng = np.random.default_rng(0)
    inputs = prepare_inputs(
        rng.normal(size=(3000, 4)),
        labels=np.arange(3000) % 30,
        source_logits=3 * rng.normal(size=(3000, 1000)),
    )
    for metric in ("leep", "nce"):
        picture = draw_metric(metric, metric_intermediates(metric, inputs), View.of(30))
        cells = next(trace for trace in picture.figure.data if trace.type == "heatmap")
        assert np.shape(cells.z) == (20, 24)
        assert re.search(r"the 24 source classes with the most mass of [\d,]+", picture.words.left_out)
        assert "Of 30 classes the 20 largest are drawn." in picture.words.left_out
        assert len(picture.table().rows) > 500
