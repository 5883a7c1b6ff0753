"""What the probes of all models of a run say together of each sample: weighted, out of sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import ClassProbabilities, ProbeResult, RunResult
from ptmrank_core.results.constant_guess import constant_guess
from ptmrank_core.results.look.nearness import Nearness, counts_of_classes

__all__ = ["ModelVoice", "Pooled", "doubted", "pool", "voices_of", "votes_of_neighbours"]

Array = NDArray[np.float64]
SURE = 0.6


@dataclass(frozen=True, eq=False)
class ModelVoice:
    """What one model's probe says of each sample, and how much that is worth.

    Parameters
    ----------
    skill
        What it reaches above chance, out of sample: 0 for no more than chance, 1 for no error.
    predictions
        int64 codes of shape (n,).
    probabilities
        float64 array of shape (n, n_classes); rows sum to 1.
    is_candidate
        Whether it is a candidate, no control.
    """

    skill: float
    predictions: NDArray[np.int64]
    probabilities: Array
    is_candidate: bool


@dataclass(frozen=True, eq=False)
class Pooled:
    """The probabilities of all models, combined.

    Parameters
    ----------
    probabilities
        float64 array of shape (n, n_classes).
    margins
        By how much the likeliest other class leads the sample's own, shape (n,), in [-1, 1].
    others
        That class, int64 of shape (n,).
    """

    probabilities: Array
    margins: Array
    others: NDArray[np.int64]


def voices_of(result: RunResult, n_classes: int) -> dict[str, ModelVoice]:
    """Collect what the probes of a run say, those of its controls too; without those that know nothing.

    Parameters
    ----------
    result
        A run on samples with classes.
    n_classes
        Number of classes that have samples.
    """
    chance = constant_guess("accuracy", result.samples) or 0.0
    candidates = {spec.id for spec in result.plan.candidates}
    known = candidates | {spec.id for spec in result.plan.controls}
    voices = {}
    for model, probe in result.contents(ProbeResult).items():
        if model not in known or len(probe.predictions) != result.samples.n_samples or probe.value is None:
            continue
        skill = (probe.value - chance) / (1 - chance) if chance < 1 else 0.0
        if skill <= 0:
            continue
        codes = np.asarray(probe.predictions, dtype=np.int64)
        voices[model] = ModelVoice(skill, codes, _dense(probe, codes, n_classes), model in candidates)
    return voices


def _dense(probe: ProbeResult, codes: NDArray[np.int64], n_classes: int) -> Array:
    """Spread what was kept over all classes; of a former version, by how often the probe is right."""
    if probe.probabilities is None:
        right = float(np.clip(probe.value or 0.0, 1 / n_classes, 1 - 1 / (len(codes) + 1)))
        dense = np.full((len(codes), n_classes), (1 - right) / max(n_classes - 1, 1))
        dense[np.arange(len(codes)), codes] = right
        return dense
    return _unpacked(probe.probabilities, n_classes)


def _unpacked(kept: ClassProbabilities, n_classes: int) -> Array:
    classes = kept.classes.unpack().astype(np.int64)
    values = kept.values.unpack().astype(np.float64)
    rest = np.clip(1 - values.sum(axis=1), 0, 1) / max(n_classes - classes.shape[1], 1)
    dense = np.tile(rest[:, None], (1, n_classes))
    np.put_along_axis(dense, classes, values, axis=1)
    return np.asarray(dense / dense.sum(axis=1, keepdims=True))


def votes_of_neighbours(near: Sequence[Nearness], labels: NDArray[np.int64]) -> list[Array]:
    """Read class probabilities off the labels of each sample's neighbours, its own label left aside.

    Parameters
    ----------
    near
        The neighbours under each model.
    labels
        int64 array of shape (n,): codes among the classes that have samples.

    Returns
    -------
    list of NDArray
        For each model float64 of shape (n, n_classes): shares, with one neighbour more that is of every class
        alike.
    """
    found = []
    for counts in counts_of_classes(near, labels):
        smoothed = counts + 1 / counts.shape[1]
        found.append(smoothed / smoothed.sum(axis=1, keepdims=True))
    return found


def pool(
    voices: Iterable[ModelVoice], votes: Iterable[Array], labels: NDArray[np.int64], *, chance: float
) -> Pooled:
    """Combine what probes and neighbours say: mean probabilities, weighted by what each reaches above chance.

    Parameters
    ----------
    voices
        What the probes say, at least one.
    votes
        What the neighbours say: see :func:`votes_of_neighbours`.
    labels
        int64 array of shape (n,): codes among the classes that have samples.
    chance
        The accuracy of a constant guess.
    """
    parts = [(voice.skill, voice.probabilities) for voice in voices]
    for vote in votes:
        reached = float(np.mean(np.argmax(vote, axis=1) == labels))
        parts.append((max(0.0, (reached - chance) / (1 - chance)) if chance < 1 else 0.0, vote))
    total = sum(weight for weight, _ in parts)
    pooled = np.asarray(sum(weight / total * values for weight, values in parts))
    rows = np.arange(len(labels))
    without = pooled.copy()
    without[rows, labels] = -1.0
    others = np.argmax(without, axis=1)
    return Pooled(pooled, without[rows, others] - pooled[rows, labels], others)


def doubted(pooled: Pooled, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the samples whose label is doubted, the most doubted first: confident learning [1]_.

    A sample counts where another class is likelier than its own, and at least as likely as that class is, in
    the mean, for samples that are labelled with it; a probability of 0.6 is always enough, or models that are
    nearly sure of everything would let doubts pass.

    References
    ----------
    .. [1] Northcutt, Jiang, Chuang (2021). Confident Learning: Estimating Uncertainty in Dataset Labels.
       Journal of Artificial Intelligence Research 70. doi:10.1613/jair.1.12125.
    """
    n_classes = pooled.probabilities.shape[1]
    thresholds = np.array([pooled.probabilities[labels == code, code].mean() for code in range(n_classes)])
    rows = np.arange(len(labels))
    is_likely = pooled.probabilities[rows, pooled.others] >= np.minimum(thresholds, SURE)[pooled.others]
    found = np.flatnonzero((pooled.margins > 0) & is_likely)
    return found[np.argsort(-pooled.margins[found], kind="stable")]
