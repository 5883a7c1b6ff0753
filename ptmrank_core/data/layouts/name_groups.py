"""Groups that stand in the names of files: offered where they look like it, taken where the user says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from ptmrank_core.data.naming import name_some
from ptmrank_core.errors import InputField, ReadingOption, SamplesError
from ptmrank_core.records import Samples

__all__ = ["group_by_names", "offer_groups"]

SEPARATORS = re.compile(r"[_\-. ]+")
ROW = re.compile(r":\d+$")  # t.csv:7
# The share of names in which a part has to recur to be taken for a group.
NEARLY_ALL = 0.8
MIN_GROUPS, MEAN_SIZE = 3, 1.5
SHOWN = 3


def _split(name: str) -> list[str]:
    return SEPARATORS.split(PurePosixPath(name).stem)


def group_by_names(samples: Samples, place: int | None) -> Samples:
    """Group samples by a part of their file names.

    Parameters
    ----------
    samples
        The samples.
    place
        Which part of the names, between ``_``, ``-``, ``.`` and blanks, counted from one; ``None`` for none.
        Rows of a table have no file names: a warning says that there are no groups then.

    Raises
    ------
    SamplesError
        If this part of the names makes no groups.
    """
    if place is None:
        return samples
    if samples.modality == "tabular" or any(ROW.search(name) for name in samples.names):
        warning = (
            f"Part {place} of the file names was asked for as the group, but the samples are rows of a table "
            "and have no file names: there are no groups from there."
        )
        return replace(samples, warnings=(*samples.warnings, warning))
    parts = [_split(name) for name in samples.names]
    groups = tuple(
        split[place - 1] if len(split) >= place else name
        for split, name in zip(parts, samples.names, strict=True)
    )
    if not 1 < len(set(groups)) < samples.n_samples:
        n_groups = "one group" if len(set(groups)) == 1 else "a group for each sample"
        raise SamplesError(
            f"Part {place} of the file names, such as {samples.names[0]!r}, gives {n_groups}; expected "
            "several groups, and several samples in one of them.",
            fields=[InputField.GROUP_IN_NAMES],
        )
    n_without = sum(len(split) < place for split in parts)
    alone = f" {n_without:,} shorter names are groups of their own." if n_without else ""
    note = f"The groups are part {place} of the file names: {name_some(sorted(set(groups)))}.{alone}"
    return replace(samples, groups=groups, notes=(*samples.notes, note))


def offer_groups(samples: Samples) -> Iterator[ReadingOption]:
    """Offer a part of the file names as the group, where it recurs in several classes.

    Parameters
    ----------
    samples
        Samples of classes; those that have groups, and rows of numbers, are offered nothing.
    """
    if samples.groups or samples.target_kind != "classification" or samples.modality == "tabular":
        return
    if any(ROW.search(name) for name in samples.names):  # the shards of a table are no groups
        return
    parts = [_split(name) for name in samples.names]
    n_parts = Counter(map(len, parts)).most_common(1)[0][0]
    labelled = [
        (split, label)
        for split, label in zip(parts, samples.labels.tolist(), strict=True)
        if len(split) == n_parts
    ]
    if len(labelled) < NEARLY_ALL * samples.n_samples:
        return
    for place in range(n_parts):
        values = [split[place] for split, _ in labelled]
        if place == n_parts - 1 and all(value.isdecimal() for value in values):
            return  # a number at the end counts files
        if _is_like_groups(values, [label for _, label in labelled]):
            recurring = sorted(set(values))
            yield ReadingOption(
                f"A part of the file names recurs in several classes: {name_some(recurring)}. If it is the "
                "sample's group (speaker, patient, document), take it as such: a model may recognise the "
                "group instead of the class.",
                {"group_in_names": place + 1},
                tuple(
                    f"{name}: {_split(name)[place]}"
                    for name in samples.names[:SHOWN]
                    if len(_split(name)) > place
                ),
            )
            return


def _is_like_groups(values: Sequence[str], labels: Sequence[int]) -> bool:
    """Whether most values recur, in several classes and several times within one."""
    counts, pairs = Counter(values), set(zip(values, labels, strict=True))
    spans = Counter(value for value, _ in pairs)
    n_spanning = sum(count for value, count in counts.items() if spans[value] > 1)
    return (
        MIN_GROUPS <= len(counts) <= len(values) / 2
        and n_spanning >= NEARLY_ALL * len(values)
        and len(values) >= MEAN_SIZE * len(pairs)
    )
