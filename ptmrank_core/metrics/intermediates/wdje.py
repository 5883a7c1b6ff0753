"""What WDJE computes: the plans that move source features and labels onto yours, and the bound's terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import MetricInputError
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.intermediates.parts.planes import principal_directions
from ptmrank_core.metrics.numerics.optimal_transport import TransportPlan
from ptmrank_core.metrics.numerics.transfer_bound import (
    LAMBDA,
    TransferBound,
    bound_transfer,
    largest_loss,
    plan_transfer,
)

__all__ = ["WdjeRecord", "intermediates"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class WdjeRecord:
    """The bound behind WDJE, arXiv:2305.07741, in the official code's form (qszhan/WDJE_TCYB).

    The bound is eps_s + lambda L W_x + W_y + E_s + L M exp(-lambda), the score eps_t less the bound.

    Parameters
    ----------
    features
        The plan that moves source features onto yours, both scaled to length 1; its cost is W_x.
    labels
        The plan that moves the first n source labels onto yours; its cost is W_y.
    unmatched
        Source labels beyond the first n, shape (n_source - n, c) or (0, c): E_s is their mean length.
    source_plane, target_plane
        The points of the plan of the features in the plane along which all of them differ most, of shapes
        (n_source, 2) and (n_samples, 2), numbers without unit.
    lipschitz
        L, of a head on your features.
    greatest
        M, the largest loss, in nats for classes.
    tradeoff
        lambda.
    parts
        The terms of the bound.
    target_error
        eps_t, the error on your samples without transfer.
    value
        The score.
    """

    features: TransportPlan
    labels: TransportPlan
    unmatched: Array
    source_plane: Array
    target_plane: Array
    lipschitz: float
    greatest: float
    tradeoff: float
    parts: TransferBound
    target_error: float
    value: float


def intermediates(inputs: MetricInputs) -> WdjeRecord:
    """Plan the transport and add the terms up.

    Parameters
    ----------
    inputs
        With source samples, the error on them and the error without transfer.

    Raises
    ------
    MetricInputError
        One of these is not there.
    NotApplicableError
        The transport plan is too large to be exact.
    """
    plans, greatest = plan_transfer(inputs), largest_loss(inputs)
    if inputs.target_error is None:
        raise MetricInputError("Expected target_error.")
    parts = bound_transfer(plans, greatest)
    left, right = plans.features.left, plans.features.right
    directions = principal_directions(np.vstack([left, right]))
    return WdjeRecord(
        plans.features,
        plans.labels,
        plans.unmatched,
        left @ directions,
        right @ directions,
        plans.lipschitz,
        greatest,
        LAMBDA,
        parts,
        inputs.target_error,
        inputs.target_error - parts.bound,
    )
