"""Data frames, and columns or rows of a script's own -> Samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ptmrank_core.data.objects.columns import Columns, samples_of_columns
from ptmrank_core.data.objects.kinds import is_a
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.values import Values
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.role_rules import list_columns
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Samples

__all__ = ["columns_of_frame", "is_frame", "samples_of_frame", "samples_of_mapping", "samples_of_rows"]


def is_frame(data: Any) -> bool:
    """Whether an object is a data frame of pandas, or can be made one: of polars, a table of pyarrow."""
    return is_a(data, "pandas", "DataFrame") or (hasattr(data, "to_pandas") and hasattr(data, "columns"))


def columns_of_frame(frame: Any, label: tuple[str, ...] = ()) -> Columns:
    """Take the columns of a data frame; its index is none of them.

    Parameters
    ----------
    frame
        A data frame.
    label
        The label columns, where they are known.

    Raises
    ------
    SamplesError
        If two columns have one name.
    """
    pandas = frame if is_a(frame, "pandas", "DataFrame") else frame.to_pandas()
    names = [_name(column) for column in pandas.columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SamplesError(
            f"'frame' has two columns named {twice!r}.", hint="Give each column a name of its own."
        )
    values = {name: _values(pandas.iloc[:, i]) for i, name in enumerate(names)}
    kinds = [type(pandas.dtypes.iloc[i]).__name__ for i in range(len(names))]
    classes = [name for name, kind in zip(names, kinds, strict=True) if kind == "CategoricalDtype"]
    return Columns("frame", values, {}, frozenset(classes), label=label)


def _name(column: Any) -> str:
    """Name a column; one of several levels by all of them."""
    return "_".join(map(str, column)) if isinstance(column, tuple) else str(column)


def _values(series: Any) -> Values:
    """Return the values of a column: numbers as an array, NaN where one is missing."""
    kind = getattr(series.dtype, "kind", "O")
    if kind not in "iuf" or type(series.dtype).__name__ == "CategoricalDtype":
        return list(series)
    if isinstance(series.dtype, np.dtype):
        return np.asarray(series)
    return np.asarray(series.to_numpy(dtype="float64", na_value=np.nan))


def samples_of_frame(frame: Any, wanted: ObjectReading, limits: Limits) -> Samples:
    """Make samples of a data frame.

    Parameters
    ----------
    frame
        With a column of pictures, recordings, their paths, texts or vectors, or with columns of numbers; and
        a column of labels.
    wanted
        What the user said about it.
    limits
        Bounds on what is read.
    """
    return samples_of_columns(columns_of_frame(frame), wanted, limits)


def samples_of_mapping(columns: Mapping[str, Any], wanted: ObjectReading, limits: Limits) -> Samples:
    """Make samples of columns by their names: lists, arrays or tensors of one length."""
    frames = [str(name) for name, column in columns.items() if is_frame(column)]
    if frames:
        raise SamplesError(
            f"{list_columns(frames)} hold data frames, most likely the parts of a data set; expected one.",
            hint=f"Give one of them, data[{frames[0]!r}], or join them with a column 'split'.",
        )
    values = {str(name): _as_sequence(column, str(name)) for name, column in columns.items()}
    return samples_of_columns(Columns("columns", values, {}), wanted, limits)


def samples_of_rows(rows: Sequence[Mapping[str, Any]], wanted: ObjectReading, limits: Limits) -> Samples:
    """Make samples of rows by the names of their columns: a list of dictionaries."""
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    values = {name: [row.get(name) for row in rows] for name in names}
    return samples_of_columns(Columns("rows", values, {}), wanted, limits)


def _as_sequence(column: Any, name: str) -> Values:
    if hasattr(column, "detach"):
        column = column.detach().cpu().numpy()
    if hasattr(column, "to_numpy"):
        return _values(column)
    if isinstance(column, np.ndarray):
        return column if column.ndim == 1 else list(column)
    if isinstance(column, str | bytes) or not hasattr(column, "__len__"):
        raise SamplesError(
            f"Column {name!r} is a {type(column).__name__}; expected a list or an array.",
            hint="Expected columns by their names, each with a value for each sample.",
        )
    return list(column)
