"""Where a run gets its samples and models from: the doors bring it in, so no room has to know another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ptmrank_core.benchmark.execution.substitutes import NO_SUBSTITUTES, Substitutes
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
    """Brings a model's files to this machine."""

    def __call__(self, spec: ModelSpec, *, sink: Sink, cancel: CancelToken) -> ModelSpec:
        """Return the model with its revision, path and facts."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a run gets its samples and models from; the doors bring it in.

    Parameters
    ----------
    load_samples
        Source and reading of a plan -> samples.
    load_reference
        Source of a plan and modality of its samples -> reference set.
    name_samples
        Names of classes -> texts as samples.
    load_features
        Model whose source is a file of features, reading of a plan, samples -> the features of those samples.
    fetch
        Planned model -> model on disk.
    functions
        The user's own functions, by the ids of their models; they run in this process and in no other.
    reserves
        Who joins the plan where a model of it has no score.
    recorded_truth
        Samples -> what fine-tuning gave on them, as far as that is on record.
    """

    load_samples: Callable[[str, Reading], Samples]
    load_reference: Callable[[str, Modality], Samples]
    name_samples: Callable[[Sequence[str]], Samples]
    load_features: Callable[[ModelSpec, Reading, Samples], ReadyFeatures]
    fetch: Fetch
    functions: Mapping[str, EmbeddingFunction] = field(default_factory=dict)
    substitutes: Substitutes = NO_SUBSTITUTES
    recorded_truth: Callable[[Samples], Truth | None] = lambda _samples: None
