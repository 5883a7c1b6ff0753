"""Rows made of annotations, and how several labels of one sample become a class or a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ptmrank_core.errors import SamplesError

__all__ = ["Annotated", "agreed", "refuse_spans", "settle_lists"]

NOTHING_ANNOTATED = "not annotated"


@dataclass(slots=True)
class Annotated:
    """The rows of an annotation file.

    Parameters
    ----------
    layout
        Name of the layout, as a note says it: ``"Label Studio"``.
    rows
        Line (or number) and values by column, of each annotated sample.
    left_out
        Line and reason of every other.
    notes
        How the annotations were read, one sentence each.
    """

    layout: str
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, line: int, reason: str) -> None:
        """Leave a sample out."""
        self.left_out.append((line, reason))


def settle_lists(annotated: Annotated, columns: Sequence[str]) -> None:
    """Make a class of each list of labels where no sample has more than one; else keep the lists.

    Parameters
    ----------
    annotated
        Its rows hold lists of labels in these columns, and are changed; a sample without a label is left out
        where labels are classes, and has none of the labels otherwise.
    columns
        Names of the columns of labels.
    """
    for column in columns:
        lists = [row.get(column) or [] for _, row in annotated.rows]
        if any(len(labels) > 1 for labels in lists):
            annotated.notes.append(f"Samples have several labels in {column!r}, which are read as a list.")
            for (_, row), labels in zip(annotated.rows, lists, strict=True):
                row[column] = labels
            continue
        for (_, row), labels in zip(annotated.rows, lists, strict=True):
            row[column] = labels[0] if labels else ""
    kept = []
    for line, row in annotated.rows:
        if columns and all(row.get(column) in ("", None) for column in columns):
            annotated.leave_out(line, NOTHING_ANNOTATED)
        else:
            kept.append((line, row))
    annotated.rows = kept


def agreed(answers: Sequence[Sequence[str]]) -> tuple[list[str] | None, str]:
    """Settle what several annotators said of one sample.

    Parameters
    ----------
    answers
        The labels that each annotator gave.

    Returns
    -------
    labels, reason
        What more than half of them said, or ``None`` and the reason.
    """
    counts = Counter(tuple(sorted(set(answer))) for answer in answers)
    (most, n_most) = counts.most_common(1)[0]
    if 2 * n_most > len(answers):
        return list(most), ""
    said = ", ".join(repr(" + ".join(labels) or "nothing") for labels in sorted(counts))
    return None, f"annotators disagree: {said}"


def refuse_spans(name: str, layout: str, what: str) -> SamplesError:
    """Make the error of annotations that mark parts of a sample instead of labelling it as a whole."""
    return SamplesError(
        f"{name!r} is an export of {layout} that holds {what}; expected one label, or several, for each "
        "sample as a whole.",
        hint="Export words with their tags as CoNLL, or label the samples as a whole.",
    )
