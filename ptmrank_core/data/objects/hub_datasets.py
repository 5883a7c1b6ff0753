"""Data sets of the package ``datasets`` -> Samples; the package is not imported here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ptmrank_core.data.objects.columns import Columns, samples_of_columns
from ptmrank_core.data.objects.kinds import is_a
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.values import Values
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError, UnknownNameError
from ptmrank_core.records import Modality, Samples

__all__ = ["is_hub_dataset", "samples_of_hub_dataset"]

MEDIA: Mapping[str, Modality] = {"Image": "image", "Audio": "audio", "Video": "video"}
DEFAULT_SPLIT = "train"


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
        A ``Dataset``, or a ``DatasetDict`` of which one split is read.
    wanted
        What the user said about it.
    limits
        Bounds on what is read.

    Raises
    ------
    UnknownNameError
        If it has no such split or column.
    SamplesError
        If it is streamed, it is not clear which split or column is meant, or too few samples are left.
    """
    dataset, notes = _one_split(data, wanted.split)
    if is_a(dataset, "datasets", "IterableDataset"):
        raise SamplesError(
            "The data set is streamed: its samples cannot be counted.",
            hint="Take a part of it: datasets.Dataset.from_list(list(dataset.take(1000)), "
            "features=dataset.features).",
        )
    if (dataset.format or {}).get("type") == "custom":
        notes += ("The transform of the data set was not applied.",)
    values: dict[str, Values] = {}
    media: dict[str, Modality] = {}
    classes: set[str] = set()
    plain = dataset.with_format(None)
    for name, feature in dataset.features.items():
        kind = type(feature).__name__
        if kind in MEDIA:
            media[name] = MEDIA[kind]
            plain = plain.cast_column(name, type(feature)(decode=False))
    for name, feature in dataset.features.items():
        names = getattr(feature, "names", None) or getattr(getattr(feature, "feature", None), "names", None)
        if names:
            values[name], unlabelled = _name_classes(plain[name], names)
            classes |= {name} if hasattr(feature, "names") else set()
            notes += (f"The label -1 in column {name!r} stands for no label.",) if unlabelled else ()
        else:
            values[name] = _Column(plain, name) if name in media else list(plain[name])
    return samples_of_columns(Columns("dataset", values, media, frozenset(classes), notes), wanted, limits)


def _one_split(data: Any, split: str | None) -> tuple[Any, tuple[str, ...]]:
    """Return the split that is to be read."""
    if not isinstance(data, Mapping):
        own = str(data.split) if getattr(data, "split", None) is not None else None
        if split is not None and split != own:
            raise UnknownNameError("split", split, [own] if own else ["(the data set has no splits)"])
        return data, ()
    names = list(data)
    if split is None:
        split = names[0] if len(names) == 1 else DEFAULT_SPLIT
        if split not in data:
            raise SamplesError(
                f"The data set has the splits {', '.join(map(repr, names))}, and none is named "
                f"{DEFAULT_SPLIT!r}.",
                hint=f"Say which one to read: split={names[0]!r}." if names else "",
            )
    if split not in data:
        raise UnknownNameError("split", split, names)
    others = [name for name in names if name != split]
    left = f"; not read: {', '.join(map(repr, others))}" if others else ""
    return data[split], (f"The split {split!r} was read{left}.",)


def _name_classes(numbers: Sequence[Any], names: Sequence[str]) -> tuple[list[Any], int]:
    """Replace the numbers of classes, or lists of them, by their names; count those that are -1."""
    named: list[Any] = []
    for number in numbers:
        if isinstance(number, list):
            named.append([names[one] for one in number])
        else:
            named.append(None if number is None or number < 0 else names[number])
    return named, sum(isinstance(number, int) and number < 0 for number in numbers)


class _Column(Sequence[Any]):
    """A column that is read value by value: the bytes of all pictures are not held twice."""

    def __init__(self, dataset: Any, name: str) -> None:
        self._dataset, self._name = dataset.select_columns([name]), name

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index: Any) -> Any:
        return self._dataset[index][self._name]

    def __iter__(self) -> Iterator[Any]:
        return (row[self._name] for row in self._dataset)
