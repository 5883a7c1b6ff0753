"""One unit for the features of all candidates, where a run asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.records import NORMALISATIONS

__all__ = ["check_normalisation", "normalise"]

# Sets of auxiliary samples that a model has seen with the same features.
SAME_FEATURES = ("reference_embeddings", "source_embeddings")
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
    """Bring the features of one model, and those of its auxiliary samples with them, to a common unit.

    ``"rms"``: one factor for all features, so that their variance is 1 in the mean over the features.
    ``"standardise"``: each feature has mean 0 and variance 1; what is the same for all samples becomes 0.

    Parameters
    ----------
    arrays
        Keyword arguments of ``prepare_inputs``.
    how
        One of ``NORMALISATIONS``.

    Returns
    -------
    dict
        The same, features float64; unchanged for ``"none"``.
    """
    if how == "none":
        return dict(arrays)
    features = np.asarray(arrays["embeddings"], dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused with its name later
        shift, unit = _shift_and_unit(features, how)
        changed = {
            name: (np.asarray(arrays[name], dtype=np.float64) - shift) / unit
            for name in ("embeddings", *SAME_FEATURES)
            if arrays.get(name) is not None
        }
    return {**arrays, **changed}


def _shift_and_unit(
    features: NDArray[np.float64], how: str
) -> tuple[NDArray[np.float64] | float, NDArray[np.float64] | float]:
    deviations = features.std(axis=0)
    if how == "rms":
        unit = float(np.sqrt(np.mean(deviations**2)))
        return 0.0, unit if unit > ROUND_OFF * float(np.abs(features).max()) else 1.0
    varies = deviations > ROUND_OFF * np.abs(features).max(axis=0)
    return features.mean(axis=0), np.where(varies, deviations, np.inf)
