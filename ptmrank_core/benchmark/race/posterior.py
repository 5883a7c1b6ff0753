"""The ends of all models and what they reach on the way, given the probes and doses of a race."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.race.runners import RaceFacts, Runner, progress
from ptmrank_core.prediction import (
    Coefficients,
    CurveCoefficients,
    Joint,
    Reached,
    caution,
    learnt_logit,
    load_coefficients,
    load_curve_coefficients,
    settle,
)
from ptmrank_core.records import RaceDose

__all__ = ["Knowledge", "Posterior", "noise_of", "posterior_of"]

Array = NDArray[np.float64]

N_TESTED = 500
DECIMALS = 4
# Without a predictor for the measure a probe says less; without a probe next to nothing is known.
UNKNOWN_FACTOR, UNKNOWN_SPREAD = 1.5, 1.5


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known from other sets: of probes, and of curves."""

    probes: Coefficients
    curves: CurveCoefficients

    @staticmethod
    def on_record() -> Knowledge:
        """Read the coefficients on record."""
        return Knowledge(load_coefficients(), load_curve_coefficients())


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the race knows of models that take part.

    Parameters
    ----------
    models
        Their ids.
    fractions
        Of the final training, ascending: those of doses so far and those to come.
    joint
        Distribution of the ends and of what is reached at the fractions, as logits.
    """

    models: tuple[str, ...]
    fractions: tuple[float, ...]
    joint: Joint

    @property
    def means(self) -> Array:
        """Expected end of each model."""
        return self.joint.mean[: self.joint.n_models]

    @property
    def covariance(self) -> Array:
        """Covariance of the ends."""
        return self.joint.covariance[: self.joint.n_models, : self.joint.n_models]


def posterior_of(runners: Sequence[Runner], facts: RaceFacts, knowledge: Knowledge) -> Posterior:
    """Join the prior from the probes with all doses."""
    doses = [
        (place, dose)
        for place, runner in enumerate(runners)
        for dose in runner.doses
        if dose.value is not None and dose.stage in ("part", "full") and dose.epochs > 0
    ]
    passed = [round(progress(dose, facts), DECIMALS) for _, dose in doses]
    to_come = [round(epochs / facts.final_epochs, DECIMALS) for epochs in facts.doses]
    fractions = sorted({*to_come, *passed})
    logits = [learnt_logit(_value(dose), facts.chance, _n_tested(dose, facts)) for _, dose in doses]
    reached = Reached(
        models=np.array([place for place, _ in doses], dtype=np.int64),
        fractions=np.array([fractions.index(fraction) for fraction in passed], dtype=np.int64),
        logits=np.array(logits),
        noise=_noises([dose for _, dose in doses], facts),
    )
    ahead = np.array([fractions.index(fraction) for fraction in to_come], dtype=np.int64)
    prior = _prior(runners, facts, knowledge.probes)
    joint = settle(prior, np.array(fractions), ahead, reached, knowledge.curves)
    return Posterior(tuple(runner.model for runner in runners), tuple(fractions), joint)


def _prior(runners: Sequence[Runner], facts: RaceFacts, line: Coefficients) -> tuple[Array, Array]:
    """Means and covariance of the ends by the line from probes to fine-tuning."""
    known = [runner.headed for runner in runners]
    logits = [learnt_logit(value, facts.chance, N_TESTED) for value in known if value is not None]
    usual = float(np.median(logits)) if logits else 0.0
    filled = iter(logits)
    places = np.array([usual if value is None else next(filled) for value in known])
    design = np.column_stack([np.ones(len(runners)), np.clip(places, line.lowest, line.highest)])
    spread = line.model_spread * (1.0 if facts.measure == "accuracy" else UNKNOWN_FACTOR)
    own = np.array([UNKNOWN_SPREAD if value is None else spread for value in known])
    set_spread = caution(len(line.sets)) * line.set_spread
    covariance = set_spread**2 + design @ np.array(line.covariance) @ design.T + np.diag(own**2)
    return design @ np.array([line.intercept, line.slope]), covariance


def _value(dose: RaceDose) -> float:
    if dose.value is None:
        raise ValueError(f"Expected a dose with a value, got dose {dose.number} of {dose.model}.")
    return dose.value


def _n_tested(dose: RaceDose, facts: RaceFacts) -> int:
    return len(dose.losses) or facts.parts.choosing


def noise_of(value: float, facts: RaceFacts, standard_error: float | None, n_tested: int) -> float:
    """Estimate the standard error of the logit of a value: never 0, and wide near chance."""
    share = (n_tested * min(1.0, max(0.0, value)) + 0.5) / (n_tested + 1)
    least = 0.5 / n_tested
    learnt = min(1 - least, max(least, (share - facts.chance) / (1 - facts.chance)))
    smallest = np.sqrt(share * (1 - share) / n_tested) if facts.measure == "accuracy" else 0.5 / n_tested
    error = max(float(smallest), standard_error or 0.0)
    return error / ((1 - facts.chance) * learnt * (1 - learnt))


def _noises(doses: Sequence[RaceDose], facts: RaceFacts) -> Array:
    """Covariance of the errors of measurement: the losses of the same samples pair the models."""
    errors = np.array(
        [noise_of(_value(dose), facts, dose.standard_error, _n_tested(dose, facts)) for dose in doses]
    )
    return np.outer(errors, errors) * _correlations(doses)


def _correlations(doses: Sequence[RaceDose]) -> Array:
    """Correlations of the losses of doses; 0 where they were not measured on the same samples."""
    found = np.eye(len(doses))
    lengths = {len(dose.losses) for dose in doses}
    for length in sorted(lengths - {0}):
        at = [place for place, dose in enumerate(doses) if len(dose.losses) == length]
        losses = np.array([doses[place].losses for place in at], dtype=np.float64)
        centred = losses - losses.mean(axis=1, keepdims=True)
        scale = np.sqrt((centred**2).sum(axis=1))
        units = np.divide(centred, scale[:, None], out=np.zeros_like(centred), where=scale[:, None] > 0)
        found[np.ix_(at, at)] = units @ units.T
    np.fill_diagonal(found, 1.0)
    return found
