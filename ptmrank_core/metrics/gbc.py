"""GBC: how much the classes, as Gaussians, overlap in pairs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.bhattacharyya import (
    VARIANCE_FLOOR,
    ClassShape,
    fit_class_gaussians,
)
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "gbc", "gbc_output"]


def gbc(embeddings: ArrayLike, labels: ArrayLike, *, shape: ClassShape = "spherical") -> float:
    """Gaussian Bhattacharyya coefficient: minus the overlap of the classes, summed over ordered pairs.

    Every class becomes a Gaussian in the space of the first min(64, n, d) principal components; two of
    them overlap by exp(-D_B), D_B their Bhattacharyya distance.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    shape
        ``"spherical"``: one variance for each class, its log-determinant counted for one dimension as
        published. ``"fulldet"``: counted for all k. ``"diagonal"``: one variance for each component.

    Returns
    -------
    float
        Higher is better; 0 without any overlap, at least -C(C - 1).

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    The authors' code, in float64 and without its limit to at least 64 samples and features. Its spherical
    form lacks the factor k of ln|Sigma| = k ln v, which ``"fulldet"`` has. Variances are over n_c, not
    n_c - 1, with an absolute floor of 1e-4: a class of one sample looks far away from everything, and
    features of a tiny scale tie. Where all pairs are far apart exp underflows to ties at 0; the component
    ``log_sum`` does not. By chance alone means of n_c samples are k/(4 n_c) apart.

    References
    ----------
    .. [1] Pándy, Agostinelli, Uijlings, Ferrari, Mensink: Transferability Estimation using Bhattacharyya
       Class Separability. CVPR 2022. arXiv:2111.12780

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> gbc(features, ["a", "a", "b", "b"]) > gbc(features, ["a", "b", "a", "b"])
    True
    """
    return gbc_output(prepare_inputs(embeddings, labels=labels), shape=shape).value


def gbc_output(inputs: MetricInputs, *, shape: ClassShape = "spherical") -> MetricOutput:
    """Return :func:`gbc` with the logarithm of the overlap and the closest pair's distance."""
    result = fit_class_gaussians(inputs.decomposition, shape)
    pairs, overlap = result.pairs, result.overlap
    floored = float(np.mean(result.variances == VARIANCE_FLOOR))
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if inputs.label_notes:
        notes.append("A class of one sample has the least variance there is and looks far from all others.")
    if overlap == 0:
        notes.append("All pairs are so far apart that their overlap is 0; log_sum still tells them apart.")
    if floored > 0.5:
        notes.append(f"{floored:.0%} of the variances are below the absolute floor of 1e-4.")
    n_small = int(np.count_nonzero(inputs.decomposition.class_counts < result.means.shape[1]))
    if n_small:
        notes.append(
            f"{n_small} of {inputs.n_classes} classes have fewer samples than principal components:"
            " their means are apart by chance."
        )
    components = {
        "log_sum": float(scipy.special.logsumexp(-pairs)),
        "least_distance": float(pairs.min()),
        "n_components": float(result.means.shape[1]),
        "floored_share": floored,
    }
    return MetricOutput(0.0 - overlap, MappingProxyType(components), tuple(notes))


GBC = MetricSpec(
    name="gbc",
    position=90,
    title="GBC",
    function=gbc_output,
    tasks=CLASSIFICATION,
    higher_is_better=True,
    bounds=(None, 0.0),
    cost="decomposition",
    measured_seconds=0.21,
    prior_agreement=recorded_agreement("gbc"),
    idea="How little the classes, as spherical Gaussians, overlap in pairs.",
    fails_when="The features are tiny numbers (the floor of the variances is absolute), classes have fewer"
    " samples than principal components, or all pairs are far apart.",
    paper=papers.GBC,
    formula=Formula(
        r"-\sum_{c\neq c'}\exp\big(-D_B(c,c')\big),\qquad D_B=\frac{\lVert\mu_c-\mu_{c'}\rVert^2}{8\,s}"
        r"+\frac12\ln\frac{s}{\sqrt{v_c v_{c'}}}",
        r"$\mu_c,v_c$: mean and mean variance of class $c$ on at most 64 principal components; $s$: the mean"
        r" of $v_c$ and $v_{c'}$; $D_B$: Bhattacharyya distance of two round Gaussians.",
        "Every class is a ball. How much do the balls overlap in pairs? 0 is no overlap.",
    ),
    traits=traits.GBC,
    version=1,
)
SPECS = (
    GBC,
    replace(
        GBC,
        name="gbc:diagonal",
        title="GBC (diagonal)",
        function=partial(gbc_output, shape="diagonal"),
        idea="How little the classes overlap, with a variance for each principal component.",
        fails_when="The features are tiny numbers, or there are few samples in a class: a small variance"
        " looks like separation.",
    ),
    replace(
        GBC,
        name="gbc:fulldet",
        title="GBC (full determinant)",
        function=partial(gbc_output, shape="fulldet"),
        idea="How little the classes overlap, with the log-determinant of a true spherical Gaussian.",
        fails_when="The features are tiny numbers, classes have one sample, or all pairs are far apart.",
    ),
)
