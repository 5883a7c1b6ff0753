"""The expected run time of candidates on this machine, from the speeds measured in earlier runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, TypeAlias

from ptmrank_core.benchmark.scheduling.processor_speed import guess_seconds
from ptmrank_core.benchmark.store.store import RunStore, Speed
from ptmrank_core.records import ModelSpec

__all__ = ["ExpectedTime", "expected_time", "longest_first"]

Basis: TypeAlias = Literal["measured", "guessed", "rough", "unknown"]


@dataclass(frozen=True, slots=True)
class ExpectedTime:
    """The expected run time of models on given samples.

    Parameters
    ----------
    seconds
        Total of the models that were measured, and of those whose size is known: estimated from the time per
        parameter of the measured models of their modality, or, where none ran, from the processor's speed.
        Cached features reduce the actual time, and so does a GPU before anything was measured on it.
    n_measured, n_guessed, n_rough, n_unknown
        Number of models that ran here before, of models whose time is estimated from their size by measured
        models, of those estimated from their size and the processor's speed, and of all others.
    """

    seconds: float
    n_measured: int
    n_guessed: int
    n_rough: int
    n_unknown: int


def expected_time(
    store: RunStore, models: Sequence[ModelSpec], n_samples: int, parameters: Mapping[str, int]
) -> ExpectedTime:
    """Estimate how long models would run.

    Parameters
    ----------
    store
        The runs whose measurements are used.
    models
        The candidates; precomputed features and columns take no time.
    n_samples
        Number of samples that they run on.
    parameters
        Number of parameters by model id, used for models that do not state it.
    """
    estimates = _Estimates(store, n_samples)
    found = [
        estimates.of(spec, spec.n_parameters or parameters.get(spec.id))
        for spec in models
        if spec.source not in {"features", "columns"}
    ]
    n_by = Counter(basis for basis, _ in found)
    counts = (n_by["measured"], n_by["guessed"], n_by["rough"], n_by["unknown"])
    return ExpectedTime(sum((seconds for _, seconds in found), 0.0), *counts)


class _Estimates:
    """The expected seconds of one model after the other, and what each estimate rests on."""

    def __init__(self, store: RunStore, n_samples: int) -> None:
        self._n_samples, self._measured = n_samples, store.speeds()
        self._rates = _rates(self._measured)

    def of(self, spec: ModelSpec, size: int | None) -> tuple[Basis, float]:
        """Estimate one model of so many parameters; no seconds where nothing is known of it."""
        if spec.id in self._measured:
            return "measured", self._n_samples * self._measured[spec.id].seconds
        if not size:
            return "unknown", 0.0
        if spec.modality in self._rates:
            return "guessed", self._n_samples * size * self._rates[spec.modality]
        return "rough", guess_seconds(spec.modality, size, self._n_samples)


def _rates(measured: Mapping[str, Speed]) -> dict[str, float]:
    """Return the median time per sample and parameter of the models of each modality that were measured."""
    return {
        modality: median(
            speed.seconds / speed.n_parameters
            for speed in measured.values()
            if speed.n_parameters and speed.modality == modality
        )
        for modality in {speed.modality for speed in measured.values() if speed.n_parameters}
    }


def longest_first(store: RunStore, models: Sequence[ModelSpec], n_samples: int) -> list[ModelSpec]:
    """Order models so that those that are expected to run longest begin first.

    On several devices the last ones are short then. A model of which nothing is known may take long: it
    begins before all others.

    Parameters
    ----------
    store
        The runs whose measurements are used.
    models
        The models.
    n_samples
        Number of samples that they run on.
    """
    estimates = _Estimates(store, n_samples)

    def seconds(spec: ModelSpec) -> float:
        basis, expected = estimates.of(spec, spec.n_parameters)
        return math.inf if basis == "unknown" else expected

    return sorted(models, key=seconds, reverse=True)
