"""Models, and the features that they extract from samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

from ptmrank_core.records.arrays import FloatArray, freeze
from ptmrank_core.records.names import printable, printable_names
from ptmrank_core.records.reading import Modality

__all__ = [
    "CACHE_ARRAYS",
    "CHECKPOINTS",
    "AdaptedBase",
    "EmbeddingFunction",
    "ExtractionOptions",
    "ExtractionReport",
    "Features",
    "ModelSource",
    "ModelSpec",
    "ReadyFeatures",
    "SetFeatures",
]

# A user's own model: a list of b decoded samples -> array of shape (b, d). A sample is what ``Item.decode``
# returns; a recording is passed as the pair (samples, rate).
EmbeddingFunction: TypeAlias = Callable[[list[Any]], Any]
ModelSource: TypeAlias = Literal["hub", "local", "demo", "features", "columns", "function"]
# What the names of arrays in a file of features begin with that a feature cache reads, and no metric.
CACHE_ARRAYS = "cache."
CHECKPOINTS: frozenset[ModelSource] = frozenset({"hub", "local", "demo"})  # those that have weights


@dataclass(frozen=True, slots=True)
class AdaptedBase:
    """The model that an adapter (PEFT) belongs to.

    Parameters
    ----------
    name
        Id on the Hub, or folder.
    revision
        Its commit, or the digest of its files.
    kind
        Method of the adapter, as in ``adapter_config.json``: ``"LORA"``.
    path
        Folder of its files, as long as the adapter is not merged into a copy of it; ``None`` from then on.
    """

    name: str
    revision: str
    kind: str
    path: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", printable(self.kind))


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One candidate model; an unknown fact is ``None``, never 0.

    What its files and the Hub say of it is made printable; paths stay as they are opened.

    Parameters
    ----------
    id
        The name by which users refer to it: a Hub id, ``demo:NAME`` or a folder.
    source
        Where it is loaded from. ``"features"``: a file of features that the user supplies; ``"columns"``: the
        columns of tabular samples, unchanged; ``"function"``: a function that the user supplies.
    modality
        Modality of its inputs.
    revision
        Commit of a Hub model, SHA-256 of a folder's files or of a file of features, the version that the user
        gave a function; ``None`` before it is resolved, and for a function whose features are not cached.
    path
        Folder of the checkpoint, or the file of features; ``None`` before a Hub model is downloaded.
    tasks
        Task categories it is a candidate for.
    model_type
        Model family, as in ``config.json``.
    architecture
        Class of the saved model, as in ``config.json``.
    n_parameters
        Number of parameters.
    width
        Width of its pooled features.
    n_source_classes
        Number of classes of its source head; ``None`` if it has none, or before that is known.
    licence
        SPDX-like licence tag.
    size_bytes
        Size of the weights.
    source_samples
        Location of labelled samples of its training data; ``None`` if unknown.
    control
        Why it is no candidate but a reference that candidates should beat, such as ``"untrained weights"``;
        ``None`` for a candidate. Controls are scored like candidates and never ranked or recommended.
    own_code
        Whether its files name code of their own, which is not run: a class of transformers is used instead.
    base
        What an adapter is merged into; ``None`` for a model with full weights.
    spare_adapter
        Whether an adapter lies beside its full weights, which is not used.
    """

    id: str
    source: ModelSource
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
    source_samples: str | None = None
    control: str | None = None
    own_code: bool = False
    base: AdaptedBase | None = None
    spare_adapter: bool = False

    def __post_init__(self) -> None:
        for name in ("id", "revision", "model_type", "architecture", "licence", "control"):
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, printable(value))
        object.__setattr__(self, "tasks", printable_names(self.tasks))


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """How features are extracted.

    Parameters
    ----------
    dtype
        Precision of the model: ``"float32"``, ``"bfloat16"`` or ``"float16"``; ``"auto"`` for half
        precision if the hardware supports it natively.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``.
    batch_size
        Samples in one forward pass, halved if memory runs out; ``None`` to find the fastest size.
    found_sizes
        Used if no size is chosen: for each model, the number of samples in a batch of the longest samples
        that an earlier run determined; batches of shorter samples are larger.
    layers
        Whether the features of all hidden layers are extracted too.
    """

    dtype: str = "auto"
    device: str = "auto"
    batch_size: int | None = None
    layers: bool = False
    found_sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SetFeatures:
    """The features of an auxiliary set of samples under one model.

    Parameters
    ----------
    embeddings
        float32 array of shape (m, d).
    source_logits
        float32 array of shape (m, z), or ``None`` if the model has no head.
    """

    embeddings: FloatArray
    source_logits: FloatArray | None

    def __post_init__(self) -> None:
        freeze(self, "embeddings", self.embeddings)
        if self.source_logits is not None:
            freeze(self, "source_logits", self.source_logits)


@dataclass(frozen=True, eq=False)
class ReadyFeatures:
    """Features of one model that the user supplies in a file.

    Parameters
    ----------
    arrays
        Arrays by the names that metrics use: ``embeddings`` of shape (n, d), ``labels`` (n,) or ``targets``
        (n,) or (n, k), and all others in the file. Values are unchanged: nothing is standardised.
    notes
        Remarks on the file, one sentence each.
    """

    arrays: Mapping[str, NDArray[Any]]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in self.arrays.values():
            array.setflags(write=False)


@dataclass(frozen=True, slots=True)
class ExtractionReport:
    """Everything that is recorded about an extraction, except arrays.

    The outcome of a model and the run card contain this record: a new field appears in the store, the card
    and the JSON. It needs a default, which stands for "not recorded" in earlier runs.

    Parameters
    ----------
    dtype
        Precision in which the model was run.
    device
        Device on which the model ran; ``None`` if all features came from the cache.
    seconds
        Seconds of ``load``, ``preprocess`` and ``forward``; empty if unknown.
    cache_hits, cache_misses
        Samples found in the cache, and samples the model ran on, without auxiliary sets. Both are 0 if no
        cache was used, and in cards of the first format.
    n_run
        Samples that the model ran on within ``seconds``, those of auxiliary sets included; ``None`` if
        unknown.
    batch_size
        Samples in a batch of the longest samples; ``None`` if no batch was run.
    peak_memory_bytes
        Peak memory of the extraction: that of the device; on a CPU, that of the whole process. ``None`` if
        it cannot be measured.
    pooling
        Pooling rule of the model's family; the repository of a sentence encoder may specify another. ``None``
        if nothing was pooled, or if unknown.
    notes
        What a reader should know about how the features were extracted, one sentence each.
    key
        Digest of model, revision, preprocessing, pooling, layer, dtype and code version; empty if unknown.
    """

    dtype: str
    device: str | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    cache_hits: int = 0
    cache_misses: int = 0
    n_run: int | None = None
    batch_size: int | None = None
    peak_memory_bytes: int | None = None
    pooling: str | None = None
    notes: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, eq=False)
class Features:
    """The features of the samples under one model.

    Parameters
    ----------
    embeddings
        float32 array of shape (n, d).
    source_logits
        float32 array of shape (n, z), or ``None`` if the model has no head.
    labels
        Array of shape (n,), or (n, k) if the samples have several targets.
    report
        Everything else that is recorded about the extraction.
    auxiliary
        Features of the auxiliary sets of samples, by the name of the set.
    source_class_names
        Names of the z columns of ``source_logits``; empty if there is no head or its classes have no names.
    layer_embeddings
        float32 arrays of shape (n, d_l) of the hidden layers, the input embedding first; empty if they were
        not requested.
    """

    embeddings: FloatArray
    source_logits: FloatArray | None
    labels: NDArray[Any]
    report: ExtractionReport
    auxiliary: Mapping[str, SetFeatures] = field(default_factory=dict)
    source_class_names: tuple[str, ...] = ()
    layer_embeddings: tuple[FloatArray, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, "embeddings", self.embeddings)
        freeze(self, "labels", self.labels)
        if self.source_logits is not None:
            freeze(self, "source_logits", self.source_logits)
