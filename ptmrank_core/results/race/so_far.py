"""A race as far as it has come: its record, its doses, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ptmrank_core.records import Race, RaceDose, RaceStanding, RunResult, RunState

__all__ = ["RacePhase", "RaceSoFar", "race_of", "race_problem"]


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
        The doses that compare the models, in their order; the final training is not among them.
    final_problem
        Why the final training failed, in one sentence; empty if it did not.
    state
        State of the run.
    """

    race: Race
    doses: tuple[RaceDose, ...]
    final_problem: str
    state: RunState

    @property
    def phase(self) -> RacePhase:
        """Where it stands."""
        race = self.race
        if race.final is not None:
            return RacePhase.DECIDED
        if race.is_done:
            return RacePhase.WITHOUT_WINNER if self.doses else RacePhase.REFUSED
        if self.final_problem:
            return RacePhase.WITHOUT_WINNER
        if self.state.is_finished():
            return RacePhase.BROKEN_OFF
        return RacePhase.FINAL if race.winner else RacePhase.DOSES

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
    def seconds_left(self) -> float:
        """Time that is left, the final training included."""
        return max(self.race.seconds_limit - self.race.seconds_used, 0.0)

    @property
    def still_in(self) -> tuple[RaceStanding, ...]:
        """The models that take part, the leader first."""
        return tuple(standing for standing in self.race.standings if not standing.is_out)

    @property
    def compared(self) -> tuple[str, ...]:
        """The models of which at least one dose gave a value, in the order of the standings."""
        trained = {dose.model for dose in self.doses if dose.value is not None}
        return tuple(own.model for own in self.race.standings if own.model in trained)


def race_of(result: RunResult) -> RaceSoFar | None:
    """Read the race of a run; ``None`` where there is none (yet)."""
    race = result.contents(Race).get("")
    if race is None:
        return None
    every = sorted(result.contents(RaceDose).values(), key=lambda dose: dose.number)
    problem = next((dose.problem for dose in reversed(every) if dose.stage == "final"), "")
    doses = tuple(dose for dose in every if dose.stage != "final")
    return RaceSoFar(race, doses, problem, result.state)


def race_problem(result: RunResult) -> str:
    """Say why the race of a run failed as a whole; empty where it did not."""
    return next(iter(result.problems(Race).values()), "")
