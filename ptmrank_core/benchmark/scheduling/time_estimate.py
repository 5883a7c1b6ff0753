"""How long candidates would run on this machine, judged by what earlier runs have measured here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.records import ModelSpec

__all__ = ["ExpectedTime", "expected_time"]


@dataclass(frozen=True, slots=True)
class ExpectedTime:
    """How long models would run on some samples.

    Parameters
    ----------
    seconds
        Of the models that were measured here, and of those whose size is known, by what the others of their
        modality take for each parameter. Less where features are cached already.
    n_measured, n_guessed, n_unknown
        Models that ran here before; models whose time is guessed from their size; all others.
    """

    seconds: float
    n_measured: int
    n_guessed: int
    n_unknown: int


def expected_time(
    store: RunStore, models: Sequence[ModelSpec], n_samples: int, parameters: Mapping[str, int]
) -> ExpectedTime:
    """Tell how long models would run.

    Parameters
    ----------
    store
        The runs whose measurements are used.
    models
        The candidates; those that are features or columns already take no time.
    n_samples
        Samples that they run on.
    parameters
        Numbers of parameters by id, where the models themselves do not tell.
    """
    measured = store.speeds()
    rates = {
        modality: median(
            own.seconds / own.n_parameters
            for own in measured.values()
            if own.n_parameters and own.modality == modality
        )
        for modality in {own.modality for own in measured.values() if own.n_parameters}
    }
    seconds, n_measured, n_guessed, n_unknown = 0.0, 0, 0, 0
    for spec in models:
        size = spec.n_parameters or parameters.get(spec.id)
        if spec.source in {"features", "columns"}:
            continue
        if spec.id in measured:
            seconds, n_measured = seconds + n_samples * measured[spec.id].seconds, n_measured + 1
        elif size and spec.modality in rates:
            seconds, n_guessed = seconds + n_samples * size * rates[spec.modality], n_guessed + 1
        else:
            n_unknown += 1
    return ExpectedTime(seconds, n_measured, n_guessed, n_unknown)
