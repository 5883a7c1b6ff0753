"""Numbers, and sets of labels, that the probes of most models do not expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import ProbeResult, RunResult, Samples
from ptmrank_core.results.constant_guess import constant_guess

__all__ = ["Unexpected", "unexpected"]

# In root mean square errors of the probes. Where a target is one of two values, no error can be many times
# the usual one: there the prediction has to be near the other value.
FAR, FAR_EACH = 4.0, 2.5
FAR_LABEL, FAR_LABEL_EACH, WRONG_SIDE = 2.0, 1.5, 0.7
MAJORITY = 0.5


@dataclass(frozen=True, slots=True)
class Unexpected:
    """A target that the probes do not expect.

    Parameters
    ----------
    row, column
        The sample, and the target.
    deviations
        How far the target is from what is predicted, in root mean square errors of the probes; negative
        where it is smaller.
    predicted
        What the probes predict, weighted by their skill.
    n_agree, n_models
        How many of how many models find it far off on the same side.
    """

    row: int
    column: int
    deviations: float
    predicted: float
    n_agree: int
    n_models: int


def unexpected(result: RunResult, samples: Samples) -> list[Unexpected]:
    """Find targets far from what most probes predict, of each sample the one that is farthest off.

    Parameters
    ----------
    result, samples
        A run on numbers to predict or on several labels each, and its samples.
    """
    probes = _skilled(result)
    if not probes:
        return []
    targets = samples.labels.reshape(samples.n_samples, -1).astype(np.float64)
    is_binary = samples.target_kind == "multilabel"
    weights = np.array(list(probes.values()))
    weights /= weights.sum()
    predicted = np.stack([_predictions(result, model, targets.shape) for model in probes])
    residuals = targets - predicted
    scale = np.sqrt((residuals**2).mean(axis=1, keepdims=True))
    deviations = np.divide(residuals, scale, out=np.zeros_like(residuals), where=scale > 0)
    pooled = np.tensordot(weights, deviations, 1)
    columns = np.argmax(np.abs(pooled), axis=1)
    rows = np.arange(len(targets))
    farthest = pooled[rows, columns]
    guesses = np.tensordot(weights, predicted, 1)
    far, far_each = (FAR_LABEL, FAR_LABEL_EACH) if is_binary else (FAR, FAR_EACH)
    agree = ((np.sign(farthest) * deviations[:, rows, columns]) > far_each).sum(axis=0)
    is_far = np.abs(farthest) > far
    if is_binary:
        is_far &= np.abs(targets - guesses)[rows, columns] > WRONG_SIDE
    found = np.flatnonzero(is_far & (agree > MAJORITY * len(probes)))
    return [
        Unexpected(
            int(row),
            int(columns[row]),
            float(farthest[row]),
            float(guesses[row, columns[row]]),
            int(agree[row]),
            len(probes),
        )
        for row in found[np.argsort(-np.abs(farthest[found]), kind="stable")]
    ]


def _skilled(result: RunResult) -> dict[str, float]:
    """Candidates whose probes predict better than a constant, with what they reach above it."""
    candidates = {spec.id for spec in result.plan.candidates}
    skills = {}
    for model, probe in result.contents(ProbeResult).items():
        chance = constant_guess(probe.measure, result.samples) or 0.0
        if model not in candidates or probe.value is None or chance >= 1:
            continue
        skill = (probe.value - chance) / (1 - chance)
        if skill > 0 and len(probe.predictions) == result.samples.n_samples:
            skills[model] = skill
    return skills


def _predictions(result: RunResult, model: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.asarray(result.contents(ProbeResult)[model].predictions, dtype=np.float64).reshape(shape)
