"""fastText: a text on each line, after its labels: ``__label__good a fine day``."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.table import InputTable, TableBuilder, build_table

__all__ = ["is_fasttext", "read_fasttext"]

PREFIX = "__label__"
N_LOOKED_AT = 50


def is_fasttext(text: str) -> bool:
    """Whether most of the first lines begin or end with a label."""
    lines = [line for _, line in zip(range(N_LOOKED_AT), _lines(text), strict=False)]
    return bool(lines) and 2 * sum(bool(_split(line)[0]) for _, line in lines) > len(lines)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line.strip()


def _split(line: str) -> tuple[list[str], str]:
    """Return the labels at the beginning of a line, or else at its end, and the rest."""
    labels = []
    while line.startswith(PREFIX):
        label, *rest = line.split(maxsplit=1)
        labels.append(label.removeprefix(PREFIX))
        line = rest[0] if rest else ""
    if labels:
        return labels, line
    *words, last = line.split(" ")
    return ([last.removeprefix(PREFIX)], " ".join(words)) if last.startswith(PREFIX) else ([], line)


def read_fasttext(text: str, name: str, limits: Limits) -> InputTable:
    """Read texts with their labels: classes where no text has two labels, else lists of labels.

    Parameters
    ----------
    text
        The whole file.
    name
        Its name.
    limits
        Bounds on the number of rows.

    Returns
    -------
    InputTable
        Columns ``"text"`` and ``"label"``; lines without a label are left out.
    """
    is_single = all(len(_split(line)[0]) < 2 for _, line in _lines(text))

    def fill(builder: TableBuilder) -> None:
        builder.add_column("text", is_words=True)
        builder.add_column("label", is_words=True)
        for number, line in _lines(text):
            labels, rest = _split(line)
            if not labels:
                builder.leave_out(number, f"no {PREFIX} at the beginning or the end of the line")
            else:
                builder.add(number, [rest, labels[0] if is_single else json.dumps(labels)])

    return build_table(name, limits, fill, (f"{name} is laid out as fastText writes it.",))
