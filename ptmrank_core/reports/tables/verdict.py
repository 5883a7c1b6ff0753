"""The verdict of a run as a table."""

from __future__ import annotations

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.tables.table import Column, Table
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.verdict import verdict_of

__all__ = ["verdict_table"]


def verdict_table(result: RunResult, ranking: Ranking) -> Table:
    """List the sentences of the verdict, the headline first, each with the kind of answer."""
    verdict = verdict_of(result, ranking)
    columns = (Column("kind", "kind"), Column("sentence", "answer"))
    records = [
        {"kind": verdict.kind.value, "sentence": strip_bidi(sentence)} for sentence in verdict.sentences
    ]
    return Table.of("verdict", "Answer", columns, records)
