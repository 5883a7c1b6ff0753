"""The rows of tables beside files, each matched with its file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ptmrank_core.data.files.manifests import Manifest
from ptmrank_core.records import LeftOut

__all__ = ["ManifestRow", "match_rows"]


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row of a table beside files, with the line that it begins on."""

    table: str
    line: int
    file: str
    labels: tuple[str, ...]
    group: str
    part: str

    @property
    def name(self) -> str:
        """Name of the row in lists of what is left out."""
        return f"{self.table}:{self.line}"


def match_rows(
    rows: Sequence[tuple[Manifest, ManifestRow]], names: Sequence[str], tables: str
) -> tuple[dict[str, ManifestRow], list[LeftOut]]:
    """Find one row for each file.

    Parameters
    ----------
    rows
        The rows of all tables, each with its table.
    names
        Names of the files.
    tables
        What messages call the tables.

    Returns
    -------
    row_of, left_out
        The row of each file that has one, and the other files and rows with the reasons.
    """
    rows_of: dict[str, list[tuple[int, ManifestRow]]] = defaultdict(list)
    left_out = []
    for manifest, row in rows:
        match = manifest.files.locate(row.file)
        if match is not None and match.name:
            rows_of[match.name].append((match.closeness, row))
            continue
        problem = (
            "several such files" if match is not None else "no such file" if row.file else "no file name"
        )
        left_out.append(LeftOut(row.name, f"{problem}: line {row.line} names {row.file!r}"))
    row_of = {}
    for name in names:
        if name not in rows_of:
            left_out.append(LeftOut(name, f"not in {tables}"))
            continue
        chosen, problems = _choose_row(name, _closest(rows_of[name], left_out))
        left_out += problems
        if chosen is not None:
            row_of[name] = chosen
    return row_of, left_out


def _closest(rows: Sequence[tuple[int, ManifestRow]], left_out: list[LeftOut]) -> list[ManifestRow]:
    """Keep the rows whose paths fit a file best; the paths of the others lead to files that are not there."""
    best = max(closeness for closeness, _ in rows)
    for closeness, row in rows:
        if closeness < best:
            left_out.append(LeftOut(row.name, f"no such file: line {row.line} names {row.file!r}"))
    return [row for closeness, row in rows if closeness == best]


def _choose_row(name: str, rows: Sequence[ManifestRow]) -> tuple[ManifestRow | None, list[LeftOut]]:
    """Choose the row of a file that is listed once or several times, and report the others."""
    labelled = [row for row in rows if any(row.labels)] if rows[0].labels else rows
    if not labelled:
        return None, [LeftOut(name, f"empty label: {_name_lines(rows)}")]
    labels = dict.fromkeys(row.labels for row in labelled)
    if len(labels) > 1:
        listed = ", ".join(repr(" ".join(cells)) for cells in labels)
        return None, [LeftOut(name, f"several labels: {listed} in {_name_lines(labelled)}")]
    repeated = [LeftOut(row.name, f"named once more: line {row.line} names {name!r}") for row in rows[1:]]
    return labelled[0], repeated


def _name_lines(rows: Sequence[ManifestRow]) -> str:
    """Write ``labels.csv, line 3``, ``labels.csv, lines 3 and 7``."""
    if len({row.table for row in rows}) > 1:
        return " and ".join(f"{row.table}, line {row.line}" for row in rows)
    return f"{rows[0].table}, line{'s' * (len(rows) > 1)} {' and '.join(str(row.line) for row in rows)}"
