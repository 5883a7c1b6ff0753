"""The loop of all training: steps with accumulated gradients, and tests. Imports torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ptmrank_core.errors import OutOfMemoryError, UnsupportedModelError
from ptmrank_core.events import CancelToken, never_cancels, raise_if_cancelled
from ptmrank_core.features import device as devices
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.features.training.inputs import Inputs
from ptmrank_core.features.training.networks.base import Network, has_batch_norm
from ptmrank_core.features.training.objective import Objective
from ptmrank_core.features.training.passes import Passes
from ptmrank_core.features.training.schedule import Clock
from ptmrank_core.records import FloatArray

__all__ = ["Course", "Learner", "seeded"]

Indices = NDArray[np.int64]
WEIGHT_DECAY = 0.05
LARGEST_GRADIENT = 1.0


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the generator of torch, which loading and dropout use, and restore its state afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


class Learner:
    """Trains and tests a network.

    Parameters
    ----------
    network, objective, inputs
        What is trained, what for, and on what.
    batch_size
        Samples of one step; they go through the network in parts where they do not fit into memory.
    seed
        Seed of dropout.
    in_half
        Whether steps compute in bfloat16; weights and tests are in float32.
    cancel
        Asked after each batch of a test.

    Attributes
    ----------
    micro_batch
        Samples that go through the network at once.
    """

    def __init__(
        self, network: Network, objective: Objective, inputs: Inputs, *, batch_size: int, seed: int,
        in_half: bool = False, cancel: CancelToken = never_cancels,
    ) -> None:  # fmt: skip
        self._network, self._objective, self._inputs = network, objective, inputs
        self._batch_size, self._seed, self._in_half, self._cancel = batch_size, seed, in_half, cancel
        self.micro_batch = self._tested_at_once = batch_size
        self._smallest = 2 if has_batch_norm(network.module) else 1
        self.groups = network.groups()
        self.optimiser = torch.optim.AdamW(
            [{"params": list(group.weights), "peak": group.peak} for group in self.groups],
            lr=1.0,  # set at each step
            weight_decay=WEIGHT_DECAY,
        )

    @property
    def accumulated(self) -> int:
        """Forward passes of a step."""
        return math.ceil(self._batch_size / self.micro_batch)

    def step(self, rows: Indices, share: float, number: int) -> None:
        """Learn from one batch.

        Parameters
        ----------
        rows
            The samples.
        share
            Learning rate as a share of its peak.
        number
            Number of the step in the whole training, from which dropout is seeded.

        Raises
        ------
        UnsupportedModelError
            If training diverges.
        OutOfMemoryError
            If the smallest part of a batch does not fit.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = share * group["peak"]
        self._network.train()
        while True:
            torch.manual_seed(self._seed * 1_000_003 + number)
            self.optimiser.zero_grad()
            if self._without_overflow(self._gradients, rows):
                break
        weights = [weight for group in self.groups for weight in group.weights]
        norm = torch.nn.utils.clip_grad_norm_(weights, LARGEST_GRADIENT)
        if not torch.isfinite(norm):
            raise _diverged(f"its gradient is {norm.item()}")
        try:
            self.optimiser.step()
        except (RuntimeError, MemoryError) as error:
            if devices.is_out_of_memory(error):
                raise _too_large() from error
            raise

    def _without_overflow(self, run: Callable[[Indices], None], rows: Indices) -> bool:
        """Run something; if memory runs out halve the part of a batch and return ``False``."""
        try:
            run(rows)
        except (RuntimeError, MemoryError) as error:
            if not devices.is_out_of_memory(error):
                raise
            if self.micro_batch <= self._smallest:
                raise _too_large() from error
            self.micro_batch = max(self._smallest, self.micro_batch // 2)
        else:
            return True
        devices.free_memory()
        return False

    def _gradients(self, rows: Indices) -> None:
        """Accumulate the gradients of a batch, part by part."""
        for part in np.array_split(rows, math.ceil(len(rows) / self.micro_batch)):
            loss = self._loss(part, len(rows))
            if not torch.isfinite(loss):
                raise _diverged(f"its loss is {loss.item()}")
            loss.backward()  # type: ignore[no-untyped-call]

    def _loss(self, part: Indices, n_rows: int) -> torch.Tensor:
        """Loss of a part of a batch, in proportion to its size."""
        with torch.autocast(self._network.device.type, torch.bfloat16, enabled=self._in_half):
            outputs = self._network.outputs(self._inputs.prepared(part))
        return self._objective.loss(outputs.float(), part) * (len(part) / n_rows)

    def outputs(self, rows: Indices) -> FloatArray:
        """Run the network over samples without training it: (n, n_outputs) in the order of ``rows``."""
        return self.run_over(rows, self._network.outputs)

    def run_over(self, rows: Indices, run: Callable[[Sequence[Prepared]], torch.Tensor]) -> FloatArray:
        """Run something over samples in evaluation mode, those of similar length together."""
        self._network.module.eval()
        order = np.argsort(-self._inputs.lengths(rows), kind="stable")
        results: list[FloatArray] = []
        start = 0
        with torch.inference_mode():
            while start < len(order):
                chosen = rows[order[start : start + self._tested_at_once]]
                try:
                    results.append(run(self._inputs.prepared(chosen)).float().cpu().numpy())
                except (RuntimeError, MemoryError) as error:
                    if not devices.is_out_of_memory(error):
                        raise
                    if self._tested_at_once == 1:
                        raise _too_large() from error
                    self._tested_at_once //= 2
                else:
                    start += len(chosen)
                    raise_if_cancelled(self._cancel)
                    continue
                devices.free_memory()
        stacked = np.concatenate(results)
        restored = np.empty_like(stacked)
        restored[order] = stacked
        return restored


def _diverged(how: str) -> UnsupportedModelError:
    return UnsupportedModelError(f"Training diverged: {how}.", hint="A lower learning rate may help.")


def _too_large() -> OutOfMemoryError:
    return OutOfMemoryError(
        "A single sample does not fit into the device's memory while the model is trained.",
        hint="Choose a smaller model, or shorter samples.",
    )


@dataclass(frozen=True, eq=False, slots=True)
class Course:
    """How far a training goes, and who follows it.

    Parameters
    ----------
    passes
        The batches.
    n_steps
        Steps to reach.
    clock
        The time it may take; at least one step is done.
    on_progress
        Called after each step with the share that is done.
    cancel
        Asked after each step.
    """

    passes: Passes
    n_steps: int
    clock: Clock
    on_progress: Callable[[float], None]
    cancel: CancelToken

    def run(
        self,
        learner: Learner,
        share_at: Callable[[int, float], float],
        *,
        done: int = 0,
        before: int = 0,
        after_step: Callable[[int], None] = lambda _done: None,
    ) -> int:
        """Train until the steps are done or the time is used up; return the number of steps done.

        Parameters
        ----------
        learner
            Learns from each batch.
        share_at
            Number of steps done in the whole training, and share of the work done -> learning rate as a
            share of its peak.
        done, before
            Steps done of these passes, and in the whole training before them.
        after_step
            Called after each step with the number of steps done.
        """
        first = done
        while done < self.n_steps:
            if done > first and self.clock.share >= 1:
                break
            progress = max(done / self.n_steps, self.clock.share)
            learner.step(self.passes.batch(done), share_at(before + done, progress), before + done)
            done += 1
            after_step(done)
            self.on_progress(min(1.0, max(done / self.n_steps, self.clock.share)))
            raise_if_cancelled(self.cancel)
        return done
