"""The errors of the core: one tree.

    PTMRankError
    ├── InputError               the user's input cannot be used; nothing was computed
    │   ├── UnknownNameError     a name that is not in a table, with the nearest ones
    │   ├── ArchiveError         an archive that is unsafe or damaged
    │   ├── QuotaError           one visitor of a shared server asks for more than a visitor may have
    │   ├── SamplesError         samples that cannot be ranked on
    │   │   └── UnclearReadingError  samples that can be read in several ways
    │   └── MetricInputError     arrays that do not fit a metric
    │       └── NotApplicableError  they fit, but the metric cannot be had for them here
    ├── ModelError               a model cannot be used here
    │   ├── ModelNotFoundError   no such model, folder or revision
    │   ├── GatedModelError      the model asks for an account or a licence
    │   ├── DownloadError        its files cannot be brought to this machine: network, permission, room
    │   ├── WeightsFormatError   no weights in a format that is safe to read
    │   ├── UnsupportedModelError  loads, but its family or input is not known here
    │   ├── OutOfMemoryError     a single sample does not fit on the device
    │   └── ModelProcessError    the process that ran the model died, or gave no sign of life
    ├── MetricError              a metric has no finite value for these arrays
    ├── RunError                 a stored run cannot be used
    │   ├── RunNotFoundError     no run with this id
    │   ├── RunBusyError         another worker holds the run
    │   ├── NotOwnerError        somebody else's run: it can be read and not changed
    │   └── SamplesChangedError  the samples are not those the run was planned with
    ├── StoreError               what is kept on this machine cannot be read or written
    └── CancelledError           the user stopped the run

Messages say what is wrong and what was expected, ``hint`` what to do, ``fields`` the inputs where to do it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

__all__ = [
    "ARGUMENTS",
    "ArchiveError",
    "CancelledError",
    "DownloadError",
    "GatedModelError",
    "InputError",
    "InputField",
    "MetricError",
    "MetricInputError",
    "ModelError",
    "ModelNotFoundError",
    "ModelProcessError",
    "NotApplicableError",
    "NotOwnerError",
    "OutOfMemoryError",
    "PTMRankError",
    "QuotaError",
    "ReadingOption",
    "RunBusyError",
    "RunError",
    "RunNotFoundError",
    "SamplesChangedError",
    "SamplesError",
    "StoreError",
    "UnclearReadingError",
    "UnknownNameError",
    "UnsupportedModelError",
    "WeightsFormatError",
    "word_fields",
]


class InputField(StrEnum):
    """An input of a run that an error can be about."""

    MODALITY = "modality"
    TARGET_KIND = "target_kind"
    TEXT_COLUMNS = "text_columns"
    LABEL_COLUMNS = "label_columns"
    GROUP_COLUMN = "group_column"
    PARTS = "parts"
    CLASS_FOLDERS = "class_folders"
    FILE_COLUMN = "file_column"
    IGNORED_COLUMNS = "ignored_columns"
    COLUMNS_AS_IS = "columns_as_is"
    ENCODING = "encoding"
    DECIMAL_MARK = "decimal_mark"
    HAS_HEADER = "has_header"
    SHEET = "sheet"
    JOIN_CLASSES = "join_classes"
    UNLABELLED = "unlabelled"
    GROUP_IN_NAMES = "group_in_names"
    MODELS = "models"
    DEVICE = "device"


Fields: TypeAlias = Iterable[InputField]
ARGUMENTS: Mapping[InputField, str] = {
    InputField.MODALITY: "set modality to what the samples are",
    InputField.TARGET_KIND: "set target_kind to classification, regression or multilabel",
    InputField.TEXT_COLUMNS: "name the text column, or the two of a pair, in text_columns",
    InputField.LABEL_COLUMNS: "name the label column in label_columns",
    InputField.GROUP_COLUMN: "name the group column in group_column",
    InputField.PARTS: 'name the parts to take in parts, or ("all",)',
    InputField.CLASS_FOLDERS: "set class_folders to outer or inner",
    InputField.FILE_COLUMN: "name the column of files in file_column",
    InputField.IGNORED_COLUMNS: "name the columns that are not to be used in ignored_columns",
    InputField.COLUMNS_AS_IS: "set columns_as_is to True",
    InputField.ENCODING: "name the encoding in encoding",
    InputField.DECIMAL_MARK: "set decimal_mark to point or comma",
    InputField.HAS_HEADER: "set has_header to True or False",
    InputField.SHEET: "name the sheet in sheet",
    InputField.JOIN_CLASSES: "set join_classes to True",
    InputField.UNLABELLED: 'set unlabelled to "left out" or "class"',
    InputField.GROUP_IN_NAMES: "set group_in_names to the place of the group in the file names",
    InputField.MODELS: "name at least one model in models",
    InputField.DEVICE: 'set device to "auto" or "cpu"',
}
"""What to do about each input in a script."""


def word_fields(fields: Fields, words: Mapping[InputField, str]) -> str:
    """Make a sentence of what a front says about some inputs; empty for none."""
    sentence = ", or ".join(words[field] for field in fields)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


@dataclass(frozen=True, slots=True)
class ReadingOption:
    """One way to read a source that can be read in several ways.

    Parameters
    ----------
    text
        What the samples are then: "The outer folders are the classes: red (9), green (9)."
    changes
        The fields of ``Reading`` that ask for it, with their values.
    preview
        The first lines or rows, read in this way.
    place
        Another source to name, where that is the answer; else empty.
    """

    text: str
    changes: Mapping[str, Any]
    preview: tuple[str, ...] = ()
    place: str = ""

    def keywords(self) -> str:
        """Write the fields as the keywords of a call, or the other place."""
        return self.place or ", ".join(f"{name}={value!r}" for name, value in self.changes.items())


class PTMRankError(Exception):
    """Everything that the core raises on purpose.

    Parameters
    ----------
    message
        What is wrong with which value, and what was expected.
    hint
        What the reader can do about it, in words that hold in every front; may be empty.
    fields
        The inputs that the reader can change to mend it; each front says where they are.
    """

    def __init__(self, message: str, *, hint: str = "", fields: Fields = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fields = tuple(fields)

    def __str__(self) -> str:
        return self.worded(ARGUMENTS)

    def worded(self, words: Mapping[InputField, str]) -> str:
        """Say the error as a whole, with a front's words for the inputs."""
        return f"{self.message} {self.advice(words)}".strip()

    def advice(self, words: Mapping[InputField, str] = ARGUMENTS) -> str:
        """Say what to do: the hint, and a front's words for the inputs, by default those of a script."""
        return f"{self.hint} {word_fields(self.fields, words)}".strip()


class InputError(PTMRankError):
    """The user's input cannot be used; nothing was computed."""


class UnknownNameError(InputError):
    """A name that is not in a table.

    Parameters
    ----------
    kind, name, known, fields
        What it should have named (``"metric"``), the name that came, those that exist, the input of it.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, fields: Fields = ()) -> None:
        names = sorted(known)
        close = " or ".join(map(repr, difflib.get_close_matches(name, names, n=3, cutoff=0.5)))
        hint = f"{f'Did you mean {close}? ' if close else ''}Known: {', '.join(names)}."
        super().__init__(f"Unknown {kind} {name!r}.", hint=hint, fields=fields)


class ArchiveError(InputError):
    """An archive that is unsafe or damaged; the message names the entry."""


class QuotaError(InputError):
    """One visitor of a shared server asks for more than a visitor may have."""


class SamplesError(InputError):
    """Samples that cannot be ranked on: none left, one class left, no labels."""


class UnclearReadingError(SamplesError):
    """Samples that can be read in several ways; at least two ``options`` say how, the likelier first."""

    def __init__(self, message: str, options: Iterable[ReadingOption], **about: Any) -> None:
        super().__init__(message, **about)
        self.options = tuple(options)

    def __str__(self) -> str:
        choices = " ".join(f"{one.keywords()}: {one.text}" for one in getattr(self, "options", ()))
        return f"{super().__str__()} Choose: {choices}"


class MetricInputError(InputError):
    """Arrays that do not fit a metric: wrong shape, not finite, one class only."""


class NotApplicableError(MetricInputError):
    """A metric cannot be had for these arrays here: it is skipped, with what to do about it."""


class ModelError(PTMRankError):
    """A model cannot be used here; the other models of the run go on."""


class ModelNotFoundError(ModelError):
    """No such model, folder or revision."""


class GatedModelError(ModelError):
    """The model asks for an account or a signed licence."""


class DownloadError(ModelError):
    """The model's files cannot be brought to this machine: no network, no permission, no room."""


class WeightsFormatError(ModelError):
    """The model has no weights in a format that is safe to read."""


class UnsupportedModelError(ModelError):
    """The model loads, but its family, its input or its output is not known here."""


class OutOfMemoryError(ModelError):
    """A single sample does not fit on the device."""


class ModelProcessError(ModelError):
    """The process that ran the model died or was killed: a crash, memory that ran out, no sign of life."""


class MetricError(PTMRankError):
    """A metric has no finite value for these arrays."""


class RunError(PTMRankError):
    """A stored run cannot be used."""


class RunNotFoundError(RunError):
    """No run with this id is stored here."""


class RunBusyError(RunError):
    """Another worker holds the run."""


class NotOwnerError(RunError):
    """The run is somebody else's: it can be read and not changed."""


class SamplesChangedError(RunError):
    """The samples are not those that the run was planned with."""


class StoreError(PTMRankError):
    """What is kept on this machine cannot be read or written: damaged, locked, newer, full, read-only."""


class CancelledError(PTMRankError):
    """The user stopped the run."""
