"""The keywords that say how something is read."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from ptmrank_core.data import read_options
from ptmrank_core.data.objects.options import CHOICES, NUMBERS, SEVERAL, SWITCHES
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import Reading

TEXTS = {"group_column", "file_column", "encoding", "sheet", "corrections"}


def test_the_keywords_are_the_fields_of_a_reading() -> None:
    """Each of them is checked by its type; a new field has to be put in one of the lists."""
    checked = {*SEVERAL, *NUMBERS, *SWITCHES, *CHOICES, *TEXTS}
    assert {field.name for field in fields(Reading)} == checked - {"sampling_rate"}


def test_a_single_name_stands_for_a_list_of_one() -> None:
    """Split is what parts are called elsewhere; None changes nothing."""
    wanted = read_options(
        {
            "label_columns": "y",
            "text_columns": ["a", "b"],
            "split": "test",
            "group_column": "",
            "modality": None,
        }
    )
    assert wanted.reading == Reading(
        label_columns=("y",), text_columns=("a", "b"), parts=("test",), group_column=""
    )


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"label_column": "y"},
            UnknownNameError,
            "Unknown keyword 'label_column'. Did you mean 'label_columns'",
        ),
        ({"modality": "picture"}, UnknownNameError, "Unknown modality 'picture'"),
        ({"target_kind": "classes"}, UnknownNameError, "Unknown target kind 'classes'"),
        ({"label_columns": [1]}, InputError, r"label_columns is \[1\]; expected a name, or a list of names"),
        ({"file_column": 3}, InputError, "file_column is 3; expected a text"),
        ({"sampling_rate": 0}, InputError, "sampling_rate is 0; expected a whole number of at least 1"),
        ({"max_samples": True}, InputError, "max_samples is True"),
        ({"columns_as_is": "yes"}, InputError, "columns_as_is is 'yes'; expected True or False"),
    ],
)
def test_a_keyword_that_means_nothing_is_refused(
    options: dict[str, Any], error: type[InputError], message: str
) -> None:
    """With what was expected."""
    with pytest.raises(error, match=message):
        read_options(options)
