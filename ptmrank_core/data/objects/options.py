"""How to read what a script hands over: the fields of a reading, and what only objects need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import AS_RECOGNISED, Modality, Reading

__all__ = ["ObjectReading", "read_options"]

SEVERAL = ("text_columns", "label_columns")
NUMBERS = ("max_samples", "sampling_rate")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "modality": ("image", "text", "audio", "video", "tabular"),
    "target_kind": ("classification", "regression", "multilabel"),
}


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """How to read an object that can be read in several ways.

    Parameters
    ----------
    reading
        Modality, kind of labels and columns, as for files.
    file_column
        Name of the column of pictures or recordings, or of their paths; ``None`` to detect it.
    split
        Name of the split of a data set with several; ``None`` for ``"train"``.
    sampling_rate
        Rate (Hz) of recordings that are arrays without a rate of their own.
    integers_are_classes
        Whether labels that are integers are classes, however many there are.
    """

    reading: Reading = AS_RECOGNISED
    file_column: str | None = None
    split: str | None = None
    sampling_rate: int | None = None
    integers_are_classes: bool = False

    @property
    def modality(self) -> Modality | None:
        """Modality of the samples, where it is known."""
        return self.reading.modality

    def of(self, modality: Modality) -> ObjectReading:
        """Return the same for samples of a modality."""
        return replace(self, reading=replace(self.reading, modality=modality))


OF_OBJECTS = ("file_column", "split", "sampling_rate")
OF_READING = tuple(field.name for field in fields(Reading) if field.name not in OF_OBJECTS)


def read_options(options: Mapping[str, Any]) -> ObjectReading:
    """Check the keywords that say how something is read.

    Parameters
    ----------
    options
        Fields of :class:`~ptmrank_core.records.Reading`, and ``file_column``, ``split``, ``sampling_rate``.
        A single column may be given by its name alone; ``None`` leaves a field as it is.

    Raises
    ------
    UnknownNameError
        If there is no such keyword, modality or kind of labels.
    InputError
        If a value is not of the right type.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        if name not in (*OF_READING, *OF_OBJECTS):
            raise UnknownNameError("keyword", name, (*OF_READING, *OF_OBJECTS))
        given[name] = _checked(name, value)
    of_reading = {name: value for name, value in given.items() if name in OF_READING}
    of_objects = {name: value for name, value in given.items() if name in OF_OBJECTS}
    return ObjectReading(Reading(**of_reading), **of_objects)


def _checked(name: str, value: Any) -> Any:
    """Check one value; several names of columns become a tuple."""
    if name in SEVERAL:
        names = (value,) if isinstance(value, str) else tuple(value)
        if not all(isinstance(column, str) for column in names):
            raise InputError(f"{name} is {value!r}; expected the name of a column, or a list of names.")
        return names
    if name in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"{name} is {value!r}; expected a whole number of at least 1.")
        return value
    if not isinstance(value, str):
        raise InputError(f"{name} is {value!r}; expected a text.")
    if value not in CHOICES.get(name, (value,)):
        raise UnknownNameError(name.replace("_", " "), value, CHOICES[name])
    return value
