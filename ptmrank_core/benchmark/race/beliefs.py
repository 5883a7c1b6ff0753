"""What a race knows of the value of each model after the final training, from probes and doses so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from ptmrank_core.records import Expectation, RaceDose, RaceParts, RaceStanding

__all__ = ["POINT", "Beliefs", "RaceFacts", "Runner", "standings"]

POINT = 0.01
N_DRAWS = 2000
REACH = 1.645
SLIGHT = 0.01


@dataclass(frozen=True, slots=True)
class RaceFacts:
    """What is the same for all models of a race.

    Parameters
    ----------
    measure
        ``"accuracy"``, ``"r2"`` or ``"average_precision"``.
    chance
        What a constant guess reaches: the share of the largest class, 0 for R2, the mean share of positives.
    parts
        How the samples were parted.
    """

    measure: str
    chance: float
    parts: RaceParts

    @property
    def growth(self) -> float:
        """Samples of the final training for each of a dose."""
        return (self.parts.training + self.parts.choosing) / self.parts.training


@dataclass(frozen=True, slots=True)
class Runner:
    """A candidate of a race, and all that is known of it.

    Parameters
    ----------
    model
        Its id.
    probe
        Value of a linear probe on the samples that do not judge, out of fold; ``None`` where there is none.
    seconds_per_epoch
        Duration of a pass over the training part: measured, or guessed as three forward passes.
    doses
        Its doses so far, in their order.
    failed
        Why it cannot be trained, in one sentence; empty if it can.
    """

    model: str
    probe: float | None
    seconds_per_epoch: float
    doses: tuple[RaceDose, ...] = ()
    failed: str = ""

    @property
    def problem(self) -> str:
        """Why it takes no part, or an empty string."""
        return self.failed or next((dose.problem for dose in self.doses if dose.problem), "")

    @property
    def trained(self) -> RaceDose | None:
        """The last dose with a value that trained all weights."""
        found = [dose for dose in self.doses if dose.value is not None and dose.stage in ("part", "full")]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What a race believes after the doses so far.

    Parameters
    ----------
    standings
        Every candidate, the leader first, those that are out last.
    leader
        The model that is ahead; empty where every model is out.
    chance_other
        Probability that some other model is better than the leader by more than a point; ``None`` where
        there is no leader.
    """

    standings: tuple[RaceStanding, ...]
    leader: str = ""
    chance_other: float | None = None


def standings(runners: Sequence[Runner], facts: RaceFacts) -> Beliefs:
    """Say what is expected of each model after the final training, who leads and who is out."""
    taking_part = [runner for runner in runners if not runner.problem]
    failed = tuple(
        RaceStanding(runner.model, None, 0.0, is_out=True, reason=runner.problem)
        for runner in runners
        if runner.problem
    )
    if not taking_part:
        return Beliefs(failed)
    ends = [_end(runner, facts) for runner in taking_part]
    mean, spread = np.array([end[0] for end in ends]), np.array([end[1] for end in ends])
    draws = np.random.default_rng(facts.parts.seed).normal(size=(N_DRAWS, len(ends))) * spread + mean
    values = _values(draws, facts)
    best = np.bincount(values.argmax(axis=1), minlength=len(ends)) / N_DRAWS
    order = np.argsort(-mean, kind="stable")
    first = int(order[0])
    other = float((values.max(axis=1) > values[:, first] + POINT).mean())
    better = (values > values[:, [first]] + POINT).mean(axis=0)
    leader = taking_part[first].model
    found = []
    for index in order:
        low, middle, high = _values(mean[index] + spread[index] * np.array([-REACH, 0.0, REACH]), facts)
        is_out = index != first and better[index] < SLIGHT
        found.append(
            RaceStanding(
                taking_part[index].model,
                Expectation(float(middle), float(low), float(high)),
                float(best[index]),
                is_out=bool(is_out),
                reason=f"It is better than {leader} by more than a point with a probability of "
                f"{better[index]:.1%} only."
                if is_out
                else "",
            )
        )
    found.sort(key=lambda standing: standing.is_out)
    return Beliefs((*found, *failed), leader, other)


def _end(runner: Runner, facts: RaceFacts) -> tuple[float, float]:
    dose = runner.trained
    if dose is not None and dose.value is not None:
        return _scale(dose.value, facts) + 2.0 / (1 + dose.epochs), 0.6 / float(np.sqrt(1 + dose.epochs))
    if runner.probe is None:
        return 0.0, 2.0
    return 0.9 + 0.6 * _scale(runner.probe, facts), 0.5


def _scale(value: float, facts: RaceFacts) -> float:
    share = (value - facts.chance) / (1 - facts.chance)
    return float(logit(min(0.999, max(0.001, share))))


def _values(logits: NDArray[np.float64], facts: RaceFacts) -> NDArray[np.float64]:
    return np.asarray(facts.chance + (1 - facts.chance) * expit(logits))
