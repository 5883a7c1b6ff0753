"""Which candidate training puts first, and which metrics put the same one first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from ptmrank_core.lessons.opinions import Opinion, score_candidate
from ptmrank_core.lessons.scene import Scene, check_scene
from ptmrank_core.lessons.training import Training, train
from ptmrank_core.metrics import METRICS, default_metrics, join_scores
from ptmrank_core.ranking import kendall
from ptmrank_core.records import VALUE, MetricOutput

__all__ = ["SAME", "Comparison", "View", "best_of_training", "compare", "compare_views", "leaders"]

# Candidates are told apart where their accuracies on the same fresh samples differ by more of their standard
# errors than this.
CERTAIN = 2.0
SAME = 1e-9  # scores that differ by less of their size are the same

Name = TypeVar("Name")
Agreement = Literal["agrees", "disagrees", "undecided"]


@dataclass(frozen=True, slots=True)
class View:
    """How one metric, or the probe, sees the candidates.

    Parameters
    ----------
    values
        Candidate -> what ranks it; those without a value are missing.
    first
        The candidates that it puts first: several where they tie, none where a candidate has no value.
    verdict
        ``"agrees"``: training puts first whatever it puts first. ``"disagrees"``: it puts another one first,
        be it beside the right one. ``"undecided"``: it does not score all candidates, there is one only, or
        not all are trained.
    tau
        Kendall's tau-b with the accuracies of training; ``None`` for fewer than three candidates, and
        where it is not defined.
    """

    values: Mapping[str, float]
    first: tuple[str, ...]
    verdict: Agreement
    tau: float | None


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """Who ranks the candidates of a scene as training does.

    Parameters
    ----------
    accuracies
        Candidate -> share of the fresh samples that its trained network tells right.
    best
        The candidates that training puts first: the most accurate, and those that it cannot tell from it.
        None before all are trained.
    views
        Metric -> how it sees the candidates; of those that are done with all of them.
    probe
        The same for the linear probe.
    """

    accuracies: Mapping[str, float]
    best: tuple[str, ...]
    views: Mapping[str, View]
    probe: View

    @property
    def n_agreeing(self) -> int:
        """Metrics that agree with training."""
        return sum(view.verdict == "agrees" for view in self.views.values())

    @property
    def n_decided(self) -> int:
        """Metrics that score all candidates."""
        return sum(view.verdict != "undecided" for view in self.views.values())


def compare(scene: Scene) -> Comparison:
    """Score, probe and train every candidate of a scene, and hold the metrics against training.

    Raises
    ------
    InputError
        A number is outside its range, or there are too few or too many candidates.
    """
    check_scene(scene)
    opinions = {own.name: score_candidate(scene.task, own) for own in scene.candidates}
    return compare_views(opinions, {own.name: train(scene.task, own) for own in scene.candidates})


def compare_views(opinions: Mapping[str, Opinion], trainings: Mapping[str, Training]) -> Comparison:
    """Hold what metrics said of candidates against their training.

    Parameters
    ----------
    opinions
        Candidate -> what metrics and probe said, so far as it is known.
    trainings
        Candidate -> what training reached, so far as it is known.
    """
    accuracies = {name: trained.accuracy for name, trained in trainings.items()}
    best = best_of_training(trainings) if len(trainings) == len(opinions) else ()
    judge = _Judge(tuple(opinions), accuracies, best)
    views: dict[str, View] = {}
    for metric in default_metrics():
        outputs = {name: own.outputs[metric] for name, own in opinions.items() if metric in own.outputs}
        if all(metric in own.outputs or metric in own.problems for own in opinions.values()):
            views[metric] = judge.view(_joined(metric, outputs), sign=_sign(metric))
    probed = {name: own.accuracy for name, own in opinions.items() if own.accuracy is not None}
    return Comparison(accuracies, best, views, judge.view(probed))


def leaders(values: Mapping[Name, float]) -> tuple[Name, ...]:
    """Name those with the largest value, in their order; what differs from it by round-off is as large."""
    most = max(values.values())
    return tuple(name for name, value in values.items() if value >= most - SAME * max(1.0, abs(most)))


def best_of_training(trainings: Mapping[str, Training]) -> tuple[str, ...]:
    """Name the most accurate candidate, and those that the same fresh samples do not tell from it.

    Two accuracies p and q on the same n samples differ for certain if |p - q| is over two standard errors of
    the mean of the n differences. The error of drawing the training samples is not in it.
    """
    top = max(trainings.values(), key=lambda trained: trained.accuracy)
    best = []
    for name, own in trainings.items():
        differences = top.is_right.astype(np.float64) - own.is_right
        error = float(differences.std()) / math.sqrt(len(differences))
        if top.accuracy - own.accuracy <= CERTAIN * error:
            best.append(name)
    return tuple(best)


def _joined(metric: str, outputs: Mapping[str, MetricOutput]) -> Mapping[str, float]:
    """Return the values that rank the candidates, joined over them where the metric is defined so."""
    is_joined = METRICS[metric].combine is not None
    parts = {
        name: {VALUE: output.value, **(output.components if is_joined else {})}
        for name, output in outputs.items()
    }
    return join_scores(metric, parts) if len(parts) > 1 else {n: own[VALUE] for n, own in parts.items()}


def _sign(metric: str) -> int:
    return 1 if METRICS[metric].higher_is_better else -1


@dataclass(frozen=True, slots=True)
class _Judge:
    """Holds values against training.

    Parameters
    ----------
    names
        All candidates.
    accuracies, best
        As in :class:`Comparison`.
    """

    names: tuple[str, ...]
    accuracies: Mapping[str, float]
    best: tuple[str, ...]

    def view(self, values: Mapping[str, float], sign: int = 1) -> View:
        """Tell which candidates some values put first, and whether training does so too."""
        if len(self.names) < 2 or len(values) < len(self.names):
            return View(values, (), "undecided", None)
        signed = {name: sign * value for name, value in values.items()}
        first = leaders(signed)
        if not self.best:
            return View(values, first, "undecided", None)
        tau = kendall(signed, self.accuracies)[0]
        verdict: Agreement = "agrees" if set(first) <= set(self.best) else "disagrees"
        return View(values, first, verdict, tau if math.isfinite(tau) else None)
