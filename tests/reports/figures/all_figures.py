"""Every figure that there is, of so many models with long names: what tests of all figures walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ptmrank_core.lessons import KNOBS, Candidate, Comparison, Sweep, Task, View, make_world
from ptmrank_core.lessons.course import Dots, Grid, Line, Lines
from ptmrank_core.metrics import METRICS, MetricInputs, metric_intermediates, prepare_inputs
from ptmrank_core.projection import pca
from ptmrank_core.ranking import Evidence, PermutationTest, SizeCurve, rank_correlations
from ptmrank_core.ranking.evidence import Estimate
from ptmrank_core.records import Cell, Failure, Ranking, RunResult, Score, Skipped, Stage, Truth, Vote
from ptmrank_core.reports.figures.agreement import PairLayout, agreement_figure, pair_figure
from ptmrank_core.reports.figures.bump import BumpLayout, bump_figure
from ptmrank_core.reports.figures.class_pairs import class_pairs_figure
from ptmrank_core.reports.figures.comparison import slope_figure
from ptmrank_core.reports.figures.controls import controls_figure
from ptmrank_core.reports.figures.cost import cost_figure
from ptmrank_core.reports.figures.embeddings import Panel, panels_figure
from ptmrank_core.reports.figures.evidence import correlation_figure, truth_figure
from ptmrank_core.reports.figures.intervals import interval_figure
from ptmrank_core.reports.figures.layers import layer_figure
from ptmrank_core.reports.figures.learning_curve import sizes_figure
from ptmrank_core.reports.figures.lessons.comparison import comparison_figure
from ptmrank_core.reports.figures.lessons.exhibits import exhibit_figure
from ptmrank_core.reports.figures.lessons.scene import scene_figure
from ptmrank_core.reports.figures.lessons.sweep import sweep_figure
from ptmrank_core.reports.figures.metric import MetricLayout, metric_figure
from ptmrank_core.reports.figures.metric_pictures import View as Names
from ptmrank_core.reports.figures.metric_pictures import draw_metric, pictured_metrics
from ptmrank_core.reports.figures.race import race_figure
from ptmrank_core.reports.figures.ranking_overview import overview_figure
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout
from ptmrank_core.reports.figures.samples import class_counts_figure
from ptmrank_core.reports.figures.scatter import projection_figure, target_histogram
from ptmrank_core.results.class_pairs import ClassPairs
from ptmrank_core.results.comparison import compare_runs
from ptmrank_core.results.cost import costs_of, fronts_of
from ptmrank_core.results.race import race_of
from ptmrank_core.results.references.controls import Control
from tests.metrics.conftest import make_toy
from tests.reports.figures.test_scatter import samples
from tests.reports.results import certain, hostile_result

__all__ = ["all_figures", "names_of"]

MAIN = tuple(name for name in METRICS if ":" not in name)
N_CLASSES = 12
RNG = np.random.default_rng(0)
CONTROL = "untrained twin of model"


def names_of(n: int) -> tuple[str, ...]:
    """Names of forty letters that differ at both ends, as those of organisations and their models do."""
    return tuple(f"organisation-{i:02}/" + "model-of-some-family-"[: 40 - 18] + f"{i:02}" for i in range(n))


def run_of(n_models: int) -> tuple[RunResult, Ranking]:
    """A run of all metrics: long names, a failure, warnings, an untrained twin, probes, a race."""
    names = names_of(n_models)
    base = hostile_result((*names, CONTROL, "failed"))
    specs = tuple(
        replace(
            own,
            model_type="a-family-with-a-long-name",
            n_parameters=10 ** (5 + place % 4) * (1 + place),
            licence="apache-2.0",
            control="untrained weights" if own.id == CONTROL else own.control,
        )
        for place, own in enumerate(base.plan.models)
    )
    plan = replace(base.plan, models=specs, metrics=MAIN)
    cells: list[Cell] = []
    for place, model in enumerate((*names, CONTROL)):
        for number, metric in enumerate(MAIN):
            if place == 1 and number % 4 == 3:
                cells.append(Skipped(model, metric, "It has no source head."))
                continue
            warned = ("It did not settle.",) if (place + number) % 5 == 0 else ()
            sign = 1 if METRICS[metric].higher_is_better else -1
            value = sign * (float(RNG.normal()) - place / 2)
            parts = {"s_cls": value, "s_en": value} if METRICS[metric].combine else {}
            cells.append(Score(model, metric, value, 0.1, parts, warned))
    cells += [Failure("failed", metric, Stage.LOAD, "OSError", "gone", "") for metric in MAIN]
    outcomes = {
        model: replace(own, spec=next(s for s in specs if s.id == model))
        for model, own in base.outcomes.items()
    }
    run = replace(base, plan=plan, cells=tuple(cells), outcomes=outcomes)
    ranking = certain(run)
    used = tuple(ranking.metrics_used) or MAIN[:3]
    weights = {name: 1 / (2 + place) for place, name in enumerate(used)}
    total = sum(weights.values())
    votes = {name: Vote(weights.get(name, 0.0) / total, "a reason") for name in MAIN}
    return run, replace(ranking, votes=votes)


def _sampled(kind: Any, n_classes: int = N_CLASSES) -> Any:
    names = [f"class number {i:02} with a very long name here" for i in range(n_classes)]
    if kind == "regression":
        return samples(np.linspace(0, 1, 60), ["a target with a rather long name of forty"], kind)
    return samples(np.arange(60) % n_classes, names, kind)


def _panels(models: tuple[str, ...]) -> list[Panel]:
    titles = ("trustworthiness 0.876", "across: first component (12 %), up: second (11 %)")
    return [
        Panel(model, np.arange(60), RNG.normal(size=(60, 2)).astype(np.float32), *titles) for model in models
    ]


def _pairs(models: tuple[str, ...], n_classes: int) -> ClassPairs:
    distances = {}
    for model in models:
        matrix = np.exp(RNG.normal(size=(n_classes, n_classes)) * 1.5)
        matrix = matrix + matrix.T
        np.fill_diagonal(matrix, 0)
        distances[model] = matrix
    names = tuple(f"class number {i:02} with a very long name here" for i in range(n_classes))
    return ClassPairs(names, distances, dict.fromkeys(models, 1.0), n_classes)


def _evidence() -> dict[str, Evidence]:
    return {
        metric: Evidence(9, {"kendall": Estimate(0.1 * place - 0.5, -0.9, 0.9)}, {}, {})
        for place, metric in enumerate((*MAIN, "consensus", "n_parameters"))
    }


def _sweep(knob: str) -> Sweep:
    """A sweep with numbers that nothing measured."""
    at = KNOBS[knob].sweep
    rising = tuple(place / len(at) for place in range(len(at)))
    return Sweep(KNOBS[knob], at, dict.fromkeys(MAIN, rising), rising, rising)


def _comparison(names: str) -> Comparison:
    """Candidates, with every kind of row: agreeing, tied, without a value, still to come."""
    values = {name: -1234.5 - place for place, name in enumerate(names)}
    views = [
        View(values, ("A",), "agrees", 0.5),
        View(values, tuple(names), "disagrees", None),
        View({}, (), "undecided", None),
    ]
    known = dict(zip(MAIN, [*views, *views, *views], strict=False))
    accuracies = dict.fromkeys(names, 0.987)
    return Comparison(accuracies, ("A",), known, View(accuracies, ("A",), "agrees", 1.0))


TITLES = tuple(METRICS[name].title for name in MAIN)
EXHIBITS = {
    "lesson, scores": Grid(
        TITLES,
        ("clear, clean labels", "clear, wrong labels", "closer, wrong labels"),
        ((-1234.5, None, 1e-30),) * len(TITLES),
        ((True, False, True),) * len(TITLES),
        "another score, by more than 1%",
    ),
    "lesson, shares": Dots(
        TITLES,
        {"10 samples of each class": (0.5,) * len(TITLES), "100 samples of each class": (1.0,) * len(TITLES)},
        "draws in which the first model is first",
        0.5,
        "a coin",
    ),
    "lesson, curves": Lines(
        (10, 150, 300),
        (
            Line("LogME (as published)", (-1.0, 0.0, 3.0)),
            Line("good features", (0.0, 0.0, 0.0), is_dashed=True),
        ),
        "features, none of which knows anything",
        "score, higher is better",
    ),
}


@cache
def all_figures(n_models: int, names: tuple[str, ...] = ()) -> dict[str, go.Figure]:
    """Draw every figure for so many models, or those that are named; one that has forms is there in each."""
    run, ranking = run_of(n_models)
    order, chosen = ranking.order, ranking.order[1:5:3]
    assert ranking.intervals is not None
    layout, costs = OverviewLayout.of(run, ranking), costs_of(run)
    scores = {
        m: {c.model: c.value for c in run.cells if isinstance(c, Score) and c.metric == m} for m in MAIN
    }
    front = fronts_of(costs, ranking)["n_parameters"]
    truth = Truth("accuracy", {model: 0.5 + place / 100 for place, model in enumerate(order)})
    curve = SizeCurve((10.0, 20.0, 40.0), (0.2, 0.5, 0.8), (0.1, 0.4, 0.7), (0.3, 0.6, 0.9))
    race = race_of(run)
    assert race is not None
    tests = {model: PermutationTest(10, 0, -3.0, -1.0) for model in order}
    controls = [Control("Raw pixels, and what else is known without a model", 10, {"logme": -4.0}, {})]
    pair = PairLayout.of("logme", "hscore", run, ranking)
    other = replace(run, plan=replace(run.plan, run_id="other"))
    layers = {model: [0.1 * place + depth for depth in range(6)] for place, model in enumerate(order[:7])}
    makers: dict[str, Callable[[], go.Figure]] = {
        "overview": lambda: overview_figure(layout, highlight=chosen),
        "bump": lambda: bump_figure(BumpLayout.of(run, ranking), highlight=chosen),
        "intervals": lambda: interval_figure(order, ranking.intervals, highlight=chosen),  # type: ignore[arg-type]
        "metric": lambda: metric_figure(MetricLayout.of("logme", run, ranking), highlight=chosen),
        "agreement": lambda: agreement_figure(
            rank_correlations(scores, higher_is_better={m: METRICS[m].higher_is_better for m in MAIN})
        ),
        "pair by rank": lambda: pair_figure(pair, by_rank=True, highlight=chosen),
        "pair by score": lambda: pair_figure(pair, by_rank=False),
        "class pairs, few": lambda: class_pairs_figure(_pairs(order[:3], 5)),
        "class pairs, many": lambda: class_pairs_figure(_pairs(order[:5], N_CLASSES)),
        "cost": lambda: cost_figure("n_parameters", costs, ranking, front, highlight=chosen),
        "controls": lambda: controls_figure("logme", scores["logme"], order, controls, tests),
        "slope": lambda: slope_figure(compare_runs(run, other)),
        "panels": lambda: panels_figure(_panels(order[:4]), _sampled("classification"), str),
        "panels of numbers": lambda: panels_figure(_panels(order[:3]), _sampled("regression"), str),
        "correlation": lambda: correlation_figure(_evidence(), "kendall"),
        "truth": lambda: truth_figure("logme", scores["logme"], truth, order),
        "layers": lambda: layer_figure("logme", layers),
        "sizes": lambda: sizes_figure(dict.fromkeys(MAIN[:5], curve), MAIN[:5], 80),
        "scene": lambda: scene_figure(make_world(Task(n_classes=8, wrong_labels=0.3), Candidate())),
        "candidates, two": lambda: comparison_figure(_comparison("AB"), "AB"),
        "candidates, four": lambda: comparison_figure(_comparison("ABCD"), "ABCD"),
        "sweep": lambda: sweep_figure(_sweep("separation"), 1.5),
        "sweep over sizes": lambda: sweep_figure(_sweep("scale"), 1.0),
        **{name: partial(exhibit_figure, exhibit) for name, exhibit in EXHIBITS.items()},
        "class counts": lambda: class_counts_figure(replace(run.samples, class_counts=_counts(n_models))),
        "target": lambda: target_histogram(_sampled("regression")),
        "projection": lambda: projection_figure(
            pca(RNG.normal(size=(60, 5))), _sampled("classification"), str
        ),
        "projection of numbers": lambda: projection_figure(
            pca(RNG.normal(size=(60, 5))), _sampled("regression"), str
        ),
        "race": lambda: race_figure(race),
    }
    for metric in pictured_metrics():
        makers |= {f"{metric} sees {n} classes": partial(_seen, metric, n) for n in (3, 30)}
    return {name: make() for name, make in makers.items() if not names or name in names}


@cache
def _inputs(n_classes: int) -> MetricInputs:
    """Samples with everything that a metric can ask for."""
    return prepare_inputs(**make_toy(4 * n_classes + 60, 12, n_classes).arrays())


@cache
def _seen(metric: str, n_classes: int) -> go.Figure:
    """What a metric sees in samples whose classes have long names."""
    names = tuple(f"class number {i:02} with a very long name here" for i in range(n_classes))
    return draw_metric(metric, metric_intermediates(metric, _inputs(n_classes)), Names(names)).figure


def _counts(n: int) -> dict[str, int]:
    return {f"class number {i:02} with a very long name here": 100 + i for i in range(n)}
