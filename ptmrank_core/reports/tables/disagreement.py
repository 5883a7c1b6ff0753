"""Samples on which the probes of two models disagree, as a table."""

from __future__ import annotations

from ptmrank_core.records import Samples
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.disagreement import Disagreement, say_prediction
from ptmrank_core.results.phrases import say_label

__all__ = ["disagreement_table"]


def disagreement_table(disagreement: Disagreement, samples: Samples) -> Table:
    """List the samples on which the probes differ, with their labels and both predictions.

    Parameters
    ----------
    disagreement
        The comparison.
    samples
        The samples of the run.
    """
    columns = [
        Column("sample", "sample"),
        Column("label", "label"),
        Column("first", f"{disagreement.first} says"),
        Column("second", f"{disagreement.second} says"),
    ]
    if not disagreement.is_of_classes:
        columns += [
            Column("first_error", f"{disagreement.first} is off by", "number", fixed(3)),
            Column("second_error", f"{disagreement.second} is off by", "number", fixed(3)),
        ]
    rows = [*disagreement.only_first.tolist(), *disagreement.only_second.tolist()]
    if not disagreement.is_of_classes:
        rows.sort(key=lambda row: -abs(disagreement.first_errors[row] - disagreement.second_errors[row]))
    records = [
        {
            "sample": samples.names[row],
            "label": say_label(samples, row),
            "first": say_prediction(samples, disagreement.first_predictions[row]),
            "second": say_prediction(samples, disagreement.second_predictions[row]),
            "first_error": float(disagreement.first_errors[row]),
            "second_error": float(disagreement.second_errors[row]),
        }
        for row in rows
    ]
    return Table.of("disagreement", "Samples on which two probes differ", columns, records)
