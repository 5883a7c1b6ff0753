"""The records that flow through the house: frozen, arrays in them read-only.

source -> Samples -> (x ModelSpec) Features -> (x MetricSpec) Cell -> RunResult -> Ranking
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Blob",
    "BytesBlob",
    "Cell",
    "ExtractionOptions",
    "Failure",
    "Features",
    "Item",
    "LeftOut",
    "MetricOutput",
    "MetricSpec",
    "Modality",
    "ModelOutcome",
    "ModelSpec",
    "Ranking",
    "RunPlan",
    "RunResult",
    "RunState",
    "Samples",
    "SamplesSummary",
    "Score",
    "Skipped",
    "Stage",
]

Modality: TypeAlias = Literal["image", "text", "audio", "video", "tabular"]
FloatArray: TypeAlias = NDArray[np.float32]


def _freeze(record: object, name: str, array: NDArray[Any]) -> None:
    """Replace an array field of a frozen record by a read-only copy-free view of it."""
    view = array.view()
    view.setflags(write=False)
    object.__setattr__(record, name, view)


class Stage(StrEnum):
    """What is done with one model, in this order."""

    RESOLVE = "resolve"
    DOWNLOAD = "download"
    LOAD = "load"
    EXTRACT = "extract"
    SCORE = "score"


class RunState(StrEnum):
    """What the store knows of a run; whether its worker lives is told by its lock alone."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"

    def is_finished(self) -> bool:
        """Whether no worker is expected to work on it."""
        return self in {RunState.FINISHED, RunState.CANCELLED, RunState.FAILED}


class Blob(Protocol):
    """The bytes of one sample, read when they are needed."""

    def read(self) -> bytes:
        """Return the bytes."""
        ...


class Item(Protocol):
    """One sample, decoded when it is needed."""

    def decode(self) -> Any:
        """Return what models of the modality read: an RGB PIL image, a text, a waveform."""
        ...


@dataclass(frozen=True, slots=True)
class BytesBlob:
    """Bytes that are in memory already."""

    data: bytes

    def read(self) -> bytes:
        """Return the bytes."""
        return self.data


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One entry of a source that did not become a sample, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SamplesSummary:
    """What a run remembers of its samples."""

    n_samples: int
    class_counts: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Samples:
    """Labelled samples of one modality.

    Parameters
    ----------
    modality
        What the items are.
    names
        n names, for people.
    items
        n samples, decoded when they are needed.
    labels
        Array of shape (n,): indices into ``class_names``.
    class_names
        Names of the classes.
    digests
        n SHA-256 digests (hex) of the items' bytes.
    skipped
        What was left out, and why.
    source
        Where they come from: ``"demo:digits"`` or a path.
    notes
        What was changed on the way in, one sentence each.
    """

    modality: Modality
    names: tuple[str, ...]
    items: tuple[Item, ...]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    digests: tuple[str, ...]
    skipped: tuple[LeftOut, ...]
    source: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sizes = {len(self.names), len(self.items), len(self.labels), len(self.digests)}
        if len(sizes) != 1:
            raise ValueError(f"Expected names, items, labels, digests of one length, got {sizes}.")
        _freeze(self, "labels", self.labels)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.items)

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the digests, labels and class names in their order."""
        digest = hashlib.sha256()
        for name in self.class_names:
            digest.update(f"{len(name)}:{name};".encode())
        for sample, label in zip(self.digests, self.labels.tolist(), strict=True):
            digest.update(f"{sample}={label};".encode())
        return digest.hexdigest()

    def summary(self) -> SamplesSummary:
        """Count the samples and tell what was left out."""
        counts = np.bincount(self.labels, minlength=len(self.class_names)).tolist()
        return SamplesSummary(
            n_samples=self.n_samples,
            class_counts=dict(zip(self.class_names, counts, strict=True)),
            left_out=self.skipped,
            notes=self.notes,
        )


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One candidate model; what is unknown is ``None``, never 0.

    Parameters
    ----------
    id
        The name people use: a Hub id, ``demo:NAME`` or a folder.
    source
        Where it is loaded from.
    modality
        What it reads.
    revision
        Commit of a Hub model, SHA-256 of a folder's files; ``None`` before it is resolved.
    path
        Folder of the checkpoint; ``None`` before a Hub model is downloaded.
    tasks
        Task categories it is a candidate for.
    model_type
        Family, as in ``config.json``.
    architecture
        Class that saved it, as in ``config.json``.
    n_parameters
        Number of parameters.
    width
        Width of its pooled features.
    n_source_classes
        Width of its source head; ``None`` when it has none or that is not known yet.
    licence
        SPDX-like licence tag.
    size_bytes
        Size of the weights.
    """

    id: str
    source: Literal["hub", "local", "demo"]
    modality: Modality
    revision: str | None = None
    path: str | None = None
    tasks: tuple[str, ...] = ()
    model_type: str | None = None
    architecture: str | None = None
    n_parameters: int | None = None
    width: int | None = None
    n_source_classes: int | None = None
    licence: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """How features are extracted.

    Parameters
    ----------
    dtype
        ``"float32"``, ``"bfloat16"`` or ``"float16"``: what the model computes in.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``.
    batch_size
        Samples in one forward pass; halved where memory runs out.
    """

    dtype: str = "float32"
    device: str = "auto"
    batch_size: int = 32


@dataclass(frozen=True, eq=False)
class Features:
    """What one model makes of the samples.

    Parameters
    ----------
    embeddings
        float32 array of shape (n, d).
    source_logits
        float32 array of shape (n, z), or ``None`` where the model has no head.
    labels
        Array of shape (n,).
    key
        Digest of model, revision, preprocessing, pooling, layer, dtype and code version.
    seconds
        Seconds of ``load``, ``preprocess`` and ``forward``.
    cache_hits, cache_misses
        Samples found in the cache, samples the model ran on.
    device
        Where the model ran; ``None`` when everything came from the cache.
    dtype
        What the model computed in.
    peak_memory_bytes
        Peak device memory of the extraction; ``None`` where the device cannot tell.
    """

    embeddings: FloatArray
    source_logits: FloatArray | None
    labels: NDArray[np.int64]
    key: str
    seconds: Mapping[str, float]
    cache_hits: int
    cache_misses: int
    device: str | None
    dtype: str
    peak_memory_bytes: int | None = None

    def __post_init__(self) -> None:
        _freeze(self, "embeddings", self.embeddings)
        _freeze(self, "labels", self.labels)
        if self.source_logits is not None:
            _freeze(self, "source_logits", self.source_logits)


@dataclass(frozen=True, slots=True)
class MetricOutput:
    """What a metric returns: its value, named components, and warnings as values."""

    value: float
    components: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """The facts of one metric; everything that lists metrics reads these.

    Parameters
    ----------
    name
        ``"logme"``, or ``"logme:thuml"`` for a variant.
    title
        How people write it.
    function
        Takes ``MetricInputs``, returns a ``MetricOutput``.
    needs
        Names of the inputs besides embeddings and targets: ``"source_logits"``.
    tasks
        ``"classification"``, ``"regression"``, ``"multilabel"``.
    higher_is_better
        Direction of the value.
    bounds
        Least and greatest value; ``None`` where there is none.
    stochastic
        Whether the value depends on the seed.
    cost
        ``"decomposition"``, ``"linear"`` or ``"iterative"``.
    idea
        One sentence: what it estimates.
    fails_when
        One sentence: where not to trust it.
    reference
        Authors, year, DOI or arXiv id.
    version
        Raised whenever the same inputs can give another value.
    """

    name: str
    title: str
    function: Callable[[Any], MetricOutput]
    needs: frozenset[str]
    tasks: frozenset[str]
    higher_is_better: bool
    bounds: tuple[float | None, float | None]
    stochastic: bool
    cost: Literal["linear", "decomposition", "iterative"]
    idea: str
    fails_when: str
    reference: str
    version: int

    @property
    def is_variant(self) -> bool:
        """Whether this is a variant of another metric, which votes only when chosen by hand."""
        return ":" in self.name


@dataclass(frozen=True, slots=True)
class Score:
    """A finite value of one metric for one model."""

    model: str
    metric: str
    value: float
    seconds: float
    components: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that was tried and has no score."""

    model: str
    metric: str
    stage: Stage
    error: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A cell that does not apply; known before any work."""

    model: str
    metric: str
    reason: str


Cell: TypeAlias = Score | Failure | Skipped


@dataclass(frozen=True, slots=True)
class ModelOutcome:
    """What a run learned of one model besides its cells.

    Parameters
    ----------
    spec
        The model as resolved: revision, path and head are known.
    seconds
        Seconds of ``load``, ``preprocess``, ``forward`` and ``score``.
    cache_hits, cache_misses
        Samples found in the cache, samples the model ran on.
    n_features
        Width of the embeddings.
    device, dtype
        Where and in what the model ran; device ``None`` when all came from the cache.
    peak_memory_bytes
        Peak device memory; ``None`` where the device cannot tell.
    """

    spec: ModelSpec
    seconds: Mapping[str, float]
    cache_hits: int
    cache_misses: int
    n_features: int | None
    device: str | None
    dtype: str
    peak_memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run shall do: every model under every metric on these samples."""

    run_id: str
    created_at: str
    task: str
    samples_source: str
    samples_fingerprint: str
    models: tuple[ModelSpec, ...]
    metrics: tuple[str, ...]
    options: ExtractionOptions
    seed: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run has given so far."""

    plan: RunPlan
    state: RunState
    samples: SamplesSummary
    cells: tuple[Cell, ...]
    outcomes: Mapping[str, ModelOutcome]
    environment: Mapping[str, str]
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order of models.

    Parameters
    ----------
    order
        Ids of the ranked models, best first.
    mean_ranks
        Mean over the voting metrics of the rank among all models (1 is best).
    ranks
        For each metric the rank of each model with a score; ties share their mean rank.
    per_metric
        For each metric the ids of the models with a score, best first.
    metrics_used
        The metrics that vote in ``order``.
    unranked
        Ids of the models without a single score.
    """

    order: tuple[str, ...]
    mean_ranks: Mapping[str, float]
    ranks: Mapping[str, Mapping[str, float]]
    per_metric: Mapping[str, tuple[str, ...]]
    metrics_used: tuple[str, ...]
    unranked: tuple[str, ...]
