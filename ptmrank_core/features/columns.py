"""The columns of tabular samples as features, unchanged: no model, no cache, no standardising."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import BatchDone, Sink, StageStarted
from ptmrank_core.features.preparing import decode_items
from ptmrank_core.records import (
    ExtractionReport,
    Features,
    FloatArray,
    ModelSpec,
    Samples,
    SetFeatures,
    Stage,
)

__all__ = ["COLUMNS_KEY", "stack_columns"]

# Key of such features: they are the samples themselves.
COLUMNS_KEY = "columns"


def stack_columns(
    samples: Samples, spec: ModelSpec, *, sink: Sink, auxiliary: Mapping[str, Samples]
) -> Features:
    """Use the columns of tabular samples as their features.

    Parameters
    ----------
    samples
        n tabular samples of d numbers.
    spec
        The candidate that stands for the columns.
    sink
        Receives the events of the extraction.
    auxiliary
        Auxiliary sets of tabular samples, by name.

    Returns
    -------
    Features
        Embeddings of shape (n, d), in float32.

    Raises
    ------
    UnsupportedModelError
        If the samples are not tabular, or a number is larger than float32 holds.
    """
    start = time.perf_counter()
    sink(StageStarted(spec.id, Stage.EXTRACT))
    features = Features(
        embeddings=_stack(samples),
        source_logits=None,
        labels=samples.labels,
        report=ExtractionReport(
            dtype="float32",
            seconds={"load": 0.0, "preprocess": time.perf_counter() - start, "forward": 0.0},
            n_run=0,
            key=COLUMNS_KEY,
        ),
        auxiliary={
            name: SetFeatures(_stack(auxiliary_set), None) for name, auxiliary_set in auxiliary.items()
        },
    )
    sink(BatchDone(spec.id, samples.n_samples, samples.n_samples))
    return features


def _stack(samples: Samples) -> FloatArray:
    """Stack the numbers of all samples to shape (n, d)."""
    if samples.modality != "tabular":
        raise UnsupportedModelError(
            f"The samples are {samples.modality}; only rows of numbers can be used as features directly."
        )
    numbers = np.stack(decode_items(samples.items, samples.names))
    with np.errstate(over="ignore"):
        rows: FloatArray = numbers.astype(np.float32)
    broken = np.argwhere(~np.isfinite(rows))
    if broken.size:
        row, column = broken[0]
        raise UnsupportedModelError(
            f"{samples.names[row]!r} holds {numbers[row, column]:g}; expected numbers that float32 holds.",
            hint="Choose another unit for that column.",
        )
    return rows
