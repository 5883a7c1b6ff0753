"""Ready-made features: one file for each model, all of the same samples.

The labels in the files are the samples: whoever brings features has no need to bring what they were made of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.arrays import load_arrays
from ptmrank_core.data.entries import Entry, unreadable
from ptmrank_core.data.limits import DEFAULT_LIMITS
from ptmrank_core.data.numerals import write_number
from ptmrank_core.data.tables import open_table
from ptmrank_core.data.tables.roles import find_roles
from ptmrank_core.data.tables.units import NumbersItem
from ptmrank_core.data.targets import read_targets
from ptmrank_core.errors import InputError, SamplesError
from ptmrank_core.records import (
    AS_RECOGNISED,
    BytesBlob,
    LeftOut,
    ModelSpec,
    Reading,
    ReadyFeatures,
    Samples,
    TargetKind,
)

__all__ = ["FEATURES_PREFIX", "load_feature_samples", "load_features", "load_first_features"]

FEATURES_PREFIX = "features:"
NOT_FEATURES = "no file of features of its own: expected .npz, .csv, .tsv or .parquet"
# Labels that went through a text or through float32 are still the same.
SAME_NUMBER = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class _File:
    """One file of features.

    Parameters
    ----------
    name
        Of the file, for people.
    ready
        Its arrays, as they are.
    kind, labels, class_names
        What its samples are, as ``Samples`` has it.
    """

    name: str
    ready: ReadyFeatures
    kind: TargetKind
    labels: NDArray[Any]
    class_names: tuple[str, ...]


def load_feature_samples(
    path: Path, models: Sequence[ModelSpec], reading: Reading = AS_RECOGNISED
) -> Samples:
    """Make samples of the labels that all files of features share.

    Parameters
    ----------
    path
        The folder, or the only file.
    models
        A model for each file, as ``catalogue.feature_models`` finds them.
    reading
        Which columns of a table hold the labels, and what they are, where that is not to be recognised.

    Returns
    -------
    Samples
        Tabular: each decodes to its row of the first file that can be read, which is their source. Files that
        cannot be read are passed over: their models fail in the run. What else lies in the folder is in
        ``skipped``.

    Raises
    ------
    SamplesError
        If no file can be read, or two of them do not hold the same samples.
    """
    first: _File | None = None
    source, problems = "", []
    for spec in models:
        try:
            file = _read(Path(spec.path or ""), reading)
        except InputError as error:
            problems.append(error)
            continue
        if first is None:
            first, source = file, f"{FEATURES_PREFIX}{spec.path}"
        elif said := _difference(file, first.name, first.kind, first.labels, first.class_names):
            raise SamplesError(
                f"{file.name} and {first.name} do not hold the same samples: {said}",
                hint="Extract all features from the same samples, in the same order.",
            )
    if first is None:
        said = f": {problems[0].message}" if problems else "."
        raise SamplesError(
            f"No file of features can be read in {str(path)!r}{said}",
            hint=problems[0].hint if problems else "",
        )
    used = {Path(spec.path or "").name for spec in models}
    beside = sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
    return _samples(source, first, tuple(LeftOut(name, NOT_FEATURES) for name in beside if name not in used))


def load_first_features(source: str, reading: Reading) -> Samples:
    """Load the samples of a planned run again.

    Parameters
    ----------
    source
        Where ``load_feature_samples`` found them.
    reading
        As it was planned.
    """
    return _samples(source, _read(Path(source.removeprefix(FEATURES_PREFIX)), reading), ())


def load_features(spec: ModelSpec, reading: Reading, samples: Samples) -> ReadyFeatures:
    """Load the features of one model.

    Parameters
    ----------
    spec
        A model whose source is a file of features.
    reading
        Which columns of a table hold the labels, and what they are, where that is not to be recognised.
    samples
        The samples that the features have to be of, in that order.

    Returns
    -------
    ReadyFeatures
        The arrays as they are in the file.

    Raises
    ------
    InputError
        If the file cannot be read, or holds other samples.
    """
    file = _read(Path(spec.path or ""), reading)
    said = _difference(file, "the run", samples.target_kind, samples.labels, samples.class_names)
    if said:
        left_out = f" {len(samples.skipped):,} rows of theirs were left out." if samples.skipped else ""
        raise SamplesError(
            f"{file.name} does not hold the samples of this run: {said}{left_out}",
            hint="Extract all features from the same samples, in the same order.",
        )
    return file.ready


def _read(path: Path, reading: Reading) -> _File:
    """Read a file of features by its suffix."""
    file = _read_arrays(path) if path.suffix.lower() == ".npz" else _read_table(path, reading)
    if reading.target_kind not in {None, file.kind}:
        raise SamplesError(
            f"{file.name} holds labels for {file.kind}; {reading.target_kind} was asked for.",
            hint="Save classes as 'labels' and numbers as 'targets', or leave --target out.",
        )
    return file


def _read_arrays(path: Path) -> _File:
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
        came = "neither" if labels is None else "both"
        raise SamplesError(
            f"Expected either 'labels' (classes) or 'targets' (numbers) in {name}, got {came}.",
            hint="Save with numpy.savez(path, embeddings=..., labels=...).",
        )
    kind, own, class_names = (
        _read_labels(name, labels) if labels is not None else _read_numbers(name, targets)
    )
    if len(own) != len(embeddings):
        raise SamplesError(f"{name} holds {len(embeddings):,} embeddings and {len(own):,} labels.")
    said = f"No metric reads {', '.join(map(repr, ignored))} of {name}."
    return _File(name, ReadyFeatures(arrays, (said,) if ignored else ()), kind, own, class_names)


def _read_labels(name: str, labels: NDArray[Any]) -> tuple[TargetKind, NDArray[Any], tuple[str, ...]]:
    """Number classes in the order of their values, which is the one that metrics give them."""
    is_whole = labels.dtype.kind == "f" and bool((labels == np.rint(labels)).all())
    if labels.ndim != 1 or not (labels.dtype.kind in "biuUS" or is_whole):
        raise SamplesError(
            f"Expected 'labels' of shape (n_samples,), whole numbers or strings, in {name}, got {labels.dtype} "
            f"{labels.shape}.",
            hint="Save real numbers, or a column of zeros and ones for each label, as 'targets'.",
        )
    classes, codes = np.unique(labels, return_inverse=True)
    if classes.dtype.kind == "S":
        classes = np.char.decode(classes, "utf-8", "replace")
    names = tuple(str(int(one) if is_whole else one) for one in classes.tolist())
    return "classification", codes.astype(np.int64), names


def _read_numbers(name: str, targets: Any) -> tuple[TargetKind, NDArray[Any], tuple[str, ...]]:
    """Tell numbers from several labels, as metrics do."""
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
        raise SamplesError(f"'targets' of {name} hold NaN or infinity; every sample needs a number.")
    if numbers.ndim == 1:
        return "regression", numbers, ("target",)
    is_binary = bool(np.isin(numbers, (0.0, 1.0)).all())
    word = "label" if is_binary else "target"
    names = tuple(f"{word} {k + 1}" for k in range(numbers.shape[1]))
    return ("multilabel" if is_binary else "regression"), numbers, names


def _read_table(path: Path, reading: Reading) -> _File:
    """Read the columns of numbers of a table; every row counts, or files could not be compared row by row."""
    name = path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(name, error) from error
    table = open_table(Entry(name, len(data), BytesBlob(data)), DEFAULT_LIMITS)
    roles = find_roles(table, replace(reading, modality="tabular"))
    targets = read_targets({column: table.cells(column) for column in roles.labels}, reading)
    lost = [(entry.name, entry.reason) for entry in table.left_out]
    lost += [(f"{name}:{table.lines[row]}", reason) for row, reason in targets.left_out]
    if lost:
        raise SamplesError(
            f"{lost[0][0]}: {lost[0][1]}; {len(lost):,} rows have no usable label, and every row needs one.",
            hint="Take the same rows out of all files, or label them.",
        )
    arrays = {
        "embeddings": np.stack([table.numbers[column] for column in roles.features], axis=1),
        "labels" if targets.kind == "classification" else "targets": targets.labels.copy(),
    }
    notes = (*table.notes, *roles.notes, *targets.notes)
    return _File(name, ReadyFeatures(arrays, notes), targets.kind, targets.labels, targets.class_names)


def _difference(
    file: _File, other: str, kind: TargetKind, labels: NDArray[Any], class_names: tuple[str, ...]
) -> str:
    """Say how a file's samples differ from others; empty where they are the same."""
    if file.kind != kind:
        return f"its labels are for {file.kind}, those of {other} for {kind}."
    if len(file.labels) != len(labels):
        return f"it holds {len(file.labels):,}, {other} {len(labels):,}."
    if kind == "classification":
        own = np.array(file.class_names)[file.labels]
        its = np.array(class_names)[labels]
        differs = own != its
    else:
        own, its = file.labels.reshape(len(labels), -1), labels.reshape(len(labels), -1)
        if own.shape != its.shape:
            return f"it has {own.shape[1]} targets, {other} {its.shape[1]}."
        differs = ~np.isclose(own, its, rtol=SAME_NUMBER, atol=0).all(axis=1)
    if not differs.any():
        return ""
    row = int(np.argmax(differs))
    return (
        f"{np.count_nonzero(differs):,} of {len(labels):,} labels differ, the first in row {row + 1}: "
        f"{_write(own[row])} instead of {_write(its[row])}."
    )


def _write(label: Any) -> str:
    """Write a class, or the numbers of one sample."""
    return repr(str(label)) if np.ndim(label) == 0 else ", ".join(map(write_number, label.tolist()))


def _samples(source: str, file: _File, left_out: tuple[LeftOut, ...]) -> Samples:
    """Make the record."""
    if len(file.labels) < 2 or (file.kind == "classification" and len(file.class_names) < 2):
        raise SamplesError(
            f"{file.name} holds {len(file.labels):,} samples of {len(file.class_names)} classes; at least two "
            "samples of two classes are needed."
        )
    rows = file.ready.arrays["embeddings"].astype(np.float64)
    rows.setflags(write=False)
    return Samples(
        modality="tabular",
        names=tuple(f"row {i + 1}" for i in range(len(rows))),
        items=tuple(NumbersItem(row) for row in rows),
        labels=file.labels,
        class_names=file.class_names,
        digests=tuple(hashlib.sha256(row.astype("<f8").tobytes()).hexdigest() for row in rows),
        skipped=left_out,
        source=source,
        notes=file.ready.notes,
        target_kind=file.kind,
    )
