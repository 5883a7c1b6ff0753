"""Items of a table and their labels -> Samples, without duplicates, rare classes and unusable rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.deduplication import count_reasons, drop_copies, drop_single
from ptmrank_core.data.labels.multilabel import sort_classes
from ptmrank_core.data.labels.numbers import write_number
from ptmrank_core.data.labels.spelling import alike_names
from ptmrank_core.data.labels.targets import MIN_NUMBERS, Targets, as_columns, read_targets
from ptmrank_core.data.naming import name_source
from ptmrank_core.data.tables.items import TableItems
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import LeftOut, Modality, Reading, Samples

__all__ = ["assemble", "settle_labels", "write_labels"]


MOST_DIGITS = 18
"""Of the number of a line; more are a part of the name of a file."""


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """An item with a usable label, as the selection sees it."""

    name: str
    label: str
    digest: str
    row: int
    target: int


def assemble(
    source: str,
    modality: Modality,
    rows: TableItems,
    reading: Reading,
    notes: Sequence[str],
    targets: Targets | None = None,
) -> Samples:
    """Make samples of the items of a table.

    Parameters
    ----------
    source, modality, notes
        Of the samples; notes on the labels are added.
    rows
        The items, with the cells of their labels.
    reading
        What the labels are.
    targets
        The labels of the items, if they are read already.

    Returns
    -------
    Samples
        In the order of the items. Every item is a sample or is in ``left_out``.

    Raises
    ------
    SamplesError
        If the labels are ambiguous, or too little is left: two classes of two samples, three different
        numbers, or one label that two samples have and two do not are needed.
    """
    targets = targets or read_targets(rows.labels, reading)
    left_out = [*rows.left_out]
    left_out += [LeftOut(rows.names[row], reason) for row, reason in targets.left_out]
    texts = write_labels(targets)
    candidates = [
        LabelledRow(rows.names[row], texts[i], rows.digests[row], row, i)
        for i, row in enumerate(targets.kept)
    ]
    kept, copies = (candidates, []) if rows.may_recur else drop_copies(candidates)
    left_out += copies
    if targets.kind == "classification":
        kept, single = drop_single(kept)
        left_out += single
    labels = targets.labels[[candidate.target for candidate in kept]]
    labels, names, target_notes = settle_labels(source, targets, labels, left_out)
    return Samples(
        modality=modality,
        names=tuple(candidate.name for candidate in kept),
        items=tuple(rows.items[candidate.row] for candidate in kept),
        labels=labels,
        class_names=names,
        digests=tuple(candidate.digest for candidate in kept),
        left_out=tuple(sorted(left_out, key=_place)),
        source=source,
        notes=(*notes, *targets.notes, *target_notes, *(_note_copies(kept) if rows.may_recur else ())),
        target_kind=targets.kind,
        groups=tuple(rows.groups[candidate.row] for candidate in kept) if rows.groups else (),
        offers=targets.offers,
    )


def _note_copies(kept: Sequence[LabelledRow]) -> tuple[str, ...]:
    """Say how many rows have the features of another one."""
    counts = Counter(row.digest for row in kept)
    n_rows = sum(count for count in counts.values() if count > 1)
    if not n_rows:
        return ()
    n_labels = Counter(digest for digest, _ in {(row.digest, row.label) for row in kept})
    n_torn = sum(count for digest, count in counts.items() if n_labels[digest] > 1)
    torn = f", {n_torn:,} of them that of a row with another label" if n_torn else ""
    return (f"{n_rows:,} rows have the features of another row{torn}; with values so few they are kept.",)


def _place(left_out: LeftOut) -> tuple[int, ...]:
    """Return the line (and the word) that a name ends with."""
    places = left_out.name.split(":")[::-1]
    numbers = [int(place) for place in places if place.isdecimal() and len(place) <= MOST_DIGITS]
    return tuple(numbers[::-1])


def write_labels(targets: Targets) -> list[str]:
    """Write the label of each kept row as text, to compare and display it.

    Parameters
    ----------
    targets
        The labels.

    Returns
    -------
    list of str
        A class, numbers separated by commas, or labels separated by vertical bars.
    """
    if targets.kind == "classification":
        return [targets.class_names[label] for label in targets.labels.tolist()]
    rows = as_columns(targets.labels).tolist()
    if targets.kind == "regression":
        return [", ".join(map(write_number, row)) for row in rows]
    return ["|".join(name for name, has in zip(targets.class_names, row, strict=True) if has) for row in rows]


def settle_labels(
    source: str, targets: Targets, labels: NDArray[Any], left_out: Sequence[LeftOut]
) -> tuple[NDArray[Any], tuple[str, ...], tuple[str, ...]]:
    """Make the final labels once it is known which samples are kept.

    Parameters
    ----------
    source
        Name of the source, for messages.
    targets
        What the labels are.
    labels
        Labels of the samples that are kept: some rows of ``targets.labels``.
    left_out
        What was left out, counted in messages.

    Returns
    -------
    labels, names, notes
        Labels and names of the classes (or labels) that remain, and notes on those that do not.

    Raises
    ------
    SamplesError
        If too little is left: two classes, three different numbers, or one label that two samples have and
        two do not are needed.
    """
    why = f" Left out: {count_reasons(left_out)}." if left_out else ""
    if targets.kind == "classification":
        return _settle_classes(source, targets, labels, why)
    if targets.kind == "multilabel":
        return _settle_sets(source, targets, labels, why)
    for name, column in zip(targets.class_names, as_columns(labels).T, strict=True):
        n_values = len(np.unique(column))
        if n_values < MIN_NUMBERS:
            raise SamplesError(
                f"{name_source(source)} has {n_values} different numbers in label column {name!r}; a "
                f"regression needs at least {MIN_NUMBERS}.{why}",
                hint="They may be classes.",
                fields=[InputField.TARGET_KIND],
            )
    return labels, targets.class_names, ()


def _settle_classes(
    source: str, targets: Targets, labels: NDArray[Any], why: str
) -> tuple[NDArray[Any], tuple[str, ...], tuple[str, ...]]:
    """Renumber the classes that remain."""
    there, indices = np.unique(labels, return_inverse=True)
    names = [targets.class_names[label] for label in there.tolist()]
    if len(names) < 2:
        left = f": {names[0]!r} ({len(labels):,} samples)" if names else ""
        fields = [InputField.LABEL_COLUMNS, InputField.TARGET_KIND]
        if alike_names(targets.class_names):
            fields.append(InputField.JOIN_CLASSES)
        raise SamplesError(
            f"{name_source(source)} has {'only one' if names else 'no'} class left{left}; at least two "
            f"classes of two samples each are needed.{why}",
            fields=fields,
        )
    order = sort_classes(names)  # without the words among integers, the order may change
    index = {name: i for i, name in enumerate(order)}
    place = np.array([index[name] for name in names])
    return place[indices].astype(np.int64), order, ()


def _settle_sets(
    source: str, targets: Targets, labels: NDArray[Any], why: str
) -> tuple[NDArray[Any], tuple[str, ...], tuple[str, ...]]:
    """Drop labels that fewer than two samples have, or that fewer than two samples lack."""
    counts = labels.sum(axis=0)
    usable = np.minimum(counts, len(labels) - counts) >= 2
    notes = tuple(
        f"The label {name!r} was left out: {int(count):,} of {len(labels):,} samples have it; at least two "
        "must have it and two must not."
        for name, count, is_usable in zip(targets.class_names, counts.tolist(), usable.tolist(), strict=True)
        if not is_usable
    )
    names = tuple(np.array(targets.class_names, dtype=object)[usable].tolist())
    if not names:
        raise SamplesError(
            f"{name_source(source)} has no label left that at least two samples have and two do not.{why}",
            fields=[InputField.LABEL_COLUMNS],
        )
    return labels[:, usable], names, notes
