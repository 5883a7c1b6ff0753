"""What follows a training that goes on later: tests after each pass, and its state. Imports torch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ptmrank_core.features.training.averaging import Average
from ptmrank_core.features.training.loop import Learner
from ptmrank_core.features.training.networks.base import Network
from ptmrank_core.features.training.objective import Objective
from ptmrank_core.features.training.state import Facts, State
from ptmrank_core.records import FloatArray

__all__ = ["Follower"]

# Passes over which the tested weights are averaged.
AVERAGED_PASSES = 1.0
MOMENTS = ("step", "exp_avg", "exp_avg_sq")


class Follower:
    """Averages the weights after each step, and tests the average after each pass.

    Parameters
    ----------
    network, learner, objective
        What is trained.
    tested
        The samples to test on.
    n_steps
        Steps of a pass.

    Attributes
    ----------
    curve
        Passes -> value of the average after them.
    """

    def __init__(
        self,
        network: Network,
        learner: Learner,
        objective: Objective,
        tested: NDArray[np.int64],
        n_steps: int,
    ) -> None:
        self._network, self._learner, self._objective = network, learner, objective
        self._tested, self._n_steps = tested, n_steps
        self._average = Average(network.state(), AVERAGED_PASSES * n_steps)
        self._outputs: tuple[int, FloatArray] | None = None
        self.curve: list[tuple[float, float]] = []

    def restore(self, last: State) -> None:
        """Go on where a dose stopped."""
        horizon = AVERAGED_PASSES * self._n_steps
        self._average = Average(self._network.state(), horizon, last.facts.averaged, last.average)
        self._learner.micro_batch = min(self._learner.micro_batch, last.facts.micro_batch)
        for name, weight in self._named_weights():
            moments = {m: last.optimiser[f"{name}:{m}"] for m in MOMENTS if f"{name}:{m}" in last.optimiser}
            if moments:
                self._learner.optimiser.state[weight] = {
                    m: tensor if m == "step" else tensor.to(weight.device) for m, tensor in moments.items()
                }

    def _named_weights(self) -> list[tuple[str, torch.nn.Parameter]]:
        return [
            pair for group in self._learner.groups for pair in zip(group.names, group.weights, strict=True)
        ]

    def after_step(self, n_done: int) -> None:
        """Average the weights, and test them at the end of a pass."""
        self._average.update()
        if n_done % self._n_steps == 0:
            outputs = self.outputs()
            value = self._objective.judge(outputs, self._tested).value
            self.curve.append((n_done / self._n_steps, value))

    def curve_before(self, n_done: int) -> tuple[tuple[float, float], ...]:
        """Return the points of the curve before a number of steps."""
        return tuple(point for point in self.curve if point[0] < n_done / self._n_steps)

    def outputs(self) -> FloatArray:
        """Run the average over the tested samples; once after each step."""
        if self._outputs is None or self._outputs[0] != self._average.n_steps:
            with self._average.applied():
                self._outputs = (self._average.n_steps, self._learner.outputs(self._tested))
        return self._outputs[1]

    def state(self, facts: Facts) -> State:
        """Return everything that a later dose needs to go on."""
        moments = {
            f"{name}:{moment}": tensor
            for name, weight in self._named_weights()
            for moment, tensor in self._learner.optimiser.state.get(weight, {}).items()
        }
        facts = replace(facts, averaged=self._average.n_steps)
        return State(facts, self._network.state(), self._average.values, moments)
