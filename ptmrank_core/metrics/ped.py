"""PED: an inner metric after classes that overlap have pushed one another apart."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Literal

from numpy.typing import ArrayLike

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.metrics import papers, traits
from ptmrank_core.metrics.agreements import recorded_agreement
from ptmrank_core.metrics.inputs.inputs import MetricInputs, prepare_inputs
from ptmrank_core.metrics.logme import logme_output
from ptmrank_core.metrics.numerics.discriminant import fit_sfda, fit_sfda_moved
from ptmrank_core.metrics.numerics.repulsion import PushedClasses, push_apart, unit_of_length
from ptmrank_core.metrics.sfda import summarise_sfda
from ptmrank_core.records import CLASSIFICATION, Formula, MetricOutput, MetricSpec

__all__ = ["SPECS", "ped", "ped_output"]


def ped(
    embeddings: ArrayLike,
    labels: ArrayLike,
    *,
    reference_embeddings: ArrayLike,
    inner: Literal["sfda", "logme"] = "sfda",
) -> float:
    """Potential energy decline: push overlapping classes apart as fine-tuning would, then score them.

    Measured in a reference set's standard deviations, two classes repel each other while they are closer
    than 0.6 times the sum of their radii; after at most six steps an inner metric scores the samples.

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
    The authors' code with its constants (0.6 radii, step 0.005 of the overlap, exit when a step falls below
    half of the first). Without overlaps it is the inner metric; LogME is the one as defined. Class means that
    coincide do not repel. Reference deviations below 1e-3 count as 1e-3 on the way back too.

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


def ped_output(inputs: MetricInputs, *, inner: str = "sfda") -> MetricOutput:
    """Return :func:`ped` with the steps taken and the inner metric's components and warnings."""
    if inner not in ("sfda", "logme"):
        raise UnknownNameError("inner", inner, ("logme", "sfda"))
    result = push_apart(inputs.decomposition, inputs.fixed(unit_of_length))
    output = _score_sfda(inputs, result) if inner == "sfda" else _score_logme(inputs, result)
    components = {"steps": float(len(result.changes)), "pushed": float(sum(result.changes))}
    alike = f"No two classes overlap: nothing is pushed and PED is {inner} itself."
    notes = output.warnings if result.changes else (*output.warnings, alike)
    return MetricOutput(output.value, MappingProxyType(components | dict(output.components)), notes)


def _score_sfda(inputs: MetricInputs, result: PushedClasses) -> MetricOutput:
    """SFDA of the pushed classes: their scatter, and the first fit's covariance, are those of ``sfda``."""
    own = inputs.decomposition
    return summarise_sfda(inputs, fit_sfda_moved(own, result.mix) if result.changes else own.share(fit_sfda))


def _score_logme(inputs: MetricInputs, result: PushedClasses) -> MetricOutput:
    """LogME of the pushed samples, which needs a decomposition of its own."""
    if not result.changes:
        return logme_output(inputs)
    return logme_output(replace(inputs, embeddings=result.moved(inputs.decomposition, inputs.embeddings)))


PED = MetricSpec(
    name="ped",
    position=120,
    title="PED",
    function=ped_output,
    needs=frozenset({"reference_embeddings"}),
    tasks=CLASSIFICATION,
    higher_is_better=True,
    bounds=(0.0, 1.0),
    cost="decomposition",
    measured_seconds=0.24,
    prior_agreement=recorded_agreement("ped"),
    idea="SFDA after classes that overlap have pushed one another apart, as fine-tuning would.",
    fails_when="No classes overlap (then it is SFDA), the reference set is of another kind than the samples,"
    " or the features are large or tiny numbers.",
    paper=papers.PED,
    formula=Formula(
        r"\mathrm{SFDA}(F+\Delta),\quad \Delta_c=\sum_{c'}0.005\,o_{cc'}\,\frac{\mu_c-\mu_{c'}}{\lVert\mu_c-"
        r"\mu_{c'}\rVert},\quad o_{cc'}=\max\big(0.6(R_c+R_{c'})-\lVert\mu_c-\mu_{c'}\rVert,0\big)",
        r"$\mu_c,R_c$: mean and radius of class $c$, in units of a reference set's spread; at most 6 steps.",
        "Classes that overlap push one another apart, as fine-tuning would; then SFDA scores them.",
    ),
    traits=traits.PED,
    version=1,
    rewards_width=True,
    saturates=CLASSIFICATION,
)
SPECS = (
    PED,
    replace(
        PED,
        name="ped:logme",
        title="PED (LogME)",
        function=partial(ped_output, inner="logme"),
        bounds=(None, None),
        idea="LogME after classes that overlap have pushed one another apart.",
        fails_when="Features are wide (as pushes then are) or deviate by below 0.001, or no classes overlap.",
        version=2,
        rewards_width=False,
        saturates=frozenset(),
    ),
)
