"""How the command line words an error of the core: each input by its option."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from ptmrank_core.errors import InputField, ReadingOption, UnclearReadingError
from ptmrank_core.results.reading_options import reading_words

__all__ = ["OPTIONS", "say_option", "say_question"]

OPTIONS: Mapping[InputField, str] = {
    InputField.MODALITY: "say what the samples are with --modality",
    InputField.TARGET_KIND: "say what the labels are with --target classification, regression or multilabel",
    InputField.TEXT_COLUMNS: "name the text column with --text-column (twice for a pair of texts)",
    InputField.LABEL_COLUMNS: "name the label column with --label-column",
    InputField.GROUP_COLUMN: "name the group column with --group-column",
    InputField.PARTS: "name the parts to take with --split, or --split all",
    InputField.CLASS_FOLDERS: "say which folders are the classes with --class-folders outer or inner",
    InputField.FILE_COLUMN: "name the column of files with --file-column",
    InputField.IGNORED_COLUMNS: "name the columns that are not to be used with --ignore-column",
    InputField.COLUMNS_AS_IS: "take the columns as they stand with --columns-as-is",
    InputField.ENCODING: "name the encoding with --encoding",
    InputField.DECIMAL_MARK: "say what separates decimals with --decimal point or comma",
    InputField.HAS_HEADER: "say whether the first row names the columns with --header or --no-header",
    InputField.SHEET: "name the sheet with --sheet",
    InputField.JOIN_CLASSES: "join them with --join-classes",
    InputField.UNLABELLED: "say what such labels are with --unlabelled 'left out' or --unlabelled class",
    InputField.GROUP_IN_NAMES: "say which part of the file names is the group with --group-in-names",
    InputField.MODELS: "name models with --models, such as --models demo",
    InputField.DEVICE: "choose --device auto or --device cpu",
}
"""What to do about each input on the command line."""


def say_option(option: ReadingOption) -> str:
    """Write a way to read the samples: the words that ask for it, and what the samples are then."""
    words = [option.place] if option.place else reading_words(option.changes)
    lines = [f"  {shlex.join(words)}", f"      {option.text}"]
    return "\n".join([*lines, *(f"      | {line}" for line in option.preview)])


def say_question(error: UnclearReadingError) -> str:
    """Write what is unclear about samples, and the options that answer it."""
    return "\n".join([f"{error.message} Choose:", *map(say_option, error.options), error.hint]).rstrip()
