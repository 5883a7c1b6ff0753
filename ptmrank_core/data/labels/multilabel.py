"""Multi-label targets as zeros and ones, and the order of class names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.numbers import is_missing, write_number
from ptmrank_core.errors import InputField, SamplesError

__all__ = [
    "SEPARATORS",
    "are_in_angles",
    "find_joint",
    "read_indicators",
    "read_label_sets",
    "read_list",
    "sort_classes",
    "unwrap_single",
]

SEPARATORS = "|;"
MORE_SEPARATORS = ",#/+"
"""They join labels where each of these is a cell of its own too; they are parts of names otherwise."""
IN_ANGLES = re.compile(r"(?:<[^<>]+>)+")
MAX_LABELS = 1_000
QUOTED = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?:,|$)""", re.DOTALL)
NAMED = re.compile(r"""'name': (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
INTEGER = re.compile(r"-?[0-9]+")
COMPLEMENT = str.maketrans("0123456789", "9876543210")
YES, NO = frozenset({"1", "1.0", "true"}), frozenset({"0", "0.0", "false"})


def sort_classes(names: Iterable[str]) -> tuple[str, ...]:
    """Sort class names: by value where all are integers, else alphabetically."""
    ordered = sorted(set(names))
    if all(INTEGER.fullmatch(name) for name in ordered):
        ordered.sort(key=_by_value)
    return tuple(ordered)


def _by_value(digits: str) -> tuple[int, int, str]:
    """Sort integers by value; Python converts no more than 4,300 digits, and those slowly."""
    size = digits.lstrip("-").lstrip("0")
    if digits.startswith("-") and size:
        return -1, -len(size), size.translate(COMPLEMENT)
    return 1 if size else 0, len(size), size


def read_indicators(
    columns: Mapping[str, Sequence[str]],
) -> tuple[NDArray[np.float64], dict[int, str], int]:
    """Read columns of zeros and ones, one for each label.

    Parameters
    ----------
    columns
        k columns of n cells.

    Returns
    -------
    labels, left_out, n_foreign
        Zeros and ones of shape (n, k); the rows with a cell that is neither, and why; how many such cells
        are not missing.
    """
    n_rows = len(next(iter(columns.values())))
    labels = np.zeros((n_rows, len(columns)))
    left_out: dict[int, str] = {}
    n_foreign = 0
    for k, (name, cells) in enumerate(columns.items()):
        for row, cell in enumerate(cells):
            plain = cell.lower()
            if plain in YES:
                labels[row, k] = 1
            elif plain not in NO:
                missing = is_missing(cell)
                n_foreign += not missing
                reason = "no label" if missing else f"label is neither 0 nor 1: {cell!r}"
                left_out.setdefault(row, f"{reason} in column {name!r}")
    return labels, left_out, n_foreign


def read_label_sets(
    cells: Sequence[str],
) -> tuple[NDArray[np.float64], tuple[str, ...], dict[int, str]]:
    """Read a column whose cells list all labels of a sample.

    Parameters
    ----------
    cells
        n lists (``["a", "b"]``, single quotes too; ``<a><b>``), or names joined by ``|`` or ``;``, else by
        what ``find_joint`` finds, else by commas. ``[]`` is a sample without any label, an empty cell one
        whose labels are not known.

    Returns
    -------
    labels, names, left_out
        Zeros and ones of shape (n, k); the k names; the rows that could not be read, and why.

    Raises
    ------
    SamplesError
        If there are more than 1,000 different labels.
    """
    sets: list[frozenset[str]] = []
    left_out = {}
    separator = next((mark for mark in SEPARATORS if any(mark in cell for cell in cells)), None)
    separator = separator or find_joint(cells) or ("," if any("," in cell for cell in cells) else None)
    for row, cell in enumerate(cells):
        listed = None if cell.lower() in {"", "nan"} else _split(cell, separator)
        if listed is None:
            left_out[row] = f"label is not a list of names: {cell!r}" if cell.startswith("[") else "no label"
        sets.append(listed or frozenset())
    names = sort_classes(frozenset().union(*sets))
    if len(names) > MAX_LABELS:
        raise SamplesError(
            f"The label column holds {len(names):,} different labels; at most {MAX_LABELS:,} are accepted.",
            fields=[InputField.LABEL_COLUMNS, InputField.TARGET_KIND],
        )
    index = {name: k for k, name in enumerate(names)}
    labels = np.zeros((len(cells), len(names)))
    for row, listed_names in enumerate(sets):
        labels[row, [index[name] for name in listed_names]] = 1
    return labels, names, left_out


def find_joint(cells: Iterable[str]) -> str:
    """Find what joins labels each of which is a cell of its own too: ``a``, ``b`` and ``a,b``.

    Parameters
    ----------
    cells
        Cells of a label column.

    Returns
    -------
    str
        Empty where nothing does.
    """
    values = {cell.strip() for cell in cells}
    for mark in MORE_SEPARATORS:
        joined = [cell for cell in values if mark in cell]
        if joined and all(part.strip() in values for cell in joined for part in cell.split(mark)):
            return mark
    return ""


def are_in_angles(cells: Iterable[str]) -> bool:
    """Whether all cells are labels as ``<a><b>``, some of them several."""
    values = [cell for cell in cells if cell]
    return all(map(IN_ANGLES.fullmatch, values)) and any("><" in cell for cell in values)


def unwrap_single(cells: list[str]) -> list[str]:
    """Take the labels out of lists, where each list holds exactly one; else return the same cells."""
    lists = {cell: read_list(cell) for cell in {*cells} if cell.startswith("[")}
    singles = {cell: values[0] for cell, values in lists.items() if values is not None and len(values) == 1}
    there = {cell for cell in cells if cell and cell.lower() != "nan"}
    return [singles.get(cell, cell) for cell in cells] if there and there == singles.keys() else cells


def _split(cell: str, separator: str | None) -> frozenset[str] | None:
    """Return the labels of one cell; ``None`` where it cannot be read."""
    if IN_ANGLES.fullmatch(cell):
        return frozenset(cell[1:-1].split("><"))
    if not (cell.startswith("[") and cell.endswith("]")):
        parts = {part.strip() for part in cell.split(separator)} if separator else {cell}
        return frozenset(parts - {""}) or None
    values = read_list(cell) or _read_names(cell)
    if values is None or not all(value.strip() for value in values):
        return None
    return frozenset(value.strip() for value in values)


def _read_names(cell: str) -> tuple[str, ...] | None:
    """Read the names in a list of objects: ``[{"id": 28, "name": "Action"}]``, as Python writes it too."""
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        found = NAMED.findall(cell)
        return tuple(one or other for one, other in found) if found else read_list(cell)
    names = [value.get("name") for value in values if isinstance(value, dict)]
    is_named = len(names) == len(values) and all(isinstance(name, str) for name in names)
    return tuple(map(str, names)) if is_named else None


def read_list(cell: str) -> tuple[str, ...] | None:
    """Read the list of words or numbers in a cell, as JSON writes it or as Python does.

    Parameters
    ----------
    cell
        ``["a", "b"]``, ``['a', "b's"]`` or ``[1, 2]``.

    Returns
    -------
    tuple of str or None
        Its entries, integers without a point; ``None`` where the cell is no such list.
    """
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        return _read_quoted(cell)
    if not isinstance(values, list) or any(isinstance(value, list | dict | None) for value in values):
        return None
    return tuple(
        str(int(v)) if isinstance(v, int) else write_number(v) if isinstance(v, float) else v for v in values
    )


def _read_quoted(cell: str) -> tuple[str, ...] | None:
    """Read a list of strings as Python writes it; evaluating it would be slower and warn of odd escapes."""
    inner = cell.strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        return None
    inner = inner[1:-1].strip()
    values = []
    place = 0
    while place < len(inner):
        match = QUOTED.match(inner, place)
        if match is None:
            return None
        values.append(ESCAPE.sub(lambda mark: CONTROLS.get(mark[1], mark[1]), match[1] or match[2] or ""))
        place = match.end()
    return tuple(values)
