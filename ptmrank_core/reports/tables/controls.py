"""Controls, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import PermutationTest
from ptmrank_core.reports.tables.table import Column, Table, shared_format
from ptmrank_core.results.references.controls import Control

__all__ = ["controls_table"]


def controls_table(
    metric: str,
    scores: Mapping[str, float],
    order: Sequence[str],
    controls: Sequence[Control],
    tests: Mapping[str, PermutationTest],
) -> Table:
    """Write candidates and controls under one metric; the parameters are those of the figure."""
    form = shared_format(scores.values())
    columns = (
        Column("row", "candidate or control"),
        Column("score", METRICS[metric].title, "number", form),
        Column("permuted_low", "labels permuted: least", "number", form),
        Column("permuted_high", "greatest", "number", form),
    )
    candidate_records = [
        {
            "row": model,
            "score": scores[model],
            "permuted_low": tests[model].low if model in tests else None,
            "permuted_high": tests[model].high if model in tests else None,
        }
        for model in order
        if model in scores
    ]
    control_records = [
        {"row": control.title, "score": control.scores[metric]}
        for control in controls
        if metric in control.scores
    ]
    return Table.of("controls", "Controls", columns, [*candidate_records, *control_records]).known()
