"""How a source of samples is to be read, and what its columns were used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ptmrank_core.records.decisions import Correction
from ptmrank_core.records.names import printable, printable_names

__all__ = [
    "ALL_PARTS",
    "AS_RECOGNISED",
    "ClassFolders",
    "ColumnRoles",
    "DecimalMark",
    "Modality",
    "Reading",
    "TargetKind",
    "UnlabelledMarks",
]

Modality: TypeAlias = Literal["image", "text", "audio", "video", "tabular"]
TargetKind: TypeAlias = Literal["classification", "regression", "multilabel"]
ClassFolders: TypeAlias = Literal["outer", "inner"]
DecimalMark: TypeAlias = Literal["point", "comma"]
UnlabelledMarks: TypeAlias = Literal["left out", "class"]
ALL_PARTS = "all"


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a source that can be read in several ways.

    Parameters
    ----------
    modality, target_kind
        Modality of the samples and kind of their labels; ``None`` to detect it.
    text_columns
        Name of the text column, or of the two columns of a text pair; empty to detect them. A field of a
        nested object is named by its path: ``"data.text"``. Names of columns are made printable, as those
        of a table are.
    label_columns
        Name of the label column, or of several numeric columns; empty to detect them.
    group_column
        Name of the column with the sample's group (speaker, patient, document); ``None`` to detect it,
        empty for no groups.
    max_samples
        Maximum number of samples; a subsample keeps the share of every class. ``None`` for all.
    parts
        The parts of the data set to take (``"train"``, ``"validation"``, ``"test"``, ``"fold1"``), or
        ``("all",)``; empty for training and validation.
    class_folders
        Which of two levels of folders names the classes; ``None`` to detect it.
    file_column
        Name of the column that names the files; ``None`` to detect it.
    ignored_columns
        Names of columns that are not used.
    columns_as_is
        Whether a row of numbers is taken as it stands: without the columns of words (one-hot) and without
        rows that have gaps, instead of with gaps filled in and marked.
    encoding
        Encoding of a table or of texts: ``"cp1251"``; ``None`` to detect it.
    decimal_mark
        What separates the decimals of numbers; ``None`` to detect it.
    has_header
        Whether the first row of a table names its columns; ``None`` to detect it.
    sheet
        Name of the sheet of a spreadsheet that holds the samples; ``None`` to detect it.
    join_classes
        Whether classes that differ in case or blanks alone are one class.
    unlabelled
        Whether labels that say that there is none (-1 among integers from 0 on, ``None``, ``N/A``,
        ``unlabelled``) are left out, or are a class like any other; ``None`` to decide by the labels.
    group_in_names
        Which part of the file names, between ``_``, ``-``, ``.`` and blanks and counted from one, is the
        sample's group; ``None`` for none.
    corrections
        Samples that get another label or are left out, by their content; what is not there is passed over.
        They apply after samples were drawn, so that the others are those that were drawn before.
    """

    modality: Modality | None = None
    target_kind: TargetKind | None = None
    text_columns: tuple[str, ...] = ()
    label_columns: tuple[str, ...] = ()
    group_column: str | None = None
    max_samples: int | None = None
    parts: tuple[str, ...] = ()
    class_folders: ClassFolders | None = None
    file_column: str | None = None
    ignored_columns: tuple[str, ...] = ()
    columns_as_is: bool = False
    encoding: str | None = None
    decimal_mark: DecimalMark | None = None
    has_header: bool | None = None
    sheet: str | None = None
    join_classes: bool = False
    unlabelled: UnlabelledMarks | None = None
    group_in_names: int | None = None
    corrections: tuple[Correction, ...] = ()

    def __post_init__(self) -> None:
        one_each = {correction.sample: correction for correction in self.corrections}
        object.__setattr__(self, "corrections", tuple(one_each[sample] for sample in sorted(one_each)))
        for name in ("text_columns", "label_columns", "ignored_columns"):
            object.__setattr__(self, name, printable_names(getattr(self, name)))
        for name in ("group_column", "file_column"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, printable(value))


AS_RECOGNISED = Reading()


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """What each column of a table was used for; every column is named once.

    Parameters
    ----------
    features
        Columns of numbers or categories whose rows are tabular samples.
    text, label
        The text column or the two of a pair; the label columns.
    group, file
        The column with the sample's group; the column that names the files, or holds them.
    ignored
        Why each of the other columns is not used.
    """

    features: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    group: str | None = None
    file: str | None = None
    ignored: Mapping[str, str] = field(default_factory=dict)
