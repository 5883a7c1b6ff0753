"""The training of one model. Imports torch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import CancelToken, raise_if_cancelled
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.features.encoders.base import TransformerEncoder
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.features.preparing import decode_items
from ptmrank_core.features.training.recipe import TrainingRecipe
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples, TrainingResult

__all__ = ["Training", "peak_rate", "rate_at", "seeded"]

Indices = NDArray[np.int64]
WEIGHT_DECAY, HEAD_RATE = 0.05, 1e-3
MIN_RATE, MAX_RATE = 1e-5, 1e-3
LARGEST_GRADIENT = 1.0
# Of the time: what is kept for the test, which costs a third of a step for each sample.
TRAINING_SHARE = 0.9
WARM_UP = 0.1
# Prepared samples are kept from one pass to the next as long as they are no larger than this.
MAX_CACHED_BYTES = 512 * 2**20
# What a few samples cannot afford, or what fails on short recordings: masking and dropping whole layers.
SWITCHED_OFF = ("mask_time_prob", "mask_feature_prob", "layerdrop", "encoder_layerdrop")


def peak_rate(n_parameters: int) -> float:
    """Peak learning rate of a model's own weights: the smaller the model, the higher."""
    return min(MAX_RATE, max(MIN_RATE, 5e-4 * math.sqrt(1e6 / max(1, n_parameters))))


def rate_at(progress: float) -> float:
    """Share of the peak rate at a share of the way: up in a tenth of it, then down along half a cosine."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1 - WARM_UP))))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch's own generator for a while and leave it as it was: loading and dropout draw from it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


class Training:
    """One model, its head, and the samples that it learns from and is tested on.

    Parameters
    ----------
    spec, samples, train, recipe, options, on_progress, cancel
        As :func:`~ptmrank_core.features.training.fine_tuning.fine_tune` has them.
    """

    def __init__(
        self,
        spec: ModelSpec,
        samples: Samples,
        train: Indices,
        recipe: TrainingRecipe,
        *,
        options: ExtractionOptions,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> None:
        self._start = time.perf_counter()
        self._spec, self._samples, self._recipe = spec, samples, recipe
        self._train = np.sort(train)
        self._test = np.setdiff1d(np.arange(samples.n_samples), train)
        self._on_progress, self._cancel = on_progress, cancel
        headless = replace(spec, n_source_classes=None)
        in_float32 = replace(options, dtype="float32", layers=False)
        encoder = load_encoder(headless, in_float32)
        if not isinstance(encoder, TransformerEncoder):
            raise UnsupportedModelError(f"The encoder of {spec.id!r} cannot be trained.")
        self._encoder = encoder
        self._cached: dict[int, Prepared] = {}
        self._cached_bytes = 0
        self._objective = _Objective(samples, self._train, torch.device(encoder.device))

    def run(self) -> TrainingResult:
        """Train and test."""
        epochs, rate = self._learn()
        self._encoder.network.eval()
        with torch.inference_mode():
            outputs = torch.cat([self._outputs(rows).cpu() for rows in self._batches(self._test)])
        value, error = self._objective.judge(outputs.numpy(), self._test)
        return TrainingResult(
            measure=self._objective.measure,
            value=value,
            standard_error=error,
            n_train=len(self._train),
            n_test=len(self._test),
            epochs=epochs,
            planned_epochs=self._recipe.epochs,
            learning_rate=rate,
            seconds=time.perf_counter() - self._start,
        )

    def _learn(self) -> tuple[float, float]:
        """Do the steps that time allows; return the passes done and the peak rate."""
        network = self._encoder.network
        _switch_off(network.config)
        network.train()
        weights = [weight for weight in network.parameters() if weight.requires_grad]
        peak = peak_rate(sum(weight.numel() for weight in weights))
        optimiser = torch.optim.AdamW(
            [{"params": weights, "peak": peak}, {"params": [], "peak": HEAD_RATE}],
            lr=peak,
            weight_decay=WEIGHT_DECAY,
        )
        order = np.random.default_rng(self._recipe.seed)
        steps_of_epoch = max(1, math.ceil(len(self._train) / self._recipe.batch_size))
        n_steps, done = steps_of_epoch * self._recipe.epochs, 0
        for _ in range(self._recipe.epochs):
            for rows in self._batches(order.permutation(self._train)):
                progress = max(done / n_steps, self._time_used())
                if done and progress >= 1:
                    return done / steps_of_epoch, peak
                self._step(rows, optimiser, rate_at(progress))
                done += 1
                self._on_progress(max(done / n_steps, self._time_used()))
                raise_if_cancelled(self._cancel)
        return float(self._recipe.epochs), peak

    def _time_used(self) -> float:
        """Share of the time for training that is over."""
        return (time.perf_counter() - self._start) / (TRAINING_SHARE * self._recipe.seconds)

    def _step(self, rows: Indices, optimiser: torch.optim.Optimizer, share: float) -> None:
        """Learn from one batch."""
        outputs = self._outputs(rows)
        weights = self._objective.head.parameters()
        known = optimiser.param_groups[1]
        if not known["params"]:  # the width of the vectors is known after the first batch
            known["params"] = list(weights)
        for group in optimiser.param_groups:
            group["lr"] = share * group["peak"]
        loss = self._objective.loss(outputs, rows)
        if not torch.isfinite(loss):
            raise UnsupportedModelError(f"Training of {self._spec.id!r} diverged: its loss is {loss.item()}.")
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        trained = [weight for group in optimiser.param_groups for weight in group["params"]]
        torch.nn.utils.clip_grad_norm_(trained, LARGEST_GRADIENT)
        optimiser.step()

    def _outputs(self, rows: Indices) -> torch.Tensor:
        """Run some samples through the model and its head."""
        vectors = self._encoder.embed(self._encoder.collate(self._prepared(rows)))
        return self._objective.outputs(vectors)

    def _batches(self, rows: Indices) -> Iterator[Indices]:
        """Cut indices into batches; a single one at the end joins those before, for batch norms want two."""
        size = self._recipe.batch_size
        n_batches = max(1, math.ceil(len(rows) / size) - (len(rows) % size == 1))
        ends = [size * (i + 1) for i in range(n_batches - 1)]
        yield from (part for part in np.split(rows, ends) if len(part))

    def _prepared(self, rows: Indices) -> list[Prepared]:
        """Prepare samples, those that were kept from an earlier pass excepted."""
        lacking = [i for i in rows.tolist() if i not in self._cached]
        new: dict[int, Prepared] = {}
        if lacking:
            names = [self._samples.names[i] for i in lacking]
            decoded = decode_items([self._samples.items[i] for i in lacking], names)
            new = dict(zip(lacking, self._encoder.preparer(decoded), strict=True))
        prepared = [self._cached[i] if i in self._cached else new[i] for i in rows.tolist()]
        for index, sample in new.items():
            if self._cached_bytes + sample.n_bytes <= MAX_CACHED_BYTES:
                self._cached[index] = sample
                self._cached_bytes += sample.n_bytes
        return prepared


def _switch_off(config: Any) -> None:
    """Turn off what drops parts of the input or of the model at random."""
    for name in SWITCHED_OFF:
        if getattr(config, name, 0):
            setattr(config, name, 0.0)


class _Objective:
    """What is learned: classes or numbers, the head for them, its loss, and how it is judged."""

    def __init__(self, samples: Samples, train: Indices, device: torch.device) -> None:
        self._is_class = samples.target_kind == "classification"
        self.measure = "accuracy" if self._is_class else "r2"
        self._device = device
        self._labels = samples.labels
        if self._is_class:
            self._n_outputs = len(samples.class_names)
            self._targets = torch.from_numpy(samples.labels.astype(np.int64))
        else:
            columns = samples.labels.reshape(samples.n_samples, -1).astype(np.float64)
            self._labels = columns
            self._centre, spread = columns[train].mean(axis=0), columns[train].std(axis=0)
            self._scale = np.where(spread > 0, spread, 1.0)
            self._n_outputs = columns.shape[1]
            scaled = (columns - self._centre) / self._scale
            self._targets = torch.from_numpy(scaled.astype(np.float32))
        self.head = torch.nn.Linear(1, self._n_outputs)
        self._width = 0

    def outputs(self, vectors: torch.Tensor) -> torch.Tensor:
        """Run the head, of shape (n, n_outputs); it is made, of zeros, for the first vectors that come."""
        vectors = vectors.float()
        if not self._width:
            self._width = vectors.shape[1]
            self.head = torch.nn.Linear(self._width, self._n_outputs).to(self._device)
            torch.nn.init.zeros_(self.head.weight)
            torch.nn.init.zeros_(self.head.bias)
        outputs: torch.Tensor = self.head(torch.nn.functional.layer_norm(vectors, (self._width,)))
        return outputs

    def loss(self, outputs: torch.Tensor, rows: Indices) -> torch.Tensor:
        """Cross-entropy of classes, mean squared error of standardised numbers."""
        targets = self._targets[torch.from_numpy(rows)].to(self._device)
        if self._is_class:
            return torch.nn.functional.cross_entropy(outputs, targets)
        return torch.nn.functional.mse_loss(outputs, targets)

    def judge(self, outputs: NDArray[np.float32], rows: Indices) -> tuple[float, float | None]:
        """Accuracy with its standard error, or the mean R2 over the targets."""
        if self._is_class:
            share = float(np.mean(outputs.argmax(axis=1) == self._labels[rows]))
            return share, math.sqrt(share * (1 - share) / len(rows))
        truth = self._labels[rows]
        guessed = outputs.astype(np.float64) * self._scale + self._centre
        residual = np.square(truth - guessed).sum(axis=0)
        total = np.square(truth - truth.mean(axis=0)).sum(axis=0)
        if not (total > 0).all():
            raise UnsupportedModelError("A target is the same for all test samples: R² is not defined.")
        return float(np.mean(1 - residual / total)), None
