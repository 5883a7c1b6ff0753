"""What may spoil a ranking on these samples, in plain words, each with what to do about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from ptmrank_core.data.deduplication import OTHER_LABEL
from ptmrank_core.records import Samples

__all__ = ["group_column_warning", "with_warnings"]

FEW = 5  # samples of a class
UNEVEN = 10  # times as many samples as the smallest class
NAMED = 5
SEPARATORS = re.compile(r"[_\-. ]+")
# What most names have to do for a part of them to be taken for a group.
NEARLY_ALL = 0.8
MIN_GROUPS, MEAN_SIZE = 3, 1.5
MIN_NAMED, MIN_NUMBERED = 5, 10  # different values of a column


def with_warnings(samples: Samples) -> Samples:
    """Add what is to be said of samples as they are; warnings that they have stay in front."""
    return replace(samples, warnings=(*samples.warnings, *_warnings(samples)))


def _warnings(samples: Samples) -> Iterator[str]:
    yield from _contradictions(samples)
    yield from _few(samples)
    yield from _uneven(samples)
    yield from _groups_in_names(samples)


def _name(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(map(repr, names[:NAMED])) + more


def _contradictions(samples: Samples) -> Iterator[str]:
    n_left_out = sum(OTHER_LABEL in entry.reason for entry in samples.left_out)
    if n_left_out:
        yield (
            f"{n_left_out:,} entries were left out because the same content stands under different labels. "
            "Keep each under the label that is right; where several are right, give all of them and read the "
            "labels with --target multilabel."
        )


def _few(samples: Samples) -> Iterator[str]:
    few = [name for name, count in samples.summary().class_counts.items() if count < FEW]
    if few:
        word = "labels" if samples.target_kind == "multilabel" else "classes"
        yield (
            f"Fewer than five samples in {_name(few)}: scores of such small {word} move a lot with every "
            "sample. Add samples to them, or leave them out."
        )


def _uneven(samples: Samples) -> Iterator[str]:
    if samples.target_kind != "classification":
        return
    counts = Counter(samples.summary().class_counts)
    (large, most), *_, (small, least) = counts.most_common()
    if most >= UNEVEN * least:
        yield (
            f"Class {large!r} has {most:,} samples, class {small!r} has {least:,}: what most metrics say is "
            "then said of the large classes. Take fewer samples of those, or more of the small ones."
        )


def _groups_in_names(samples: Samples) -> Iterator[str]:
    """Warn where a part of the file names looks like whose the samples are."""
    if samples.groups or samples.target_kind != "classification" or samples.modality == "tabular":
        return
    parts = [SEPARATORS.split(PurePosixPath(name).stem) for name in samples.names]
    n_parts = Counter(map(len, parts)).most_common(1)[0][0]
    labelled = [
        (own, label) for own, label in zip(parts, samples.labels.tolist(), strict=True) if len(own) == n_parts
    ]
    if len(labelled) < NEARLY_ALL * samples.n_samples:
        return
    for place in range(n_parts):
        values = [own[place] for own, _ in labelled]
        if place == n_parts - 1 and all(value.isdecimal() for value in values):
            return  # a number at the end counts files
        if _is_like_groups(values, [label for _, label in labelled]):
            found = sorted(set(values))
            yield (
                f"The names of the files hold something that comes back in several classes: {_name(found)}. "
                "If it is whose a sample is (speaker, patient, document), a model may recognise that in the "
                "place of the class. Bring a table with a group for each file, and name that column with "
                "--group-column."
            )
            return


def _is_like_groups(values: Sequence[str], labels: Sequence[int]) -> bool:
    """Whether values come back often, in several classes, and several times in one."""
    counts, pairs = Counter(values), set(zip(values, labels, strict=True))
    spans = Counter(value for value, _ in pairs)
    n_spanning = sum(count for value, count in counts.items() if spans[value] > 1)
    return (
        MIN_GROUPS <= len(counts) <= len(values) / 2
        and n_spanning >= NEARLY_ALL * len(values)
        and len(values) >= MEAN_SIZE * len(pairs)
    )


def group_column_warning(cells: dict[str, Sequence[str]]) -> str:
    """Say which unused column of a table may tell whose a sample is; empty where none looks like it.

    Parameters
    ----------
    cells
        Column -> its cells, of the columns that nothing is read from.
    """
    alike = [column for column, own in cells.items() if _repeats(own)]
    if not alike:
        return ""
    columns = "columns" if len(alike) > 1 else "column"
    return (
        f"Values come back from row to row in {columns} {_name(alike)}, and nothing is read from there. If "
        "that is whose a sample is (speaker, patient, document), name it with --group-column: samples of one "
        "group resemble each other and have to stay together."
    )


def _repeats(cells: Sequence[str]) -> bool:
    """Whether values come back, and are too many for a rating or a second class."""
    counts = Counter(cells)
    n_repeated = sum(count for count in counts.values() if count > 1)
    fewest = MIN_NUMBERED if all(cell.isdecimal() for cell in counts) else MIN_NAMED
    return fewest <= len(counts) <= len(cells) / 2 and n_repeated >= NEARLY_ALL * len(cells)
