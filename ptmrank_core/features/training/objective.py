"""The objective of training: targets, loss, and the measure on tested samples. Imports torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.records import MEASURES, FloatArray, Samples

__all__ = ["Judgement", "Objective", "Units"]

Indices = NDArray[np.int64]
Measure = Callable[[NDArray[np.float64], NDArray[np.float64]], float]
# Groups that are left out one at a time for the standard error of a measure that is no mean.
N_GROUPS = 50


@dataclass(frozen=True, eq=False, slots=True)
class Units:
    """Units of the numbers of a regression: a network's output times ``scale`` plus ``centre``.

    Parameters
    ----------
    centre, scale
        float64 arrays of shape (k,).
    """

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def of(cls, samples: Samples, rows: Indices, *, centred: bool = True) -> Units:
        """Standardise by some samples; without a centre for a network whose head has no bias."""
        columns = columns_of(samples)
        spread = columns[rows].std(axis=0)
        centre = columns[rows].mean(axis=0) if centred else np.zeros(columns.shape[1])
        return cls(centre, np.where(spread > 0, spread, 1.0))


@dataclass(frozen=True, eq=False, slots=True)
class Judgement:
    """What a test gave.

    Parameters
    ----------
    value, standard_error
        The measure; its standard error from the number of samples alone, or ``None``.
    losses
        Loss of each sample: 0 or 1, the squared error of standardised numbers, the share of wrong labels.
    """

    value: float
    standard_error: float | None
    losses: FloatArray


def columns_of(samples: Samples) -> NDArray[np.float64]:
    """Numbers or labels of the samples: (n, k)."""
    return samples.labels.reshape(samples.n_samples, -1).astype(np.float64)


class Objective:
    """Targets of all samples, the loss of a network's outputs, and the measure that judges them.

    Parameters
    ----------
    samples
        Of any target kind.
    units
        Of a regression; ``None`` otherwise.
    """

    def __init__(self, samples: Samples, units: Units | None) -> None:
        self.kind = samples.target_kind
        self.measure = MEASURES[self.kind]
        self.units = units
        self._labels = samples.labels if self.kind == "classification" else columns_of(samples)
        if self.kind == "classification":
            self.n_outputs = len(samples.class_names)
            self.targets: NDArray[np.int64] | FloatArray = samples.labels.astype(np.int64)
        else:
            self.n_outputs = self._labels.shape[1]
            numbers = self._labels if units is None else (self._labels - units.centre) / units.scale
            self.targets = numbers.astype(np.float32)
        self._tensor = torch.from_numpy(self.targets.copy())

    def loss(self, outputs: torch.Tensor, rows: Indices) -> torch.Tensor:
        """Cross-entropy of classes or labels, mean squared error of standardised numbers."""
        targets = self._tensor[torch.from_numpy(rows)].to(outputs.device)
        if self.kind == "classification":
            return torch.nn.functional.cross_entropy(outputs, targets)
        if self.kind == "multilabel":
            return torch.nn.functional.binary_cross_entropy_with_logits(outputs, targets)
        return torch.nn.functional.mse_loss(outputs, targets)

    def in_units(self, outputs: FloatArray) -> FloatArray:
        """Logits as they are; numbers in the user's units."""
        if self.units is None:
            return outputs
        numbers: FloatArray = (outputs * self.units.scale + self.units.centre).astype(np.float32)
        return numbers

    def judge(self, outputs: FloatArray, rows: Indices) -> Judgement:
        """Accuracy, mean R2 of the numbers, or mean average precision of the labels.

        Raises
        ------
        UnsupportedModelError
            If the outputs are not finite, or the measure is not defined on these samples.
        """
        if not np.isfinite(outputs).all():
            raise UnsupportedModelError(
                "Training diverged: the outputs of the network hold NaN or infinity.",
                hint="A lower learning rate may help.",
            )
        truth = self._labels[rows]
        if self.kind == "classification":
            wrong = (outputs.argmax(axis=1) != truth).astype(np.float32)
            share = 1.0 - float(np.mean(wrong, dtype=np.float64))
            return Judgement(share, math.sqrt(share * (1 - share) / len(rows)), wrong)
        if self.kind == "multilabel":
            wrong = ((outputs > 0) != (truth > 0.5)).astype(np.float32)
            losses: FloatArray = wrong.mean(axis=1, keepdims=True)[:, 0]
            return self._judged(_average_precision, truth, outputs.astype(np.float64), losses)
        standardised = (truth - self._centre()) / self._scale()
        losses = np.square(standardised - outputs).mean(axis=1).astype(np.float32)
        return self._judged(_r_squared, standardised, outputs.astype(np.float64), losses)

    def _centre(self) -> NDArray[np.float64] | float:
        return 0.0 if self.units is None else self.units.centre

    def _scale(self) -> NDArray[np.float64] | float:
        return 1.0 if self.units is None else self.units.scale

    def _judged(
        self,
        measure: Measure,
        truth: NDArray[np.float64],
        outputs: NDArray[np.float64],
        losses: FloatArray,
    ) -> Judgement:
        """Take a measure of all samples, with its standard error by a grouped jackknife."""
        value = measure(truth, outputs)
        if not math.isfinite(value):
            raise UnsupportedModelError(
                f"A target is the same for all {len(truth)} tested samples: "
                f"{'R²' if self.measure == 'r2' else 'average precision'} is not defined."
            )
        n_groups = min(N_GROUPS, len(truth))
        group = np.arange(len(truth)) % n_groups
        parts = np.array([measure(truth[group != g], outputs[group != g]) for g in range(n_groups)])
        if n_groups < 3 or not np.isfinite(parts).all():
            return Judgement(value, None, losses)
        return Judgement(value, math.sqrt((n_groups - 1) * float(parts.var())), losses)


def _r_squared(truth: NDArray[np.float64], outputs: NDArray[np.float64]) -> float:
    """Mean R2 over the targets; NaN if one of them does not vary."""
    total = np.square(truth - truth.mean(axis=0)).sum(axis=0)
    if not (total > 0).all():
        return math.nan
    return float(np.mean(1 - np.square(truth - outputs).sum(axis=0) / total))


def _average_precision(truth: NDArray[np.float64], outputs: NDArray[np.float64]) -> float:
    """Mean average precision over the labels that some samples have and some have not; NaN if none."""
    varied = [k for k in range(truth.shape[1]) if 0 < truth[:, k].sum() < len(truth)]
    if not varied:
        return math.nan
    return float(np.mean([average_precision_score(truth[:, k], outputs[:, k]) for k in varied]))
