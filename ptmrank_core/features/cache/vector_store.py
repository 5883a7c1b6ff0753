"""Vectors of samples under one model, from the cache and from batches, collected into features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from ptmrank_core.features.cache.feature_cache import FeatureCache
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors
from ptmrank_core.features.constant import say_constant
from ptmrank_core.features.heads import source_class_names
from ptmrank_core.features.pooling import family_of, row_note
from ptmrank_core.records import ExtractionReport, Features, FloatArray, ModelSpec, Samples, SetFeatures

__all__ = ["VectorStore"]

SPARE_ADAPTER = (
    "An adapter (PEFT) lies beside its weights and is not used: to rank it too, put adapter_config.json and "
    "adapter_model.safetensors into a folder of their own."
)
OWN_CODE = "The model brings its own code, which is not run here: scores may not be its own."


class VectorStore:
    """Collects the vectors of samples and of auxiliary sets.

    In every list the auxiliary sets follow the samples. Samples with the same content are computed once.

    Parameters
    ----------
    samples
        n samples.
    auxiliary
        Auxiliary sets, by name.
    key
        Digest of what determines the vectors besides the samples.
    cache
        Where vectors are stored; ``None`` to store none.
    with_layers
        Whether the vectors of the hidden layers are wanted too.

    Attributes
    ----------
    items, names, digests
        Of all samples, those of auxiliary sets included.
    missing
        Indices of the samples that the model has to run on, one for each content.
    n_run
        Number of samples that it has run on so far, those of auxiliary sets included.
    notes
        What the encoder says of how its vectors are made; empty where it was not loaded.
    precision_note
        Why the number format is another than was asked for; empty where it is not.
    """

    def __init__(
        self,
        samples: Samples,
        auxiliary: Mapping[str, Samples],
        key: str,
        cache: FeatureCache | None,
        *,
        with_layers: bool = False,
    ) -> None:
        self._samples = samples
        self._sizes = {name: auxiliary_set.n_samples for name, auxiliary_set in auxiliary.items()}
        self._cache = cache
        self.key = key
        self.items = sum((auxiliary_set.items for auxiliary_set in auxiliary.values()), samples.items)
        self.names = sum((auxiliary_set.names for auxiliary_set in auxiliary.values()), samples.names)
        self.digests = sum((auxiliary_set.digests for auxiliary_set in auxiliary.values()), samples.digests)
        self._vectors: list[SampleVectors | None] = [None] * self.n_items
        self.with_layers = with_layers
        self._layers: list[LayerVectors | None] = [None] * self.n_items if with_layers else []
        if cache is not None:
            self._vectors = cache.get_many(key, self.digests)
            self._layers = cache.get_layers(key, self.digests) if with_layers else []
        lacking = [i for i in range(self.n_items) if self._lacks(i)]
        same: dict[str, list[int]] = {}
        for index in lacking:
            same.setdefault(self.digests[index], []).append(index)
        self._same = {indices[0]: indices for indices in same.values()}
        self.missing = list(self._same)
        self.n_run = 0
        self.n_known = self.n_items - len(lacking)
        self._n_computed = sum(index < samples.n_samples for index in lacking)
        self.seconds = {"load": 0.0, "preprocess": 0.0, "forward": 0.0}
        self.device: str | None = None
        self.notes: tuple[str, ...] = ()
        self.precision_note = ""
        self.peak_memory_bytes: int | None = None
        self.batch_size: int | None = None

    @property
    def n_items(self) -> int:
        """Number of samples, those of the auxiliary sets included."""
        return len(self.items)

    @property
    def width(self) -> int | None:
        """Width of the vectors; ``None`` before one is known."""
        return next((vectors.embedding.size for vectors in self._vectors if vectors is not None), None)

    def _lacks(self, index: int) -> bool:
        return self._vectors[index] is None or (self.with_layers and self._layers[index] is None)

    def add(self, indices: Sequence[int], vectors: Sequence[SampleVectors]) -> None:
        """Add the vectors of a batch, to the cache first.

        Parameters
        ----------
        indices
            Some of ``missing``.
        vectors
            One for each.
        """
        digests = [self.digests[i] for i in indices]
        layers = [LayerVectors(v.layers) for v in vectors]
        self.n_run += len(indices)
        if self._cache is not None:
            self._cache.put_many(
                self.key,
                zip(digests, vectors, strict=True),
                zip(digests, layers, strict=True) if self.with_layers else (),
            )
        for position, index in enumerate(indices):
            for same in self._same[index]:
                self._vectors[same] = vectors[position]
                if self.with_layers:
                    self._layers[same] = layers[position]
                self.n_known += 1

    def _auxiliary(self, vectors: Sequence[SampleVectors]) -> dict[str, SetFeatures]:
        """Stack the vectors of the auxiliary sets."""
        sets, start = {}, self._samples.n_samples
        for name, size in self._sizes.items():
            sets[name] = SetFeatures(*_stack(vectors[start : start + size]))
            start += size
        return sets

    def features(self, spec: ModelSpec, dtype: str) -> Features:
        """Return the features, once nothing is missing."""
        n_samples = self._samples.n_samples
        vectors = [v for v in self._vectors if v is not None]
        embeddings, source_logits = _stack(vectors[:n_samples])
        return Features(
            embeddings=embeddings,
            source_logits=source_logits,
            labels=self._samples.labels,
            report=self._report(spec, dtype, say_constant(embeddings)),
            auxiliary=self._auxiliary(vectors),
            source_class_names=source_class_names(spec) if source_logits is not None else (),
            layer_embeddings=_stack_layers([v for v in self._layers[:n_samples] if v is not None]),
        )

    def _notes_on(self, spec: ModelSpec) -> tuple[str, ...]:
        """Collect what a reader should know, whether the model ran or all was cached."""
        code = (*((OWN_CODE,) if spec.own_code else ()), *_say_adapter(spec))
        precision = (self.precision_note,) if self.precision_note else ()
        own = self.notes or (self._cache.notes_of(self.key) if self._cache is not None else ())
        cut = _say_cut([v for v in self._vectors[: self._samples.n_samples] if v is not None])
        return (*code, *precision, *(own or row_note(spec)), *cut)

    def _report(self, spec: ModelSpec, dtype: str, said: str) -> ExtractionReport:
        """Report on the extraction."""
        return ExtractionReport(
            dtype=dtype,
            device=self.device,
            seconds=self.seconds,
            cache_hits=self._samples.n_samples - self._n_computed,
            cache_misses=self._n_computed,
            n_run=self.n_run,
            batch_size=self.batch_size,
            peak_memory_bytes=self.peak_memory_bytes,
            pooling=None if spec.source == "function" else family_of(spec).rule,
            notes=(*self._notes_on(spec), *filter(None, [said])),
            key=self.key,
        )


def _say_adapter(spec: ModelSpec) -> list[str]:
    """Say what a model is an adapter of, or that one beside its weights is not used."""
    if spec.base is not None:
        return [f"A PEFT ({spec.base.kind}) adapter, merged into {spec.base.name}."]
    return [SPARE_ADAPTER] if spec.spare_adapter else []


def _say_cut(vectors: Sequence[SampleVectors]) -> list[str]:
    """Say how many samples were longer than the model reads, and which of their ends it did not read."""
    counts = Counter(own.cut for own in vectors if own.cut)
    return [
        f"Samples longer than the model reads, so that their {end}s were cut: {count}."
        for end, count in sorted(counts.items())
    ]


def _stack(vectors: Sequence[SampleVectors]) -> tuple[FloatArray, FloatArray | None]:
    """Stack embeddings, and logits where every sample has them."""
    logits = [v.source_logits for v in vectors if v.source_logits is not None]
    embeddings = np.stack([v.embedding for v in vectors])
    return embeddings, np.stack(logits) if len(logits) == len(vectors) else None


def _stack_layers(vectors: Sequence[LayerVectors]) -> tuple[FloatArray, ...]:
    """Stack each hidden layer over the samples."""
    return tuple(np.stack(layer) for layer in zip(*(v.layers for v in vectors), strict=True))
