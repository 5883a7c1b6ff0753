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
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples

__all__ = ["TWIN_PREFIX", "untrained_twin"]

TWIN_PREFIX = "untrained:"
# Not what the twin shall not have: weights, and what was made of them.
WEIGHTS = shutil.ignore_patterns(
    "*.safetensors", "*.bin", "*.index.json", "*.h5", "*.msgpack", "*.onnx", "*.pt"
)


@contextmanager
def untrained_twin(
    spec: ModelSpec, *, seed: int, sets: Sequence[Samples], options: ExtractionOptions, cache: FeatureCache
) -> Iterator[ModelSpec]:
    """Make the untrained twin of a model, as a model that can be extracted while the context is open.

    Its revision follows from that of the model and from the seed, so that its features are cached like any
    other's. Where all of them are there already it is not built, and torch is not imported.

    Parameters
    ----------
    spec
        A checkpoint whose files are on disk.
    seed
        Seed of its weights.
    sets
        Samples whose features will be asked for.
    options, cache
        How features are extracted, and where they are kept.

    Yields
    ------
    ModelSpec
        Without a source head; its id is that of the model after ``untrained:``.

    Raises
    ------
    UnsupportedModelError
        If the model is no checkpoint, or its architecture cannot be made from its configuration.
    """
    if spec.path is None or spec.revision is None or spec.source not in {"hub", "local", "demo"}:
        raise UnsupportedModelError(f"{spec.id!r} is no checkpoint on disk: it has no untrained twin.")
    named = f"untrained {seed} {spec.id if spec.source == 'hub' else ''} {spec.revision}"
    twin = replace(
        spec,
        id=TWIN_PREFIX + spec.id,
        source="local",
        revision=hashlib.sha256(named.encode()).hexdigest(),
        path=None,
        n_source_classes=None,
        size_bytes=None,
        source_samples=None,
    )
    if all(load_cached(samples, twin, options=options, cache=cache) is not None for samples in sets):
        yield twin
        return
    from ptmrank_core.features.encoders.untrained import save_untrained  # noqa: PLC0415 - loads torch

    with tempfile.TemporaryDirectory(prefix="untrained-") as temporary:
        folder = Path(temporary) / "twin"
        # First the weights and the configuration, then over them what else the checkpoint says.
        save_untrained(spec, folder, seed=seed)
        shutil.copytree(spec.path, folder, ignore=WEIGHTS, dirs_exist_ok=True)
        yield replace(twin, path=str(folder))
