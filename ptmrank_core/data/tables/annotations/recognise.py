"""Which annotation tool wrote a file, if any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ptmrank_core.data.tables.annotations.coco import is_coco, read_coco
from ptmrank_core.data.tables.annotations.label_studio import (
    is_label_studio,
    is_minimal,
    read_label_studio,
    read_minimal,
)
from ptmrank_core.data.tables.annotations.lines import is_doccano, is_prodigy, read_doccano, read_prodigy
from ptmrank_core.data.tables.annotations.rows import Annotated
from ptmrank_core.errors import SamplesError

__all__ = ["N_LOOKED_AT", "annotated_object", "annotated_rows"]

N_LOOKED_AT = 50
Rows = Sequence[tuple[int, Any]]
Reader = Callable[[Rows], Annotated]


def annotated_object(value: Mapping[str, Any], name: str) -> Annotated | None:
    """Read a file that is one object written by an annotation tool; ``None`` where it is none.

    Parameters
    ----------
    value
        The whole file.
    name
        Its name, for messages.

    Raises
    ------
    SamplesError
        If what is annotated is not the sample as a whole.
    """
    if is_coco(value):
        return read_coco(value, name)
    data = value.get("data")
    if isinstance(data, list) and data and all(isinstance(one, dict) and "paragraphs" in one for one in data):
        raise SamplesError(
            f"{name!r} is laid out as SQuAD: questions whose answers are passages of a text. There is no "
            "label to rank models for.",
            hint="Give a table with a text, or a pair of texts, and a label for each.",
        )
    return None


def annotated_rows(head: Sequence[Mapping[str, Any]], name: str) -> Reader | None:
    """Find the reader of rows that an annotation tool wrote.

    Parameters
    ----------
    head
        The first objects of the file.
    name
        Its name, for messages.

    Returns
    -------
    callable or None
        Makes rows of line and value of each object; raises ``SamplesError`` where spans are annotated.
        ``None`` where these are rows of a plain table.
    """
    if not head:
        return None
    readers: dict[Callable[[Mapping[str, Any]], bool], Reader] = {
        is_label_studio: partial(read_label_studio, name=name),
        is_prodigy: partial(read_prodigy, name=name),
        is_minimal: read_minimal,
        is_doccano: partial(read_doccano, name=name),
    }
    return next((reader for is_one, reader in readers.items() if all(map(is_one, head))), None)
