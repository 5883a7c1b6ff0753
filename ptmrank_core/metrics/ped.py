"""PED: an inner metric after classes that overlap have pushed one another apart."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import Literal, TypeAlias

from numpy.typing import ArrayLike

from ptmrank_core.errors import MetricInputError, UnknownNameError
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.logme import logme_output
from ptmrank_core.metrics.numerics.discriminant import fit_sfda, fit_sfda_moved
from ptmrank_core.metrics.numerics.repulsion import PushedClasses, push_apart
from ptmrank_core.metrics.sfda import summarise_sfda
from ptmrank_core.records import MetricOutput

__all__ = ["InnerMetric", "ped", "ped_output"]

InnerMetric: TypeAlias = Literal["sfda", "logme"]


def ped(
    embeddings: ArrayLike,
    labels: ArrayLike,
    *,
    reference_embeddings: ArrayLike,
    inner: InnerMetric = "sfda",
) -> float:
    """Potential energy decline: push overlapping classes apart as fine-tuning would, then score them.

    In units of a general reference set's standard deviations, two classes repel each other while their
    distance is below 0.6 times the sum of their radii; after at most six steps an inner metric scores
    the samples, moved rigidly with their classes.

    Parameters
    ----------
    embeddings
        Array of shape (n_samples, n_features).
    labels
        Array of shape (n_samples,): classes.
    reference_embeddings
        Array of shape (n_reference, n_features): a general set of inputs under the same model.
    inner
        ``"sfda"`` or ``"logme"``.

    Returns
    -------
    float
        The inner metric's value: higher is better; SFDA in (0, 1], LogME without bounds.

    Raises
    ------
    MetricInputError
        The arrays do not fit.

    Notes
    -----
    The authors' code with its constants (0.6 radii, step 0.005 of the overlap, exit when a step falls
    below half of the first). Where no classes overlap it is the inner metric itself. Class means that
    coincide have no direction and do not repel. Reference deviations below 1e-3 count as 1e-3 on the way
    back too, so that a push is rigid. LogME is the defined one, not the published one.

    References
    ----------
    .. [1] Li, Hu, Ge, Shan, Duan: Exploring Model Transferability through the Lens of Potential Energy.
       ICCV 2023. arXiv:2308.15074

    Examples
    --------
    >>> features, reference = [[1.0], [2.0], [0.5], [-1.0], [-0.5], [-2.0]], [[0.0], [1.0], [-1.0]]
    >>> round(ped(features, ["a", "a", "a", "b", "b", "b"], reference_embeddings=reference), 4)
    0.8006
    >>> round(ped(features, ["a", "b", "a", "b", "a", "b"], reference_embeddings=reference), 4)
    0.5108
    """
    inputs = prepare_inputs(embeddings, labels=labels, reference_embeddings=reference_embeddings)
    return ped_output(inputs, inner=inner).value


def ped_output(inputs: MetricInputs, *, inner: InnerMetric = "sfda") -> MetricOutput:
    """Return :func:`ped` with the steps taken and the inner metric's components and warnings."""
    if inputs.reference_embeddings is None:
        raise MetricInputError("PED expects reference_embeddings.")
    if inner not in ("sfda", "logme"):
        raise UnknownNameError("inner", inner, ("logme", "sfda"))
    statistics = inputs.decomposition
    result = push_apart(statistics, inputs.reference_embeddings)
    output = _score_sfda(inputs, result) if inner == "sfda" else _score_logme(inputs, result)
    components = {"steps": float(len(result.changes)), "pushed": float(sum(result.changes))}
    notes = output.warnings
    if not result.changes:
        notes += (f"No two classes overlap: nothing is pushed and PED is {inner} itself.",)
    return MetricOutput(output.value, MappingProxyType(components | dict(output.components)), notes)


def _score_sfda(inputs: MetricInputs, result: PushedClasses) -> MetricOutput:
    """SFDA of the pushed classes: their scatter, and the first fit's covariance, are those of ``sfda``."""
    statistics = inputs.decomposition
    pushed = bool(result.changes)
    fits = fit_sfda_moved(statistics, result.mix) if pushed else statistics.share(fit_sfda)
    return summarise_sfda(inputs, fits)


def _score_logme(inputs: MetricInputs, result: PushedClasses) -> MetricOutput:
    """LogME of the pushed samples, which needs a decomposition of its own."""
    if not result.changes:
        return logme_output(inputs)
    statistics = inputs.decomposition
    shifts = result.mix @ statistics.class_offsets - statistics.class_offsets
    moved = inputs.embeddings + shifts[statistics.labels]
    moved.setflags(write=False)
    return logme_output(dataclasses.replace(inputs, embeddings=moved))
