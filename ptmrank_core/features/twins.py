"""The untrained twin of a checkpoint: the same architecture and preprocessing, random weights."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.cache import FeatureCache
from ptmrank_core.features.extract import load_cached
from ptmrank_core.features.process.calls import ModelCalls, ModelCallsHere
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples

__all__ = ["TWIN_PREFIX", "describe_twin", "is_twin_cached", "untrained_twin"]

TWIN_PREFIX = "untrained:"
# Files that the twin must not have: weights in any format, and indexes of weights.
WEIGHTS = shutil.ignore_patterns(
    "*.safetensors", "*.bin", "*.index.json", "*.h5", "*.msgpack", "*.onnx", "*.pt"
)


@contextmanager
def untrained_twin(
    spec: ModelSpec,
    *,
    seed: int,
    sets: Sequence[Samples],
    options: ExtractionOptions,
    cache: FeatureCache,
    models: ModelCalls | None = None,
) -> Iterator[ModelSpec]:
    """Build the untrained twin of a model; its features can be extracted while the context is open.

    Its revision is derived from that of the model and from the seed, so that its features are cached like
    those of any model. If all of them are cached it is not built, and torch is not imported.

    Parameters
    ----------
    spec
        A checkpoint whose files are on disk.
    seed
        Seed of its weights.
    sets
        Samples whose features will be extracted.
    options, cache
        How features are extracted, and where they are stored.
    models
        Where it is built; by default in this process.

    Yields
    ------
    ModelSpec
        The twin, without a source head; its id is ``untrained:`` and the id of the model.

    Raises
    ------
    UnsupportedModelError
        If the model is not a checkpoint, or its architecture cannot be built from the configuration.
    """
    twin = describe_twin(spec, seed)
    if _is_cached(twin, sets, options, cache):
        yield twin
        return
    with tempfile.TemporaryDirectory(prefix="untrained-") as temporary:
        folder = Path(temporary) / "twin"
        # First random weights and the configuration, then the other files of the checkpoint.
        (models or ModelCallsHere(cache)).call("save_untrained", spec, folder, seed=seed)
        shutil.copytree(str(spec.path), folder, ignore=WEIGHTS, dirs_exist_ok=True)
        yield replace(twin, path=str(folder))


def is_twin_cached(
    spec: ModelSpec, *, seed: int, sets: Sequence[Samples], options: ExtractionOptions, cache: FeatureCache
) -> bool:
    """Whether all features of the untrained twin are cached; the parameters are those of the twin.

    Raises
    ------
    UnsupportedModelError
        If the model is not a checkpoint.
    """
    return _is_cached(describe_twin(spec, seed), sets, options, cache)


def _is_cached(
    twin: ModelSpec, sets: Sequence[Samples], options: ExtractionOptions, cache: FeatureCache
) -> bool:
    return all(load_cached(samples, twin, options=options, cache=cache) is not None for samples in sets)


def describe_twin(spec: ModelSpec, seed: int) -> ModelSpec:
    """Describe the twin of a checkpoint, before it is built.

    Raises
    ------
    UnsupportedModelError
        If the model is not a checkpoint on disk.
    """
    if spec.path is None or spec.revision is None or spec.source not in {"hub", "local", "demo"}:
        raise UnsupportedModelError(f"{spec.id!r} is not a checkpoint on disk, so it has no untrained twin.")
    named = f"untrained {seed} {spec.id if spec.source == 'hub' else ''} {spec.revision}"
    return replace(
        spec,
        id=TWIN_PREFIX + spec.id,
        source="local",
        revision=hashlib.sha256(named.encode()).hexdigest(),
        path=None,
        n_source_classes=None,
        size_bytes=None,
        source_samples=None,
        base=None,
    )
