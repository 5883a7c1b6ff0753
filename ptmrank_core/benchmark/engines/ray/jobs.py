"""The models of a run as the cluster works on them: what is wanted of each, and how far it is."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ptmrank_core.benchmark.engines.ray.connection import Cluster
from ptmrank_core.benchmark.engines.ray.task import TaskOrder
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.extraction import auxiliary_sets, source_place
from ptmrank_core.benchmark.execution.merging import MergingFetch
from ptmrank_core.benchmark.execution.providers import Fetch
from ptmrank_core.benchmark.plan import known_skips
from ptmrank_core.config import Settings
from ptmrank_core.events import CancelToken, discard_event
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.blocks import Block, blocks_of
from ptmrank_core.features.cache.keys import feature_key, versions
from ptmrank_core.features.precision import fit_options
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples, Stage

__all__ = ["BlockList", "Job", "Prepared", "Preparer", "fetch_of_node", "order_of", "spec_of_node"]


@dataclass(frozen=True, slots=True)
class BlockList:
    """The blocks of samples and auxiliary sets, with their ids; models that read the same sets share them."""

    blocks: Sequence[Block]
    ids: Sequence[str]

    @property
    def n_samples(self) -> int:
        """Number of different contents."""
        return sum(block.samples.n_samples for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the cluster has to do for a model.

    Parameters
    ----------
    asked
        The model as a node fetches it.
    fetched
        The model as it is on this machine.
    listed
        The blocks that the run reads.
    missing
        Numbers of those that the cache does not hold whole.
    """

    asked: ModelSpec
    fetched: ModelSpec
    listed: BlockList
    missing: Sequence[int]


@dataclass(eq=False, slots=True)
class Job:
    """A model while the cluster works on it.

    Parameters
    ----------
    number, spec, metrics
        Its number in the order of the run, the model as planned, and its open metrics.
    options
        Options of its extraction; the number format changes if the model fails in it.

    Attributes
    ----------
    prepared, open, n_run
        What the cluster has to do, the blocks that are not done yet, and samples that came from nodes.
    error, stage
        Why the model failed, and at which stage.
    is_over
        Set once nothing more will be done.
    """

    number: int
    spec: ModelSpec
    metrics: Collection[str]
    options: ExtractionOptions
    prepared: Prepared | None = None
    open: set[int] = field(default_factory=set)
    n_run: int = 0
    error: BaseException | None = None
    stage: Stage = Stage.EXTRACT
    is_over: threading.Event = field(default_factory=threading.Event)

    def begin(self, prepared: Prepared) -> None:
        """Note what is to be done; nothing may be."""
        self.prepared, self.open = prepared, set(prepared.missing)
        if not self.open:
            self.is_over.set()

    def end(self, error: BaseException | None = None) -> None:
        """Note that nothing more will be done."""
        self.error = self.error or error
        self.open.clear()
        self.is_over.set()

    def progress(self) -> tuple[int, int]:
        """Return how many samples are known, and of how many."""
        if self.prepared is None:
            return 0, 0
        blocks = self.prepared.listed.blocks
        n_open = sum(blocks[number].samples.n_samples for number in tuple(self.open))
        n_samples = self.prepared.listed.n_samples
        return n_samples - n_open, n_samples


class Preparer:
    """Finds out what is missing of a model: its files are brought to this machine, its blocks looked up.

    Parameters
    ----------
    run_context
        Context of the run.
    cancel
        Asked while files are downloaded.
    """

    def __init__(self, run_context: RunContext, cancel: CancelToken) -> None:
        self._run, self._cancel = run_context, cancel
        self._lists: dict[tuple[int, ...], tuple[list[Samples], BlockList]] = {}
        self._lock = threading.Lock()

    def prepare(self, job: Job) -> Prepared:
        """Prepare a model.

        Raises
        ------
        PTMRankError
            If its files or samples of its training data cannot be had; the run meets that too.
        """
        run = self._run
        fetched = run.sources.fetch(job.spec, sink=discard_event, cancel=self._cancel)
        listed = self._listed(auxiliary_sets(run, fetched, self._metrics(job, fetched)).samples())
        options, _ = fit_options(fetched, job.options, run.cache.machine_facts)
        key = feature_key(fetched, options)
        missing = [
            number
            for number, block in enumerate(listed.blocks)
            if not _is_whole(run.cache, key, block, layers=options.layers)
        ]
        return Prepared(spec_of_node(job.spec, fetched), fetched, listed, missing)

    def _metrics(self, job: Job, fetched: ModelSpec) -> list[str]:
        """Leave out the metrics that do not apply, as the run does once the model is fetched."""
        run = self._run
        skips = known_skips(
            fetched,
            tuple(job.metrics),
            run.samples.target_kind,
            has_reference=run.reference is not None,
            has_source=source_place(run.plan, fetched) is not None,
            has_class_names=run.label_embeddings is not None,
        )
        return [metric for metric in job.metrics if metric not in skips]

    def _listed(self, auxiliary: Mapping[str, Samples]) -> BlockList:
        """Cut the samples and these sets into blocks, once for all models that read them."""
        sets = [self._run.samples, *auxiliary.values()]
        with self._lock:
            name = tuple(map(id, sets))
            if name not in self._lists:
                blocks = blocks_of(self._run.samples, auxiliary)
                self._lists[name] = sets, BlockList(blocks, [block.id for block in blocks])
            return self._lists[name][1]


def _is_whole(cache: FeatureCache, key: str, block: Block, *, layers: bool) -> bool:
    """Whether a cache holds all of a block; a part of it would have other batches."""
    digests = block.samples.digests
    whole = all(own is not None for own in cache.get_many(key, digests))
    return whole and (not layers or all(own is not None for own in cache.get_layers(key, digests)))


def spec_of_node(planned: ModelSpec, fetched: ModelSpec) -> ModelSpec:
    """Describe a model so that a node fetches the same: a folder is looked at again, the Hub pinned."""
    if planned.source != "hub":
        return replace(planned, revision=None)
    return planned if fetched.base is not None else replace(planned, revision=fetched.revision, path=None)


def fetch_of_node(run_context: RunContext) -> Fetch:
    """Return what brings a model's files to a node, where an adapter is merged in a process of the node."""
    fetch = run_context.sources.fetch
    return fetch.own if isinstance(fetch, MergingFetch) else fetch


def order_of(
    cluster: Cluster,
    settings: Settings,
    fetch: Fetch,
    asked: ModelSpec,
    fetched: ModelSpec,
    options: ExtractionOptions,
) -> TaskOrder:
    """Ask a node for a model: the one that was fetched here, with the versions of this machine."""
    return TaskOrder(
        spec=asked,
        revision=fetched.revision or "",
        options=replace(options, device=cluster.device),
        fetch=fetch,
        n_threads=cluster.n_threads,
        load_seconds=settings.load_seconds,
        versions=versions(),
    )
