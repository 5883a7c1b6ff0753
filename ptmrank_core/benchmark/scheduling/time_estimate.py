"""The expected run time of candidates on this machine, from the speeds measured in earlier runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ptmrank_core.benchmark.scheduling.processor_speed import guess_seconds
from ptmrank_core.benchmark.store.store import RunStore, Speed
from ptmrank_core.records import ModelSpec

__all__ = ["ExpectedTime", "expected_time", "longest_first"]


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
    measured = store.speeds()
    rates = _rates(measured)
    seconds, n_measured, n_guessed, n_rough, n_unknown = 0.0, 0, 0, 0, 0
    for spec in models:
        size = spec.n_parameters or parameters.get(spec.id)
        if spec.source in {"features", "columns"}:
            continue
        if spec.id in measured:
            seconds, n_measured = seconds + n_samples * measured[spec.id].seconds, n_measured + 1
        elif size and spec.modality in rates:
            seconds, n_guessed = seconds + n_samples * size * rates[spec.modality], n_guessed + 1
        elif size:
            seconds, n_rough = seconds + guess_seconds(spec.modality, size, n_samples), n_rough + 1
        else:
            n_unknown += 1
    return ExpectedTime(seconds, n_measured, n_guessed, n_rough, n_unknown)


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
    measured = store.speeds()
    rates = _rates(measured)

    def seconds(spec: ModelSpec) -> float:
        size = spec.n_parameters
        if spec.id in measured:
            return n_samples * measured[spec.id].seconds
        if size is None:
            return math.inf
        rate = rates.get(spec.modality)
        return guess_seconds(spec.modality, size, n_samples) if rate is None else n_samples * size * rate

    return sorted(models, key=seconds, reverse=True)
