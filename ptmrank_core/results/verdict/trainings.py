"""Models that were really trained, in this run or by the user."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ptmrank_core.records import IMPORTED, FineTuning, RunResult, Truth
from ptmrank_core.results.fine_tuning import n_to_train
from ptmrank_core.results.verdict.thresholds import SEED_SPREAD, TRAINED_ERRORS

__all__ = ["Trainings", "trainings_of"]


@dataclass(frozen=True, slots=True)
class Trainings:
    """What trained candidates reach.

    Parameters
    ----------
    measure
        What was measured.
    values
        Model -> value, best first.
    errors
        Model -> standard error, where it is known.
    higher_is_better
        Direction of the values.
    cut
        Models whose training ran out of time.
    n_to_come
        Models that a run at work has still to train.
    """

    measure: str
    values: Mapping[str, float]
    errors: Mapping[str, float]
    higher_is_better: bool
    cut: frozenset[str] = frozenset()
    n_to_come: int = 0

    @property
    def best(self) -> str:
        """The model that did best."""
        return next(iter(self.values))

    def near_best(self) -> tuple[str, ...]:
        """Name the models that are within noise of the best, itself first."""
        best = self.best
        return tuple(
            model
            for model in self.values
            if abs(self.values[model] - self.values[best]) <= self._noise(model)
        )

    def is_above(self, constant: float) -> bool:
        """Whether the best model is beyond noise above what a constant guess reaches."""
        error = self.errors.get(self.best, 0.0)
        return self.values[self.best] > constant + TRAINED_ERRORS * error

    def _noise(self, model: str) -> float:
        """How far a model may be from the best by chance."""
        best = self.best
        if model == best:
            return 0.0
        if best in self.errors and model in self.errors:
            return TRAINED_ERRORS * math.hypot(self.errors[best], self.errors[model])
        return SEED_SPREAD if self.measure == "accuracy" else 0.0


def trainings_of(result: RunResult) -> Trainings | None:
    """Collect the candidates that were trained in this run, or by the user, whichever are more.

    Results recorded for demo samples do not count: they are what a ranking is compared with.
    """
    names = {spec.id for spec in result.plan.candidates}
    own = _own(result, names)
    imported = _imported(result, names)
    if imported is None or (own is not None and len(own.values) > len(imported.values)):
        return own
    return imported


def _own(result: RunResult, names: set[str]) -> Trainings | None:
    found = {
        model: tuning.training for model, tuning in result.contents(FineTuning).items() if model in names
    }
    if not found:
        return None
    n_to_come = 0 if result.state.is_finished() else n_to_train(result)
    measure = next(iter(found.values())).measure
    values = {model: training.value for model, training in found.items() if training.measure == measure}
    return Trainings(
        measure,
        _sorted(values, higher_is_better=True),
        {model: t.standard_error for model, t in found.items() if t.standard_error is not None},
        higher_is_better=True,
        cut=frozenset(model for model, training in found.items() if training.was_cut),
        n_to_come=n_to_come,
    )


def _imported(result: RunResult, names: set[str]) -> Trainings | None:
    truth = result.contents(Truth).get(IMPORTED)
    values = {model: value for model, value in truth.values.items() if model in names} if truth else {}
    if truth is None or not values:
        return None
    higher = truth.higher_is_better
    return Trainings(truth.measure, _sorted(values, higher_is_better=higher), {}, higher)


def _sorted(values: Mapping[str, float], *, higher_is_better: bool) -> dict[str, float]:
    sign = -1.0 if higher_is_better else 1.0
    return dict(sorted(values.items(), key=lambda entry: sign * entry[1]))
