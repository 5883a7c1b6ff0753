"""Classes and targets of the samples, as tables."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.records import Samples, SamplesSummary
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table

__all__ = ["CountBars", "class_counts_table", "targets_table"]


MAX_BARS = 40


@dataclass(frozen=True, slots=True)
class CountBars:
    """The classes that are drawn, the largest first.

    Parameters
    ----------
    names, counts
        Of the classes that have a bar.
    n_hidden
        Classes between the largest and the smallest that have none.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    n_hidden: int

    @classmethod
    def of(cls, summary: SamplesSummary) -> CountBars:
        """Choose the bars: all, or where there are many the 20 largest and the 20 smallest classes."""
        pairs = sorted(summary.class_counts.items(), key=lambda pair: -pair[1])
        half = MAX_BARS // 2
        shown = pairs if len(pairs) <= MAX_BARS else [*pairs[:half], *pairs[-half:]]
        return cls(
            tuple(name for name, _ in shown), tuple(count for _, count in shown), len(pairs) - len(shown)
        )


def class_counts_table(summary: SamplesSummary) -> Table:
    """How many samples each class or label has."""
    columns = (Column("class", "class"), Column("n_samples", "samples", "integer"))
    records = [{"class": name, "n_samples": count} for name, count in summary.class_counts.items()]
    return Table.of("classes", "Samples of each class", columns, records)


def targets_table(samples: Samples) -> Table:
    """List the numbers of a regression, sample by sample."""
    columns = samples.labels.reshape(samples.n_samples, -1)
    heads = [
        Column(f"target_{i + 1}", name, "number", SIGNIFICANT) for i, name in enumerate(samples.class_names)
    ]
    keys = [column.key for column in heads]
    records = [
        {"sample": name, **dict(zip(keys, row, strict=True))}
        for name, row in zip(samples.names, columns.tolist(), strict=True)
    ]
    return Table.of("targets", "The numbers", (Column("sample", "sample"), *heads), records)
