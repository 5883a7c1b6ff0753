"""LogME: the log evidence of a Bayesian linear model from features to targets."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Literal, TypeAlias

from numpy.typing import ArrayLike

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import agreements, papers, traits
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.marginal_likelihood import maximise_evidence, published_excess
from ptmrank_core.records import EVERY_TASK, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "logme", "logme_output"]

LogDeterminant: TypeAlias = Literal["full", "thuml"]


def logme(
    embeddings: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    targets: ArrayLike | None = None,
    log_determinant: LogDeterminant = "full",
) -> float:
    """Log of maximum evidence: how probable the targets are under a Bayesian linear model on the features.

    Each target column (one-hot class, real target or 0/1 label) is modelled as t = F w + noise with
    w ~ N(0, I/alpha) and noise ~ N(0, I/beta); alpha and beta maximise the evidence p(t | F). Unlike a
    fitted likelihood it does not grow with the mere width of the features.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    targets
        Array of shape (n_samples,) or (n_samples, n_targets): real or 0/1; instead of ``labels``.
    log_determinant
        ``"full"``: over all n_features, as defined. ``"thuml"``: as published, see Notes.

    Returns
    -------
    float
        Log evidence for each sample, mean over the target columns, nats: higher is better, no bounds.

    Raises
    ------
    MetricInputError
        The arrays do not fit.
    MetricError
        ``"thuml"`` on features that are all zero.

    Notes
    -----
    The authors' fixed point sums ln|alpha I + beta F'F| over min(n, d) eigenvalues only, so that for n < d
    the term -(d - n)/2 ln(alpha) is missing and wide models win by their width (thuml/LogME pull request
    24, open). For n >= d the two agree, except that the authors' rank of rank-deficient features depends
    on round-off. The updates and the stopping rule are theirs; their start and guards, absolute numbers, are
    taken in units of the features and of the targets (powers of ten), so that the score is the same in every
    unit. ``"thuml"`` keeps them absolute.

    References
    ----------
    .. [1] You, Liu, Wang, Long: LogME: Practical Assessment of Pre-trained Models for Transfer
       Learning. ICML 2021. arXiv:2102.11005
    .. [2] You, Liu, Zhang, Wang, Jordan, Long: Ranking and Tuning Pre-trained Models: A New Paradigm
       for Exploiting Model Hubs. JMLR 2022. arXiv:2110.10545

    Examples
    --------
    >>> features = [[2.0, 0.1], [1.8, -0.1], [-2.1, 0.2], [-1.9, 0.0]]
    >>> logme(features, ["a", "a", "b", "b"]) > logme(features, ["a", "b", "a", "b"])
    True
    """
    inputs = prepare_inputs(embeddings, labels=labels, targets=targets)
    return logme_output(inputs, log_determinant=log_determinant).value


def logme_output(inputs: MetricInputs, *, log_determinant: LogDeterminant = "full") -> MetricOutput:
    """Return :func:`logme` with means of alpha, beta and rounds over the target columns."""
    result = maximise_evidence(inputs.decomposition, as_published=log_determinant == "thuml")
    value = float(result.evidence.mean())
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if log_determinant == "thuml":
        value += published_excess(inputs.decomposition, result)
        if inputs.decomposition.is_wide:
            notes.append("Fewer samples than features: this published form grows with the width.")
    elif log_determinant != "full":
        raise UnknownNameError("log_determinant", log_determinant, ("full", "thuml"))
    if result.n_moving:
        counts = f"{result.n_moving} of {len(result.evidence)} target columns"
        notes.append(f"{counts} still moved by over 10 % when stopped.")
    components = {
        "alpha_mean": float(result.alpha.mean()),
        "beta_mean": float(result.beta.mean()),
        "rounds_mean": float(result.n_rounds.mean()),
        "converged_share": float(result.converged.mean()),
    }
    return MetricOutput(value, MappingProxyType(components), tuple(notes))


LOGME = MetricSpec(
    name="logme",
    position=10,
    title="LogME",
    function=logme_output,
    tasks=EVERY_TASK,
    higher_is_better=True,
    bounds=(None, None),
    cost="decomposition",
    measured_seconds=0.36,
    prior_agreement=agreements.recorded_agreement("logme"),
    idea="How probable the targets are under a Bayesian linear model on the features.",
    fails_when="The classes can be separated, but not by a linear model; or candidates differ in depth: the"
    " first layers of a model can score above the whole of it and fine-tune worse.",
    paper=papers.LOGME,
    formula=Formula(
        r"\frac1N\ln p(t\mid F,\alpha,\beta)=\frac1{2N}\Big[N\ln\tfrac{\beta}{2\pi}-\sum_i\ln\!\big(1+"
        r"\tfrac{\beta}{\alpha}\sigma_i\big)-\beta\lVert Fm-t\rVert^2-\alpha\,m^\top m\Big]",
        r"$F$: features, one row $f_i$ for each of $N$ samples, $D$ wide; $t$: one target (each class against"
        r" the rest, then the mean); $m$: the most probable weights; $\sigma_i$: squared singular values of"
        r" $F$; $\alpha,\beta$: precisions of weights and noise, set to where the evidence is largest.",
        "A linear model explains the targets. The evidence rewards a good fit and charges for every direction"
        " of the features that it needs, so that width alone buys nothing.",
    ),
    traits=traits.LOGME,
    version=2,  # start and guards in units of features and targets
)
SPECS = (
    LOGME,
    replace(
        LOGME,
        name="logme:thuml",
        title="LogME (as published)",
        function=partial(logme_output, log_determinant="thuml"),
        idea="LogME with the published code's log-determinant, to compare with published numbers.",
        fails_when="There are fewer samples than features: wide models win by their width; or the features"
        " are large or tiny numbers (its guards are absolute).",
        paper=replace(papers.LOGME, code="thuml/LogME"),
        version=1,
        rewards_width=True,
    ),
)
