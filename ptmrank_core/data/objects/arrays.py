"""``(X, y)`` and what scikit-learn calls a Bunch -> Samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.numbers import write_number
from ptmrank_core.data.objects.columns import samples_of_columns
from ptmrank_core.data.objects.frames import columns_of_frame, is_frame
from ptmrank_core.data.objects.gathering import (
    LabelledValues,
    finish,
    recognise_modality,
    samples_of_values,
)
from ptmrank_core.data.objects.kinds import is_a
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.targets import settle_reading, write_targets
from ptmrank_core.data.objects.values import as_array, is_missing_value
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.tables.assemble import assemble
from ptmrank_core.data.tables.columns.features import plan_features
from ptmrank_core.data.tables.columns.roles import Roles, with_ignored
from ptmrank_core.data.tables.items import read_items
from ptmrank_core.data.tables.table import InputTable
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import Samples

__all__ = ["is_bunch", "samples_of_arrays", "samples_of_bunch", "samples_of_numbers"]

EXPECTED = (
    "Expected X with an entry for each sample (rows of numbers, pictures of uint8, texts) and y with the "
    "label of each."
)


def is_bunch(data: Any) -> bool:
    """Whether an object is what the loaders of scikit-learn return."""
    return isinstance(data, Mapping) and {"data", "target"} <= set(data)


def samples_of_bunch(bunch: Mapping[str, Any], wanted: ObjectReading, limits: Limits) -> Samples:
    """Make samples of a Bunch: of its pictures where pictures are wanted, else of its data.

    Parameters
    ----------
    bunch
        With ``data`` and ``target``; ``target_names``, ``feature_names`` and ``images`` are used.
    wanted
        What the user said about it.
    limits
        Bounds on what is read.
    """
    data = bunch["images"] if wanted.modality == "image" and "images" in bunch else bunch["data"]
    target = bunch["target"]
    names = bunch.get("target_names")
    targets = np.asarray(target) if target is not None else np.empty(0)
    class_names = () if names is None else tuple(map(str, names))
    if targets.ndim != 1 or targets.dtype.kind not in "iu" or len(class_names) != len(np.unique(targets)):
        class_names = ()  # the name of a number to predict
    features = bunch.get("feature_names")
    columns = tuple(map(str, features)) if features is not None and not is_frame(data) else ()
    return samples_of_arrays(data, target, wanted, limits, class_names=class_names, feature_names=columns)


def samples_of_arrays(
    x: Any,
    y: Any,
    wanted: ObjectReading,
    limits: Limits,
    *,
    class_names: Sequence[str] = (),
    feature_names: Sequence[str] = (),
) -> Samples:
    """Make samples of ``(X, y)``.

    Parameters
    ----------
    x
        Rows of numbers of shape (n, d); pictures of shape (n, height, width) or with channels; a list of
        texts, pictures, recordings or paths; a data frame.
    y
        Labels of shape (n,); for several labels or numbers a sample of shape (n, k).
    wanted
        What the user said about them.
    limits
        Bounds on what is read.
    class_names
        Names of the classes that integers number; empty where they are not known.
    feature_names
        Names of the d numbers; empty where they are not known.

    Raises
    ------
    SamplesError
        If X and y do not fit together, it is not clear what they are, or too few samples are left.
    """
    if y is None:
        raise SamplesError("There are no labels: y is None.", hint=EXPECTED)
    if hasattr(x, "toarray"):
        raise SamplesError("X is a sparse matrix, which is not read.", hint="Give X.toarray().")
    if is_frame(x):
        return _of_frame(x, y, wanted, limits, class_names)
    labels, wanted = _write_labels(y, wanted, class_names)
    array = as_array(x) if not isinstance(x, list | tuple) or _is_nested(x) else None
    values = array if array is not None else list(x)
    n_labels = len(next(iter(labels.values()), ()))
    if len(values) != n_labels:
        raise SamplesError(f"X has {len(values):,} entries and y has {n_labels:,}.", hint=EXPECTED)
    if array is not None and array.ndim == 2 and _are_numbers(wanted):
        names = feature_names if len(feature_names) == array.shape[1] else ()
        return samples_of_numbers(array, labels, wanted, limits, names)
    if array is not None and array.ndim == 2 and wanted.modality != "audio":
        raise SamplesError(
            f"X is an array of shape {array.shape}: rows of numbers, and no {wanted.modality} samples.",
            hint="Pictures are of shape (n, height, width) or (n, height, width, channels): "
            "X.reshape(len(X), height, width).",
            fields=[InputField.MODALITY],
        )
    wanted = recognise_modality(values[:1] if array is not None else values, wanted, limits, "X")
    gathered = LabelledValues("X", values, labels, hint=EXPECTED)
    return samples_of_values(gathered, wanted, limits)


def _is_nested(x: Sequence[Any]) -> bool:
    """Whether a list is a matrix: rows of numbers."""
    return len(x) > 0 and isinstance(x[0], list | tuple) and as_array(x) is not None


def _are_numbers(wanted: ObjectReading) -> bool:
    return wanted.modality == "tabular" or (wanted.modality is None and wanted.sampling_rate is None)


def _write_labels(
    y: Any, wanted: ObjectReading, class_names: Sequence[str]
) -> tuple[dict[str, list[str]], ObjectReading]:
    """Write labels as the cells of one column, or of several; ones of which each row has one are classes."""
    if is_frame(y):
        frame = columns_of_frame(y)
        columns = {name: list(values) for name, values in frame.values.items()}
        return {n: _write_column(values, wanted, ()) for n, values in columns.items()}, wanted
    array = as_array(y)
    if array is None or array.ndim == 1:
        column = list(y.tolist() if hasattr(y, "tolist") else y) if array is None else array.tolist()
        cells = _write_column(column, wanted, class_names)
        labels = {"target": cells}
        return labels, replace(wanted, reading=settle_reading(wanted, labels))
    if array.ndim != 2:
        raise SamplesError(f"y is an array of shape {array.shape}; expected (n,) or (n, k).", hint=EXPECTED)
    if array.shape[1] == 1:
        return _write_labels(array[:, 0], wanted, class_names)
    if wanted.reading.target_kind in {None, "classification"} and _is_one_hot(array):
        return _write_labels(array.argmax(axis=1), wanted, class_names)
    names = class_names if len(class_names) == array.shape[1] else [str(k) for k in range(array.shape[1])]
    return {name: _write_column(array[:, k].tolist(), wanted, ()) for k, name in enumerate(names)}, wanted


def _is_one_hot(array: NDArray[Any]) -> bool:
    """Whether each row has a single one among zeros: a class written as a vector."""
    return bool(np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all())


def _write_column(targets: Sequence[Any], wanted: ObjectReading, names: Sequence[str]) -> list[str]:
    """Write a column of y as cells; a missing label is empty."""
    known = [number for number, target in enumerate(targets) if not is_missing_value(target)]
    cells = write_targets([targets[number] for number in known], wanted, names)
    written = dict(zip(known, cells, strict=True))
    return [written.get(number, "") for number in range(len(targets))]


def _of_frame(x: Any, y: Any, wanted: ObjectReading, limits: Limits, class_names: Sequence[str]) -> Samples:
    """Join a data frame with its labels and read both as one."""
    if len(x) != len(y):
        raise SamplesError(f"X has {len(x):,} entries and y has {len(y):,}.", hint=EXPECTED)
    columns = columns_of_frame(x)
    labels, wanted = _write_labels(y, wanted, class_names)
    own = str(getattr(y, "name", None) or "target")
    named = {own if name == "target" else name: cells for name, cells in labels.items()}
    shared = [name for name in named if name in columns.values]
    if shared:
        raise SamplesError(
            f"Column {shared[0]!r} is in X and in y.",
            hint="Take the labels out of X, or give the frame alone.",
        )
    classes = columns.classes | (
        {own} if is_a(getattr(y, "dtype", None), "pandas", "CategoricalDtype") else set()
    )
    joined = replace(columns, values={**columns.values, **named}, classes=classes, label=tuple(named))
    return samples_of_columns(joined, wanted, limits)


def samples_of_numbers(
    array: NDArray[Any],
    labels: Mapping[str, Sequence[str]],
    wanted: ObjectReading,
    limits: Limits,
    names: Sequence[str] = (),
) -> Samples:
    """Make samples of rows of numbers; a column that numbers the rows is a feature here too.

    Parameters
    ----------
    array
        Of shape (n, d).
    labels
        Cells of the label columns.
    wanted
        What the user said about them.
    limits
        Bounds on what is read.
    names
        Names of the d numbers; empty where they are not known.
    """
    columns = [*names] or [f"x{i}" for i in range(array.shape[1])]
    taken = {*labels}
    features = tuple(f"{name} (X)" if name in taken else name for name in columns)
    numbers = {name: array[:, i].astype(np.float64) for i, name in enumerate(features)}
    cells = {name: [_cell(cell) for cell in column] for name, column in labels.items()}
    table = InputTable("X", (*features, *cells), numbers, cells, range(1, len(array) + 1))
    roles = Roles("tabular", (), tuple(cells), None, features)
    if not wanted.reading.columns_as_is:
        plan = plan_features(table, features)
        kept = tuple(encoding.column for encoding in plan.encodings)
        roles = replace(roles, features=kept, encodings=tuple(plan.encodings), ignored=plan.ignored)
    if not roles.features:
        raise SamplesError("X has no column whose numbers differ.", hint=EXPECTED)
    roles = with_ignored(table, roles, {})
    items = read_items(table, roles, limits)
    samples = assemble("X", "tabular", items, settle_reading(wanted, cells), roles.notes)
    return finish(replace(samples, columns=roles.report()), wanted)


def _cell(value: Any) -> str:
    return write_number(value) if isinstance(value, float) else str(value)
