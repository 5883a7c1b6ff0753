"""The same question asked again: the race of a former run is taken over, and nothing is trained twice."""

from __future__ import annotations

import shutil
from dataclasses import replace

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.execution.engine import ENGINE, RACE_ENGINE
from ptmrank_core.benchmark.race.states import TrainingStates, states_folder
from ptmrank_core.benchmark.race.work import race_finding
from ptmrank_core.config import LOCAL_ENGINE
from ptmrank_core.records import Race, RaceDose, RunPlan, RunResult, RunState, doses_in_order

__all__ = ["take_over"]


def take_over(context: AnalysisContext) -> bool:
    """Take over the race of a former run that was planned alike and computed alike, if there is one.

    Parameters
    ----------
    context
        A run whose race has not begun.

    Returns
    -------
    bool
        Whether there is one: its doses, its verdict and the winner's state of training are this run's too.
    """
    run_context = context.run_context
    store, plan = run_context.store, run_context.plan
    for other, state in store.recent():
        if state is not RunState.FINISHED or not _asks_the_same(other, plan):
            continue
        former = store.result(other.run_id)
        race = former.contents(Race).get("")
        if race is None or race.final is None or not _computes_the_same(former, context):
            continue
        doses = doses_in_order(former.findings)
        source = TrainingStates(states_folder(store.settings, other.run_id)).find(doses[-1].number)
        if source is None:
            continue
        target = TrainingStates(states_folder(store.settings, plan.run_id)).make_way(doses[-1].number)
        shutil.copytree(source, target)
        note = f"Run {other.run_id} had asked the same: its doses were taken over, nothing was trained again."
        taken = replace(race, notes=(*race.notes, note))
        findings = [own for own in former.findings if own.kind == RaceDose.KIND]
        context.keep_all(*findings, race_finding(taken, 0.0))
        return True
    return False


def _asks_the_same(other: RunPlan, plan: RunPlan) -> bool:
    """Whether two plans differ in nothing but their run."""
    named = replace(other, run_id=plan.run_id, created_at=plan.created_at)
    return other.run_id != plan.run_id and named == plan


def _computes_the_same(former: RunResult, context: AnalysisContext) -> bool:
    """Whether models and software are those of the former run: exact revisions, versions, devices.

    What an engine has done differs from run to run; where it trained may not.
    """
    store = context.run_context.store
    here = store.result(context.run_context.plan.run_id)
    specs = {model: outcome.spec for model, outcome in former.outcomes.items()}
    return (
        specs == {model: own.spec for model, own in here.outcomes.items()}
        and _without_engines(former) == _without_engines(here)
        and _trained_by(former) == store.settings.engine
    )


def _without_engines(result: RunResult) -> dict[str, str]:
    return {name: text for name, text in result.environment.items() if name not in {ENGINE, RACE_ENGINE}}


def _trained_by(result: RunResult) -> str:
    """Return the engine that trained the race of a run."""
    told = result.environment.get(RACE_ENGINE)
    return LOCAL_ENGINE if told is None else told.rpartition(": ")[0]
