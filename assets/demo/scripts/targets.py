"""The labelled samples of a demo as one model takes them in, and what a probe on its features reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from assets.demo.scripts.measurements import draw_labelled, probe_accuracy

Inputs = TypeVar("Inputs")


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

    def draws(self, seeds: Iterable[int]) -> dict[int, NDArray[np.int64]]:
        """Return the positions of the training samples of each seed."""
        return {seed: draw_labelled(self.labels.numpy(), seed=seed) for seed in seeds}

    def probe(
        self, pooled: Callable[[Inputs], Tensor], draws: Iterable[NDArray[np.int64]]
    ) -> tuple[float, ...]:
        """Fit a probe to each draw and test it.

        Parameters
        ----------
        pooled : callable
            Returns the pooled features of inputs.
        draws : iterable of array
            Positions of the training samples.

        Returns
        -------
        tuple of float
            Accuracy of each probe on the test samples, 0 to 1.
        """
        features = pooled(self.inputs).double().numpy()
        test_features = pooled(self.test_inputs).double().numpy()
        labels, test_labels = self.labels.numpy(), self.test_labels.numpy()
        return tuple(
            probe_accuracy(features[draw], labels[draw], test_features, test_labels) for draw in draws
        )
