"""Several models in one figure, selected samples, pairs of classes and disagreement: the numbers first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ptmrank_core.projection import Projection, lda, pca, tsne
from ptmrank_core.records import (
    Analyses,
    ClassDistances,
    Finding,
    ProbeResult,
    ProjectedEmbeddings,
    RunResult,
    RunState,
    Trust,
    pack_array,
)
from ptmrank_core.reports.figures.class_pairs import class_pairs_figure
from ptmrank_core.reports.figures.embeddings import (
    Panel,
    axis_titles,
    panels_figure,
    panels_table,
    say_trust,
)
from ptmrank_core.reports.figures.projections import cached_panel, why_missing, why_not_offered
from ptmrank_core.reports.tables.class_pairs import class_pairs_table
from ptmrank_core.reports.tables.disagreement import disagreement_table
from ptmrank_core.results.class_pairs import (
    class_pairs_of,
    closest_pairs,
    mistaken_rows,
    say_closest,
    say_difference,
)
from ptmrank_core.results.disagreement import disagreement_of, predicted_models, say_prediction
from tests.reports.figures.test_scatter import samples
from tests.reports.results import hostile_result

RNG = np.random.default_rng(0)


def panel(model: str, n: int, rows: Any = None) -> Panel:
    """A panel of noise."""
    shown = np.arange(n) if rows is None else np.asarray(rows)
    return Panel(model, shown, RNG.normal(size=(len(shown), 2)).astype(np.float32), f"x of {model}")


def run_of(n: int, findings: tuple[Finding, ...], *, analyses: Analyses | None = None) -> RunResult:
    """A finished run of three models on n samples with these findings alone."""
    result = hostile_result(("a", "b", "c", "failed"))
    plan = replace(result.plan, analyses=analyses or Analyses())
    summary = replace(result.samples, n_samples=n)
    return replace(result, plan=plan, samples=summary, findings=findings)


def test_panels_share_colours_and_one_legend() -> None:
    """Each class has one look in every panel and one entry in the legend; samples go by their index."""
    chosen = samples(np.arange(40) % 4, ["c0", "c1", "c2", "c3"], "classification")
    figure = panels_figure([panel("a", 40), panel("b", 40)], chosen, chosen.names.__getitem__)
    assert len(figure.data) == 8
    for number in range(4):
        own = [trace for trace in figure.data if trace.name == f"c{number}"]
        assert len({(trace.marker.color, trace.marker.symbol) for trace in own}) == 1
        assert [trace.showlegend for trace in own] == [True, False]
        for trace in own:
            assert trace.customdata.tolist() == list(range(number, 40, 4))
    assert [note.text for note in figure.layout.annotations] == ["a", "b"]
    assert [figure.layout.xaxis.title.text, figure.layout.xaxis2.title.text] == ["x of a", "x of b"]


def test_a_filter_leaves_the_looks_of_the_others() -> None:
    """Classes that are chosen keep the colours that they have among all."""
    chosen = samples(np.arange(40) % 4, ["c0", "c1", "c2", "c3"], "classification")
    both = panels_figure([panel("a", 40)], chosen, chosen.names.__getitem__)
    some = panels_figure([panel("a", 40)], chosen, chosen.names.__getitem__, classes=["c1", "c3"])
    assert [trace.name for trace in some.data] == ["c1", "c3"]
    assert [trace.marker for trace in some.data] == [both.data[1].marker, both.data[3].marker]


def test_six_panels_stand_in_two_rows_and_many_points_use_webgl() -> None:
    """Three in a row; 1,500 points are vectors and more are not, all in one figure."""
    few = samples(np.arange(30) % 2, ["c0", "c1"], "classification")
    figure = panels_figure([panel(f"m{i}", 30) for i in range(6)], few, few.names.__getitem__)
    assert {trace.type for trace in figure.data} == {"scatter"}
    assert figure.layout.yaxis4.domain[1] < figure.layout.yaxis.domain[0]
    many = samples(np.arange(1501) % 2, ["c0", "c1"], "classification")
    figure = panels_figure([panel("a", 1501)], many, many.names.__getitem__)
    assert {trace.type for trace in figure.data} == {"scattergl"}


def test_a_hundred_classes_have_no_legend() -> None:
    """More names than can be read are left out; a filter brings them back."""
    chosen = samples(np.arange(200) % 100, [f"c{i}" for i in range(100)], "classification")
    figure = panels_figure([panel("a", 200)], chosen, chosen.names.__getitem__)
    assert not figure.layout.showlegend
    assert len(figure.data) == 100
    assert panels_figure([panel("a", 200)], chosen, str, classes=["c7"]).layout.showlegend


def test_numbers_have_one_scale_for_all_panels() -> None:
    """A regression is one trace in each panel on one axis of colours, named by its target."""
    chosen = samples(np.linspace(0, 1, 20), ["price"], "regression")
    figure = panels_figure([panel("a", 20), panel("b", 20)], chosen, chosen.names.__getitem__)
    assert len(figure.data) == 2
    assert {trace.marker.coloraxis for trace in figure.data} == {"coloraxis"}
    assert figure.layout.coloraxis.colorbar.title.text == "price"
    np.testing.assert_allclose(figure.data[1].marker.color, chosen.labels, rtol=1e-6)


def test_the_table_has_every_number_of_the_figure() -> None:
    """Name, label and place under each model; a filter leaves rows out."""
    chosen = samples(np.arange(6) % 2, ["c0", "c1"], "classification")
    panels = [panel("a", 6), panel("b", 6)]
    table = panels_table(panels, chosen)
    assert table.values("sample") == [f"s{i}" for i in range(6)]
    np.testing.assert_allclose(table.values("y1"), panels[1].points[:, 1])
    assert panels_table(panels, chosen, classes=["c1"]).values("label") == ["c1"] * 3


def test_axes_say_what_they_are_and_what_they_are_worth() -> None:
    """Shares of the variance, the perplexity, the trustworthiness: what can be said of each kind of plane."""
    features, labels = RNG.normal(size=(30, 3)), np.arange(30) % 3
    trust = Trust(0.876, 5, 30)
    first, second = (f"{100 * ratio:.0f} %" for ratio in pca(features).explained_variance_ratio)
    assert axis_titles(pca(features)) == (f"component 1 ({first})", f"component 2 ({second})")
    assert axis_titles(lda(features, labels)) == ("discriminant 1", "discriminant 2")
    assert axis_titles(tsne(features)) == ("t-SNE 1 (perplexity 9.67)", "t-SNE 2")
    umap = Projection(np.zeros((30, 2), dtype=np.float32), np.empty(0), "umap", {"n_neighbors": 15})
    assert axis_titles(umap) == ("UMAP 1 (15 neighbours)", "UMAP 2")
    assert say_trust(trust) == "trustworthiness 0.876"
    assert say_trust(None) == "too few samples to judge"


def test_kept_maps_are_read_and_missing_ones_explained() -> None:
    """Points come as they were kept; else there is a reason, or none where they are still to come."""
    points = RNG.normal(size=(4, 2)).astype(np.float32)
    projected = ProjectedEmbeddings(
        method="tsne",
        model="a",
        rows=pack_array(np.array([0, 2, 3, 5])),
        points=pack_array(points),
        trust=Trust(0.5, n_neighbours=1, n_samples=4),
        settings={"perplexity": 1.0},
    )
    result = run_of(
        6,
        (
            Finding("projection", "tsne:a", projected, 1.0),
            Finding("projection", "tsne:b", None, 0.0, "It is broken."),
        ),
    )
    kept = cached_panel(result, "tsne", "a")
    assert kept is not None
    np.testing.assert_array_equal(kept.points, points)
    assert kept.rows.tolist() == [0, 2, 3, 5]
    assert (kept.x_title, kept.y_title) == ("t-SNE 1 (perplexity 1)", "t-SNE 2")
    assert kept.note == "trustworthiness 0.500"
    assert cached_panel(result, "tsne", "b") is None
    assert why_missing(result, "tsne", "b") == "It is broken."
    assert "six best" in why_missing(result, "tsne", "c")
    assert "before there were projections" in why_missing(run_of(6, ()), "tsne", "a")
    assert "stopped" in why_missing(replace(result, state=RunState.CANCELLED), "tsne", "c")
    assert "leave projections out" in why_missing(
        run_of(6, (), analyses=Analyses(projections=False)), "lda", "a"
    )
    assert why_missing(replace(run_of(6, ()), state=RunState.RUNNING), "tsne", "a") == ""
    assert why_not_offered(result, "lda") == ""
    numbers = replace(result, samples=replace(result.samples, target_kind="regression"))
    assert "not classes" in why_not_offered(numbers, "lda")
    assert "ptmrank[umap]" in why_not_offered(result, "umap")


def separability(model: str, distances: Any) -> Finding:
    """What is kept of a model's pairs of classes."""
    own = np.asarray(distances, dtype=np.float64)
    distances = ClassDistances(pack_array(np.arange(len(own))), pack_array(own))
    return Finding("separability", model, distances, 0.1)


def test_pairs_of_classes_are_compared_between_models() -> None:
    """The figure and the table hold the distances; the sentence names the pair that one model alone parts."""
    near = [[0, 1, 9], [1, 0, 9], [9, 9, 0]]
    far = [[0, 80, 50], [80, 0, 40], [50, 40, 0]]
    result = run_of(6, (separability("a", near), separability("b", far)))
    pairs = class_pairs_of(result, ["a", "b", "c"], ["x", "y", "z"])
    assert pairs is not None
    assert pairs.names == ("x", "y", "z")
    figure = class_pairs_figure(pairs)
    matrix, numbers, other = figure.data[:3]
    written = {(x, y): text for x, y, text in zip(numbers.x, numbers.y, numbers.text, strict=True)}
    assert written[1, 0] == "1"
    assert (0, 0) not in written
    assert matrix.z[0, 2] == pytest.approx(np.log10(9))
    assert np.isnan(other.z[1, 1])
    assert figure.layout.coloraxis.cmin == 0  # of the closest pair, which has the strongest colour
    table = class_pairs_table(pairs)
    assert table.records()[0] == {"first": "x", "second": "y", "distance0": 1.0, "distance1": 80.0}
    assert say_closest(pairs, "b") == "\u2068b\u2069: \u2068y\u2069 and \u2068z\u2069 (40)"
    said = say_difference(pairs)
    assert "\u2068x\u2069 and \u2068y\u2069" in said
    assert "\u2068b\u2069 has them 1.6 times" in said
    assert "\u2068a\u2069 0.11 times" in said
    assert class_pairs_of(result, ["c"], ["x", "y", "z"]) is None
    alone = class_pairs_of(result, ["a"], ["x", "y", "z"])
    assert alone is not None
    assert say_difference(alone) == ""


def test_the_closest_pairs_are_named_with_the_samples_that_are_mistaken() -> None:
    """Relative to each model's median, each pair once; samples of it that the model's probe swaps."""
    near = [[0, 1, 9], [1, 0, 9], [9, 9, 0]]
    far = [[0, 80, 50], [80, 0, 40], [50, 40, 0]]
    predictions = [1, 0, 1, 2, 0, 2]  # of labels 0, 1, 2, 0, 1, 2
    result = run_of(6, (separability("a", near), separability("b", far), probe("a", predictions, [0.0] * 6)))
    pairs = class_pairs_of(result, ["a", "b"], ["x", "y", "z"])
    assert pairs is not None
    first, *others = closest_pairs(pairs)
    assert (first.model, first.first, first.second, first.distance, first.median) == ("a", "x", "y", 1.0, 9.0)
    assert [(own.first, own.second) for own in others] == [("y", "z"), ("x", "z")]
    chosen = samples(np.arange(6) % 3, ["x", "y", "z"], "classification")
    assert mistaken_rows(result, chosen, first) == (0, 1, 4)
    assert mistaken_rows(result, chosen, others[0]) == ()  # there is no probe of b


def test_many_classes_have_no_numbers_in_their_cells() -> None:
    """More than six classes are colours alone; the numbers are in the table and in the hover."""
    distances = np.full((7, 7), 50.0)
    np.fill_diagonal(distances, 0)
    names = [f"c{i}" for i in range(7)]
    pairs = class_pairs_of(run_of(6, (separability("a", distances),)), ["a"], names)
    assert pairs is not None
    assert [trace.type for trace in class_pairs_figure(pairs).data] == ["heatmap"]


def test_of_many_classes_those_are_shown_that_come_close() -> None:
    """Twelve classes are shown, the two that no model parts among them, and how many there are is known."""
    distances = np.full((30, 30), 50.0)
    np.fill_diagonal(distances, 0)
    distances[7, 20] = distances[20, 7] = 0.2
    pairs = class_pairs_of(run_of(6, (separability("a", distances),)), ["a"], [f"c{i}" for i in range(30)])
    assert pairs is not None
    assert {"c7", "c20"} <= set(pairs.names)
    assert (len(pairs.names), pairs.n_classes) == (12, 30)
    assert pairs.medians["a"] == 50.0


def probe(model: str, predictions: list[Any], losses: list[float], measure: str = "accuracy") -> Finding:
    """What is kept of a probe."""
    content = ProbeResult(measure, None, (), None, 1.0, tuple(predictions), tuple(losses))
    return Finding("probe", model, content, 0.1)


def test_two_probes_are_compared_sample_by_sample() -> None:
    """Counts add up to all samples; classes take turns; predictions are said as labels are."""
    chosen = samples(np.array([0, 0, 0, 2, 2, 2]), ["x", "unused", "z"], "classification")
    first = probe("a", [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 1])
    second = probe("b", [1, 1, 0, 0, 1, 0], [1, 1, 0, 1, 0, 1])
    result = run_of(6, (first, second, probe("c", [], [])))
    assert predicted_models(result) == ["a", "b"]
    found = disagreement_of(result, chosen, "a", "b")
    assert found.only_first.tolist() == [0, 3, 1]
    assert found.only_second.tolist() == [4]
    assert (found.n_both_right, found.n_both_wrong) == (1, 1)
    assert say_prediction(chosen, found.second_predictions[4]) == "z"
    table = disagreement_table(found, chosen)
    assert table.records()[0] == {"sample": "s0", "label": "x", "first": "x", "second": "z"}
    assert len(table.rows) == 4


def test_errors_of_numbers_are_compared_by_their_difference() -> None:
    """The sample whose absolute errors differ most comes first; the table has both errors."""
    chosen = samples(np.array([1.0, 2.0, 3.0]), ["price"], "regression")
    guesses = ([1.5, 2.0, 0.0], [1.0, 5.0, 2.0])
    kept = [
        probe(model, own, [(a - b) ** 2 for a, b in zip(own, chosen.labels, strict=True)], "r2")
        for model, own in zip("ab", guesses, strict=True)
    ]
    found = disagreement_of(run_of(3, tuple(kept)), chosen, "a", "b")
    assert found.first_errors.tolist() == pytest.approx([0.5, 0.0, 3.0])
    assert found.only_first.tolist() == [1]
    assert found.only_second.tolist() == [2, 0]
    records = disagreement_table(found, chosen).records()
    assert [record["sample"] for record in records] == ["s1", "s2", "s0"]
    assert (records[0]["first"], records[0]["second_error"]) == ("2", pytest.approx(3.0))
