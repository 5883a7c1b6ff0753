"""Substitutes: candidates that are added to a run if models of its plan have no score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from ptmrank_core.records import Cell, ModelSpec, RunPlan, Score

__all__ = ["NO_SUBSTITUTES", "Substitutes", "next_in_line"]


@dataclass(frozen=True, slots=True)
class Substitutes:
    """Candidates that are tried if models of the plan have no score.

    Parameters
    ----------
    n_ranked
        Wanted number of models with a score.
    models
        Candidates in the order in which they are tried; those already in the plan are skipped.
    """

    n_ranked: int
    models: tuple[ModelSpec, ...]


NO_SUBSTITUTES = Substitutes(0, ())
# If so many models in a row have no score, the cause is not the models: the network, samples or metrics.
MAX_IN_A_ROW = 10


def next_in_line(substitutes: Substitutes, plan: RunPlan, cells: Iterable[Cell]) -> tuple[ModelSpec, ...]:
    """Select the models that are tried next, once those of the plan are done.

    Parameters
    ----------
    substitutes
        The candidates.
    plan
        The plan, whose models are done.
    cells
        Decided cells of the plan's models.

    Returns
    -------
    tuple of ModelSpec
        As many models as scores are missing, or as candidates are left; none once ten models in a row have
        had no score.
    """
    candidates = {spec.id for spec in plan.candidates}
    ranked = {cell.model for cell in cells if isinstance(cell, Score)} & candidates
    in_a_row = sum(1 for _ in takewhile(lambda spec: spec.id not in ranked, reversed(plan.candidates)))
    wanted = min(substitutes.n_ranked - len(ranked), MAX_IN_A_ROW - in_a_row)
    planned = {spec.id for spec in plan.models}
    remaining = [spec for spec in substitutes.models if spec.id not in planned]
    return tuple(remaining[: max(0, wanted)])
