"""The race to a decision, for a terminal."""

from __future__ import annotations

from ptmrank_core.records import RunResult
from ptmrank_core.reports.terminal.columns import align, say_number
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.race import RaceRow, race_of, race_rows, say_parts, say_training

__all__ = ["race_text"]

HEAD = ("race", "standing", "so far", "expected at the end", "P(best)", "trained", "passes", "seconds")


def race_text(result: RunResult) -> list[str]:
    """Write the standings of a race, and why models are out; nothing where there are none.

    Where the race stands, and what the winner reaches, is in the verdict.
    """
    so_far = race_of(result)
    if so_far is None or not so_far.race.standings:
        return []
    rows = race_rows(so_far)
    lines = [align([HEAD, *map(_cells, rows)])]
    lines += [f"{row.model} is out: {strip_bidi(row.reason)}" for row in rows if row.is_out and row.reason]
    remarks = (say_parts(so_far), say_training(so_far), *map(strip_bidi, so_far.race.notes))
    lines += [f"note: {note}" for note in filter(None, remarks)]
    return ["\n".join(lines)]


def _cells(row: RaceRow) -> list[str]:
    own = row.expected
    return [
        row.model,
        row.standing,
        "-" if row.value is None else f"{row.value:.3f}",
        "-" if own is None else f"{own.value:.2f} ({own.low:.2f}-{own.high:.2f})",
        f"{row.chance_best:.0%}",
        row.stage or "-",
        f"{row.passes:g}" if row.n_doses else "-",
        say_number(row.seconds if row.n_doses else None),
    ]
