"""Finding a run that was stopped, so that it is resumed instead of started again."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.benchmark.execution.substitutes import Substitutes
from ptmrank_core.benchmark.scheduling.locks import is_held
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.records import RunPlan, RunState

__all__ = ["find_unfinished"]


def find_unfinished(
    store: RunStore, settings: Settings, plan: RunPlan, substitutes: Substitutes
) -> str | None:
    """Find a recent run of the same plan that was stopped before it finished.

    A function without a version may have changed, so a run with such a model is never resumed.

    Parameters
    ----------
    store, settings
        Where runs are stored.
    plan
        The plan to be executed.
    substitutes
        Models that the stopped run may have added to the plan.

    Returns
    -------
    str or None
        The run's id; ``None`` if there is no such run, or a worker is running it.
    """
    if any(spec.source == "function" and spec.revision is None for spec in plan.models + substitutes.models):
        return None
    for old, state in store.recent():
        is_open = state in {RunState.RUNNING, RunState.CANCELLED}
        if is_open and _is_same(old, plan, substitutes) and not is_held(settings, old.run_id):
            return old.run_id
    return None


def _is_same(old: RunPlan, plan: RunPlan, substitutes: Substitutes) -> bool:
    n_models = len(plan.models)
    joined = old.models[n_models:]
    begun = replace(old, run_id=plan.run_id, created_at=plan.created_at, models=old.models[:n_models])
    return begun == plan and joined == substitutes.models[: len(joined)]
