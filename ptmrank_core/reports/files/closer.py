"""Figures that the report has no room for: one view of the run each."""

from __future__ import annotations

from collections.abc import Iterator

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import ControlScores, PartScores, RunResult
from ptmrank_core.reports.figures import bump, class_pairs, controls, learning_curve
from ptmrank_core.reports.figures.agreement import PairLayout, pair_figure
from ptmrank_core.reports.figures.bump import BumpLayout, bump_figure
from ptmrank_core.reports.figures.class_pairs import class_pairs_figure
from ptmrank_core.reports.figures.controls import controls_figure
from ptmrank_core.reports.figures.evidence import truth_figure
from ptmrank_core.reports.figures.layers import layer_figure
from ptmrank_core.reports.figures.learning_curve import sizes_figure
from ptmrank_core.reports.figures.metric import MetricLayout, metric_figure
from ptmrank_core.reports.figures.ranking_overview_data import voters_first
from ptmrank_core.reports.figures.samples import class_counts_figure
from ptmrank_core.reports.figures.scatter import target_histogram
from ptmrank_core.reports.files.entry import PaperFigure
from ptmrank_core.reports.html.blocks import Report
from ptmrank_core.results import scores_by_metric
from ptmrank_core.results.class_pairs import class_pairs_of
from ptmrank_core.results.evidence import contender_title, contenders_of, measure_title, truths_of
from ptmrank_core.results.intervals.first_models import first_models
from ptmrank_core.results.learning_curve import curves_of
from ptmrank_core.results.phrases import plural
from ptmrank_core.results.references.controls import controls_of, permutation_tests_of
from ptmrank_core.results.scores import layer_scores

__all__ = [
    "control_figures",
    "layer_figures",
    "metric_figures",
    "pair_figures",
    "place_figures",
    "sample_figures",
    "size_figures",
    "truth_figures",
]

MAX_CURVES = 4
N_PAIRED_MODELS = 6  # those whose class pairs a run compares


def place_figures(report: Report) -> Iterator[PaperFigure]:
    """Draw how the place of every model changes from metric to metric."""
    layout = BumpLayout.of(report.result, first_models(report.ranking))
    if len(layout.models) < 2 or not layout.metrics:
        return
    yield PaperFigure(
        "places",
        bump_figure(layout),
        f"Rank of {plural(len(layout.models), 'model')} under {plural(len(layout.metrics), 'metric')}",
        bump.HOW_TO_READ,
        layout.metrics,
    )


def metric_figures(report: Report) -> Iterator[PaperFigure]:
    """Draw the scores under each metric."""
    if len(report.ranking.order) < 2:
        return
    for name, models in report.ranking.per_metric.items():
        if not models:
            continue
        spec = METRICS[name]
        yield PaperFigure(
            f"metric-{name.replace(':', '-').replace('_', '-')}",
            metric_figure(MetricLayout.of(name, report.result, report.ranking)),
            f"Scores and ranks of {plural(len(models), 'model')} under {spec.title}; best is {models[0]}",
            f"{spec.idea} {'Higher' if spec.higher_is_better else 'Lower'} is better. Not to be trusted "
            f"when: {spec.fails_when}",
            (name,),
        )


def pair_figures(report: Report) -> Iterator[PaperFigure]:
    """Draw the models under the two metrics whose votes weigh most."""
    names = [
        voter.metric
        for voter in voters_first(report.result, report.ranking)
        if report.ranking.per_metric.get(voter.metric)
    ][:2]
    if len(names) < 2 or len(report.ranking.order) < 2:
        return
    layout = PairLayout.of(names[0], names[1], report.result, report.ranking)
    if len(layout.models) < 2:
        return
    yield PaperFigure(
        "pair",
        pair_figure(layout, by_rank=True),
        f"Ranks of {plural(len(layout.models), 'model')} under {METRICS[names[0]].title} and "
        f"{METRICS[names[1]].title}",
        "A dot for each model; the nearer to the diagonal, the more the two metrics agree on it.",
        tuple(names),
    )


def truth_figures(report: Report) -> Iterator[PaperFigure]:
    """Draw the strongest evidence that is known against the order of the models."""
    name, truth = next(iter(truths_of(report.result).items()), (None, None))
    contenders = contenders_of(report.result, report.ranking)
    if truth is None or not contenders:
        return
    contender, (values, _) = next(iter(contenders.items()))
    measure = measure_title(truth)
    yield PaperFigure(
        f"against-{name}",
        truth_figure(contender, values, truth, report.ranking.order),
        f"{contender_title(contender)} against {measure}, one dot for each model",
        " ".join(truth.notes),
        report.ranking.metrics_used,
    )


def control_figures(report: Report) -> Iterator[PaperFigure]:
    """Draw the candidates beside controls, under the metric whose vote weighs most."""
    result, ranking = report.result, report.ranking
    if not result.contents(ControlScores):
        return
    own, tests = controls_of(result, ranking), permutation_tests_of(result)
    for voter in voters_first(result, ranking):
        metric = voter.metric
        is_known = metric in tests or any(metric in control.scores for control in own)
        if not ranking.per_metric.get(metric) or not is_known:
            continue
        scores = scores_by_metric(result.of_candidates().cells)[metric]
        yield PaperFigure(
            "controls",
            controls_figure(metric, scores, ranking.order, own, tests.get(metric, {})),
            f"Candidates under {METRICS[metric].title} beside controls and permuted labels",
            controls.HOW_TO_READ,
            (metric,),
        )
        return


def size_figures(report: Report) -> Iterator[PaperFigure]:
    """Draw how soon the order settles, where parts of the samples were scored."""
    if not report.result.contents(PartScores):
        return
    curves = curves_of(report.result, report.ranking)
    if not curves:
        return
    shown = list(curves)[:MAX_CURVES]
    yield PaperFigure(
        "sizes",
        sizes_figure(curves, shown, report.result.samples.n_samples),
        "Agreement with the final order of the models against the number of samples",
        learning_curve.HOW_TO_READ,
        tuple(name for name in shown if name in METRICS),
    )


def layer_figures(report: Report) -> Iterator[PaperFigure]:
    """Draw the scores of hidden layers, where they were asked for."""
    by_model = layer_scores(report.result)
    metric = next(iter(next(iter(by_model.values()), {})), None)
    if metric is None:
        return
    scores = {model: found[metric] for model, found in by_model.items() if metric in found}
    yield PaperFigure(
        "layers",
        layer_figure(metric, scores),
        f"{METRICS[metric].title} of every hidden layer of {plural(len(scores), 'model')}",
        "Each hidden layer is pooled and scored as the last one is.",
        (metric,),
    )


def sample_figures(report: Report) -> Iterator[PaperFigure]:
    """Draw the labels of the samples, and which pairs of classes the best models tell apart."""
    result = report.result
    if result.samples.target_kind == "regression":
        if report.picture is not None and report.picture.samples.labels.ndim == 1:
            yield PaperFigure(
                "targets",
                target_histogram(report.picture.samples),
                f"Distribution of the target over {plural(result.samples.n_samples, 'sample')}",
            )
        return
    if result.samples.class_counts:
        yield PaperFigure(
            "samples",
            class_counts_figure(result.samples),
            f"Number of samples of each of {plural(len(result.samples.class_counts), 'class')}",
        )
    yield from _class_pairs(result, report)


def _class_pairs(result: RunResult, report: Report) -> Iterator[PaperFigure]:
    if report.picture is None or result.samples.target_kind != "classification":
        return
    models = report.ranking.order[:N_PAIRED_MODELS]
    pairs = class_pairs_of(result, models, report.picture.samples.class_names)
    if pairs is None:
        return
    yield PaperFigure(
        "class-pairs",
        class_pairs_figure(pairs),
        f"Distance of each pair of classes under {', '.join(pairs.distances)}",
        class_pairs.HOW_TO_READ,
        ("gbc",),
    )
