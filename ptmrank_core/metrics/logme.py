"""LogME: the log evidence of a Bayesian linear model from features to targets."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ptmrank_core.errors import MetricError, UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.marginal_likelihood import LogmeResult, maximise_evidence
from ptmrank_core.records import MetricOutput

__all__ = ["LogDeterminant", "logme", "logme_output"]

LogDeterminant: TypeAlias = Literal["full", "thuml"]

# Most real features meet the authors' limit of 11 rounds while alpha/beta moves by a few per cent, which
# leaves the score within 1e-3 nats of its limit: only more than that is worth a warning.
STILL_MOVING = 0.1


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
        Log evidence for each sample, mean over the target columns, in nats: higher is better,
        without bounds.

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
    on round-off. The updates, guards and the stopping rule are theirs.

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
    result = maximise_evidence(inputs.decomposition)
    value = float(result.evidence.mean())
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if log_determinant == "thuml":
        value += _published_excess(inputs, result)
        if inputs.decomposition.is_wide:
            notes.append("Fewer samples than features: this published form grows with the width.")
    elif log_determinant != "full":
        raise UnknownNameError("log_determinant", log_determinant, ("full", "thuml"))
    n_moving = int(np.count_nonzero(result.last_move > STILL_MOVING))
    if n_moving:
        notes.append(
            f"{n_moving} of {len(result.evidence)} target columns still moved by over 10 % when stopped."
        )
    components = {
        "alpha_mean": float(result.alpha.mean()),
        "beta_mean": float(result.beta.mean()),
        "rounds_mean": float(result.n_rounds.mean()),
        "converged_share": float(result.converged.mean()),
    }
    return MetricOutput(value, MappingProxyType(components), tuple(notes))


def _published_excess(inputs: MetricInputs, result: LogmeResult) -> float:
    """Return what the published form has too much for each sample: (d - min(n, d))/2 ln(alpha) / n."""
    if inputs.decomposition.spectrum.rank == 0:
        raise MetricError(
            "The published LogME is infinite on features that are all zero.",
            hint="Use logme, which is finite.",
        )
    n_missing = max(0, inputs.n_features - inputs.n_samples)
    return float(0.5 * n_missing * np.log(result.alpha).mean() / inputs.n_samples)
