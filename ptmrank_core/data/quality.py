"""Warnings about samples that may make a ranking unreliable, each with what to do about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ptmrank_core.data.deduplication import OTHER_LABEL
from ptmrank_core.data.labels.spelling import alike_names
from ptmrank_core.data.layouts.name_groups import offer_groups
from ptmrank_core.data.naming import name_some
from ptmrank_core.errors import ReadingOption
from ptmrank_core.records import Samples

__all__ = ["group_column_warning", "with_warnings"]

FEW = 5  # samples of a class
UNEVEN = 10  # times as many samples as the smallest class
NAMED = 5
JOIN = {"join_classes": True}
ONLY_SAMPLE = re.compile(r"the only sample of class '(.*)'; at least two are needed", re.DOTALL)
# The share of rows whose value has to recur for a column to be taken for a group.
NEARLY_ALL = 0.8
MIN_NAMED, MIN_NUMBERED = 5, 10  # different values of a column


def with_warnings(samples: Samples) -> Samples:
    """Add the warnings that the samples give rise to, after those that they carry already."""
    warnings = (*samples.warnings, *_warnings(samples))
    return replace(samples, warnings=warnings, offers=(*samples.offers, *_offers(samples)))


def _warnings(samples: Samples) -> Iterator[str]:
    yield from _contradictions(samples)
    yield from _spelled_alike(samples)
    yield from _few(samples)
    yield from _uneven(samples)


def _offers(samples: Samples) -> Iterator[ReadingOption]:
    """Offer other ways to read the samples, where one click is enough."""
    alike = _alike(samples)
    if alike:
        joined = "; ".join(", ".join(map(repr, group)) for group in alike[:NAMED])
        yield ReadingOption(
            f"Classes that differ in case or blanks alone become one, as most often spelled: {joined}.",
            JOIN,
        )
    yield from offer_groups(samples)


def _alike(samples: Samples) -> tuple[tuple[str, ...], ...]:
    """Group the classes that are alike, those with a single sample included."""
    if samples.target_kind == "regression" or samples.source.startswith("features:"):
        return ()
    single = (ONLY_SAMPLE.match(entry.reason) for entry in samples.left_out)
    return alike_names([*samples.class_names, *(found[1] for found in single if found)])


def _spelled_alike(samples: Samples) -> Iterator[str]:
    alike = _alike(samples)
    if alike:
        listed = "; ".join(", ".join(map(repr, group)) for group in alike[:NAMED])
        word = "labels" if samples.target_kind == "multilabel" else "classes"
        more = f" and {len(alike) - NAMED:,} more" if len(alike) > NAMED else ""
        yield (
            f"Some {word} differ in case, blanks or the width of letters alone: {listed}{more}. They are "
            f"counted as different {word}; join them, unless they mean different things."
        )


def _contradictions(samples: Samples) -> Iterator[str]:
    n_left_out = sum(OTHER_LABEL in entry.reason for entry in samples.left_out)
    if n_left_out:
        yield (
            f"{n_left_out:,} entries were left out because the same content has different labels. Keep "
            "each entry under the right label only; if several labels are right, list them all and say that "
            "each sample has several labels."
        )


def _few(samples: Samples) -> Iterator[str]:
    few = [name for name, count in samples.summary().class_counts.items() if count < FEW]
    if few:
        word = "labels" if samples.target_kind == "multilabel" else "classes"
        yield (
            f"Fewer than five samples in {name_some(few)}: with {word} this small, scores change a lot with "
            "every sample. Add samples to them, or leave them out."
        )


def _uneven(samples: Samples) -> Iterator[str]:
    if samples.target_kind != "classification":
        return
    counts = Counter(samples.summary().class_counts)
    (large, most), *_, (small, least) = counts.most_common()
    if most >= UNEVEN * least:
        yield (
            f"Class {large!r} has {most:,} samples, class {small!r} has {least:,}: most metrics then mainly "
            "reflect the large classes. Take fewer samples of those, or more of the small ones."
        )


def group_column_warning(cells: dict[str, Sequence[str]]) -> str:
    """Warn of unused columns of a table that may hold the samples' groups; empty where none looks like it.

    Parameters
    ----------
    cells
        Cells by column, of the columns that are not used.
    """
    alike = [column for column, values in cells.items() if _repeats(values)]
    if not alike:
        return ""
    columns, verb, pronoun = (
        ("columns", "are", "one of them is") if len(alike) > 1 else ("column", "is", "this is")
    )
    return (
        f"Values recur from row to row in {columns} {name_some(alike)}, which {verb} not used. If {pronoun} "
        "the sample's group (speaker, patient, document), make it the group column: samples of one group "
        "resemble each other and have to stay together."
    )


def _repeats(cells: Sequence[str]) -> bool:
    """Whether values recur, and are too many different ones for a rating or a second class."""
    counts = Counter(cells)
    n_repeated = sum(count for count in counts.values() if count > 1)
    fewest = MIN_NUMBERED if all(cell.isdecimal() for cell in counts) else MIN_NAMED
    return fewest <= len(counts) <= len(cells) / 2 and n_repeated >= NEARLY_ALL * len(cells)
