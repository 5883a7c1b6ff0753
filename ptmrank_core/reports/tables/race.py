"""The race to a decision, as tables."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import RunResult
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table, fixed
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.race import RaceRow, RaceSoFar, race_of, race_rows, stage_titles

__all__ = ["race_doses_table", "race_table"]


def race_table(result: RunResult) -> Table:
    """Write the standings: a row for each model, the leader first and those that are out last.

    Columns: what it reached on the samples that choose, what it is expected to reach after the final training
    (with a 90 % interval), its probability of being the best then, how it was trained, and why it is out.
    """
    so_far = race_of(result)
    measure = so_far.measure_title if so_far else "value"
    columns = (
        Column("model", "model"),
        Column("standing", "standing"),
        Column("value", f"{measure} so far", "number", fixed(3)),
        Column("standard_error", "standard error", "number", fixed(3)),
        Column("expected", "expected at the end", "number", fixed(3)),
        Column("expected_low", "from", "number", fixed(3)),
        Column("expected_high", "to", "number", fixed(3)),
        Column("chance_best", "chance of being the best", "number", fixed(2)),
        Column("stage", "trained last"),
        Column("passes", "passes", "number", SIGNIFICANT),
        Column("n_doses", "doses", "integer"),
        Column("seconds", "seconds", "number", fixed(1)),
        Column("reason", "why it is out"),
    )
    records = [_standing(row, so_far) for row in race_rows(so_far)] if so_far else []
    return Table.of("race", "Standings of the race", columns, records)


def _standing(row: RaceRow, so_far: RaceSoFar) -> dict[str, Any]:
    known = row.expected
    expected = (
        {"expected": known.value, "expected_low": known.low, "expected_high": known.high} if known else {}
    )
    return {
        "model": row.model,
        "standing": row.standing,
        "value": row.value,
        "standard_error": row.standard_error,
        "chance_best": row.chance_best,
        "stage": stage_titles(so_far)[row.stage] if row.stage else None,
        "passes": row.passes if row.n_doses else None,
        "n_doses": row.n_doses,
        "seconds": row.seconds if row.n_doses else None,
        "reason": strip_bidi(row.reason) or None,
        **expected,
    }


def race_doses_table(result: RunResult) -> Table:
    """Write every dose of training in its order, the final training last."""
    so_far = race_of(result)
    columns = (
        Column("number", "dose", "integer"),
        Column("model", "model"),
        Column("stage", "what is trained"),
        Column("n_train", "samples", "integer"),
        Column("epochs", "passes", "number", SIGNIFICANT),
        Column("learning_rate", "learning rate", "number", SIGNIFICANT),
        Column("value", so_far.measure_title if so_far else "value", "number", fixed(3)),
        Column("seconds", "seconds", "number", fixed(1)),
        Column("reason", "why this dose"),
        Column("problem", "why it failed"),
    )
    doses = so_far.trainings if so_far else ()
    records = [
        {
            "number": dose.number + 1,
            "model": dose.model,
            "stage": stage_titles(so_far)[dose.stage],
            "n_train": dose.n_train,
            "epochs": dose.epochs,
            "learning_rate": dose.learning_rate,
            "value": dose.value,
            "seconds": dose.seconds,
            "reason": strip_bidi(dose.reason) or None,
            "problem": strip_bidi(dose.problem) or None,
        }
        for dose in doses
    ]
    return Table.of("race_doses", "Doses of training", columns, records)
