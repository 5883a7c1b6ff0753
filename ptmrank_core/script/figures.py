"""The figures of a run, for a notebook: each a Plotly figure of the numbers that the dashboard shows."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import Ranking, RunResult, Samples
from ptmrank_core.reports.figures.agreement import PairLayout, agreement_figure, pair_figure
from ptmrank_core.reports.figures.bump import BumpLayout, bump_figure
from ptmrank_core.reports.figures.class_pairs import class_pairs_figure
from ptmrank_core.reports.figures.controls import controls_figure
from ptmrank_core.reports.figures.cost import cost_figure
from ptmrank_core.reports.figures.embeddings import Panel, panels_figure
from ptmrank_core.reports.figures.evidence import correlation_figure, truth_figure
from ptmrank_core.reports.figures.intervals import interval_figure
from ptmrank_core.reports.figures.layers import layer_figure
from ptmrank_core.reports.figures.learning_curve import sizes_figure
from ptmrank_core.reports.figures.metric import MetricLayout, metric_figure
from ptmrank_core.reports.figures.projections import METHODS, cached_panel, why_missing, why_not_offered
from ptmrank_core.reports.figures.race import AGAINST, RaceAxis, race_figure
from ptmrank_core.reports.figures.ranking_overview import overview_figure
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout
from ptmrank_core.reports.figures.samples import class_counts_figure
from ptmrank_core.reports.figures.scatter import target_histogram
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.tables.run import agreement_of
from ptmrank_core.results.class_pairs import class_pairs_of
from ptmrank_core.results.cost import COST_TITLES, costs_of, fronts_of
from ptmrank_core.results.evidence import CORRELATION_TITLES, contenders_of, evidence_of, truths_of
from ptmrank_core.results.learning_curve import curves_of
from ptmrank_core.results.race import race_of
from ptmrank_core.results.references.controls import controls_of, permutation_tests_of
from ptmrank_core.results.scores import layer_scores, scores_by_metric
from ptmrank_core.script.embeddings import Panels

__all__ = ["RunFigures"]

N_PANELS = 3


class RunFigures:
    """The figures of a run; each is drawn when it is asked for.

    A figure of what the run does not know raises an ``InputError`` that says how to come to know it.

    Parameters
    ----------
    result, ranking
        The run and its ranking.
    samples
        What was ranked on.
    panels
        Makes the panel of a model's first two principal components.
    """

    def __init__(self, result: RunResult, ranking: Ranking, samples: Samples, panels: Panels) -> None:
        self._result, self._ranking, self._samples, self._panels = result, ranking, samples, panels

    def __repr__(self) -> str:
        names = [name for name in vars(type(self)) if not name.startswith("_")]
        return f"figures of the run: {', '.join(f'{name}()' for name in names)}"

    def ranking(self) -> go.Figure:
        """Draw the order, how sure it is, each model's rank under every metric, and what it reaches."""
        self._require(self._ranking.order, "no model has a score")
        return _shown(overview_figure(OverviewLayout.of(self._result, self._ranking)))

    def ranks(self) -> go.Figure:
        """Draw how the rank of each model changes from metric to metric."""
        self._require(len(self._ranking.order) > 1, "an order needs two models")
        return _shown(bump_figure(BumpLayout.of(self._result, self._ranking)))

    def metric(self, name: str) -> go.Figure:
        """Draw the score of every model under one metric, and its rank interval."""
        _choose("metric", name, self._ranking.per_metric)
        return _shown(metric_figure(MetricLayout.of(name, self._result, self._ranking)))

    def intervals(self) -> go.Figure:
        """Draw the rank interval of every model, and which models are tied."""
        intervals = self._ranking.intervals
        if intervals is None:
            raise _unknown("the run has no rank intervals", "Analyses(half_samples=None)")
        return _shown(interval_figure(self._ranking.order, intervals))

    def agreement(self) -> go.Figure:
        """Draw how far each pair of metrics agrees on the order: Kendall's tau."""
        agreement = agreement_of(self._result, self._ranking)
        if agreement is None:
            raise InputError("Metrics agree or not where two of them rank three models or more.")
        return _shown(agreement_figure(agreement))

    def pair(self, first: str, second: str, *, by_rank: bool = False) -> go.Figure:
        """Draw the models under two metrics, by score or by rank."""
        for name in (first, second):
            _choose("metric", name, self._ranking.per_metric)
        layout = PairLayout.of(first, second, self._result, self._ranking)
        return _shown(pair_figure(layout, by_rank=by_rank))

    def projection(
        self, method: str = "pca", models: Sequence[str] | str | None = None, *, classes: Collection[str] = ()
    ) -> go.Figure:
        """Draw how models see the samples: their features in the plane, coloured by label.

        Parameters
        ----------
        method
            ``"pca"``; ``"lda"``, ``"tsne"`` or ``"umap"`` for the six best models, where the run computed it.
        models
            Names of models; by default the best three.
        classes
            Names of the classes that are drawn; empty for all.
        """
        _choose("method", method, METHODS)
        named = [models] if isinstance(models, str) else list(models or self._ranking.order[:N_PANELS])
        for model in named:
            _choose("model", model, self._result.outcomes)
        self._require(named, "no model has a score")
        panels = [self._panel(method, model) for model in named]
        return _shown(panels_figure(panels, self._samples, self._caption, classes=classes))

    def class_pairs(self, models: Sequence[str] = ()) -> go.Figure:
        """Draw which pairs of classes each model tells apart; by default the best three."""
        named = list(models or self._ranking.order[:N_PANELS])
        pairs = class_pairs_of(self._result, named, self._samples.class_names)
        if pairs is None:
            raise _unknown(
                "pairs of classes were not compared for these models", "Analyses(projections=True)"
            )
        return _shown(class_pairs_figure(pairs))

    def evidence(self, truth: str | None = None, *, correlation: str = "weighted_tau") -> go.Figure:
        """Draw how well each metric's order follows what models reach.

        Parameters
        ----------
        truth
            What was measured: ``"probe"``, ``"recorded"`` ...; by default the strongest that is known.
        correlation
            ``"weighted_tau"``, ``"kendall"``, ``"spearman"`` or ``"pearson"``.
        """
        _choose("correlation", correlation, CORRELATION_TITLES)
        name = self._truth(truth)
        evidence = evidence_of(self._result, self._ranking)[name]
        self._require(evidence, "two models with a result are needed")
        return _shown(correlation_figure(evidence, correlation))

    def truth(self, contender: str, truth: str | None = None) -> go.Figure:
        """Draw the models under one metric (or ``"consensus"``) against what they reach."""
        contenders = contenders_of(self._result, self._ranking)
        _choose("metric", contender, contenders)
        order = (*self._ranking.order, *self._ranking.unranked)
        reached = truths_of(self._result)[self._truth(truth)]
        return _shown(truth_figure(contender, contenders[contender][0], reached, order))

    def cost(self, name: str = "n_parameters") -> go.Figure:
        """Draw place against cost: parameters, seconds, size on disk or peak memory."""
        _choose("cost", name, COST_TITLES)
        costs = costs_of(self._result)
        fronts = fronts_of(costs, self._ranking)
        self._require(name in fronts, f"{COST_TITLES[name]} are known of fewer than two ranked models")
        return _shown(cost_figure(name, costs, self._ranking, fronts[name]))

    def layers(self, metric: str | None = None) -> go.Figure:
        """Draw the score of every hidden layer under one metric; by default the first."""
        scores = layer_scores(self._result)
        known = dict.fromkeys(name for by_metric in scores.values() for name in by_metric)
        if not known:
            raise _unknown("hidden layers were not scored", "ExtractionOptions(layers=...)")
        chosen = metric or next(iter(known))
        _choose("metric", chosen, known)
        by_model = {model: own[chosen] for model, own in scores.items() if chosen in own}
        return _shown(layer_figure(chosen, by_model))

    def sample_sizes(self, lines: Sequence[str] = ()) -> go.Figure:
        """Draw how soon the order settles with the number of samples."""
        curves = curves_of(self._result, self._ranking)
        if not curves:
            raise _unknown("nothing is known of smaller parts of the samples", "Analyses(sample_sizes=True)")
        for name in lines:
            _choose("line", name, curves)
        return _shown(sizes_figure(curves, list(lines or curves), self._result.samples.n_samples))

    def controls(self, metric: str | None = None) -> go.Figure:
        """Draw the candidates beside what knows nothing, under one metric; by default the first."""
        tests = permutation_tests_of(self._result)
        controls = controls_of(self._result, self._ranking)
        known = [n for n in self._ranking.per_metric if n in tests or any(n in c.scores for c in controls)]
        if not known:
            raise _unknown("no controls were scored", "Analyses(controls=True)")
        chosen = metric or known[0]
        _choose("metric", chosen, known)
        scores = scores_by_metric(self._result.of_candidates().cells)[chosen]
        order = self._ranking.order
        return _shown(controls_figure(chosen, scores, order, controls, tests.get(chosen, {})))

    def race(self, against: RaceAxis = "clock") -> go.Figure:
        """Draw the race: what each model reached in training, against time or passes over the samples."""
        _choose("axis", against, AGAINST)
        so_far = race_of(self._result)
        if so_far is None or not so_far.measure:
            raise _unknown("there was no race", "Analyses(decide_seconds=600)")
        return _shown(race_figure(so_far, against=against))

    def samples(self) -> go.Figure:
        """Draw how many samples each class has, or how the numbers to predict are distributed."""
        if self._samples.target_kind == "regression":
            return _shown(target_histogram(self._samples))
        return _shown(class_counts_figure(self._result.samples))

    def _panel(self, method: str, model: str) -> Panel:
        if method == "pca":
            return self._panels.of(model)
        panel = cached_panel(self._result, method, model)
        if panel is None:
            reason = why_not_offered(self._result, method) or why_missing(self._result, method, model)
            raise InputError(f"There is no {METHODS[method]} of {model!r}: {reason}.".replace("..", "."))
        return panel

    def _caption(self, row: int) -> str:
        """Describe a sample on hover: its text, or its name."""
        if self._samples.modality != "text":
            return self._samples.names[row]
        return " ".join(str(self._samples.items[row].decode()).split())[:120]

    def _truth(self, name: str | None) -> str:
        truths = truths_of(self._result)
        if not truths:
            raise _unknown("nothing is known of what these models reach", "Analyses(probe=True)")
        chosen = next(iter(truths)) if name is None else name
        _choose("truth", chosen, truths)
        return chosen

    def _require(self, is_there: object, why: str) -> None:
        if not is_there:
            raise InputError(f"There is nothing to draw: {why}.")


def _choose(kind: str, name: str, known: Iterable[str]) -> None:
    if name not in set(known):
        raise UnknownNameError(kind, name, known)


def _unknown(why: str, how: str) -> InputError:
    return InputError(f"There is nothing to draw: {why}.", hint=f"A Benchmarker with {how} finds it out.")


def _shown(figure: go.Figure) -> go.Figure:
    """Make names that somebody else wrote literal: Plotly would read markup in them."""
    return go.Figure(_with_arrays(plain_figure(figure)))


def _with_arrays(value: Any) -> Any:
    """Return the arrays that JSON has as bytes, so that the figure can be read and changed."""
    if isinstance(value, list):
        return [_with_arrays(item) for item in value]
    if not isinstance(value, dict):
        return value
    if {"dtype", "bdata"} <= set(value):
        array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
        shape = [int(size) for size in str(value.get("shape", len(array))).split(",")]
        return array.reshape(shape)
    return {name: _with_arrays(item) for name, item in value.items()}
