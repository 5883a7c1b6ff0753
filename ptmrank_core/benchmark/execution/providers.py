"""The functions by which a run gets its samples and models, and who trains.

Entry points pass them in, so that this package needs no import of ``data`` and ``catalogue``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ptmrank_core.benchmark.execution.substitutes import NO_SUBSTITUTES, Substitutes
from ptmrank_core.benchmark.race.trainer import MakeTrainer, ModelTrainer
from ptmrank_core.events import CancelToken, Sink
from ptmrank_core.records import (
    EmbeddingFunction,
    Modality,
    ModelSpec,
    Reading,
    ReadyFeatures,
    Samples,
    Truth,
)

__all__ = ["Fetch", "Sources"]


class Fetch(Protocol):
    """Fetches a model's files to this machine."""

    def __call__(self, spec: ModelSpec, *, sink: Sink, cancel: CancelToken) -> ModelSpec:
        """Return the model with its revision, path and facts."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """The functions by which a run gets its samples and models; every entry point passes them in.

    Parameters
    ----------
    load_samples
        Source and reading of a plan -> samples.
    load_reference
        Source of a plan and modality of its samples -> reference set.
    name_samples
        Class names -> text samples.
    load_features
        Model whose source is a file of features, reading of a plan, samples -> the features of those samples.
    fetch
        Planned model -> model on disk.
    functions
        Functions that the user supplied, by model id; they run in this process only.
    substitutes
        Models that are added to the plan if models of the plan have no score.
    recorded_truth
        Samples -> recorded fine-tuning results on them, if there are any.
    make_trainer
        Makes who trains the doses of a race.
    """

    load_samples: Callable[[str, Reading], Samples]
    load_reference: Callable[[str, Modality], Samples]
    name_samples: Callable[[Sequence[str]], Samples]
    load_features: Callable[[ModelSpec, Reading, Samples], ReadyFeatures]
    fetch: Fetch
    functions: Mapping[str, EmbeddingFunction] = field(default_factory=dict)
    substitutes: Substitutes = NO_SUBSTITUTES
    recorded_truth: Callable[[Samples], Truth | None] = lambda _samples: None
    make_trainer: MakeTrainer = ModelTrainer
