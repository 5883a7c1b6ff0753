"""What ETran computes: probabilities by the nearest class mean and energies, or a linear map's errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.numerics.energy import (
    lowest_samples,
    nearest_mean_log_probs,
    nearest_mean_logits,
    sample_energies,
)

__all__ = ["EtranRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class EtranRecord:
    """The parts of ETran, arXiv:2308.02027, for one model; the score of several is joined over all of them.

    With classes the score of one model is S_cls, the mean over the samples of softmax_c(f_i'mu_c - |mu_c|^2/2
    + ln pi_c) at their own class, f and mu centred. With targets it is S_reg, minus the mean squared error.

    Parameters
    ----------
    labels
        y, codes 0..C-1, shape (n_samples,); empty with targets.
    logits
        f_i'mu_c - |mu_c|^2/2 + ln pi_c, in nats, shape (n_samples, n_classes); (0, 0) with targets.
    probabilities
        What this gives the samples' own classes, shape (n_samples,); empty with targets.
    energies
        ln sum_d exp f_id of each sample, in nats, shape (n_samples,).
    lowest
        The samples that count in S_en, those of the lowest energy first: 0.5 %, at least one.
    energy
        S_en, the mean energy of these, in nats.
    squared_errors
        Sum over the samples of the squared error of the linear map, shape (n_targets,), in the targets' unit
        squared; empty with classes.
    n_samples
        Number of samples.
    value
        S_cls or S_reg.
    """

    labels: NDArray[np.int64]
    logits: Array
    probabilities: Array
    energies: Array
    lowest: NDArray[np.int64]
    energy: float
    squared_errors: Array
    n_samples: int
    value: float


def intermediates(inputs: MetricInputs) -> EtranRecord:
    """Compute the parts.

    Parameters
    ----------
    inputs
        With classes or targets.
    """
    statistics = inputs.decomposition
    energy = inputs.by_sample(sample_energies)
    lowest = lowest_samples(energy)
    labels, logits = np.empty(0, dtype=np.int64), np.empty((0, 0))
    probabilities = errors = np.empty(0)
    if inputs.labels is None:
        errors = statistics.target_residuals
        value = 0.0 - float(errors.sum()) / statistics.targets.size
    else:
        labels, logits = inputs.labels, nearest_mean_logits(statistics)
        probabilities = np.exp(nearest_mean_log_probs(statistics))
        value = min(1.0, probabilities.mean().item())
    return EtranRecord(
        labels,
        logits,
        probabilities,
        energy,
        lowest,
        float(energy[lowest].mean()),
        errors,
        inputs.n_samples,
        value,
    )
