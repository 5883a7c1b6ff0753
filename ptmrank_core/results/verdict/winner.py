"""The answer of a run in one short line, for lists of runs: the model to take, and what it reached."""

from __future__ import annotations

from ptmrank_core.records import Verdict, VerdictKind
from ptmrank_core.results.phrases import bidi_isolate, percent, say_value

__all__ = ["say_winner"]


def say_winner(verdict: Verdict) -> str:
    """Say which model a run ends with, and what its probe or its training reached.

    Parameters
    ----------
    verdict
        Of a finished run, or of one in progress.

    Returns
    -------
    str
        ``"demo:vit, probe 92.0 %"``; empty where the run has no answer. Names are isolated.
    """
    if verdict.kind in {VerdictKind.NOTHING_TO_RANK, VerdictKind.TOO_EARLY}:
        return ""
    if verdict.kind is VerdictKind.NONE_SUITS or not verdict.models:
        return f"no candidate suits{_say_best(verdict)}"
    first, *others = verdict.models
    rivals = f" or {len(others):,} more" if others else ""
    how = "trained" if verdict.kind is VerdictKind.TRAINED else "probe"
    reached = verdict.reached.get(first)
    value = "" if reached is None else f", {how} {say_value(verdict.measure, reached)}"
    return f"{bidi_isolate(first)}{rivals if how == 'probe' else ''}{value}"


def _say_best(verdict: Verdict) -> str:
    """Say what the best of all reaches, beside a constant guess."""
    if not verdict.reached or verdict.chance is None:
        return ""
    best = max(verdict.reached.values())
    chance = percent(verdict.chance, 1) if verdict.measure == "accuracy" else f"{verdict.chance:.2f}"
    return f": the best reaches {say_value(verdict.measure, best)}, a constant guess {chance}"
