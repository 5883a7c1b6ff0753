"""TransRate: how many more nats all samples take to encode than those of one class."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.coding_rate import RateForm, coding_rates
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "transrate", "transrate_output"]


def transrate(embeddings: ArrayLike, labels: ArrayLike, *, form: RateForm = "uniform") -> float:
    """Mutual information between features and classes, as a difference of coding rates.

    The rate R(Z) counts the nats to encode Z up to a distortion eps = 1e-4; the score is R of all
    samples minus the mean of R over the classes.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    form
        ``"uniform"``: every class weighs 1/C, as in the published listing. ``"prior"``: n_c/n.
        ``"trace"``: n_c/n, and the centred features divided by their Frobenius norm.

    Returns
    -------
    float
        Nats, higher is better; at least 0 for ``"prior"`` and ``"trace"``, else without bounds.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    Classes are centred at the overall mean, not at their own, as in the listing; the listing's float32
    (noisy to 3e-4) is float64 here, from singular values and Cholesky factors. Except for ``"trace"`` the
    value grows with the unit of the features. Classes smaller than the width make it a measure of ranks.
    As classes are not centred, two of equal size and shape score 0 however far apart they are. The
    authors' repository computes another quantity (rows normalised, eigenvalues divided by rank).

    References
    ----------
    .. [1] Huang, Huang, Rong, Yang, Wei: Frustratingly Easy Transferability Estimation. ICML 2022.
       arXiv:2106.09362

    Examples
    --------
    >>> features = [[3.0, 0.0], [3.1, 0.0], [0.0, 3.0], [0.0, 3.1], [-3.0, -3.0], [-3.1, -3.1]]
    >>> round(transrate(features, ["a", "a", "b", "b", "c", "c"]), 1)
    5.1
    >>> round(transrate(features, ["a", "b", "c", "a", "b", "c"]), 1)
    0.1
    """
    return transrate_output(prepare_inputs(embeddings, labels=labels), form=form).value


def transrate_output(inputs: MetricInputs, *, form: RateForm = "uniform") -> MetricOutput:
    """Return :func:`transrate` with its two rates."""
    statistics = inputs.decomposition
    result = coding_rates(statistics, form)
    within = result.class_rate
    # With weights n_c/n it is a Jensen difference of the concave ln det: below 0 only by round-off.
    value = result.rate - within if form == "uniform" else max(0.0, result.rate - within)
    notes = [*inputs.label_notes, *inputs.feature_notes]
    n_small = int(np.count_nonzero(statistics.class_counts < statistics.n_features))
    if n_small:
        notes.append(
            f"{n_small} of {inputs.n_classes} classes have fewer samples than there are features:"
            " the score mostly measures their rank."
        )
    components = MappingProxyType({"rate": result.rate, "class_rate": within})
    return MetricOutput(value, components, tuple(notes))


TRANSRATE = MetricSpec(
    name="transrate",
    position=100,
    title="TransRate",
    function=transrate_output,
    tasks=CLASSIFICATION,
    higher_is_better=True,
    bounds=(None, None),
    cost="decomposition",
    measured_seconds=0.05,
    prior_agreement=recorded_agreement("transrate"),
    idea="How many more nats it takes to encode all samples than those of a single class.",
    fails_when="Candidates differ in the unit or the width of their features, classes have fewer samples than"
    " features (it measures ranks), or there are two classes of equal size and shape.",
    paper=papers.TRANSRATE,
    formula=Formula(
        r"R(Z)-\frac1C\sum_c R(Z_c),\qquad R(Z)=\frac12\ln\det\Big(I+\frac{Z^\top Z}{n\,\epsilon}\Big)",
        r"$Z$: centred features, $Z_c$ those of class $c$ ($n$ rows each); $\epsilon=10^{-4}$.",
        "How many more nats do all samples take to encode to a fixed precision than those of one class?",
    ),
    traits=traits.TRANSRATE,
    version=1,
    rewards_width=True,
    adds_up=True,
)
SPECS = (
    TRANSRATE,
    replace(
        TRANSRATE,
        name="transrate:prior",
        title="TransRate (prior)",
        function=partial(transrate_output, form="prior"),
        bounds=(0.0, None),
        idea="TransRate with every class weighted by its number of samples: for unequal classes.",
        fails_when="Candidates differ in the unit or the width of their features, or classes have fewer"
        " samples than features.",
    ),
    replace(
        TRANSRATE,
        name="transrate:trace",
        title="TransRate (trace)",
        function=partial(transrate_output, form="trace"),
        bounds=(0.0, None),
        idea="TransRate of features scaled to the same total variance, so that their unit does not count.",
        fails_when="Classes have fewer samples than features (it measures ranks), or there are two classes of"
        " equal size and shape: it is 0 however far apart they are.",
    ),
)
