"""The options of a run: everything that the user chooses besides the models and the samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ptmrank_core.records.analyses import EVERY_ANALYSIS, Analyses
from ptmrank_core.records.models import ExtractionOptions, ModelSpec
from ptmrank_core.records.reading import AS_RECOGNISED, Reading

__all__ = ["NORMALISATIONS", "RunOptions", "replace_fields"]

# Unchanged features; one scale factor for each model; or each feature with mean 0 and variance 1.
NORMALISATIONS = ("none", "rms", "standardise")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of a run, one record for every entry point: script, command line, dashboard and replay.

    A new option needs a field here, and a row in the table of ``results.rank_options`` that maps it to the
    command line. The plan of a run, its card and its replay have every field of this record.

    Parameters
    ----------
    metrics
        Names of the metrics, at least one.
    options
        How features are extracted.
    seed
        Random seed of the run.
    reference_source
        Source of the reference set; ``None`` for the built-in one of the modality.
    reading
        How the samples are read.
    source_samples
        Location of labelled samples of the models' training data; ``None`` to use those of each
        ``ModelSpec``.
    label_encoder
        Text model that embeds the class names for the metrics that read such embeddings; ``None`` for one-hot
        vectors.
    analyses
        The analyses that follow once every cell is decided.
    normalise
        Scaling of the features: one of ``NORMALISATIONS``.
    """

    metrics: tuple[str, ...]
    options: ExtractionOptions
    seed: int
    reference_source: str | None = None
    reading: Reading = AS_RECOGNISED
    source_samples: str | None = None
    label_encoder: ModelSpec | None = None
    analyses: Analyses = EVERY_ANALYSIS
    normalise: str = "none"


def replace_fields(record: R, values: Mapping[str, Any]) -> R:
    """Return a copy of a record with new values for some of its fields, or for fields of nested records.

    Parameters
    ----------
    record
        A dataclass.
    values
        Path of a field -> its new value; examples of paths: ``"seed"``, ``"analyses.probe"``.
    """
    direct: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        name, _, inner_path = path.partition(".")
        if inner_path:
            nested.setdefault(name, {})[inner_path] = value
        else:
            direct[name] = value
    inner = {name: replace_fields(getattr(record, name), parts) for name, parts in nested.items()}
    changed: R = replace(record, **direct, **inner)  # type: ignore[type-var]
    return changed
