"""What runs on a node: a model over some blocks, in a process of its own as on this machine."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from ptmrank_core.benchmark.execution.merging import MergingFetch
from ptmrank_core.benchmark.execution.providers import Fetch
from ptmrank_core.config import Settings, set_threads
from ptmrank_core.errors import ModelError, PTMRankError
from ptmrank_core.events import Event, Sink, StageStarted, discard_event, never_cancels
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.blocks import Block, join_blocks
from ptmrank_core.features.cache.keys import versions
from ptmrank_core.features.precision import failure_of, resolve_options
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.features.process.carried import ForeignError, carry
from ptmrank_core.features.process.frames import FrameKind, from_bytes, pack, to_bytes, unpack
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples, Stage

__all__ = ["Extracted", "TaskOrder", "extract_blocks", "fetched_here", "resolve_dtype"]


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """What a node is asked for.

    Parameters
    ----------
    spec
        The model, as the node fetches it.
    revision
        The revision that the node must find.
    options
        Options of the extraction, with a number format and a batch size.
    fetch
        Brings a model's files to a machine.
    n_threads
        Threads that the model runs with.
    load_seconds
        Seconds without a sign of life after which the model is given up.
    versions
        Versions that decide what the vectors are.
    """

    spec: ModelSpec
    revision: str
    options: ExtractionOptions
    fetch: Fetch
    n_threads: int
    load_seconds: float
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a node sends back.

    Parameters
    ----------
    key, dtype
        Key of the vectors, and the number format that the model ran in.
    failure
        Why that is another than was asked for, where the model failed in that one; else empty.
    notes
        What the encoder said of how its vectors are made.
    entries
        Digest of each sample, its vectors, and its hidden layers (empty if they were not asked for), as the
        cache writes them.
    seconds
        Seconds of loading, preparing and running.
    """

    key: str
    dtype: str
    failure: str
    notes: tuple[str, ...]
    entries: tuple[tuple[str, bytes, bytes], ...]
    seconds: float


# One process for models, and the folder of its cache, as long as the worker of the node lives.
_here: dict[int, tuple[Settings, ModelProcess]] = {}


def resolve_dtype(device: str) -> str:
    """Return the number format that ``"auto"`` means on the node."""
    folder = Path(tempfile.mkdtemp(prefix="ptmrank-"))
    try:
        with FeatureCache(Settings(home=folder)) as cache:
            return resolve_options(ExtractionOptions(device=device), cache.machine_facts).dtype
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def extract_blocks(order: bytes, *blocks: bytes) -> bytes:
    """Extract features of consecutive blocks; return a frame with them, or with stage and error of the model.

    Parameters
    ----------
    order
        A frame with a :class:`TaskOrder`.
    *blocks
        A frame with each block.
    """
    task: TaskOrder = unpack(from_bytes(order))
    parts: list[Block] = [unpack(from_bytes(block)) for block in blocks]
    stages = [Stage.RESOLVE]

    def hear(event: Event) -> None:
        if isinstance(event, StageStarted):
            stages.append(event.stage)

    try:
        return to_bytes(pack(FrameKind.RESULT, _extract(task, join_blocks(parts), hear)))
    except (PTMRankError, ForeignError, OSError) as error:
        return to_bytes(pack(FrameKind.ERROR, (stages[-1], carry(error))))


def _extract(task: TaskOrder, samples: Samples, sink: Sink) -> Extracted:
    settings, models, spec = fetched_here(task, sink)
    features = models.call("extract", samples, spec, options=task.options, sink=sink)
    key = features.report.key
    with FeatureCache(settings) as cache:
        vectors = cache.get_many(key, samples.digests)
        layers = cache.get_layers(key, samples.digests) if task.options.layers else [None] * len(vectors)
        failure = failure_of(spec, task.options, cache.machine_facts)
        notes = cache.notes_of(key)
        cache.forget({key})
    entries = tuple(
        (digest, own.to_bytes(), b"" if hidden is None else hidden.to_bytes())
        for digest, own, hidden in zip(samples.digests, vectors, layers, strict=True)
        if own is not None
    )
    seconds = sum(features.report.seconds.values())
    return Extracted(key, features.report.dtype, failure, notes, entries, seconds)


def fetched_here(task: TaskOrder, sink: Sink = discard_event) -> tuple[Settings, ModelProcess, ModelSpec]:
    """Bring a model to this node; return where data are kept, the process that models run in, and the model.

    Raises
    ------
    ModelError
        If this node has other versions or other files than were asked for, or they cannot be had.
    """
    if task.versions != versions():
        raise ModelError(
            f"A node of the cluster has other versions, {versions()}; expected {task.versions}.",
            hint="Install the same versions on every node.",
        )
    settings, models = _models(task)
    fetch = MergingFetch(task.fetch, models, settings.merged_dir)
    spec = fetch(task.spec, sink=sink, cancel=never_cancels)
    if spec.revision != task.revision:
        raise ModelError(
            f"A node of the cluster has another {spec.id!r}: its revision is {spec.revision}, expected "
            f"{task.revision}.",
            hint="Copy the same files to every node.",
        )
    return settings, models, spec


def _models(task: TaskOrder) -> tuple[Settings, ModelProcess]:
    """Return the process in which models run here; one for each number of threads."""
    if task.n_threads not in _here:
        set_threads(task.n_threads)
        folder = Path(tempfile.mkdtemp(prefix="ptmrank-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        settings = replace(Settings(home=folder), load_seconds=task.load_seconds)
        _here[task.n_threads] = settings, ModelProcess(settings)
    return _here[task.n_threads]
