"""WDJE: a bound on the target error after transfer, from the distance between source and target samples."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from types import MappingProxyType
from typing import Literal, TypeAlias, Unpack

from numpy.typing import ArrayLike

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.auxiliary import AuxiliaryInputs
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics import transfer_bound
from ptmrank_core.records import CLASSIFICATION, EVERY_TASK, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "wdje", "wdje_output"]

LargestLoss: TypeAlias = Literal["official", "auto"]


def wdje(
    embeddings: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    targets: ArrayLike | None = None,
    largest_loss: LargestLoss = "official",
    **source: Unpack[AuxiliaryInputs],
) -> float:
    """Wasserstein distance based joint estimation: what transfer is bound to save, negative where it hurts.

    The error after transfer is bounded by the source error plus the distances by which source features and
    source labels have to be moved onto the target's. It asks whether to transfer at all.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels, targets
        Array of shape (n_samples,): classes; or real or 0/1 targets of shape (n_samples, n_targets).
    largest_loss
        M: ``"official"``: ln 100 for any classes. ``"auto"``: ln C. For ``targets`` it is 1.
    **source
        ``source_embeddings`` (n_source, n_features), ``source_labels`` (n_source,) or (n_source, c),
        ``source_error``, ``target_error``; ``lipschitz`` with ``targets``, where it cannot be derived.

    Returns
    -------
    float
        ``target_error`` minus the bound: higher is better.

    Raises
    ------
    MetricInputError
        The arrays do not fit, one is missing, or the transport plan is too large to be exact.

    Notes
    -----
    The official score is the negative of this. As there, features are scaled to length 1, the n source
    labels compared with the target's are simply the first n, so that their order counts, and further ones
    add their mean length. Label vectors of unequal width are padded with zeros.

    References
    ----------
    .. [1] Zhan, Zeng: To Transfer or Not Transfer: Unified Transferability Metric and Analysis. 2023.
       arXiv:2305.07741; code qszhan/WDJE_TCYB

    Examples
    --------
    >>> features, classes = [[1.0, 0.0], [0.0, 1.0]], [0, 1]
    >>> known = {"source_embeddings": features, "source_error": 0.1, "target_error": 0.9}
    >>> same = wdje(features, classes, source_labels=[0, 1], **known)
    >>> same > wdje(features, classes, source_labels=[0, 0], **known)
    True
    """
    inputs = prepare_inputs(embeddings, labels=labels, targets=targets, **source)
    return wdje_output(inputs, largest_loss=largest_loss).value


def wdje_output(inputs: MetricInputs, *, largest_loss: LargestLoss = "official") -> MetricOutput:
    """Return :func:`wdje` with the terms of the bound."""
    if largest_loss not in ("official", "auto"):
        raise UnknownNameError("largest_loss", largest_loss, ("official", "auto"))
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if inputs.labels is not None and inputs.lipschitz is not None:
        notes.append("The given lipschitz is not used: for classes it follows from the features.")
    greatest = transfer_bound.largest_loss(inputs, is_official=largest_loss == "official")
    parts = transfer_bound.bound_transfer(transfer_bound.plan_transfer(inputs), greatest)
    if inputs.target_error is None:
        raise MetricInputError("WDJE expects target_error.")
    components = MappingProxyType(asdict(parts) | {"bound": parts.bound})
    return MetricOutput(inputs.target_error - parts.bound, components, tuple(notes))


WDJE = MetricSpec(
    name="wdje",
    position=70,
    title="WDJE",
    function=wdje_output,
    needs=frozenset({"source_embeddings", "source_labels", "source_error", "target_error", "lipschitz"}),
    tasks=EVERY_TASK,
    higher_is_better=True,
    bounds=(None, None),
    cost="iterative",
    measured_seconds=4.0,
    prior_agreement=recorded_agreement("wdje"),
    idea="How much error transfer is guaranteed to save, by how far the source features and labels lie from"
    " the target's.",
    fails_when="Candidates have different numbers of source samples: more of them than target samples add 1"
    " to the bound.",
    paper=replace(papers.WDJE, code="qszhan/WDJE_TCYB"),
    formula=Formula(
        r"-\big(\varepsilon_s+\lambda L\,W_2^2(F_s,F_t)+W_2^2(Y_s,Y_t)+E_s+L M e^{-\lambda}"
        r"-\varepsilon_t\big)",
        r"$\varepsilon_s$: error on the source task; $\varepsilon_t$: error on yours without transfer;"
        r" $W_2^2$: optimal-transport cost between source and target features, and labels; $L$: Lipschitz"
        r" constant of a head on your features; $E_s$: mean norm of the source labels that have no partner;"
        r" $\lambda=0.5$, $M=\ln 100$.",
        "A bound on the error after transfer: near features and near labels make it small. Above 0 it"
        " promises that transfer pays.",
    ),
    traits=traits.WDJE,
    version=1,
)
SPECS = (
    WDJE,
    replace(
        WDJE,
        name="wdje:auto",
        title="WDJE (ln C)",
        function=partial(wdje_output, largest_loss="auto"),
        tasks=CLASSIFICATION,
        idea="WDJE with the largest loss that this number of classes allows, instead of that of a hundred.",
        paper=papers.WDJE,
    ),
)
