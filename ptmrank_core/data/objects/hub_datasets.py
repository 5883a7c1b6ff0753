"""Data sets of the package ``datasets`` -> Samples; the package is not imported here."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ptmrank_core.data.objects.columns import Columns, samples_of_columns
from ptmrank_core.data.objects.kinds import is_a
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.values import Values
from ptmrank_core.data.parts import LEARNED_FROM, choose_parts, part_of_stem
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.role_rules import list_columns
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Modality, Samples

__all__ = ["is_hub_dataset", "samples_of_hub_dataset"]

MEDIA: Mapping[str, Modality] = {"Image": "image", "Audio": "audio", "Video": "video"}


def is_hub_dataset(data: Any) -> bool:
    """Whether an object is a data set of ``datasets``, with one split or several, streamed or not."""
    return is_a(data, "datasets", "Dataset", "DatasetDict", "IterableDataset", "IterableDatasetDict")


def samples_of_hub_dataset(data: Any, wanted: ObjectReading, limits: Limits) -> Samples:
    """Make samples of a data set.

    Pictures and recordings are read from the bytes or the files that the data set stores, as those of a
    folder are; names of classes come from its features, and -1 stands for no label.

    Parameters
    ----------
    data
        A ``Dataset``, or a ``DatasetDict``, of which training and validation are read, or the parts that
        were asked for.
    wanted
        What the user said about it.
    limits
        Bounds on what is read.

    Raises
    ------
    UnknownNameError
        If it has no such part or column.
    SamplesError
        If it is streamed, it is not clear which part or column is meant, or too few samples are left.
    """
    parts = data if isinstance(data, Mapping) else {_own_part(data): data}
    for dataset in parts.values():
        if is_a(dataset, "datasets", "IterableDataset"):
            raise SamplesError(
                "The data set is streamed: its samples cannot be counted.",
                hint="Take a part of it: datasets.Dataset.from_list(list(dataset.take(1000)), "
                "features=dataset.features).",
            )
    if isinstance(data, Mapping):
        chosen, notes = _choose(parts, wanted.reading.parts)
        columns = _columns([parts[name] for name in chosen], notes)
        columns = replace(columns, parts={name: len(dataset) for name, dataset in parts.items()})
    else:
        columns = _columns([data], ())
        if wanted.reading.parts == (_own_part(data),):
            wanted = replace(wanted, reading=replace(wanted.reading, parts=()))
    return samples_of_columns(columns, wanted, limits)


def _own_part(dataset: Any) -> str:
    """Name the part that a data set is; empty where it does not say."""
    own = getattr(dataset, "split", None)
    return "" if own is None else str(own)


def _choose(parts: Mapping[str, Any], wanted: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Choose the parts to read, each under its own name; say which were not read."""
    found = {name: part_of_stem(name) or name for name in parts}
    if not wanted and len(parts) > 1 and not any(part in LEARNED_FROM for part in found.values()):
        raise SamplesError(
            f"The data set has the parts {list_columns(list(parts))}, and none is for training.",
            fields=[InputField.PARTS],
        )
    named = [name for name in wanted if name in parts]  # a name may say more than the part: "train_clean"
    taken = {found[name] for name in named} if len(named) == len(wanted) else set()
    taken = taken or set(choose_parts(found.values(), wanted))
    chosen = named or [name for name, part in found.items() if part in taken]
    if len(parts) == 1:
        return chosen, ()
    listed = ", ".join(f"{name} ({len(dataset):,})" for name, dataset in parts.items())
    which = f"taken: {', '.join(chosen)}" if len(chosen) < len(parts) else "all of them are taken"
    return chosen, (f"Parts of the data set: {listed}; {which}.",)


def _columns(datasets: Sequence[Any], notes: tuple[str, ...]) -> Columns:
    """Take the columns of parts of one data set, one below another."""
    features = datasets[0].features
    if any(dataset.features != features for dataset in datasets):
        raise SamplesError(
            "The parts of the data set have different columns or classes.",
            hint="Read one of them.",
            fields=[InputField.PARTS],
        )
    if any((dataset.format or {}).get("type") == "custom" for dataset in datasets):
        notes += ("The transform of the data set was not applied.",)
    media = {name: MEDIA[type(f).__name__] for name, f in features.items() if type(f).__name__ in MEDIA}
    plain = [_undecoded(dataset, media) for dataset in datasets]
    values: dict[str, Values] = {}
    classes: set[str] = set()
    for name, feature in features.items():
        names = getattr(feature, "names", None) or getattr(getattr(feature, "feature", None), "names", None)
        column = _Column(plain, name)
        values[name] = column if name in media else list(column)
        if names:
            values[name], n_unlabelled = _name_classes(values[name], names)
            classes |= {name} if hasattr(feature, "names") else set()
            notes += _say_unlabelled(name, n_unlabelled)
    return Columns("dataset", values, media, frozenset(classes), notes)


def _undecoded(dataset: Any, media: Iterable[str]) -> Any:
    """Return a data set that gives pictures and recordings as they are stored."""
    plain = dataset.with_format(None)
    for name in media:
        plain = plain.cast_column(name, type(dataset.features[name])(decode=False))
    return plain


def _say_unlabelled(column: str, count: int) -> tuple[str, ...]:
    if not count:
        return ()
    rows = f"{count:,} rows" if count > 1 else "1 row"
    return (f"{rows} with -1 in column {column!r}, which stands for no label: left out.",)


def _name_classes(numbers: Values, names: Sequence[str]) -> tuple[list[Any], int]:
    """Replace the numbers of classes, or lists of them, by their names; count those that are -1."""
    named: list[Any] = []
    for number in numbers:
        if isinstance(number, list):
            named.append([names[one] for one in number])
        else:
            named.append(None if number is None or number < 0 else names[number])
    return named, sum(isinstance(number, int) and number < 0 for number in numbers)


class _Column(Sequence[Any]):
    """A column of several parts, read value by value: the bytes of all pictures are not held twice."""

    def __init__(self, datasets: Sequence[Any], name: str) -> None:
        self._parts, self._name = [dataset.select_columns([name]) for dataset in datasets], name

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __getitem__(self, index: Any) -> Any:
        return next(itertools.islice(self, index, None))

    def __iter__(self) -> Iterator[Any]:
        return (row[self._name] for part in self._parts for row in part)
