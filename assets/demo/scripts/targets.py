"""The samples of a demo as one model takes them in, and the model as it learns from a few of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import process_time
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from torch import Tensor

from assets.demo.scripts.measurements import Outcome, draw_labelled, fit_probe

Inputs = TypeVar("Inputs")
Recipe = TypeVar("Recipe")

Tested = Callable[[Tensor], float]
"""Returns the accuracy on the test samples at some positions, 0 to 1."""
AfterEpoch = Callable[[Tested], None]
"""What is done after each epoch of fine-tuning; it may test the model as it is then."""


@dataclass(frozen=True)
class Target(Generic[Inputs]):
    """The samples of a demo as one model takes them in.

    Attributes
    ----------
    inputs, labels : Inputs and Tensor of shape (n_samples,)
        The demo samples, from which the training samples are drawn.
    test_inputs, test_labels : Inputs and Tensor of shape (n_test,)
        Samples that are not in the demo.
    """

    inputs: Inputs
    labels: Tensor
    test_inputs: Inputs
    test_labels: Tensor


@dataclass(frozen=True)
class Features:
    """What the head of a model sees before any fine-tuning.

    Attributes
    ----------
    values, labels : arrays of shape (n_samples, width) and (n_samples,)
        The demo samples.
    test_values, test_labels : arrays of shape (n_test, width) and (n_test,)
        The test samples.
    seconds_per_sample : float
        Processor time of one sample's forward pass.
    """

    values: NDArray[np.float64]
    labels: NDArray[np.int64]
    test_values: NDArray[np.float64]
    test_labels: NDArray[np.int64]
    seconds_per_sample: float

    def probe(self, draw: NDArray[np.int64]) -> Pipeline:
        """Fit a probe to the demo samples at some positions."""
        return fit_probe(self.values[draw], self.labels[draw])

    def tested(self, probe: Pipeline) -> float:
        """Return the accuracy of a probe on the test samples, 0 to 1."""
        return float(probe.score(self.test_values, self.test_labels))


def read_features(pooled: Callable[[Inputs], Tensor], target: Target[Inputs]) -> Features:
    """Read the features of all samples.

    Parameters
    ----------
    pooled : callable
        Returns the pooled features of inputs.
    target : Target
        The samples.

    Returns
    -------
    Features
        Of the demo samples and the test samples.
    """
    start = process_time()
    values, test_values = pooled(target.inputs), pooled(target.test_inputs)
    seconds = process_time() - start
    return Features(
        values.double().numpy(),
        target.labels.numpy(),
        test_values.double().numpy(),
        target.test_labels.numpy(),
        seconds / (len(values) + len(test_values)),
    )


class FineTune(Protocol):
    """Fine-tunes a model from its checkpoint."""

    def __call__(self, draw: NDArray[np.int64], *, seed: int, after_epoch: AfterEpoch | None = None) -> float:
        """Train on the demo samples at some positions.

        Parameters
        ----------
        draw : array of shape (n_labelled,)
            Positions of the training samples.
        seed : int
            Seed of everything else that is drawn.
        after_epoch : callable or None
            What is done after each epoch.

        Returns
        -------
        float
            Accuracy on all test samples after the last epoch, 0 to 1.
        """
        ...


@dataclass(frozen=True)
class Learner:
    """A model, ready to learn from a few labelled samples of its demo.

    Attributes
    ----------
    features : Features
        What its head sees before any fine-tuning.
    fine_tune : callable
        Fine-tunes it, each time from the checkpoint.
    """

    features: Features
    fine_tune: FineTune

    def measure(self, seeds: Iterable[int]) -> Outcome:
        """Fine-tune and probe the model once for each seed.

        Parameters
        ----------
        seeds : iterable of int
            The seeds.

        Returns
        -------
        Outcome
            Accuracies on the test samples.
        """
        draws = {seed: draw_labelled(self.features.labels, seed=seed) for seed in seeds}
        probes = [self.features.probe(draw) for draw in draws.values()]
        return Outcome(
            tuple(self.fine_tune(draw, seed=seed) for seed, draw in draws.items()),
            tuple(map(self.features.tested, probes)),
        )


def measure(learner: Callable[[Recipe], Learner], seeds: Iterable[int], recipe: Recipe) -> Outcome:
    """Fine-tune and probe the model of a recipe once for each seed.

    Parameters
    ----------
    learner : callable
        Makes the model of a recipe ready to learn.
    seeds : iterable of int
        The seeds.
    recipe : Recipe
        The model.

    Returns
    -------
    Outcome
        Accuracies on the test samples.
    """
    return learner(recipe).measure(seeds)
