"""Ready-made features: one file for each model, all of the same samples.

The files also hold the labels, so that the samples themselves are not needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.features.files import FeatureFile, read_feature_file
from ptmrank_core.data.labels.numbers import write_number
from ptmrank_core.data.quality import with_warnings
from ptmrank_core.data.sources.entries import HIDDEN_REASON, is_hidden
from ptmrank_core.data.tables.items import NumbersItem
from ptmrank_core.errors import InputError, SamplesError
from ptmrank_core.records import (
    AS_RECOGNISED,
    LeftOut,
    ModelSpec,
    Reading,
    ReadyFeatures,
    Samples,
    TargetKind,
)

__all__ = ["FEATURES_PREFIX", "load_feature_samples", "load_features", "load_first_features"]

FEATURES_PREFIX = "features:"
NOT_FEATURES = "no file of features: expected .npz, .csv, .tsv or .parquet"
# Labels that were written as text or as float32 in between still count as equal.
SAME_NUMBER = 1e-6


def load_feature_samples(
    path: Path, models: Sequence[ModelSpec], reading: Reading = AS_RECOGNISED
) -> Samples:
    """Make samples from the labels that all files of features share.

    Parameters
    ----------
    path
        The folder, or the only file.
    models
        A model for each file, as ``catalogue.feature_models`` finds them.
    reading
        Which columns of a table hold the labels, and what they are, where the user said so.

    Returns
    -------
    Samples
        Tabular: each decodes to its row of the first file that can be read, which is their source. Files that
        cannot be read are skipped: their models fail in the run. Other files of the folder are in
        ``left_out``.

    Raises
    ------
    SamplesError
        If no file can be read, or two of them do not hold the same samples.
    """
    first: FeatureFile | None = None
    source, problems = "", []
    for spec in models:
        try:
            file = read_feature_file(Path(spec.path or ""), reading)
        except InputError as error:
            problems.append(error)
            continue
        if first is None:
            first, source = file, f"{FEATURES_PREFIX}{spec.path}"
        elif difference := _difference(file, first.name, first.kind, first.labels, first.class_names):
            raise SamplesError(
                f"{file.name} and {first.name} do not hold the same samples: {difference}",
                hint="Extract all features from the same samples, in the same order.",
            )
    if first is None:
        reason = f": {problems[0].message}" if problems else "."
        raise SamplesError(
            f"No file of features can be read{reason}",
            hint=problems[0].hint if problems else "",
            fields=problems[0].fields if problems else (),
        )
    beside = _beside(path, {Path(spec.path or "").name for spec in models})
    return with_warnings(_samples(source, first, beside))


def _beside(path: Path, used: Collection[str]) -> tuple[LeftOut, ...]:
    """List the other files of the folder."""
    names = sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
    return tuple(
        LeftOut(name, HIDDEN_REASON if is_hidden(name) else NOT_FEATURES)
        for name in names
        if name not in used
    )


def load_first_features(source: str, reading: Reading) -> Samples:
    """Load the samples of a planned run again.

    Parameters
    ----------
    source
        The source of the samples of ``load_feature_samples``.
    reading
        The reading of the plan.
    """
    return _samples(source, read_feature_file(Path(source.removeprefix(FEATURES_PREFIX)), reading), ())


def load_features(spec: ModelSpec, reading: Reading, samples: Samples) -> ReadyFeatures:
    """Load the features of one model.

    Parameters
    ----------
    spec
        A model whose source is a file of features.
    reading
        Which columns of a table hold the labels, and what they are, where the user said so.
    samples
        The samples of the run; the features must be of these, in this order.

    Returns
    -------
    ReadyFeatures
        The arrays of the file, unchanged.

    Raises
    ------
    InputError
        If the file cannot be read, or holds other samples.
    """
    file = read_feature_file(Path(spec.path or ""), reading)
    difference = _difference(file, "the run", samples.target_kind, samples.labels, samples.class_names)
    if difference:
        left_out = f" {len(samples.left_out):,} rows of the run were left out." if samples.left_out else ""
        raise SamplesError(
            f"{file.name} does not hold the samples of this run: {difference}{left_out}",
            hint="Extract all features from the same samples, in the same order.",
        )
    return file.ready


def _difference(
    file: FeatureFile, other: str, kind: TargetKind, labels: NDArray[Any], class_names: tuple[str, ...]
) -> str:
    """Describe how a file's samples differ from others; empty where they are the same."""
    if file.kind != kind:
        return f"its labels are for {file.kind}, those of {other} for {kind}."
    if len(file.labels) != len(labels):
        return f"it holds {len(file.labels):,}, {other} {len(labels):,}."
    if kind == "classification":
        ours = np.array(file.class_names)[file.labels]
        theirs = np.array(class_names)[labels]
        differs = ours != theirs
    else:
        ours, theirs = file.labels.reshape(len(labels), -1), labels.reshape(len(labels), -1)
        if ours.shape != theirs.shape:
            return f"it has {ours.shape[1]} targets, {other} {theirs.shape[1]}."
        differs = ~np.isclose(ours, theirs, rtol=SAME_NUMBER, atol=0).all(axis=1)
    if not differs.any():
        return ""
    row = int(np.argmax(differs))
    return (
        f"{np.count_nonzero(differs):,} of {len(labels):,} labels differ, the first in row {row + 1}: "
        f"{_write(ours[row])} instead of {_write(theirs[row])}."
    )


def _write(label: Any) -> str:
    """Write a class, or the numbers of one sample."""
    return repr(str(label)) if np.ndim(label) == 0 else ", ".join(map(write_number, label.tolist()))


def _samples(source: str, file: FeatureFile, left_out: tuple[LeftOut, ...]) -> Samples:
    """Make the samples of a file."""
    if len(file.labels) < 2 or (file.kind == "classification" and len(file.class_names) < 2):
        raise SamplesError(
            f"{file.name} holds {len(file.labels):,} samples of {len(file.class_names)} classes; expected at "
            "least two samples of two classes."
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
        left_out=left_out,
        source=source,
        notes=file.ready.notes,
        target_kind=file.kind,
    )
