"""How well the order by a metric agreed with what models reach, set by set, with its sources."""

from __future__ import annotations

from ptmrank_core.metrics import metric_spec
from ptmrank_core.records import PublishedAgreement
from ptmrank_core.reports.tables.table import Column, Table, Value, fixed

__all__ = ["prior_agreement_table"]

# Field of the record -> what the order was compared with, in which situation, and whether that counts.
FIELDS = {
    "tuned": ("fine-tuning", "many samples"),
    "few": ("fine-tuning", "few samples for the width"),
    "far": ("fine-tuning", "source far from the target"),
    "ceiling": ("fine-tuning", "most models near the best: not counted"),
    "probed": ("a linear probe", "nothing was fine-tuned: counts in part"),
}
HERE = "measured for PTMRank"


def prior_agreement_table(metric: str) -> Table:
    """List every comparison on record of a metric: sets of ours, published tables, those of its authors.

    Parameters
    ----------
    metric
        Name of a default form; a variant has no record of its own.

    Raises
    ------
    UnknownNameError
        No such metric.
    """
    prior = metric_spec(metric).prior_agreement
    columns = (
        Column("samples", "samples"),
        Column("judged_by", "judged by"),
        Column("situation", "situation"),
        Column("tau", "weighted τ", "number", fixed(2)),
        Column("source", "source"),
    )
    rows: list[tuple[Value, ...]] = [
        (samples, *FIELDS[field], tau, HERE)
        for field in FIELDS
        for samples, tau in getattr(prior, field).items()
    ]
    rows += [_row(table, "models of like size") for table in prior.published]
    rows += [_row(table, "by its own authors: not counted") for table in prior.by_authors]
    return Table("agreement", f"{metric_spec(metric).title} against fine-tuning", columns, tuple(rows))


def _row(table: PublishedAgreement, situation: str) -> tuple[Value, ...]:
    """Write one published table."""
    samples = f"{table.n_sets} sets × {table.n_models} models"
    return samples, "fine-tuning", situation, table.tau, table.source
