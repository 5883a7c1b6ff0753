"""What a race believes of each model's value after the final training, from probes and doses so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.race.posterior import Knowledge, Posterior, posterior_of
from ptmrank_core.benchmark.race.runners import RaceFacts, Runner
from ptmrank_core.prediction import value_of
from ptmrank_core.records import Expectation, RaceStanding
from ptmrank_core.results.phrases import bidi_isolate, say_value

__all__ = ["POINT", "Beliefs", "RaceFacts", "Runner", "standings"]

Array = NDArray[np.float64]

POINT = 0.01
N_DRAWS = 4000
REACH = 1.645  # of a normal distribution: 90 % lie within
SLIGHT = 0.01


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What a race believes after the doses so far.

    Parameters
    ----------
    standings
        Every candidate, the leader first, those that are out last.
    leader
        The model that is ahead; empty where every model failed.
    chance_other
        Probability that some other model is better than the leader by more than a point; ``None`` where
        there is no leader.
    posterior
        The distribution behind them; ``None`` where there is no leader.
    """

    standings: tuple[RaceStanding, ...]
    leader: str = ""
    chance_other: float | None = None
    posterior: Posterior | None = field(default=None, compare=False, repr=False)


def standings(runners: Sequence[Runner], facts: RaceFacts, knowledge: Knowledge | None = None) -> Beliefs:
    """Say what is expected of each model after the final training, who leads, and who is out and why.

    Parameters
    ----------
    runners
        Every candidate.
    facts
        What is the same for all of them.
    knowledge
        What is known from other sets; by default the coefficients on record.
    """
    failed = tuple(
        RaceStanding(runner.model, None, 0.0, is_out=True, reason=runner.problem)
        for runner in runners
        if runner.problem
    )
    taking_part = [runner for runner in runners if not runner.problem]
    if not taking_part:
        return Beliefs(failed)
    posterior = posterior_of(taking_part, facts, knowledge or Knowledge.on_record())
    values = value_of(_draws(posterior, facts.parts.seed), facts.chance)
    first = int(posterior.means.argmax())
    best = np.bincount(values.argmax(axis=1), minlength=len(taking_part)) / N_DRAWS
    other = float((values.max(axis=1) > values[:, first] + POINT).mean())
    better = (values > values[:, [first]] + POINT).mean(axis=0)
    expected = _expectations(posterior, facts.chance)
    leader = taking_part[first].model
    found = []
    for index in np.argsort(-posterior.means, kind="stable"):
        is_out = bool(index != first and better[index] < SLIGHT)
        reason = (
            _why_out(taking_part[index], leader, expected[index], float(better[index]), facts.measure)
            if is_out
            else ""
        )
        model, chance_best = taking_part[index].model, float(best[index])
        found.append(RaceStanding(model, expected[index], chance_best, is_out=is_out, reason=reason))
    found.sort(key=lambda standing: standing.is_out)
    return Beliefs((*found, *failed), leader, other, posterior)


def _draws(posterior: Posterior, seed: int) -> Array:
    """Draws of the ends of all models, shape (n_draws, n_models)."""
    values, vectors = np.linalg.eigh(posterior.covariance)
    factor = vectors * np.sqrt(np.maximum(values, 0.0))
    normal = np.random.default_rng(seed).normal(size=(N_DRAWS, len(values)))
    return np.asarray(posterior.means + normal @ factor.T)


def _expectations(posterior: Posterior, chance: float) -> list[Expectation]:
    spread = np.sqrt(np.maximum(np.diag(posterior.covariance), 0.0))
    ends = (value_of(posterior.means + reach * spread, chance) for reach in (0.0, -REACH, REACH))
    rows = np.column_stack(tuple(ends)).tolist()
    return [Expectation(*row) for row in rows]


def _why_out(runner: Runner, leader: str, expected: Expectation, better: float, measure: str) -> str:
    dose = runner.trained
    so_far = (
        "By its linear probe"
        if dose is None
        else f"After {dose.epochs:g} pass{'' if dose.epochs == 1 else 'es'}"
    )
    value, low, high = (say_value(measure, end) for end in (expected.value, expected.low, expected.high))
    return (
        f"{so_far} it is expected to reach {value} ({low} to {high}): its chance to be better than "
        f"{bidi_isolate(leader)} by more than a point is {_small(better)}."
    )


def _small(share: float) -> str:
    """Write a small probability, and never that it is 0."""
    return "under 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"
