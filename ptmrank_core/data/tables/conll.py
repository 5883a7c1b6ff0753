"""CoNLL tables: one word with its tags per line, a blank line after each sentence."""

from __future__ import annotations

from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.table import InputTable, TableBuilder, build_table
from ptmrank_core.errors import SamplesError

__all__ = ["DOCUMENT_COLUMN", "read_conll", "read_conllu"]

DOCUMENT_MARK = "-DOCSTART-"
DOCUMENT_COLUMN = "document"
UPOS = 3


def read_conll(text: str, name: str, limits: Limits) -> InputTable:
    """Read a table of words.

    Parameters
    ----------
    text
        The whole file: on each line a word and its columns, separated by tabs if there are any, else by
        blanks.
    name
        Its name.
    limits
        Bounds on the number of words.

    Returns
    -------
    InputTable
        Columns ``"1"`` (the word), ``"2"``, ..., and ``"document"`` where ``-DOCSTART-`` lines separate
        documents. Lines with another number of columns than the first are left out.

    Raises
    ------
    SamplesError
        If the first line has a single column, most lines have another number, or there are too many.
    """
    mark = "\t" if "\t" in text else None
    has_documents = DOCUMENT_MARK in text

    def fill(builder: TableBuilder) -> None:
        sentence = document = 0
        for number, line in enumerate(text.split("\n"), start=1):
            cells = line.strip("\r\n ").split(mark) if line.strip() else []
            if not cells or cells[0] == DOCUMENT_MARK:
                sentence += 1
                document += bool(cells)
                continue
            if not builder.columns:
                _add_columns(builder, len(cells), has_documents=has_documents)
            n_cells = len(builder.columns) - has_documents
            if len(cells) == n_cells:
                builder.add(number, [*cells, f"{document}"] if has_documents else cells)
                builder.sentences.append(sentence)
            else:
                builder.leave_out(
                    number, f"wrong number of cells: {len(cells)} where {n_cells} were expected"
                )

    table = build_table(name, limits, fill)
    if len(table.left_out) >= table.n_rows:
        raise _refuse(name, "has lines of varying length")
    return table


def read_conllu(text: str, name: str, limits: Limits) -> InputTable:
    """Read words of Universal Dependencies: their forms, with the universal parts of speech as tags.

    Parameters
    ----------
    text, name, limits
        As those of :func:`read_conll`.

    Returns
    -------
    InputTable
        Columns ``"1"`` (the form) and ``"2"`` (UPOS). Words that are written as one (``1-2``) and empty nodes
        (``1.1``) are left out.
    """

    def fill(builder: TableBuilder) -> None:
        _add_columns(builder, 2, has_documents=False)
        sentence = 0
        for number, line in enumerate(text.split("\n"), start=1):
            cells = line.rstrip("\r").split("\t")
            if not line.strip():
                sentence += 1
            elif line.startswith("#"):
                continue
            elif len(cells) < UPOS + 1 or not cells[0].isdecimal():
                builder.leave_out(number, f"no single word: {cells[0]!r}")
            else:
                builder.add(number, [cells[1], cells[UPOS]])
                builder.sentences.append(sentence)

    return build_table(name, limits, fill, (f"The tags of {name} are the universal parts of speech (UPOS).",))


def _add_columns(builder: TableBuilder, n_cells: int, *, has_documents: bool) -> None:
    """Name the columns by their positions."""
    if n_cells < 2:
        raise _refuse(builder.name, "has lines of a single word")
    for i in range(n_cells):
        builder.add_column(f"{i + 1}")
    if has_documents:
        builder.add_column(DOCUMENT_COLUMN)


def _refuse(name: str, problem: str) -> SamplesError:
    """Make the error of a file that holds something else."""
    return SamplesError(
        f"{name!r} {problem}; expected a word and its tag on each line.",
        hint="For texts use .csv or .jsonl, or one folder of .txt files for each class.",
    )
