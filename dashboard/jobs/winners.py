"""The winner of a race as a file to download: made when it is asked for."""

from __future__ import annotations

from dashboard.jobs.home import settings
from dashboard.jobs.runs import require_owner
from ptmrank_core.benchmark import model_process
from ptmrank_core.benchmark.race.packing import PackedWinner, find_packed, pack_winner
from ptmrank_core.benchmark.race.saving import can_save
from ptmrank_core.records import RunResult
from ptmrank_core.worker import SOURCES

__all__ = ["can_pack", "pack", "packed"]


def can_pack(result: RunResult) -> bool:
    """Whether a run has a winner whose trained weights are still here."""
    return can_save(settings(), result)


def packed(run_id: str) -> PackedWinner | None:
    """Find the packed winner of a run; ``None`` if it was not packed."""
    return find_packed(run_id, settings())


def pack(run_id: str) -> None:
    """Pack the winner of a run; the model is loaded in a process of its own.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    RunError, InputError, ModelError
        If the model cannot be saved.
    """
    require_owner(run_id)
    with model_process(settings(), run_id) as models:
        pack_winner(run_id, settings(), sources=SOURCES, models=models)
