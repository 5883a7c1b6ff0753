"""Candidates in reserve: they take the places of models that have no score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ptmrank_core.records import Cell, ModelSpec, RunPlan, Score

__all__ = ["NO_RESERVES", "Reserves", "next_in_line"]


@dataclass(frozen=True, slots=True)
class Reserves:
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


NO_RESERVES = Reserves(0, ())


def next_in_line(reserves: Reserves, plan: RunPlan, cells: Iterable[Cell]) -> tuple[ModelSpec, ...]:
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
        As many as models with a score are missing, or as there still are.
    """
    n_ranked = len({cell.model for cell in cells if isinstance(cell, Score)})
    planned = {spec.id for spec in plan.models}
    left = [spec for spec in reserves.models if spec.id not in planned]
    return tuple(left[: max(0, reserves.n_ranked - n_ranked)])
