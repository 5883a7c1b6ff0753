"""What fine-tuning the models of a run is expected to reach."""

from __future__ import annotations

import math

from ptmrank_core.prediction import Coefficients, load_coefficients, predict_accuracies
from ptmrank_core.records import Prediction, Ranking, RunResult
from ptmrank_core.results.constant_guess import constant_guess
from ptmrank_core.results.phrases import plural
from ptmrank_core.results.votes import probes_of

__all__ = ["LEVEL", "prediction_of"]

LEVEL = 0.9
# A probe that is not this many standard errors above a constant guess may as well be one.
ABOVE_CHANCE = 2.0


def prediction_of(result: RunResult, ranking: Ranking) -> Prediction:
    """Predict the accuracy after fine-tuning of the ranked models, from their linear probes.

    Parameters
    ----------
    result
        A run.
    ranking
        Its order.

    Returns
    -------
    Prediction
        Empty, with the reason in its note, where nothing can be predicted.
    """
    if result.samples.target_kind != "classification" or not result.samples.class_counts:
        return Prediction(
            level=LEVEL,
            note="What fine-tuning will reach can be predicted for classes only: nothing was fine-tuned on"
            " numbers or several labels to learn from.",
        )
    probes = {
        model: probe.value
        for model, probe in probes_of(result).items()
        if model in ranking.mean_ranks and probe.value is not None and probe.measure == "accuracy"
    }
    if not probes:
        return Prediction(
            level=LEVEL,
            note="What fine-tuning will reach is predicted from a linear probe, and none was fitted (yet).",
        )
    chance = constant_guess("accuracy", result.samples) or 0.0
    least = chance + ABOVE_CHANCE * math.sqrt(chance * (1 - chance) / result.samples.n_samples)
    coefficients = load_coefficients()
    found = (
        predict_accuracies(
            {model: value for model, value in probes.items() if value > least},
            coefficients,
            chance=chance,
            level=LEVEL,
        )
        if chance < 1
        else {}
    )
    if not found:
        return Prediction(
            level=LEVEL,
            note="No linear probe does clearly better than a constant guess, so what fine-tuning will reach"
            " cannot be said.",
        )
    return Prediction("accuracy", LEVEL, found, _note(coefficients, len(probes) - len(found)))


def _note(coefficients: Coefficients, n_without: int) -> str:
    """Say what the intervals rest on."""
    without = ""
    if n_without:
        have = "has" if n_without == 1 else "have"
        without = (
            f" {plural(n_without, 'model')} {have} none: the linear probe is too close to a constant guess."
        )
    return (
        f"Predicted from the linear probes by one line through {coefficients.n_models} models that were"
        f" fine-tuned on {len(coefficients.sets)} recorded sets; the {LEVEL:.0%} intervals are wide because"
        f" sets differ.{without}"
    )
