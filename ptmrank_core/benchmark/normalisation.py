"""Normalisation of the features of all candidates, if a run requests it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.records import NORMALISATIONS

__all__ = ["check_normalisation", "normalise"]

# Embeddings of auxiliary samples, in the same feature space as those of the user's samples.
AUXILIARY_EMBEDDINGS = ("reference_embeddings", "source_embeddings")
ROUND_OFF = 1e-9


def check_normalisation(name: str) -> str:
    """Return the name if it is one of ``NORMALISATIONS``.

    Raises
    ------
    UnknownNameError
        If it is not.
    """
    if name not in NORMALISATIONS:
        raise UnknownNameError("normalisation", name, NORMALISATIONS)
    return name


def normalise(arrays: Mapping[str, Any], how: str) -> dict[str, Any]:
    """Normalise the features of one model, and with the same transformation those of its auxiliary samples.

    ``"rms"``: one factor for all features, so that the mean of their variances is 1.
    ``"standardise"``: each feature has mean 0 and variance 1; a constant feature becomes 0.

    Parameters
    ----------
    arrays
        Keyword arguments of ``prepare_inputs``.
    how
        One of ``NORMALISATIONS``.

    Returns
    -------
    dict
        The same arguments, with normalised features in float64; unchanged for ``"none"``.
    """
    if how == "none":
        return dict(arrays)
    features = np.asarray(arrays["embeddings"], dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # values that are not finite are refused later
        shift, unit = _shift_and_unit(features, how)
        changed = {
            name: (np.asarray(arrays[name], dtype=np.float64) - shift) / unit
            for name in ("embeddings", *AUXILIARY_EMBEDDINGS)
            if _fits(arrays.get(name), features.shape[1])
        }
    return {**arrays, **changed}


def _fits(values: Any, width: int) -> bool:
    """Whether values are numbers in the same feature space; whoever scores refuses what is not."""
    found = np.asarray(values)
    return found.dtype.kind in "biuf" and found.ndim == 2 and found.shape[1] == width


def _shift_and_unit(
    features: NDArray[np.float64], how: str
) -> tuple[NDArray[np.float64] | float, NDArray[np.float64] | float]:
    deviations = features.std(axis=0)
    if how == "rms":
        unit = float(np.sqrt(np.mean(deviations**2)))
        return 0.0, unit if unit > ROUND_OFF * float(np.abs(features).max()) else 1.0
    varies = deviations > ROUND_OFF * np.abs(features).max(axis=0)
    return features.mean(axis=0), np.where(varies, deviations, np.inf)
