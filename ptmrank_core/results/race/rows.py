"""The standings of a race, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ptmrank_core.records import DoseStage, Expectation, RaceDose
from ptmrank_core.results.race.so_far import RacePhase, RaceSoFar

__all__ = ["RaceRow", "race_rows", "stage_titles"]

STAGE_TITLES: Mapping[DoseStage, str] = MappingProxyType(
    {
        "head": "a head on frozen features",
        "part": "all weights, on half",
        "full": "all weights, on all",
        "final": "final training",
    }
)
LORA_TITLES: Mapping[DoseStage, str] = MappingProxyType(
    {**STAGE_TITLES, "part": "adapters, on half", "full": "adapters, on all"}
)
WON, LEADS, IN, OUT = "won", "leads", "in", "out"


def stage_titles(so_far: RaceSoFar | None) -> Mapping[DoseStage, str]:
    """Say for people what each stage of a race trains."""
    return LORA_TITLES if so_far is not None and so_far.by_lora else STAGE_TITLES


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceRow:
    """One model of a race.

    Parameters
    ----------
    model
        Its id.
    standing
        ``"won"``, ``"leads"``, ``"in"`` or ``"out"``.
    reason
        Why it is out, or what its last dose failed of; empty if there is nothing to say.
    expected
        What its final training is expected to reach; ``None`` where nothing is known.
    chance_best
        Probability that this is the greatest of all.
    n_doses
        Number of doses so far. Here and below, doses that only try another learning rate are left out.
    stage
        Of the last dose; ``None`` before the first.
    passes
        Passes over the training samples so far, in all stages.
    value, standard_error
        After the last dose that gave one, on the samples that choose; ``None`` where there is none.
    seconds
        Duration of all its doses.
    """

    model: str
    standing: str
    reason: str
    expected: Expectation | None
    chance_best: float
    n_doses: int
    stage: DoseStage | None
    passes: float
    value: float | None
    standard_error: float | None
    seconds: float

    @property
    def is_out(self) -> bool:
        """Whether it takes no further part."""
        return self.standing == OUT


def race_rows(so_far: RaceSoFar) -> tuple[RaceRow, ...]:
    """Make a row for each model, in the order of the standings: the leader first, those that are out last."""
    race = so_far.race
    rows = []
    for own in race.standings:
        doses = [dose for dose in so_far.doses if dose.model == own.model]
        last = doses[-1] if doses else None
        valued = next((dose for dose in reversed(doses) if dose.value is not None), None)
        rows.append(
            RaceRow(
                model=own.model,
                standing=_standing(so_far, own.model, is_out=own.is_out),
                reason=own.reason or _problem(so_far, own.model, last),
                expected=own.expected,
                chance_best=own.chance_best,
                n_doses=len(doses),
                stage=last.stage if last else None,
                passes=sum(passes_of(dose, before, so_far) for dose, before in with_before(doses)),
                value=valued.value if valued else None,
                standard_error=valued.standard_error if valued else None,
                seconds=sum(dose.seconds for dose in doses),
            )
        )
    return tuple(rows)


def _problem(so_far: RaceSoFar, model: str, last: RaceDose | None) -> str:
    if model in so_far.failed_finals:
        return f"The final training failed: {so_far.failed_finals[model]}"
    return last.problem if last else ""


def _standing(so_far: RaceSoFar, model: str, *, is_out: bool) -> str:
    if model == so_far.race.winner and so_far.phase is RacePhase.DECIDED:
        return WON
    if is_out:
        return OUT
    return LEADS if model == so_far.race.leader else IN


def with_before(doses: list[RaceDose]) -> list[tuple[RaceDose, float]]:
    """Put beside each dose of one model the passes that its stage had done before."""
    done: dict[DoseStage, float] = {}
    pairs = []
    for dose in doses:
        pairs.append((dose, done.get(dose.stage, 0.0)))
        done[dose.stage] = max(dose.epochs, done.get(dose.stage, 0.0))
    return pairs


def passes_of(dose: RaceDose, before: float, so_far: RaceSoFar) -> float:
    """Count the passes of one dose over all training samples of the race."""
    return max(dose.epochs - before, 0.0) * dose.n_train / max(so_far.race.parts.training, 1)
