"""ETran: nearest class means, or a linear regression's error, joined by an energy over the candidates."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_softmax

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.discriminant import fit_sfda
from ptmrank_core.metrics.numerics.energy import energies
from ptmrank_core.records import MetricOutput

__all__ = ["Classifier", "combine", "etran", "etran_output"]

Classifier: TypeAlias = Literal["centroid", "lda"]

CLASS_WEIGHT, ENERGY_WEIGHT = 0.85, 0.15
LOWEST_PER_MILLE = 5  # samples whose energy counts


def etran(
    embeddings: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    targets: ArrayLike | None = None,
    classifier: Classifier = "centroid",
) -> float:
    """Classification or regression score of ETran for one model alone; see :func:`combine` for several.

    Classes: the mean probability that the classifier gives to a sample's own class. Targets: minus the mean
    squared error of a linear map from the features, without intercept.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    targets
        Array of shape (n_samples,) or (n_samples, n_targets): real or 0/1; instead of ``labels``.
    classifier
        ``"centroid"``: nearest class means. ``"lda"``: in the metric of a regularised covariance.

    Returns
    -------
    float
        Higher is better. Classes: in [0, 1]. Targets: at most 0, in their unit squared.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    The authors describe a discriminant analysis, but in their code the covariance drops out; ``"centroid"``
    is what produced their results. Their regression score raises an error as published. The energy, a
    component, is logsumexp of the features, mean over the lowest 0.5 % of the samples, at least one.

    References
    ----------
    .. [1] Gholami et al.: ETran: Energy-Based Transferability Estimation. ICCV 2023. arXiv:2308.02027

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> round(etran(features, ["a", "a", "b", "b"]), 4)
    0.9995
    """
    inputs = prepare_inputs(embeddings, labels=labels, targets=targets)
    return etran_output(inputs, classifier=classifier).value


def etran_output(inputs: MetricInputs, *, classifier: Classifier = "centroid") -> MetricOutput:
    """Return :func:`etran` with its components: ``s_cls`` and ``s_en``, or ``s_reg``."""
    if classifier not in ("centroid", "lda"):
        raise UnknownNameError("classifier", classifier, ("centroid", "lda"))
    notes = [*inputs.label_notes, *inputs.feature_notes]
    statistics = inputs.decomposition
    if inputs.labels is None:
        error = float(statistics.target_residuals.sum()) / statistics.targets.size
        if statistics.spectrum.rank == inputs.n_samples:
            notes.append("The features fit any targets (n <= d): 0 for every model by construction.")
        s_reg = 0.0 - error
        return MetricOutput(s_reg, MappingProxyType({"s_reg": s_reg}), tuple(notes))
    if classifier == "lda":
        s_cls = float(np.exp(statistics.share(fit_sfda).first_log_probs).mean())
    else:
        s_cls = _nearest_mean(inputs)
    components = {"s_cls": min(1.0, s_cls), "s_en": _energy(inputs)}
    return MetricOutput(components["s_cls"], MappingProxyType(components), (*notes, *inputs.width_notes))


def combine(components: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Join the two classification components over the candidates of a run: 0.85 s_cls + 0.15 s_en.

    The sum has a meaning within this set of models only; components that are equal count 0.

    Parameters
    ----------
    components
        For each model what :func:`etran_output` returned: ``s_cls`` and ``s_en``.

    Returns
    -------
    dict
        A number in [0, 1] for each, higher is better: of each component the least becomes 0, the greatest 1.

    Raises
    ------
    MetricInputError
        A model without one of the two.

    Examples
    --------
    >>> combine({"a": {"s_cls": 0.5, "s_en": 7.0}, "b": {"s_cls": 0.9, "s_en": 7.0}})
    {'a': 0.0, 'b': 0.85}
    """
    if incomplete := [m for m, parts in components.items() if not {"s_cls", "s_en"} <= parts.keys()]:
        raise MetricInputError(f"Expected s_cls and s_en of every model, not so for {', '.join(incomplete)}.")
    total = dict.fromkeys(components, 0.0)
    for name, weight in (("s_cls", CLASS_WEIGHT), ("s_en", ENERGY_WEIGHT)):
        values = [parts[name] for parts in components.values()]
        least, greatest = min(values, default=0.0), max(values, default=0.0)
        for model, parts in components.items():
            if greatest > least:
                total[model] += weight * (parts[name] - least) / (greatest - least)
    return total


def _nearest_mean(inputs: MetricInputs) -> float:
    """Mean of softmax_c(f'mu_c - |mu_c|^2/2 + ln pi_c) at c = y; centring adds the same for all c."""
    statistics = inputs.decomposition
    offsets = statistics.class_offsets
    logits = statistics.centred @ offsets.T
    logits += np.log(statistics.class_counts / inputs.n_samples) - 0.5 * np.sum(offsets**2, axis=1)
    return float(np.exp(log_softmax(logits, axis=1)[np.arange(inputs.n_samples), statistics.labels]).mean())


def _energy(inputs: MetricInputs) -> float:
    """Mean of the lowest energies logsumexp(f_i)."""
    n_lowest = max(1, LOWEST_PER_MILLE * inputs.n_samples // 1000)
    return float(np.sort(energies(inputs.embeddings))[:n_lowest].mean())
