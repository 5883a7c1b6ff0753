"""The rules of the verdict: facts -> kind, models and the reason. The first rule that applies decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ptmrank_core.records import VerdictKind
from ptmrank_core.results.verdict.cheapest import cheapest_of
from ptmrank_core.results.verdict.comparisons import errors_above_chance, errors_ahead, quantile
from ptmrank_core.results.verdict.facts import Facts
from ptmrank_core.results.verdict.thresholds import (
    CEILING,
    CEILING_SPREAD,
    CHANCE_LEVEL,
    CLEAR_GAP,
    CLEAR_LEVEL,
    CONTRADICTION_GAP,
    CONTRADICTION_LEVEL,
    HIGH,
    MIN_GAIN,
    MIN_P_BEST,
    REFERENCE_LEVEL,
)

__all__ = ["RULES", "Decision", "Reason", "decide", "is_above_chance", "is_behind"]


# Models that are named where nothing says how many may be the best.
N_NAMED = 3


class Reason(StrEnum):
    """Why a verdict is what it is."""

    RACED = "a race decided"
    TRAINED = "models were trained"
    NOTHING = "no model has a score"
    ONE = "one candidate is ranked"
    UNFINISHED = "the run is at work"
    CHANCE = "the best is near chance"
    REFERENCE = "the best is no better than a reference"
    CONTRADICTION = "the probe contradicts the order"
    CEILING = "several reach the ceiling"
    NO_PROBE = "nothing shows that a candidate suits"
    NO_INTERVALS = "how sure the order is cannot be said"
    TIE = "the samples do not tell the first apart"
    SPLIT = "order and probe name two models"
    CLEAR = "one model is ahead"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules decide.

    Parameters
    ----------
    kind, reason
        Of the answer.
    models
        The models to take, the first to try first; empty where there are none.
    rivals
        Models that the reason is about besides ``models``: those of a contradiction, or of a tie.
    """

    kind: VerdictKind
    reason: Reason
    models: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


def decide(facts: Facts) -> Decision:
    """Apply the rules in their order; the last one always applies."""
    return next(decision for rule in RULES if (decision := rule(facts)) is not None)


def _raced(facts: Facts) -> Decision | None:
    """Decide for the winner of a race once it is trained to the end, unless a constant guess is as good."""
    race = facts.race.race if facts.race else None
    if race is None or race.final is None:
        return None
    if facts.chance is not None and race.final.low <= facts.chance:
        return Decision(VerdictKind.TRAINED, Reason.RACED, rivals=(race.winner,))
    return Decision(VerdictKind.TRAINED, Reason.RACED, (race.winner,))


def _trained(facts: Facts) -> Decision | None:
    if facts.trainings is None:
        return None
    if facts.chance is not None and not facts.trainings.is_above(facts.chance):
        return Decision(VerdictKind.TRAINED, Reason.TRAINED, rivals=(facts.trainings.best,))
    near = facts.trainings.near_best()
    cheapest = cheapest_of(near, facts.costs)
    models = _first(cheapest.model, near) if cheapest else near
    return Decision(VerdictKind.TRAINED, Reason.TRAINED, models, near)


def _nothing_to_rank(facts: Facts) -> Decision | None:
    if facts.order or facts.is_waiting:
        return None
    return Decision(VerdictKind.NOTHING_TO_RANK, Reason.NOTHING)


def _one_candidate(facts: Facts) -> Decision | None:
    if len(facts.order) != 1 or facts.is_waiting:
        return None
    return Decision(VerdictKind.ONE_CANDIDATE, Reason.ONE, facts.order)


def _too_early(facts: Facts) -> Decision | None:
    return Decision(VerdictKind.TOO_EARLY, Reason.UNFINISHED) if facts.is_waiting else None


def _near_chance(facts: Facts) -> Decision | None:
    if not facts.reached or is_above_chance(facts, facts.best):
        return None
    return Decision(VerdictKind.NONE_SUITS, Reason.CHANCE, rivals=(facts.best,))


def _no_better_than_a_reference(facts: Facts) -> Decision | None:
    if not facts.reached or beats_references(facts, facts.best):
        return None
    return Decision(VerdictKind.NONE_SUITS, Reason.REFERENCE, rivals=(facts.best,))


def _contradicted(facts: Facts) -> Decision | None:
    """Decide where the probe puts the first far behind: into the lower half, or behind a reference."""
    first = facts.order[0]
    if first not in facts.reached or not is_behind(
        facts, first, facts.best, level=CONTRADICTION_LEVEL, gap=CONTRADICTION_GAP
    ):
        return None
    values = [own.value for own in facts.reached.values()]
    place = 1 + sum(value > facts.reached[first].value for value in values)
    reference = facts.best_reference
    is_low = 2 * place > len(values) + 1 and place > 2
    if is_low or (reference is not None and reference.reached.value > facts.reached[first].value):
        return Decision(VerdictKind.NONE_SUITS, Reason.CONTRADICTION, rivals=(first, facts.best))
    return None


def _near_ceiling(facts: Facts) -> Decision | None:
    """Two or more probes are near 100 %, or nothing sets any of several high ones apart."""
    if len(facts.reached) < 2:
        return None
    best = facts.reached[facts.best].value
    high = [
        model
        for model, own in facts.reached.items()
        if own.value >= CEILING and own.value >= best - CEILING_SPREAD
    ]
    if len(high) < 2 and best >= HIGH and len(facts.reached) == len(facts.order):
        level = [model for model in facts.reached if not is_behind(facts, model, facts.best)]
        high = level if len(level) == len(facts.order) else []
    if len(high) < 2:
        return None
    return _any_of(VerdictKind.NEAR_CEILING, Reason.CEILING, high, facts)


def _without_probe(facts: Facts) -> Decision | None:
    if facts.order[0] in facts.reached:
        return None
    names = _contenders(facts) if facts.intervals else ()
    names = names if len(names) > 1 else facts.order[:N_NAMED]
    return Decision(VerdictKind.TIED, Reason.NO_PROBE, names, names)


def _split(facts: Facts) -> Decision | None:
    """Decide where the probe puts another model clearly ahead, but not so far as to contradict."""
    first = facts.order[0]
    if not is_behind(facts, first, facts.best):
        return None
    return Decision(VerdictKind.TIED, Reason.SPLIT, (first, facts.best), (first, facts.best))


def _without_intervals(facts: Facts) -> Decision | None:
    """Decide where nothing says how sure the vote is: the first few that the probe does not put behind."""
    if facts.intervals is not None:
        return None
    first = facts.order[0]
    names = tuple(model for model in facts.order[:N_NAMED] if not is_behind(facts, model, first))
    return Decision(VerdictKind.TIED, Reason.NO_INTERVALS, names, names)


def _tied(facts: Facts) -> Decision | None:
    tied = _contenders(facts)
    if len(tied) < 2:
        return None
    return _any_of(VerdictKind.TIED, Reason.TIE, tied, facts)


def _recommended(facts: Facts) -> Decision:
    return Decision(VerdictKind.RECOMMENDED, Reason.CLEAR, facts.order[:1])


RULES: tuple[Callable[[Facts], Decision | None], ...] = (
    _raced,
    _trained,
    _nothing_to_rank,
    _one_candidate,
    _too_early,
    _near_chance,
    _no_better_than_a_reference,
    _contradicted,
    _near_ceiling,
    _without_probe,
    _split,
    _without_intervals,
    _tied,
    _recommended,
)


def is_above_chance(facts: Facts, model: str) -> bool:
    """Whether the probe of a model beats a constant guess, beyond noise and by enough to be of use."""
    if facts.chance is None:
        return True
    value = facts.reached[model].value
    errors = errors_above_chance(facts.measure, facts.reached[model], facts.chance, facts.samples)
    gain = (value - facts.chance) / (1 - facts.chance) if facts.chance < 1 else 0.0
    return errors > quantile(CHANCE_LEVEL, len(facts.reached)) and gain >= MIN_GAIN


def beats_references(facts: Facts, model: str) -> bool:
    """Whether the probe of a model is ahead of that of the best reference."""
    reference = facts.best_reference
    if reference is None:
        return True
    errors = errors_ahead(facts.reached[model], reference.reached, facts.samples)
    return errors > quantile(REFERENCE_LEVEL, len(facts.reached))


def is_behind(
    facts: Facts, model: str, other: str, *, level: float = CLEAR_LEVEL, gap: float = CLEAR_GAP
) -> bool:
    """Whether the probe puts a model behind another, beyond noise and by a gap that matters."""
    if model not in facts.reached or other not in facts.reached:
        return False
    one, best = facts.reached[model], facts.reached[other]
    errors = errors_ahead(best, one, facts.samples)
    return best.value - one.value > gap and errors > quantile(level, len(facts.reached) - 1)


def _contenders(facts: Facts) -> tuple[str, ...]:
    """Models that may be the best by the order's own intervals; the first alone where none else may be.

    Models that the probe puts clearly behind the best among them are left out.
    """
    first, intervals = facts.order[0], facts.intervals
    if intervals is None:
        return facts.order
    tied = {model for group in intervals.ties if first in group for model in group}
    if not tied and intervals.p_best.get(first, 1.0) < MIN_P_BEST:
        tied = {model for model, (low, _) in intervals.intervals.items() if low == 1}
    names = [model for model in facts.order if model in tied or model == first]
    known = [model for model in names if model in facts.reached]
    best = max(known, key=lambda model: facts.reached[model].value, default=first)
    return tuple(model for model in names if not is_behind(facts, model, best))


def _any_of(kind: VerdictKind, reason: Reason, names: Sequence[str], facts: Facts) -> Decision:
    """Decide for any of several models: the cheapest is to be tried first."""
    cheapest = cheapest_of(names, facts.costs)
    models = _first(cheapest.model, names) if cheapest else tuple(names)
    return Decision(kind, reason, models, tuple(names))


def _first(model: str, names: Sequence[str]) -> tuple[str, ...]:
    return (model, *(name for name in names if name != model))
