"""A file of ready-made features -> its arrays, and the labels of its samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.features.npz import load_arrays
from ptmrank_core.data.labels.targets import read_targets
from ptmrank_core.data.sources.entries import Entry, unreadable
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.data.tables import open_table
from ptmrank_core.data.tables.column_roles import find_roles
from ptmrank_core.errors import InputField, SamplesError
from ptmrank_core.records import BytesBlob, Reading, ReadyFeatures, TargetKind
from ptmrank_core.records.names import printable, tell_apart

__all__ = ["FeatureFile", "read_feature_file"]

LABELS_HINT = "Save whole numbers, or texts in UTF-8."


@dataclass(frozen=True, eq=False, slots=True)
class FeatureFile:
    """One file of features.

    Parameters
    ----------
    name
        Name of the file, for display.
    ready
        Its arrays, unchanged.
    kind, labels, class_names
        Target kind, labels and class names of its samples, as in ``Samples``: printable, and apart.
    """

    name: str
    ready: ReadyFeatures
    kind: TargetKind
    labels: NDArray[Any]
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", printable(self.name))
        object.__setattr__(self, "class_names", tuple(tell_apart(self.class_names).values()))


def read_feature_file(path: Path, reading: Reading) -> FeatureFile:
    """Read a file of features by its suffix.

    Parameters
    ----------
    path
        An ``.npz`` file of arrays, or a table.
    reading
        Which columns of a table hold the labels, and what they are, where the user said so.

    Raises
    ------
    InputError
        If it cannot be read, or holds no features or no labels.
    """
    file = _read_arrays(path) if path.suffix.lower() == ".npz" else _read_table(path, reading)
    if reading.target_kind not in {None, file.kind}:
        raise SamplesError(
            f"{file.name} holds labels for {file.kind}; {reading.target_kind} was asked for.",
            hint="Save classes as 'labels' and numbers as 'targets', or have the labels read as they are.",
            fields=[InputField.TARGET_KIND],
        )
    return file


def _read_arrays(path: Path) -> FeatureFile:
    """Read the arrays of an ``.npz`` file."""
    arrays, ignored = load_arrays(path)
    name = path.name
    embeddings, labels, targets = arrays["embeddings"], arrays.get("labels"), arrays.get("targets")
    if embeddings.ndim != 2 or embeddings.dtype.kind not in "biuf" or not embeddings.size:
        raise SamplesError(
            f"Expected real 'embeddings' of shape (n_samples, n_features) in {name}, got {embeddings.dtype} "
            f"{embeddings.shape}.",
            hint="One row per sample; pool or flatten further axes first.",
        )
    if (labels is None) == (targets is None):
        given = "neither" if labels is None else "both"
        raise SamplesError(
            f"Expected either 'labels' (classes) or 'targets' (numbers) in {name}, got {given}.",
            hint="Save with numpy.savez(path, embeddings=..., labels=...).",
        )
    kind, values, class_names = (
        _read_labels(name, labels) if labels is not None else _read_numbers(name, targets)
    )
    if len(values) != len(embeddings):
        raise SamplesError(f"{name} holds {len(embeddings):,} embeddings and {len(values):,} labels.")
    note = f"No metric uses {', '.join(map(repr, ignored))} of {name}."
    return FeatureFile(name, ReadyFeatures(arrays, (note,) if ignored else ()), kind, values, class_names)


def _read_labels(name: str, labels: NDArray[Any]) -> tuple[TargetKind, NDArray[Any], tuple[str, ...]]:
    """Encode the classes as numbers in the order of their values, as metrics do."""
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise _not_finite("labels", labels, name)
    is_whole = labels.dtype.kind == "f" and bool((labels == np.rint(labels)).all())
    if labels.ndim != 1 or not (labels.dtype.kind in "biuUS" or is_whole):
        raise SamplesError(
            f"Expected 'labels' of shape (n_samples,), whole numbers or strings, in {name}, got "
            f"{labels.dtype} {labels.shape}.",
            hint="Save real numbers, or a column of zeros and ones for each label, as 'targets'.",
        )
    classes, codes = np.unique(labels, return_inverse=True)
    names = _name_classes(name, classes, is_whole=is_whole)
    return "classification", codes.astype(np.int64), names


def _name_classes(name: str, classes: NDArray[Any], *, is_whole: bool) -> tuple[str, ...]:
    """Write classes as texts, different ones as different texts; the record escapes what is no text."""
    if classes.dtype.kind == "S":  # never replaced by one mark for all: classes would fall together
        classes = np.char.decode(classes, "utf-8", "surrogateescape")
    try:
        values = classes.tolist()
    except ValueError as error:  # numbers that are no characters
        raise SamplesError(f"'labels' of {name} are no texts: {error}.", hint=LABELS_HINT) from error
    return tuple(str(int(one) if is_whole else one) for one in values)


def _not_finite(array: str, values: NDArray[Any], name: str) -> SamplesError:
    """Make the error of labels or targets that are no numbers in some rows."""
    rows = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1)) if values.ndim else [0]
    return SamplesError(
        f"{array!r} of {name} hold NaN or infinity in {len(rows):,} rows, the first of them row "
        f"{rows[0] + 1:,}; every sample needs a value.",
        hint="Remove these rows from all arrays and from all files.",
    )


def _read_numbers(name: str, targets: Any) -> tuple[TargetKind, NDArray[Any], tuple[str, ...]]:
    """Distinguish numbers from multi-label targets, as metrics do."""
    columns = np.asarray(targets)
    if columns.ndim not in {1, 2} or columns.dtype.kind not in "biuf" or not columns.size:
        raise SamplesError(
            f"Expected real 'targets' of shape (n_samples,) or (n_samples, k) in {name}, got {columns.dtype} "
            f"{columns.shape}."
        )
    numbers = columns.astype(np.float64)
    if numbers.ndim == 2 and numbers.shape[1] == 1:
        numbers = numbers[:, 0]
    if not np.isfinite(numbers).all():
        raise _not_finite("targets", numbers, name)
    if numbers.ndim == 1:
        return "regression", numbers, ("target",)
    is_binary = bool(np.isin(numbers, (0.0, 1.0)).all())
    word = "label" if is_binary else "target"
    names = tuple(f"{word} {k + 1}" for k in range(numbers.shape[1]))
    return ("multilabel" if is_binary else "regression"), numbers, names


def _read_table(path: Path, reading: Reading) -> FeatureFile:
    """Read the columns of numbers of a table; no row may be left out, since files are compared row by row."""
    name = path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(name, error) from error
    table = open_table(Entry(name, len(data), BytesBlob(data)), DEFAULT_LIMITS)
    roles = find_roles(table, replace(reading, modality="tabular", columns_as_is=True))
    targets = read_targets({column: table.cells(column) for column in roles.labels}, reading)
    lost = [(entry.name, entry.reason) for entry in table.left_out]
    lost += [(f"{name}:{table.lines[row]}", reason) for row, reason in targets.left_out]
    if lost:
        raise SamplesError(
            f"{lost[0][0]}: {lost[0][1]}; {len(lost):,} rows have no usable label, and every row needs one.",
            hint="Remove the same rows from all files, or label them.",
        )
    arrays = {
        "embeddings": np.stack([table.numbers[column] for column in roles.features], axis=1),
        "labels" if targets.kind == "classification" else "targets": targets.labels.copy(),
    }
    notes = (*table.notes, *roles.notes, *targets.notes)
    return FeatureFile(name, ReadyFeatures(arrays, notes), targets.kind, targets.labels, targets.class_names)
