"""The race to a decision as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ptmrank_core.records import RunResult
from ptmrank_core.reports.json.plain import plain_json
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.race import race_of, race_problem, race_rows, race_story

__all__ = ["race_payload"]


def race_payload(result: RunResult) -> dict[str, Any]:
    """Build what a race did and knows; empty where there was none, ``problem`` alone where it failed.

    The losses of single samples stay with the run.

    Returns
    -------
    dict
        ``phase`` and ``sentences``: where it stands; ``measure``; ``lora``: whether it trains adapters;
        ``parts``: the numbers of samples; ``standings``: a row for each model, the leader first; ``doses``:
        every training in its order, the final ones among them; ``leader``, ``chance_other``, ``stopped``,
        ``winner``, ``final`` and ``notes`` as in :class:`~ptmrank_core.records.Race`; ``seconds``: ``limit``,
        ``used`` and ``left``.
    """
    so_far = race_of(result)
    if so_far is None:
        problem = race_problem(result)
        return {"problem": problem} if problem else {}
    race = so_far.race
    without_losses = [
        plain_json(replace(dose, losses=(), reason=strip_bidi(dose.reason))) for dose in so_far.trainings
    ]
    for dose in without_losses:
        del dose["losses"]
    rows = [replace(row, reason=strip_bidi(row.reason)) for row in race_rows(so_far)]
    return {
        "phase": so_far.phase.value,
        "sentences": [strip_bidi(sentence) for sentence in race_story(so_far)],
        "measure": so_far.measure,
        "lora": so_far.by_lora,
        "parts": plain_json(race.parts),
        "standings": plain_json(rows),
        "doses": without_losses,
        "leader": race.leader,
        "chance_other": race.chance_other,
        "stopped": strip_bidi(race.stopped),
        "winner": race.winner,
        "final": plain_json(race.final),
        "notes": list(race.notes),
        "seconds": {"limit": race.seconds_limit, "used": race.seconds_used, "left": so_far.seconds_left},
    }
