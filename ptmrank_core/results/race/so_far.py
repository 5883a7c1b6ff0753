"""A race as far as it has come: its record, its doses, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ptmrank_core.records import Race, RaceDose, RaceStanding, RunResult, RunState, Truth, doses_in_order
from ptmrank_core.results.evidence import measure_title

__all__ = ["RacePhase", "RaceSoFar", "race_of", "race_problem"]


# A race with less than this share of its time left had none for another dose.
USED_UP = 0.1
# It stops when the chance that another model is better by more than a point falls under this.
SURE_ENOUGH = 0.1


class RacePhase(StrEnum):
    """Where a race stands."""

    DOSES = "training in doses"
    FINAL = "final training"
    DECIDED = "decided"
    REFUSED = "not begun"
    WITHOUT_WINNER = "ended without a winner"
    BROKEN_OFF = "broken off"


@dataclass(frozen=True, slots=True)
class RaceSoFar:
    """A race as far as it has come.

    Parameters
    ----------
    race
        Its record.
    doses
        The doses that compare the models, in their order; neither the final training nor the trials of other
        rates are among them.
    final_doses
        The final trainings: more than one where some failed, for then the race goes on without that model.
    state
        State of the run.
    trials
        The doses that tried other learning rates with the leader.
    by_lora
        Whether low-rank adapters are trained instead of all weights.
    """

    race: Race
    doses: tuple[RaceDose, ...]
    final_doses: tuple[RaceDose, ...]
    state: RunState
    trials: tuple[RaceDose, ...] = ()
    by_lora: bool = False

    @property
    def phase(self) -> RacePhase:
        """Where it stands."""
        race = self.race
        if race.final is not None:
            return RacePhase.DECIDED
        if race.is_done:
            return RacePhase.WITHOUT_WINNER if self.doses else RacePhase.REFUSED
        if self.state.is_finished():
            return RacePhase.BROKEN_OFF
        return RacePhase.FINAL if self.finalist else RacePhase.DOSES

    @property
    def trainings(self) -> tuple[RaceDose, ...]:
        """All doses in their order, the trials and the final trainings among them."""
        every = (*self.doses, *self.trials, *self.final_doses)
        return tuple(sorted(every, key=lambda dose: dose.number))

    @property
    def failed_finals(self) -> dict[str, str]:
        """Collect why final trainings failed: model -> sentence."""
        return {dose.model: dose.problem for dose in self.final_doses if dose.value is None}

    @property
    def finalist(self) -> str:
        """The model that is, or was, trained to the end; empty while none is."""
        return "" if self.race.winner in self.failed_finals else self.race.winner

    @property
    def is_at_work(self) -> bool:
        """Whether more training is to come."""
        return self.phase in {RacePhase.DOSES, RacePhase.FINAL}

    @property
    def measure(self) -> str:
        """What the doses and the final training measure; empty before the first of them."""
        if self.race.final is not None:
            return self.race.final.measure
        return next((dose.measure for dose in self.doses if dose.value is not None), "")

    @property
    def measure_title(self) -> str:
        """Title of the measure, for people."""
        return measure_title(Truth(self.measure, {})) if self.measure else "value"

    @property
    def seconds_left(self) -> float:
        """Time that is left, the final training included."""
        return max(self.race.seconds_limit - self.race.seconds_used, 0.0)

    @property
    def ran_out_of_time(self) -> bool:
        """Whether next to nothing of its time is left."""
        return self.seconds_left < USED_UP * self.race.seconds_limit

    @property
    def is_sure(self) -> bool:
        """Whether it is unlikely enough that another model is better than the leader by more than a point."""
        return self.race.chance_other is not None and self.race.chance_other < SURE_ENOUGH

    @property
    def still_in(self) -> tuple[RaceStanding, ...]:
        """The models that take part, the leader first."""
        return tuple(standing for standing in self.race.standings if not standing.is_out)

    @property
    def trained(self) -> tuple[str, ...]:
        """The models of which at least one dose gave a value, in the order of the standings."""
        trained = {dose.model for dose in self.doses if dose.value is not None}
        return tuple(own.model for own in self.race.standings if own.model in trained)

    @property
    def compared(self) -> tuple[str, ...]:
        """The models of which something is expected, by training or by their probes alone."""
        trained = set(self.trained)
        standings = self.race.standings
        return tuple(own.model for own in standings if own.expected is not None or own.model in trained)


def race_of(result: RunResult) -> RaceSoFar | None:
    """Read the race of a run; ``None`` where there is none (yet)."""
    race = result.contents(Race).get("")
    if race is None:
        return None
    every = doses_in_order(result.findings)
    finals = tuple(dose for dose in every if dose.stage == "final")
    trials = tuple(dose for dose in every if dose.is_trial)
    doses = tuple(dose for dose in every if dose.stage != "final" and not dose.is_trial)
    return RaceSoFar(race, doses, finals, result.state, trials, by_lora=result.plan.analyses.lora)


def race_problem(result: RunResult) -> str:
    """Say why the race of a run failed as a whole; empty where it did not."""
    return next(iter(result.problems(Race).values()), "")
