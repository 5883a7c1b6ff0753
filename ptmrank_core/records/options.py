"""How a run is to be done: everything that is chosen besides the models and the samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ptmrank_core.records.analyses import EVERY_ANALYSIS, Analyses
from ptmrank_core.records.models import ExtractionOptions, ModelSpec
from ptmrank_core.records.samples import AS_RECOGNISED, Reading

__all__ = ["NORMALISATIONS", "RunOptions", "replace_fields"]

# Units of the features: as they are, one factor for each model, or each feature in its own deviation.
NORMALISATIONS = ("none", "rms", "standardise")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of a run, one record for every entry point: script, command line, dashboard and replay.

    A new option is a field here, and a row in the table of ``results.rank_options`` that says how the command
    line spells it. The plan of a run, its card and its replay have every field of this record.

    Parameters
    ----------
    metrics
        Names of the metrics, at least one.
    options
        How features are extracted.
    seed
        Seed of everything random.
    reference_source
        Where the reference set comes from; ``None`` for the built-in one of the modality.
    reading
        How the samples are read.
    source_samples
        Where labelled samples of what the models were trained on are; ``None`` for each model's own.
    label_encoder
        Text model whose embeddings of the class names are given to the metrics that read them; ``None`` for
        one-hot classes.
    analyses
        What is done once every cell is decided.
    normalise
        Unit of the features: one of ``NORMALISATIONS``.
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
    """Return a record with other values in some of its fields, and in fields of the records that it holds.

    Parameters
    ----------
    record
        A dataclass.
    values
        By the path of the field: ``"seed"``, ``"analyses.probe"``.
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
