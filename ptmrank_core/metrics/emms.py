"""EMMS: how well a linear map takes the features to embeddings of the labels."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Unpack

from numpy.typing import ArrayLike

from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.auxiliary import AuxiliaryInputs
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.numerics.label_embeddings import (
    LabelCode,
    fit_labels,
    label_tables,
    span_of_standardised,
)
from ptmrank_core.records import EVERY_TASK, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "emms", "emms_output"]


def emms(
    embeddings: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    targets: ArrayLike | None = None,
    label_code: LabelCode = "embedded",
    **encodings: Unpack[AuxiliaryInputs],
) -> float:
    """Efficient multi-task model selector: minus the squared error of a linear map to label embeddings.

    The labels stand as embeddings of their names under several text encoders. The standardised features
    are fitted to the mean embedding; the mixture of encoders nearest to that fit is the target.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels, targets
        Array of shape (n_samples,): classes; or real or 0/1 targets of shape (n_samples, n_targets).
    label_code
        ``"embedded"``: label embeddings where there are some. ``"onehot"``: always one-hot classes, or the
        targets themselves, which is what ``"embedded"`` takes where there are none.
    **encodings
        ``label_embeddings`` (n_encoders, n_classes, width), classes in the order of the sorted unique
        labels; or ``sample_label_embeddings`` (n_encoders, n_samples, width).

    Returns
    -------
    float
        Minus the mean squared error of a sample, times the embeddings' width as in the authors' code:
        higher is better, at most 0. Comparable between models under the same label embeddings.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    The authors' code alternates once between the map and the mixture, and so does this. Fitted values depend
    on the span of the centred features only: no decomposition of the standardised ones is needed, except
    where spreads of columns differ by more than 1e4. Directions that hold nothing but errors of rounding,
    such as that of the constant sum that a normalisation leaves, are not in it; the authors' code fits them
    too, and returns another score on another processor. For n <= d it is 0 for every model.

    References
    ----------
    .. [1] Meng, Shao, Peng, Jiang, Zhang, Qiao, Luo: Foundation Model is Efficient Multimodal Multitask Model
       Selector. NeurIPS 2023. arXiv:2308.06262

    Examples
    --------
    >>> features = [[2.0], [1.8], [-2.1], [-1.9]]
    >>> emms(features, ["a", "a", "b", "b"]) > emms(features, ["a", "b", "a", "b"])
    True
    """
    inputs = prepare_inputs(embeddings, labels=labels, targets=targets, **encodings)
    return emms_output(inputs, label_code=label_code).value


def emms_output(inputs: MetricInputs, *, label_code: LabelCode = "embedded") -> MetricOutput:
    """Return :func:`emms` with the weights of the encoders."""
    tables, groups = label_tables(inputs, label_code)
    spectrum = inputs.decomposition.share(span_of_standardised)
    result = fit_labels(inputs, tables, groups)
    notes = [*inputs.label_notes, *inputs.feature_notes]
    if spectrum.rank == inputs.n_samples - 1:
        notes.append("The features fit any labels (n <= d): 0 for every model by construction.")
    components = {"error": result.error, "width": float(result.width)}
    components |= {f"weight_{i}": float(weight) for i, weight in enumerate(result.weights)}
    value = 0.0 - result.error * result.width
    return MetricOutput(value, MappingProxyType(components), tuple(notes))


EMMS = MetricSpec(
    name="emms",
    position=60,
    title="EMMS",
    function=emms_output,
    uses=frozenset({"label_embeddings", "sample_label_embeddings"}),
    tasks=EVERY_TASK,
    higher_is_better=True,
    bounds=(None, 0.0),
    cost="decomposition",
    measured_seconds=0.07,
    prior_agreement=recorded_agreement("emms"),
    idea="How well a linear map takes the features to embeddings of the class names, or to the one-hot"
    " classes where there are none.",
    fails_when="There are not more samples than features: it is 0 for every model.",
    paper=papers.EMMS,
    formula=Formula(
        r"-\frac{D_2}{N}\min_W\lVert \tilde F W-\tilde E\rVert^2",
        r"$\tilde F$: standardised features; $\tilde E$: standardised embeddings of the class names, $D_2$"
        r" wide (one-hot classes where there are none).",
        "How far does a linear map fall short of taking the features to where a language model places the"
        " class names?",
    ),
    traits=traits.EMMS,
    version=2,
    rewards_width=True,
    saturates=EVERY_TASK,
)
SPECS = (
    EMMS,
    replace(
        EMMS,
        name="emms:onehot",
        title="EMMS (one-hot)",
        function=partial(emms_output, label_code="onehot"),
        uses=frozenset(),
        idea="How well a linear map takes the features to the one-hot classes or the targets.",
    ),
)
