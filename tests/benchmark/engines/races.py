"""Races that are compared dose by dose: the order of one is repeated by another, wherever it is trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark import RunStore, make_card
from ptmrank_core.benchmark.race.asking import repeat_race
from ptmrank_core.config import Settings
from ptmrank_core.records import Analyses, Race, RaceDose, RunPlan
from tests.benchmark.runs import stored_plan

__all__ = ["RacedWorld", "decision", "doses_of", "reached"]

# The first steps of a final training have a rate that follows the time: here it is none.
SECONDS = 1e15
RACE = Analyses(
    half_samples=0, projections=False, references=False, sample_sizes=False, decide_seconds=SECONDS
)


@dataclass(frozen=True)
class RacedWorld:
    """Models and samples of a race, with the run that is repeated."""

    samples: Path
    models: Path

    def plan(self, settings: Settings) -> RunPlan:
        """Plan a race and keep it; its time is no bound."""
        plan = replace(stored_plan(settings, self.samples, self.models, ["logme"]), analyses=RACE)
        RunStore(settings).replan(plan)
        return plan

    def repeated(self, settings: Settings, former: RunPlan, at: Settings) -> RunPlan:
        """Plan a race that takes the doses of a former one, whose settings are ``at``."""
        race = make_card(RunStore(at).result(former.run_id)).race
        assert race is not None
        plan = self.plan(settings)
        RunStore(settings).add_findings(plan.run_id, repeat_race(race, plan))
        return plan


def doses_of(settings: Settings, plan: RunPlan) -> list[RaceDose]:
    """The stored doses, in their order."""
    doses = RunStore(settings).result(plan.run_id).contents(RaceDose).values()
    return sorted(doses, key=lambda dose: dose.number)


def reached(settings: Settings, plan: RunPlan) -> list[RaceDose]:
    """The doses without how long they took."""
    return [replace(dose, seconds=0.0, loading_seconds=0.0, reason="") for dose in doses_of(settings, plan)]


def decision(settings: Settings, plan: RunPlan) -> tuple[str, Any]:
    """The winner, and what its final training came to, without how long it took."""
    race = RunStore(settings).result(plan.run_id).contents(Race)[""]
    assert race.final is not None, race
    return race.winner, replace(race.final, seconds=0.0)
