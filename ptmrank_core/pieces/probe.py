"""What a simple classifier reaches on the features of one model, or on rows of numbers themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.events import CancelToken, never_cancels, raise_if_cancelled
from ptmrank_core.metrics import prepare_inputs
from ptmrank_core.pieces.found import Found
from ptmrank_core.probing.probe import Probe, fit_probe
from ptmrank_core.records import ClassProbabilities, ProbeResult, pack_array

__all__ = ["pack_probabilities", "probe_features"]

# Of each sample the likeliest classes are kept: at most so many, and fewer of many samples.
MAX_KEPT, MIN_KEPT, MAX_VALUES = 16, 2, 2**19


def probe_features(
    arrays: Mapping[str, Any],
    *,
    groups: Sequence[str],
    seed: int,
    predictor: str = "",
    cancel: CancelToken = never_cancels,
) -> Found:
    """Fit a linear probe and k-NN to features, or a predictor: the same folds for the same samples.

    Parameters
    ----------
    arrays
        Keyword arguments of ``prepare_inputs``.
    groups
        Group of each sample; empty if no groups are known.
    seed
        Of the folds.
    predictor
        Name of one that reads rows of numbers itself, in place of the probe.
    cancel
        Asked between the steps.

    Returns
    -------
    Found
        One :class:`~ptmrank_core.records.ProbeResult`.
    """
    inputs = prepare_inputs(**arrays)
    targets = inputs.targets
    if targets is not None and targets.shape[1] == 1:
        targets = targets[:, 0]
    probe = _fit(predictor)(
        inputs.embeddings,
        labels=inputs.labels,
        targets=targets,
        groups=groups,
        seed=seed,
        proceed=lambda: raise_if_cancelled(cancel),
    )
    result = ProbeResult(
        measure=probe.measure,
        value=probe.value,
        folds=tuple(probe.folds),
        knn=None if np.isnan(probe.knn) else probe.knn,
        scale=float(np.sqrt(np.mean(inputs.embeddings**2))),
        predictions=tuple(probe.predictions.tolist()),
        losses=tuple(probe.losses.tolist()),
        n_classes=inputs.n_classes or None,
        notes=tuple(probe.notes),
        groups=tuple(np.unique(np.asarray(groups), return_inverse=True)[1].tolist()) if groups else (),
        probabilities=pack_probabilities(probe, inputs.labels),
    )
    return Found({"": result})


def _fit(predictor: str) -> Callable[..., Probe]:
    if not predictor:
        return fit_probe
    from ptmrank_core.probing.predictors import PREDICTORS, cross_validate  # noqa: PLC0415 - for rows alone

    return partial(cross_validate, predict=PREDICTORS[predictor])


def pack_probabilities(probe: Probe, labels: NDArray[np.int64] | None) -> ClassProbabilities | None:
    """Pack the out-of-fold probabilities of a probe within bounds; ``None`` where it has none.

    Parameters
    ----------
    probe
        A probe of n samples.
    labels
        int64 array of shape (n,): codes of their classes.
    """
    values = probe.probabilities
    if values is None or labels is None or values.shape[1] > np.iinfo(np.int16).max:
        return None
    n_samples, n_classes = values.shape
    n_kept = min(n_classes, int(np.clip(MAX_VALUES // n_samples, MIN_KEPT, MAX_KEPT)))
    classes = np.argsort(-values, axis=1, kind="stable")[:, :n_kept]
    return ClassProbabilities(
        pack_array(classes, small=True),
        pack_array(np.take_along_axis(values, classes, axis=1), small=True),
        pack_array(values[np.arange(n_samples), labels], small=True),
    )
