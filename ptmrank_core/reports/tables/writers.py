"""Tables as files: CSV, JSON, Parquet with every digit; Markdown, LaTeX as they are shown.

What somebody else wrote (names of models, files, classes) is data in every format: a spreadsheet does not
run it, Markdown and LaTeX do not read it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ptmrank_core.reports.tables.table import Column, Table, Value, shown

__all__ = [
    "csv_text",
    "json_payload",
    "json_text",
    "latex_text",
    "markdown_text",
    "parquet_bytes",
    "plain_latex",
    "plain_markdown",
]

# A spreadsheet takes a cell that begins with one of these for a formula, or for the end of the cell before
# (OWASP, CSV injection); the last four are their full-width forms.
FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
MARKDOWN_MARKS = str.maketrans({mark: f"\\{mark}" for mark in r"\`*_[]<>|~$&#"})
LONGEST_NAME = 60  # letters of a text that stays on one line in LaTeX
LATEX_MARKS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "%": r"\%",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "`": r"\textasciigrave{}",
        "[": r"{[}",  # after a line break, a bracket would be its length
        "]": r"{]}",
        "²": r"\textsuperscript{2}",
        "τ": r"$\tau$",
    }
)


def csv_text(table: Table) -> str:
    """Write CSV (RFC 4180, UTF-8): the columns' keys, then rows; what is unknown is empty.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, which spreadsheets take for
    "this is text"; numbers stay numbers.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_no_formula(column.key) for column in table.columns])
    writer.writerows([_csv_value(value) for value in row] for row in table.rows)
    return buffer.getvalue()


def _csv_value(value: Value) -> str:
    if value is None:
        return ""
    return _no_formula(value) if isinstance(value, str) else repr(value)


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def json_payload(tables: Iterable[Table], about: Mapping[str, Any]) -> dict[str, Any]:
    """Build JSON of several tables: what they are of, then columns and rows of each; unknown is null."""
    return {
        **about,
        "tables": {
            table.name: {
                "title": table.title,
                "columns": [
                    {"key": column.key, "title": column.title, "kind": column.kind}
                    for column in table.columns
                ],
                "rows": table.records(),
            }
            for table in tables
        },
    }


def json_text(tables: Iterable[Table], about: Mapping[str, Any]) -> str:
    """Write that JSON; NaN raises ``ValueError``."""
    return json.dumps(json_payload(tables, about), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def parquet_bytes(table: Table, about: Mapping[str, str]) -> bytes:
    """Write Parquet: strings, int64 and float64, unknown is null; what it is of stands in its metadata."""
    import pyarrow as pa  # noqa: PLC0415 - only this format needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64()}
    fields = [
        pa.field(column.key, types[column.kind], metadata={"title": column.title}) for column in table.columns
    ]
    schema = pa.schema(fields, metadata={"title": table.title, **about})
    columns = [pa.array(table.values(column.key), type=types[column.kind]) for column in table.columns]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), sink)
    return bytes(sink.getvalue())


def markdown_text(tables: Iterable[Table]) -> str:
    """Write tables of GitHub's Markdown, wide ones in parts; numbers as they are shown, to the right."""
    return "\n".join(_markdown(part) for table in tables for part in table.parts())


def _markdown(table: Table) -> str:
    rules = ["---" if column.kind == "text" else "---:" for column in table.columns]
    rows = [[column.title for column in table.columns], *_shown_rows(table)]
    lines = [f"| {' | '.join(plain_markdown(cell) for cell in row)} |" for row in rows]
    lines.insert(1, f"| {' | '.join(rules)} |")
    return "\n".join([f"### {plain_markdown(table.title)}", "", *lines, ""])


def plain_markdown(text: str) -> str:
    """Keep a text from being read: as marks, HTML, a formula, or a link."""
    line = _one_line(text).translate(MARKDOWN_MARKS)
    return line.replace("://", "\\://").replace("www.", "www\\.")


def latex_text(tables: Iterable[Table]) -> str:
    """Write LaTeX tables, wide ones in parts; they need the packages ``booktabs`` and ``textcomp``.

    Letters of other scripts stay as they are, for XeLaTeX or LuaLaTeX with a font that has them.
    """
    head = "% \\usepackage[T1]{fontenc} \\usepackage{textcomp,booktabs}\n"
    return "\n".join([head, *(_latex(part) for table in tables for part in table.parts())])


def _latex(table: Table) -> str:
    marks = "".join(_latex_column(column, table.values(column.key)) for column in table.columns)
    heading = " & ".join(plain_latex(column.title) for column in table.columns)
    rows = [" & ".join(cells) + r" \\" for cells in _shown_rows(table, _latex_cell)]
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{plain_latex(table.title)}}}",
            r"\centering\small",
            rf"\begin{{tabular}}{{{marks}}}",
            r"\toprule",
            rf"{heading} \\",
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _latex_column(column: Column, values: Sequence[Value]) -> str:
    """Align a column: numbers to the right, sentences in lines."""
    if column.kind != "text":
        return "r"
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    return "l" if longest <= LONGEST_NAME else r"p{0.4\linewidth}"


def _latex_cell(value: Value, column: Column) -> str:
    text = shown(value, column)
    # A hyphen is no minus.
    return plain_latex(text) if isinstance(value, str) else text.replace("-", "$-$")


def plain_latex(text: str) -> str:
    """Keep a text from being read as LaTeX."""
    return _one_line(text).translate(LATEX_MARKS)


def _one_line(text: str) -> str:
    """Put a text on one line, without characters that control a terminal."""
    return "".join(letter for letter in " ".join(text.split()) if letter >= " " and letter != "\x7f")


def _shown_rows(table: Table, show: Callable[[Value, Column], str] = shown) -> Sequence[list[str]]:
    return [
        [show(value, column) for value, column in zip(row, table.columns, strict=True)] for row in table.rows
    ]
