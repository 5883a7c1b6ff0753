"""What models reached in a race, as columns beside what is known of other models."""

from __future__ import annotations

from ptmrank_core.records import RunResult, Truth
from ptmrank_core.results.evidence import reached_of
from ptmrank_core.results.race.so_far import race_of

__all__ = ["all_reached", "race_reached"]


def all_reached(result: RunResult) -> dict[str, Truth]:
    """Collect all that is known of what the candidates reach: in the race first, then as elsewhere."""
    return race_reached(result) | reached_of(result)


def race_reached(result: RunResult) -> dict[str, Truth]:
    """Collect what the models of a race reached with all weights trained, and the winner at last.

    Not among the truths that metrics are compared with: the doses of the models differ.

    Returns
    -------
    dict
        ``"race"``: model -> value of its last dose, on the samples that choose; ``"race final"``: that of the
        winner, on those that judge. Without what is not known.
    """
    so_far = race_of(result)
    if so_far is None:
        return {}
    values = {
        dose.model: dose.value for dose in so_far.doses if dose.stage != "head" and dose.value is not None
    }
    found = {"race": Truth(so_far.measure, values)} if values else {}
    if so_far.race.final is not None:
        found["race final"] = Truth(so_far.measure, {so_far.race.winner: so_far.race.final.value})
    return found
