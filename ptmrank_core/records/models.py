"""Models and what they make of samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

from ptmrank_core.records.arrays import FloatArray, freeze
from ptmrank_core.records.samples import Modality

__all__ = [
    "EmbeddingFunction",
    "ExtractionOptions",
    "ExtractionReport",
    "Features",
    "ModelSource",
    "ModelSpec",
    "ReadyFeatures",
    "SetFeatures",
]

# A user's own model: a list of b decoded samples -> array of shape (b, d). A sample is what its item decodes
# to, a recording the pair (samples, rate).
EmbeddingFunction: TypeAlias = Callable[[list[Any]], Any]
ModelSource: TypeAlias = Literal["hub", "local", "demo", "features", "columns", "function"]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One candidate model; what is unknown is ``None``, never 0.

    Parameters
    ----------
    id
        The name people use: a Hub id, ``demo:NAME`` or a folder.
    source
        Where it is loaded from: ``"features"`` is a file of features that the user has already,
        ``"columns"`` the numbers of tabular samples as they are, ``"function"`` a function of the user's.
    modality
        What it reads.
    revision
        Commit of a Hub model, SHA-256 of a folder's files or of a file of features, the user's own version of
        a function; ``None`` before it is resolved, and of a function whose features are not to be kept.
    path
        Folder of the checkpoint, or the file of features; ``None`` before a Hub model is downloaded.
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
    source_samples
        Where labelled samples of what it was trained on lie; ``None`` where that is not known.
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


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """How features are extracted.

    Parameters
    ----------
    dtype
        ``"float32"``, ``"bfloat16"`` or ``"float16"``: what the model computes in; ``"auto"`` for half
        precision where the hardware has it natively.
    device
        ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``.
    batch_size
        Samples in one forward pass, halved where memory runs out; ``None`` to find what is fastest.
    found_sizes
        Where no size is chosen: samples in a batch of the longest, by model, as another run has found them;
        batches of shorter samples hold more.
    layers
        Whether the features of all hidden layers are wanted too.
    """

    dtype: str = "auto"
    device: str = "auto"
    batch_size: int | None = None
    layers: bool = False
    found_sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SetFeatures:
    """What one model makes of an auxiliary set of samples.

    Parameters
    ----------
    embeddings
        float32 array of shape (m, d).
    source_logits
        float32 array of shape (m, z), or ``None`` where the model has no head.
    """

    embeddings: FloatArray
    source_logits: FloatArray | None

    def __post_init__(self) -> None:
        freeze(self, "embeddings", self.embeddings)
        if self.source_logits is not None:
            freeze(self, "source_logits", self.source_logits)


@dataclass(frozen=True, eq=False)
class ReadyFeatures:
    """Features of one model that the user brings, in a file.

    Parameters
    ----------
    arrays
        By the names that metrics know: ``embeddings`` of shape (n, d), ``labels`` (n,) or ``targets`` (n,) or
        (n, k), and whatever else is there. As they are in the file: nothing is standardised.
    notes
        What is to be known of the file, one sentence each.
    """

    arrays: Mapping[str, NDArray[Any]]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in self.arrays.values():
            array.setflags(write=False)


@dataclass(frozen=True, slots=True)
class ExtractionReport:
    """Everything that is known of an extraction and is not an array.

    The outcome of a run and its card hold it whole: what is added here reaches the store, the card and the
    JSON. A field that is added needs a default, which then says what earlier runs did not record.

    Parameters
    ----------
    dtype
        What the model computed in.
    device
        Where the model ran; ``None`` when everything came from the cache.
    seconds
        Seconds of ``load``, ``preprocess`` and ``forward``; empty where that is not known.
    cache_hits, cache_misses
        Samples found in the cache, samples the model ran on; auxiliary sets are not counted. Both are 0 where
        no cache was asked, and in cards of the first format.
    n_run
        Samples that the model ran on in ``seconds``, those of auxiliary sets among them; ``None`` where that
        is not known.
    batch_size
        Samples in a batch of the longest; ``None`` where no batch was run.
    peak_memory_bytes
        Peak memory of the extraction: that of the device, on a CPU that of the whole process; ``None`` where
        neither can be told.
    pooling
        Pooling rule of the model's family; the repository of a sentence encoder may state another. ``None``
        where nothing was pooled or that is not known.
    notes
        What a reader has to know of how the features were made, one sentence each.
    key
        Digest of model, revision, preprocessing, pooling, layer, dtype and code version; empty where that is
        not known.
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
    """What one model makes of the samples.

    Parameters
    ----------
    embeddings
        float32 array of shape (n, d).
    source_logits
        float32 array of shape (n, z), or ``None`` where the model has no head.
    labels
        Array of shape (n,), or (n, k) where the samples have several targets.
    report
        Everything else that is known of the extraction.
    auxiliary
        The same for auxiliary sets of samples, by the names they were given under.
    source_class_names
        Names of the z columns of ``source_logits``; empty where there are none or they are not named.
    layer_embeddings
        float32 arrays of shape (n, d_l) of the hidden layers, the input's own embedding first; empty where
        they were not asked for.
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
