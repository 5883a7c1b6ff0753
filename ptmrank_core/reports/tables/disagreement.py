"""Samples on which the probes of two models disagree, as a table."""

from __future__ import annotations

from ptmrank_core.records import Samples
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.disagreement import Disagreement, say_prediction
from ptmrank_core.results.phrases import say_label

__all__ = ["disagreement_table"]


def disagreement_table(found: Disagreement, samples: Samples) -> Table:
    """List the samples on which the probes differ: what they are, and what either says of them.

    Parameters
    ----------
    found
        The comparison.
    samples
        The samples of the run.
    """
    columns = [
        Column("sample", "sample"),
        Column("label", "label"),
        Column("first", f"{found.first} says"),
        Column("second", f"{found.second} says"),
    ]
    if not found.is_of_classes:
        columns += [
            Column("first_error", f"{found.first} is off by", "number", fixed(3)),
            Column("second_error", f"{found.second} is off by", "number", fixed(3)),
        ]
    rows = [*found.only_first.tolist(), *found.only_second.tolist()]
    if not found.is_of_classes:
        rows.sort(key=lambda row: -abs(found.first_errors[row] - found.second_errors[row]))
    records = [
        {
            "sample": samples.names[row],
            "label": say_label(samples, row),
            "first": say_prediction(samples, found.first_predictions[row]),
            "second": say_prediction(samples, found.second_predictions[row]),
            "first_error": float(found.first_errors[row]),
            "second_error": float(found.second_errors[row]),
        }
        for row in rows
    ]
    return Table.of("disagreement", "Samples on which two probes differ", columns, records)
