"""What fine-tuning is expected to reach, by the predictor and, where a race knows more, by the race."""

from __future__ import annotations

from ptmrank_core.records import Prediction, Ranking, RunResult
from ptmrank_core.results.phrases import plural
from ptmrank_core.results.prediction import prediction_of
from ptmrank_core.results.race.so_far import RaceSoFar, race_of

__all__ = ["expectations_of", "with_race"]


def expectations_of(result: RunResult, ranking: Ranking) -> Prediction:
    """Say what fine-tuning each model is expected to reach: one number for each, wherever it is shown."""
    return with_race(prediction_of(result, ranking), race_of(result))


def with_race(prediction: Prediction, so_far: RaceSoFar | None) -> Prediction:
    """Put what a race expects after its doses in the place of what was predicted before it."""
    if so_far is None or not so_far.measure:
        return prediction
    known = {own.model: own.expected for own in so_far.race.standings if own.expected is not None}
    if not known:
        return prediction
    before = prediction.by_model if prediction.measure == so_far.measure else {}
    doses = plural(len(so_far.doses), "dose")
    note = f"After {doses} of real training in the race, with the linear probes as what was known before."
    return Prediction(so_far.measure, prediction.level, {**before, **known}, note)
