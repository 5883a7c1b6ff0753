"""What the verdict says of a race that has decided."""

from __future__ import annotations

from ptmrank_core.results.phrases import bidi_isolate
from ptmrank_core.results.race import RaceSoFar, say_chance_other, say_final
from ptmrank_core.results.verdict.facts import Facts
from ptmrank_core.results.verdict.rules import Decision
from ptmrank_core.results.verdict.words import say_constant

__all__ = ["raced_sentences"]


def raced_sentences(decision: Decision, facts: Facts) -> list[str]:
    """Say who won, what it reaches on samples that judge alone, among how many, and how sure that is."""
    so_far = facts.race
    if so_far is None or so_far.race.final is None:
        return []
    winner, final = bidi_isolate(so_far.race.winner), so_far.race.final
    if decision.models:
        how = "fine-tuned by LoRA" if so_far.by_lora else "fine-tuned"
        said = [f"Take {winner}: {how}, it reaches {say_final(final)}."]
    else:
        constant = say_constant(final.measure, facts.chance or 0.0)
        best = f"the best, {winner}, reaches {say_final(final)}"
        said = [f"The race found no model that is better than {constant}: {best}."]
    said.append(_say_compared(so_far))
    if decision.models:
        said += _say_chance(so_far)
    return said


def _say_compared(so_far: RaceSoFar) -> str:
    """Say how many models were compared, and how; and what that means for the value."""
    n_compared, n_models = len(so_far.compared), len(so_far.race.standings)
    if n_compared < 2:
        return "No other model could be compared; the held-out samples served no training."
    n_probed = n_compared - len(so_far.trained)
    of = f"{n_compared} of {n_models}" if n_compared < n_models else f"{n_compared}"
    how = (
        f", {len(so_far.trained)} by training and {n_probed} by linear probes alone"
        if n_probed
        else " by training"
    )
    return (
        f"{of} models were compared{how}; the held-out samples served neither training nor choosing, so"
        " picking the best of many does not flatter the value."
    )


def _say_chance(so_far: RaceSoFar) -> list[str]:
    """Say how likely it is that another model is better by more than a point, and why no more was done."""
    said = say_chance_other(so_far)
    if not said:
        return []
    return [f"{said[:1].upper()}{said[1:]}.", "" if so_far.is_sure else so_far.race.stopped]
