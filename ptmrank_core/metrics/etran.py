"""ETran: nearest class means, or a linear regression's error, joined by an energy over the candidates."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import agreements, papers, traits
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.discriminant import fit_sfda
from ptmrank_core.metrics.numerics.energy import lowest_energy, nearest_mean_log_probs, sample_energies
from ptmrank_core.metrics.numerics.min_max import Components, join_min_max
from ptmrank_core.records import CLASSIFICATION, EVERY_TASK, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "combine", "etran", "etran_output"]


def etran(
    embeddings: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    targets: ArrayLike | None = None,
    classifier: Literal["centroid", "lda"] = "centroid",
) -> float:
    """Classification or regression score of ETran for one model alone; :func:`combine` joins several.

    Classes: the mean probability that the classifier gives to a sample's own class. Targets: minus the mean
    squared error of a linear map from the features, without intercept.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels, targets
        Array of shape (n_samples,): classes; or real or 0/1 targets of shape (n_samples, n_targets).
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


def etran_output(inputs: MetricInputs, *, classifier: str = "centroid") -> MetricOutput:
    """Return :func:`etran` with its components: ``s_cls`` and ``s_en``, or ``s_reg``."""
    if classifier not in ("centroid", "lda"):
        raise UnknownNameError("classifier", classifier, ("centroid", "lda"))
    notes, statistics = [*inputs.label_notes, *inputs.feature_notes], inputs.decomposition
    if inputs.labels is None:
        if statistics.spectrum.rank == inputs.n_samples:
            notes.append("The features fit any targets (n <= d): 0 for every model by construction.")
        s_reg = 0.0 - float(statistics.target_residuals.sum()) / statistics.targets.size
        return MetricOutput(s_reg, MappingProxyType({"s_reg": s_reg}), tuple(notes))
    is_lda = classifier == "lda"
    log_probs = statistics.share(fit_sfda).first_log_probs if is_lda else nearest_mean_log_probs(statistics)
    s_cls = min(1.0, np.exp(log_probs).mean().item())
    components = {"s_cls": s_cls, "s_en": lowest_energy(inputs.by_sample(sample_energies))}
    return MetricOutput(s_cls, MappingProxyType(components), (*notes, *inputs.width_notes))


def combine(components: Components, scale: Components | None = None) -> dict[str, float]:
    """Join 0.85 ``s_cls`` and 0.15 ``s_en``, scaled to [0, 1] over the candidates, or over ``scale``.

    It has a meaning within this set of models only. Components that are equal count 0.

    Examples
    --------
    >>> combine({"a": {"s_cls": 0.5, "s_en": 7.0}, "b": {"s_cls": 0.9, "s_en": 7.0}})
    {'a': 0.0, 'b': 0.85}
    """
    return join_min_max(components, {"s_cls": 0.85, "s_en": 0.15}, scale)


ETRAN = MetricSpec(
    name="etran",
    position=130,
    title="ETran",
    function=etran_output,
    tasks=EVERY_TASK,
    higher_is_better=True,
    bounds=(None, 1.0),
    cost="decomposition",
    measured_seconds=0.04,
    prior_agreement=agreements.recorded_agreement("etran"),
    idea="How clearly samples are nearest to their own class mean, or how well a linear regression fits the"
    " targets.",
    fails_when="Scales of the features differ between candidates, or, for targets, there are not more samples"
    " than features.",
    paper=papers.ETRAN,
    formula=Formula(
        r"0.85\,\mathrm{minmax}(S_{cls})+0.15\,\mathrm{minmax}(S_{en})",
        r"$S_{cls}$: mean probability of the right class when the nearest class mean decides; $S_{en}$: mean"
        r" of $\ln\sum_d e^{f_{id}}$ over the samples of lowest energy; minmax over a run's candidates.",
        "Are samples nearest to their own class mean, and does the model know such samples at all? It"
        " compares candidates and says nothing of one model alone; shown here is $S_{cls}$.",
    ),
    traits=traits.ETRAN,
    version=1,
    rewards_width=True,
    saturates=frozenset({"regression", "multilabel"}),
    combine=combine,
)
SPECS = (
    ETRAN,
    replace(
        ETRAN,
        name="etran:lda",
        title="ETran (LDA)",
        function=partial(etran_output, classifier="lda"),
        tasks=CLASSIFICATION,
        saturates=CLASSIFICATION,
        saturates_at=0.6,
        bounds=(0.0, 1.0),
        idea="ETran with the discriminant analysis that its paper describes in place of nearest class means.",
        fails_when="There are hardly more samples than features (it is 1 for every model), or scales differ.",
    ),
)
