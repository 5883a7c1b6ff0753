"""The command-line options that say how samples are read: one row for each field of ``Reading``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from ptmrank_core.records import (
    ClassFolders,
    Correction,
    DecimalMark,
    ExtractionOptions,
    Modality,
    Reading,
    RunOptions,
    TargetKind,
    UnlabelledMarks,
)
from ptmrank_core.results.option_kinds import (
    RankOption,
    RepeatedOption,
    SwitchOption,
    TextOption,
    choice,
    number,
    unless_zero,
)

__all__ = ["CORRECTIONS", "READING_OPTIONS", "reading_words"]

CORRECTIONS = "reading.corrections"
"""The field whose text on the command line names a file, or is JSON: ``data`` reads it."""


def _in_place(corrections: Sequence[Correction]) -> str | None:
    """Write corrections as the JSON object that the option takes in the place of a file."""
    if not corrections:
        return None
    return json.dumps({one.sample: one.label for one in corrections}, ensure_ascii=False)


READING_OPTIONS: tuple[RankOption, ...] = (
    TextOption(
        "reading.modality",
        "--modality",
        help=", ".join(get_args(Modality)),
        parse=choice("modality", get_args(Modality)),
    ),
    TextOption(
        "reading.target_kind",
        "--target",
        help=", ".join(get_args(TargetKind)),
        parse=choice("target", get_args(TargetKind)),
    ),
    RepeatedOption(
        "reading.text_columns",
        "--text-column",
        help="the column of texts; twice for a pair of texts",
        for_features=False,
    ),
    RepeatedOption(
        "reading.label_columns",
        "--label-column",
        help="the column of labels; several times for several targets",
    ),
    TextOption(
        "reading.group_column",
        "--group-column",
        help="the column of each sample's group (speaker, patient, document); empty for no groups",
        aliases=("--groups",),
    ),
    TextOption(
        "reading.max_samples",
        "--max-samples",
        help="use at most this many samples, with every class in proportion",
        parse=int,
        write=unless_zero,
        for_features=False,
    ),
    RepeatedOption(
        "reading.parts",
        "--split",
        help="the part of the data set to take (train, validation, test, ...), or all; several times for "
        "several parts; by default training and validation",
        for_features=False,
    ),
    TextOption(
        "reading.class_folders",
        "--class-folders",
        help="which of two levels of folders names the classes: outer or inner",
        parse=choice("level of folders", get_args(ClassFolders)),
        for_features=False,
    ),
    TextOption(
        "reading.file_column",
        "--file-column",
        help="the column of a table that names the files beside it",
        for_features=False,
    ),
    RepeatedOption("reading.ignored_columns", "--ignore-column", help="a column that is not to be used"),
    SwitchOption(
        "reading.columns_as_is",
        {True: "--columns-as-is"},
        help="use columns of numbers as they stand: leave categories and rows with gaps out",
    ),
    TextOption(
        "reading.encoding", "--encoding", help="encoding of a table or of texts, such as cp1251 or utf-8"
    ),
    TextOption(
        "reading.decimal_mark",
        "--decimal",
        help="what separates the decimals of numbers: point or comma",
        parse=choice("decimal mark", get_args(DecimalMark)),
    ),
    SwitchOption(
        "reading.has_header",
        {True: "--header", False: "--no-header"},
        help="the first row of a table names its columns",
    ),
    TextOption("reading.sheet", "--sheet", help="the sheet of a spreadsheet that holds the samples"),
    SwitchOption(
        "reading.join_classes",
        {True: "--join-classes"},
        help="classes that differ in case or blanks alone are one class",
    ),
    TextOption(
        "reading.unlabelled",
        "--unlabelled",
        help="what labels are that say there is none (-1, None, N/A, unlabelled): 'left out' or class",
        parse=choice("use of such labels", get_args(UnlabelledMarks)),
    ),
    TextOption(
        "reading.group_in_names",
        "--group-in-names",
        help="which part of the file names is the sample's group, counted from one; parts are separated by "
        "underscores, hyphens, points and blanks",
        metavar="PLACE",
        parse=number(int, "--group-in-names", lambda place: place >= 1, "a place, counted from 1"),
        for_features=False,
    ),
    TextOption(
        CORRECTIONS,
        "--corrections",
        help="a CSV of decisions on samples (keep, relabel, leave out), as they are exported, or in its "
        "place a JSON object: SHA-256 of a sample -> its label, or null",
        write=_in_place,
        for_features=False,
    ),
)


def reading_words(changes: Mapping[str, Any]) -> list[str]:
    """Write fields of ``Reading`` as the words of a command.

    Parameters
    ----------
    changes
        Values by the name of the field.

    Returns
    -------
    list of str
        Such as ``["--class-folders", "outer"]``.
    """
    options = RunOptions(
        metrics=(), options=ExtractionOptions(), seed=0, reading=replace(Reading(), **changes)
    )
    asked = [option for option in READING_OPTIONS if option.field.removeprefix("reading.") in changes]
    return [word for option in asked for word in option.words(options)]
