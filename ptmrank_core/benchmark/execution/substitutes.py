"""Candidates in reserve: they take the places of models that have no score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from ptmrank_core.records import Cell, ModelSpec, RunPlan, Score

__all__ = ["NO_SUBSTITUTES", "Substitutes", "next_in_line"]


@dataclass(frozen=True, slots=True)
class Substitutes:
    """Who is tried where a model of the plan has no score.

    Parameters
    ----------
    n_ranked
        How many models shall have a score.
    models
        Candidates in their order; those that the plan holds already are passed over.
    """

    n_ranked: int
    models: tuple[ModelSpec, ...]


NO_SUBSTITUTES = Substitutes(0, ())
# Where so many in a row have no score, something else is at fault: the network, the samples, the metrics.
MAX_IN_A_ROW = 10


def next_in_line(substitutes: Substitutes, plan: RunPlan, cells: Iterable[Cell]) -> tuple[ModelSpec, ...]:
    """Tell which models are to be tried next, once those of the plan are done.

    Parameters
    ----------
    reserves
        Who there is.
    plan
        Its models are done.
    cells
        What is decided of them.

    Returns
    -------
    tuple of ModelSpec
        As many as models with a score are missing, or as there still are; none once ten in a row have had
        no score.
    """
    ranked = {cell.model for cell in cells if isinstance(cell, Score)}
    in_a_row = sum(1 for _ in takewhile(lambda spec: spec.id not in ranked, reversed(plan.models)))
    wanted = min(substitutes.n_ranked - len(ranked), MAX_IN_A_ROW - in_a_row)
    planned = {spec.id for spec in plan.models}
    left = [spec for spec in substitutes.models if spec.id not in planned]
    return tuple(left[: max(0, wanted)])
