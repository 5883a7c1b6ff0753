"""The samples on which two models' linear probes disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import ProbeResult, RunResult, Samples
from ptmrank_core.results.votes import probes_of

__all__ = ["Disagreement", "disagreement_of", "predicted_models", "say_prediction"]

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Disagreement:
    """Out-of-fold predictions of two probes on the same samples.

    Parameters
    ----------
    first, second
        The models.
    is_of_classes
        Whether predictions are classes, right or wrong; else a sample has an error under each.
    first_errors, second_errors
        float64 arrays of shape (n_samples,): 0 for right and 1 for wrong, or the root of the mean squared
        error over the targets (of one target its absolute error).
    first_predictions, second_predictions
        Arrays of shape (n_samples,) or (n_samples, n_targets): codes of classes, or numbers.
    labels
        Labels of the samples.
    """

    first: str
    second: str
    is_of_classes: bool
    first_errors: NDArray[np.float64]
    second_errors: NDArray[np.float64]
    first_predictions: NDArray[Any]
    second_predictions: NDArray[Any]
    labels: NDArray[Any]

    @property
    def only_first(self) -> Rows:
        """Samples that the first model's probe does better on, the greatest difference first.

        Classes take turns, so that the first few samples show all of them.
        """
        return self._ahead(self.second_errors - self.first_errors)

    @property
    def only_second(self) -> Rows:
        """The same of the second model."""
        return self._ahead(self.first_errors - self.second_errors)

    @property
    def n_both_right(self) -> int:
        """Number of samples that both probes assign to their class."""
        return int(((self.first_errors == 0) & (self.second_errors == 0)).sum())

    @property
    def n_both_wrong(self) -> int:
        """Number of samples that neither probe assigns to its class."""
        return int(((self.first_errors > 0) & (self.second_errors > 0)).sum())

    def _ahead(self, gains: NDArray[np.float64]) -> Rows:
        rows = np.flatnonzero(gains > 0)
        turns = np.zeros(len(rows))
        for label in np.unique(self.labels[rows]) if self.is_of_classes else ():
            members = self.labels[rows] == label
            turns[members] = np.arange(members.sum())
        return rows[np.lexsort((turns, -gains[rows]))]


def predicted_models(result: RunResult) -> list[str]:
    """List the models whose probes have predictions, in the order of the plan."""
    return list(_probes_with_predictions(result))


def _probes_with_predictions(result: RunResult) -> dict[str, ProbeResult]:
    n_samples = result.samples.n_samples
    return {
        model: probe
        for model, probe in probes_of(result).items()
        if len(probe.predictions) == len(probe.losses) == n_samples
    }


def disagreement_of(result: RunResult, samples: Samples, first: str, second: str) -> Disagreement:
    """Compare two models' probes sample by sample.

    Parameters
    ----------
    result, samples
        A run, and its samples.
    first, second
        Two of :func:`predicted_models`.
    """
    probes = _probes_with_predictions(result)
    is_of_classes = probes[first].measure == "accuracy"
    errors = [np.asarray(probes[model].losses, dtype=np.float64) for model in (first, second)]
    if not is_of_classes:
        errors = [np.sqrt(loss) for loss in errors]
    predictions = [np.asarray(probes[model].predictions) for model in (first, second)]
    return Disagreement(
        first,
        second,
        is_of_classes=is_of_classes,
        first_errors=errors[0],
        second_errors=errors[1],
        first_predictions=predictions[0],
        second_predictions=predictions[1],
        labels=samples.labels,
    )


def say_prediction(samples: Samples, prediction: Any) -> str:
    """Write one prediction as labels are written: the name of a class, or numbers.

    Parameters
    ----------
    samples
        What the probe was fitted to.
    prediction
        A code among the classes that have samples, or numbers of shape () or (n_targets,).
    """
    if samples.target_kind == "classification":
        return samples.class_names[int(np.unique(samples.labels)[int(prediction)])]
    return ", ".join(f"{number:.4g}" for number in np.reshape(prediction, -1).tolist())
