"""The samples that are worth a look, and the decisions on them, as tables."""

from __future__ import annotations

from ptmrank_core.records import Decisions, Samples
from ptmrank_core.reports.tables.table import Column, Table, fixed
from ptmrank_core.results.look import Look
from ptmrank_core.results.phrases import say_label, strip_bidi

__all__ = ["decisions_table", "look_table"]


def look_table(look: Look, samples: Samples, *, n_rows: int | None = None) -> Table:
    """List samples that are worth a look, the most suspect first.

    Parameters
    ----------
    look, samples
        What was found, and the samples of the run.
    n_rows
        How many of them; ``None`` for all that are listed.
    """
    columns = [
        Column("place", "place", "integer"),
        Column("file", "sample"),
        Column("label", "label"),
        Column("suggestion", "models say"),
        Column("score", "suspicion", "number", fixed(2)),
        Column("n_agree", "models agree", "integer"),
        Column("n_models", "of", "integer"),
        Column("reason", "why"),
        Column("sample", "SHA-256"),
    ]
    records = [
        {
            "place": place,
            "file": samples.names[suspect.row],
            "label": say_label(samples, suspect.row),
            "suggestion": suspect.suggestion,
            "score": suspect.score,
            "n_agree": suspect.reasons[0].n_agree,
            "n_models": suspect.reasons[0].n_models,
            "reason": strip_bidi(" ".join(reason.sentence for reason in suspect.reasons)),
            "sample": samples.digests[suspect.row],
        }
        for place, suspect in enumerate(look.suspects[:n_rows], 1)
    ]
    return Table.of("look", "Samples worth a look", columns, records)


def decisions_table(decisions: Decisions) -> Table:
    """List decisions, in the form in which they are read again."""
    columns = [
        Column("sample", "SHA-256"),
        Column("file", "sample"),
        Column("label", "label"),
        Column("decision", "decision"),
        Column("new_label", "new label"),
        Column("reason", "reason"),
    ]
    records = [
        {column.key: getattr(decision, column.key) for column in columns} for decision in decisions.decisions
    ]
    return Table.of("decisions", "Decisions on samples", columns, records)
