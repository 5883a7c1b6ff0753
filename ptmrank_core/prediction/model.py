"""One line through all sets: accuracy after fine-tuning against that of a linear probe, both as logits.

With p the accuracy and c that of a constant guess, k = (p - c) / (1 - c) is the share of what there is to
learn, and

    logit k(fine-tuned) = intercept + slope * logit k(probe) + offset of the set + deviation of the model,

offset and deviation normal with mean 0. The offset is the same for all models of a set and unknown for a new
one, so it makes most of the width of an interval.

Tried and left out, because left-out sets were not predicted better: k nearest neighbours beside the probe,
the number of parameters, and the order of the metrics (standardised; its coefficient is negative beside the
probe: fine-tuning narrows differences, most where they are large).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.records import Expectation

__all__ = ["MIN_SETS", "Coefficients", "TunedModel", "fit_coefficients", "predict_accuracies"]

Array: TypeAlias = NDArray[np.float64]

# Rounds of the EM algorithm; after them the spreads on record change by less than 0.001.
N_ROUNDS = 150
MIN_SETS = 3
# Accuracies of 0 and 1 have no logit: half a sample of so many away from them.
N_TESTED = 500
# A probe this far (logits) below all that were seen is outside of what the line is known for.
MARGIN = 0.25


@dataclass(frozen=True, slots=True)
class TunedModel:
    """A model that was fine-tuned: its set, accuracies of probe and fine-tuning, and of a constant guess."""

    set_name: str
    probe: float
    tuned: float
    chance: float


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The line, and what it rests on.

    Parameters
    ----------
    intercept, slope
        Of the line.
    covariance
        Of the two, shape (2, 2).
    set_spread, model_spread
        Standard deviations of the offset of a set and of the deviation of a model.
    lowest, highest
        Least and greatest logit of a probe that it was fitted to.
    n_models
        Number of models.
    sets
        Names of the sets.
    """

    intercept: float
    slope: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    set_spread: float
    model_spread: float
    lowest: float
    highest: float
    n_models: int
    sets: Sequence[str]


def fit_coefficients(models: Sequence[TunedModel]) -> Coefficients:
    """Fit the line with a random offset for each set (restricted maximum likelihood, EM algorithm).

    Raises
    ------
    InputError
        Fewer than three sets: the spread of the offsets cannot be told.
    """
    sets = list(dict.fromkeys(model.set_name for model in models))
    if len(sets) < MIN_SETS:
        raise InputError(f"Expected fine-tuned models of at least {MIN_SETS} sets, got {len(sets)}.")
    x = np.array([_scale(model.probe, model.chance) for model in models])
    y = np.array([_scale(model.tuned, model.chance) for model in models])
    design = np.column_stack([np.ones(len(x)), x])
    member = np.array([[model.set_name == name for name in sets] for model in models], dtype=np.float64)
    set_variance, model_variance = 0.25, 0.25
    for _ in range(N_ROUNDS):
        line, covariance, projection = _generalised(design, y, member, set_variance, model_variance)
        residual = projection @ y
        set_trace = float(np.trace(member.T @ projection @ member))
        offsets = set_variance * member.T @ residual
        deviations = model_variance * residual
        set_variance += (float(offsets @ offsets) - set_variance**2 * set_trace) / len(sets)
        model_variance += (
            float(deviations @ deviations) - model_variance**2 * float(np.trace(projection))
        ) / len(y)
    return Coefficients(
        intercept=float(line[0]),
        slope=float(line[1]),
        covariance=(
            (float(covariance[0, 0]), float(covariance[0, 1])),
            (float(covariance[1, 0]), float(covariance[1, 1])),
        ),
        set_spread=float(np.sqrt(set_variance)),
        model_spread=float(np.sqrt(model_variance)),
        lowest=float(x.min()),
        highest=float(x.max()),
        n_models=len(x),
        sets=tuple(sets),
    )


def predict_accuracies(
    probes: Mapping[str, float], coefficients: Coefficients, *, chance: float, level: float = 0.9
) -> dict[str, Expectation]:
    """Predict the accuracy after fine-tuning of the models of a new set.

    Parameters
    ----------
    probes
        Model -> accuracy of a linear probe out of fold.
    coefficients
        The line.
    chance
        Accuracy of a constant guess on the set, in [0, 1).
    level
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    dict
        Without the models whose probe is below all that the line was fitted to; a probe above counts as the
        highest that was seen.
    """
    if not 0 <= chance < 1:
        raise InputError(f"Expected the accuracy of a constant guess in [0, 1), got {chance}.")
    # As many degrees of freedom as there are offsets to tell their spread from.
    reach = float(scipy.special.stdtrit(len(coefficients.sets) - 1, (1 + level) / 2))
    line = np.array([coefficients.intercept, coefficients.slope])
    covariance = np.array(coefficients.covariance)
    found = {}
    for model, probe in probes.items():
        place = min(_scale(probe, chance), coefficients.highest)
        if place < coefficients.lowest - MARGIN:
            continue
        at = np.array([1.0, place])
        variance = coefficients.set_spread**2 + coefficients.model_spread**2 + at @ covariance @ at
        half = reach * float(np.sqrt(variance))
        ends = (float(at @ line) + step for step in (0.0, -half, half))
        found[model] = Expectation(*(chance + (1 - chance) * float(scipy.special.expit(end)) for end in ends))
    return found


def _generalised(
    design: Array, y: Array, member: Array, set_variance: float, model_variance: float
) -> tuple[Array, Array, Array]:
    """Generalised least squares: the line, its covariance, and the matrix that takes the line out."""
    covariance = set_variance * member @ member.T + model_variance * np.eye(len(y))
    inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    of_line = np.asarray(np.linalg.inv(design.T @ inverse @ design), dtype=np.float64)
    projection = inverse - inverse @ design @ of_line @ design.T @ inverse
    return np.asarray(of_line @ design.T @ inverse @ y), of_line, np.asarray(projection)


def _scale(accuracy: float, chance: float) -> float:
    """Logit of the share of what there is to learn; accuracies of chance and 1 count as a little off them."""
    share = (accuracy - chance) / (1 - chance)
    least = 0.5 / N_TESTED
    return float(scipy.special.logit(min(1 - least, max(least, share))))
