"""What PED computes: where the classes are after each step of the push, and what SFDA makes of them then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.intermediates.parts.discriminant_view import SfdaView, view_sfda
from ptmrank_core.metrics.intermediates.parts.planes import principal_directions
from ptmrank_core.metrics.numerics.discriminant import fit_sfda, fit_sfda_moved
from ptmrank_core.metrics.numerics.repulsion import push_apart, unit_of_length

__all__ = ["PedRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class PedRecord:
    """The push of PED, arXiv:2308.15074, in the authors' code's form, and the score after it.

    A class moves by sum_c' 0.005 o_cc' (mu_c - mu_c') / ||mu_c - mu_c'|| a step, o_cc' = max(0.6 (R_c + R_c')
    - ||mu_c - mu_c'||, 0). The score is SFDA of the samples that moved with their classes.

    Parameters
    ----------
    labels
        y, codes 0..C-1, shape (n_samples,).
    n_features
        d.
    radii
        R_c, root of the summed variances of a class, in reference standard deviations, shape (n_classes,).
    means
        mu_c before the first step and after each, in reference standard deviations from the overall mean:
        n_steps + 1 arrays of shape (n_classes, n_features).
    overlaps
        o_cc' at each of them: n_steps + 1 arrays of shape (n_classes, n_classes), 0 on the diagonal.
    changes
        Sum of the absolute displacements of each step, in reference standard deviations, shape (n_steps,).
    plane
        The class means at each of them in the plane along which they differ most before the first step, in
        reference standard deviations: shape (n_steps + 1, n_classes, 2).
    mix
        The pushed class means as sums of those before, shape (n_classes, n_classes), rows sum to 1.
    shrinkage
        SFDA's s, a number without unit, of the classes before the push.
    first_logits, logits
        SFDA's logits of the pushed samples before and after its pull, shape (n_samples, n_classes).
    mixing
        SFDA's q_i, shape (n_samples,).
    view
        The pushed samples before and after SFDA's pull.
    unpushed
        What SFDA gives where nothing is pushed.
    value
        The score, in (0, 1].
    """

    labels: NDArray[np.int64]
    n_features: int
    radii: Array
    means: tuple[Array, ...]
    overlaps: tuple[Array, ...]
    changes: Array
    plane: Array
    mix: Array
    shrinkage: float
    first_logits: Array
    logits: Array
    mixing: Array
    view: SfdaView
    unpushed: float
    value: float

    @property
    def n_steps(self) -> int:
        """Steps that were taken, at most six; 0 where no two classes overlap."""
        return len(self.changes)


def intermediates(inputs: MetricInputs) -> PedRecord:
    """Push the classes apart and score them.

    Parameters
    ----------
    inputs
        With classes and reference embeddings.

    Raises
    ------
    MetricInputError
        One of the two is not there.
    """
    if inputs.labels is None or inputs.reference_embeddings is None:
        raise MetricInputError("Expected labels and reference_embeddings.")
    statistics = inputs.decomposition
    pushed = push_apart(statistics, inputs.fixed(unit_of_length))
    before = statistics.share(fit_sfda)
    after = fit_sfda_moved(statistics, pushed.mix) if pushed.changes else before
    plane = np.stack(pushed.means) @ principal_directions(pushed.means[0])
    return PedRecord(
        labels=inputs.labels,
        n_features=inputs.n_features,
        radii=pushed.radii,
        means=pushed.means,
        overlaps=pushed.overlaps,
        changes=np.array(pushed.changes),
        plane=plane,
        mix=pushed.mix,
        shrinkage=after.shrinkage,
        first_logits=after.first_logits,
        logits=after.logits,
        mixing=after.mixing,
        view=view_sfda(statistics, after, pushed.mix),
        unpushed=before.probability,
        value=after.probability,
    )
