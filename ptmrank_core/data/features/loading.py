"""Ready-made features: one file for each model, all of the same samples.

The labels in the files are the samples: whoever brings features has no need to bring what they were made of.
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
# Labels that went through a text or through float32 are still the same.
SAME_NUMBER = 1e-6


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
        elif said := _difference(file, first.name, first.kind, first.labels, first.class_names):
            raise SamplesError(
                f"{file.name} and {first.name} do not hold the same samples: {said}",
                hint="Extract all features from the same samples, in the same order.",
            )
    if first is None:
        said = f": {problems[0].message}" if problems else "."
        raise SamplesError(
            f"No file of features can be read{said}",
            hint=problems[0].hint if problems else "",
        )
    beside = _beside(path, {Path(spec.path or "").name for spec in models})
    return with_warnings(_samples(source, first, beside))


def _beside(path: Path, used: Collection[str]) -> tuple[LeftOut, ...]:
    """Tell what else lies in the folder."""
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
        Where ``load_feature_samples`` found them.
    reading
        As it was planned.
    """
    return _samples(source, read_feature_file(Path(source.removeprefix(FEATURES_PREFIX)), reading), ())


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
    file = read_feature_file(Path(spec.path or ""), reading)
    said = _difference(file, "the run", samples.target_kind, samples.labels, samples.class_names)
    if said:
        left_out = f" {len(samples.left_out):,} rows of theirs were left out." if samples.left_out else ""
        raise SamplesError(
            f"{file.name} does not hold the samples of this run: {said}{left_out}",
            hint="Extract all features from the same samples, in the same order.",
        )
    return file.ready


def _difference(
    file: FeatureFile, other: str, kind: TargetKind, labels: NDArray[Any], class_names: tuple[str, ...]
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


def _samples(source: str, file: FeatureFile, left_out: tuple[LeftOut, ...]) -> Samples:
    """Make the record."""
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
