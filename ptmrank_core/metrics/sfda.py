"""SFDA: how well a regularised discriminant tells the classes apart after they were pulled together."""

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
from ptmrank_core.metrics.numerics.discriminant import SHRINKAGE_FLOOR, SfdaResult, fit_sfda
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "sfda", "sfda_output", "summarise_sfda"]

# Mean p within this of 1: nothing in it tells two models apart.
SATURATED = 1e-9


def sfda(embeddings: ArrayLike, labels: ArrayLike, *, log: bool = False) -> float:
    """Self-challenging Fisher discriminant analysis: mean probability of the own class, made hard on purpose.

    A linear discriminant with a shrunk covariance gives every sample class probabilities. Samples it is
    less sure of are pulled towards the other classes (ConfMix), as far as fine-tuning would find them
    hard; a second discriminant on the pulled samples gives the score.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    log
        Whether to average ln p rather than p, which does not saturate as early.

    Returns
    -------
    float
        Higher is better; in (0, 1], with ``log`` at most 0 (nats).

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    It follows the authors' code, which differs from the paper's text: mean p instead of a sum of ln p,
    a shrinkage target scaled by the mean variance, and the shrinkage exp(-5 lambda1) with lambda1 from three
    double power steps that start at the row sums of S_w. So the value depends on the axes and on the unit of
    the features. Their generalised eigenproblem with all eigenvectors kept is S^-1 whatever S_B is; here
    it is a Cholesky factor, in the space of the samples where n < d. Where the row sums of S_w are
    round-off the power steps start at the column of the most variable feature.

    References
    ----------
    .. [1] Shao, Zhao, Ge, Zhang, Yang, Wang, Shan, Luo: Not All Models Are Equal: Predicting Model
       Transferability in a Self-challenging Fisher Space. ECCV 2022. arXiv:2207.03036

    Examples
    --------
    >>> features = [[1.0], [2.0], [0.5], [-1.0], [-0.5], [-2.0]]
    >>> round(sfda(features, ["a", "a", "a", "b", "b", "b"]), 4)
    0.8006
    >>> round(sfda(features, ["a", "b", "a", "b", "a", "b"]), 4)
    0.5095
    """
    return sfda_output(prepare_inputs(embeddings, labels=labels), log=log).value


def sfda_output(inputs: MetricInputs, *, log: bool = False) -> MetricOutput:
    """Return :func:`sfda` with lambda1, the shrinkage, the first fit and what is left where p rounds to 1."""
    return summarise_sfda(inputs, inputs.decomposition.share(fit_sfda), log=log)


def summarise_sfda(inputs: MetricInputs, result: SfdaResult, *, log: bool = False) -> MetricOutput:
    """Turn the two fits into a score, components and warnings."""
    probability = float(np.exp(result.log_probs).mean())
    log_error = float(scipy.special.logsumexp(result.log_errors)) - float(np.log(inputs.n_samples))
    components = {
        "lambda1": result.lambda1,
        "shrinkage": result.shrinkage,
        "first_probability": float(np.exp(result.first_log_probs).mean()),
        "mixing_mean": float(result.mixing.mean()),
        "log_error": log_error,
    }
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if result.shrinkage == SHRINKAGE_FLOOR:
        notes.append("The shrinkage is at its floor (1e-10): the covariance is hardly regularised.")
    if 1 - probability < SATURATED:
        notes.append("Saturated: every sample is given its own class; models at 1 cannot be told apart.")
    value = float(result.log_probs.mean()) if log else result.probability
    return MetricOutput(value, MappingProxyType(components), tuple(notes))


SFDA = MetricSpec(
    name="sfda",
    position=110,
    title="SFDA",
    function=sfda_output,
    tasks=CLASSIFICATION,
    higher_is_better=True,
    bounds=(0.0, 1.0),
    cost="decomposition",
    measured_seconds=0.29,
    prior_agreement=recorded_agreement("sfda"),
    idea="How probable a regularised discriminant finds the right classes, once samples that it is less sure"
    " of were moved towards the others.",
    fails_when="There are few samples for the width, or the features are large numbers: it saturates at 1;"
    " tiny ones are shrunk to round classes.",
    paper=papers.SFDA,
    formula=Formula(
        r"\frac1N\sum_i\mathrm{softmax}_c\Big(f_i^\top S^{-1}\mu_c-\tfrac12\mu_c^\top "
        r"S^{-1}\mu_c+\ln\pi_c\Big)_{y_i}",
        r"$S$: within-class covariance, shrunk the more the smaller its largest eigenvalue; $\mu_c,\pi_c$:"
        r" mean and share of class $c$; computed twice, the second time after every sample was moved towards"
        r" the other classes by as much as the first was unsure of it.",
        "How probable does a discriminant analysis find the right class, once the task has been made harder?",
    ),
    traits=traits.SFDA,
    version=1,
    rewards_width=True,
    saturates=CLASSIFICATION,
)
SPECS = (
    SFDA,
    replace(
        SFDA,
        name="sfda:log",
        title="SFDA (log)",
        function=partial(sfda_output, log=True),
        bounds=(None, 0.0),
        idea="SFDA with the mean of ln p, which tells models apart for longer before it saturates.",
        fails_when="Single samples are far from their class: one of them can outweigh all others; or the"
        " scales of the features differ between candidates.",
    ),
)
