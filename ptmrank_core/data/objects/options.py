"""How to read what a script hands over: the fields of a reading, and what only objects need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

from ptmrank_core.data.decisions import load_corrections
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import (
    AS_RECOGNISED,
    ClassFolders,
    DecimalMark,
    Modality,
    Reading,
    TargetKind,
    UnlabelledMarks,
)

__all__ = ["ObjectReading", "read_options"]

SEVERAL = ("text_columns", "label_columns", "ignored_columns", "parts")
NUMBERS = ("max_samples", "sampling_rate", "group_in_names")
SWITCHES = ("columns_as_is", "has_header", "join_classes")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "modality": get_args(Modality),
    "target_kind": get_args(TargetKind),
    "class_folders": get_args(ClassFolders),
    "decimal_mark": get_args(DecimalMark),
    "unlabelled": get_args(UnlabelledMarks),
}
CORRECTIONS = "corrections"
PARTS_ALIAS = "split"
"""What the parts of a data set are called elsewhere."""


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """How to read an object that can be read in several ways.

    Parameters
    ----------
    reading
        Modality, kind of labels and columns, as for files.
    sampling_rate
        Rate (Hz) of recordings that are arrays without a rate of their own.
    integers_are_classes
        Whether labels that are integers are classes, however many there are.
    """

    reading: Reading = AS_RECOGNISED
    sampling_rate: int | None = None
    integers_are_classes: bool = False

    @property
    def modality(self) -> Modality | None:
        """Modality of the samples, where it is known."""
        return self.reading.modality

    def of(self, modality: Modality) -> ObjectReading:
        """Return the same for samples of a modality."""
        return replace(self, reading=replace(self.reading, modality=modality))


RATE = "sampling_rate"
OF_READING = tuple(field.name for field in fields(Reading))


def read_options(options: Mapping[str, Any]) -> ObjectReading:
    """Check the keywords that say how something is read.

    Parameters
    ----------
    options
        Fields of :class:`~ptmrank_core.records.Reading`, ``split`` for its ``parts``, and ``sampling_rate``.
        A single column or part may be given by its name alone; ``None`` leaves a field as it is. Corrections
        are the path of a table of decisions, or their JSON.

    Raises
    ------
    UnknownNameError
        If there is no such keyword, modality or kind of labels.
    InputError
        If a value is not of the right type.
    """
    known = (*OF_READING, RATE, PARTS_ALIAS)
    given: dict[str, Any] = {}
    for name, value in options.items():
        if name not in known:
            raise UnknownNameError("keyword", name, known)
        if value is not None:
            field = "parts" if name == PARTS_ALIAS else name
            given[field] = _checked(name, field, value)
    rate = given.pop(RATE, None)
    return ObjectReading(Reading(**given), rate)


def _checked(name: str, field: str, value: Any) -> Any:
    """Check one value; several names become a tuple."""
    if field in SEVERAL:
        names = (value,) if isinstance(value, str) else tuple(value)
        if not all(isinstance(one, str) for one in names):
            raise InputError(f"{name} is {value!r}; expected a name, or a list of names.")
        return names
    if field in SWITCHES:
        if not isinstance(value, bool):
            raise InputError(f"{name} is {value!r}; expected True or False.")
        return value
    if field in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"{name} is {value!r}; expected a whole number of at least 1.")
        return value
    if not isinstance(value, str):
        raise InputError(f"{name} is {value!r}; expected a text.")
    if field == CORRECTIONS:
        return load_corrections(value)
    if value not in CHOICES.get(field, (value,)):
        raise UnknownNameError(name.replace("_", " "), value, CHOICES[field])
    return value
