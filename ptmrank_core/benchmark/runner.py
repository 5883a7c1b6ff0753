"""A run: every model of a plan under every metric, one model after the other.

What is decided is in the store at once, so a run that was stopped goes on where it stood.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from ptmrank_core.benchmark.cells import Problem, attempt, score_cells, skipped_cells
from ptmrank_core.benchmark.environment import describe_environment
from ptmrank_core.benchmark.plan import known_skips
from ptmrank_core.benchmark.store import RunStore
from ptmrank_core.errors import CancelledError, PTMRankError, SamplesChangedError
from ptmrank_core.events import (
    CancelToken,
    CellDone,
    Event,
    ModelStarted,
    RunFinished,
    RunStarted,
    Sink,
    StageStarted,
    raise_if_cancelled,
)
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.metrics import prepare_inputs
from ptmrank_core.records import (
    Cell,
    Features,
    Modality,
    ModelOutcome,
    ModelSpec,
    Reading,
    RunPlan,
    RunState,
    Samples,
    Stage,
)

__all__ = ["Fetch", "Sources", "execute"]

logger = logging.getLogger(__name__)


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
    fetch
        Planned model -> model on disk.
    """

    load_samples: Callable[[str, Reading], Samples]
    load_reference: Callable[[str, Modality], Samples]
    fetch: Fetch


def execute(
    run_id: str,
    *,
    sources: Sources,
    store: RunStore,
    cache: FeatureCache,
    sink: Sink,
    cancel: CancelToken,
) -> RunState:
    """Do what a stored run has not done yet.

    The caller holds the run's lock.

    Parameters
    ----------
    run_id
        A run of the store.
    sources
        Where samples and models come from.
    store, cache
        Where cells and features go.
    sink
        Hears of everything.
    cancel
        Asked after each batch and each cell.

    Returns
    -------
    RunState
        Finished, cancelled or failed; failed means that no model could be tried at all.
    """
    start = time.perf_counter()
    plan = store.plan(run_id)
    store.start(run_id, json.dumps(describe_environment(plan)))
    state, error = RunState.FINISHED, ""
    try:
        samples = _planned_samples(plan, sources)
        sink(RunStarted(run_id, len(plan.models), samples.n_samples))
        reference = _planned_reference(plan, samples, sources)
        _run_models(_Tools(plan, samples, reference, sources, store, cache, sink, cancel))
    except CancelledError:
        state = RunState.CANCELLED
    except PTMRankError as problem:
        logger.warning("run %s: %s", run_id, problem)
        state, error = RunState.FAILED, str(problem)
    store.finish(run_id, state, seconds=time.perf_counter() - start, error=error)
    sink(RunFinished(run_id, state))
    return state


def _planned_samples(plan: RunPlan, sources: Sources) -> Samples:
    """Load the samples of a plan and see that they are the same."""
    samples = sources.load_samples(plan.samples_source, plan.reading)
    if samples.fingerprint != plan.samples_fingerprint:
        raise SamplesChangedError(
            f"The samples at {plan.samples_source} have changed since the run was planned.",
            hint="Plan a new run; features of unchanged samples come from the cache.",
        )
    return samples


def _planned_reference(plan: RunPlan, samples: Samples, sources: Sources) -> Samples | None:
    """Load the reference set of a plan, if it has one."""
    if plan.reference_source is None:
        return None
    return sources.load_reference(plan.reference_source, samples.modality)


@dataclass(frozen=True, slots=True)
class _Tools:
    """What every model of a run is worked with."""

    plan: RunPlan
    samples: Samples
    reference: Samples | None
    sources: Sources
    store: RunStore
    cache: FeatureCache
    sink: Sink
    cancel: CancelToken


def _run_models(tools: _Tools) -> None:
    """Take the models one after the other; those whose cells are all there are passed over."""
    plan = tools.plan
    decided = {(cell.model, cell.metric) for cell in tools.store.cells(plan.run_id)}
    for index, spec in enumerate(plan.models, start=1):
        open_metrics = [metric for metric in plan.metrics if (spec.id, metric) not in decided]
        if not open_metrics:
            continue
        raise_if_cancelled(tools.cancel)
        tools.sink(ModelStarted(spec.id, index, len(plan.models)))
        _ModelWork(tools, spec, open_metrics).run()


class _ModelWork:
    """One model of a run: its stages in order, each ending in cells."""

    def __init__(self, tools: _Tools, spec: ModelSpec, metrics: list[str]) -> None:
        self.tools = tools
        self.spec = spec
        self.metrics = metrics
        self.stage = Stage.RESOLVE

    def run(self) -> None:
        """Decide every open cell of the model."""
        features = self._features()
        if features is not None:
            self._keep_outcome(features, score_seconds=0.0)
            self._keep_outcome(features, score_seconds=self._score(features))

    def _hear(self, event: Event) -> None:
        """Remember the stage, which a failure names, and pass the event on."""
        if isinstance(event, StageStarted):
            self.stage = event.stage
        self.tools.sink(event)

    def _decide(self, cell: Cell) -> None:
        self.tools.store.add_cell(self.tools.plan.run_id, cell)
        self.tools.sink(CellDone(cell))

    def _fail(self, problem: Problem) -> None:
        for metric in self.metrics:
            self._decide(problem.failure(self.spec.id, metric, self.stage))

    def _features(self) -> Features | None:
        """Fetch the model, note what does not apply, extract; a problem decides all open cells."""
        fetched = attempt(self._fetch, what=self.spec.id)
        if isinstance(fetched, Problem):
            self._fail(fetched)
            return None
        self.spec = fetched
        skips = known_skips(
            self.spec,
            self.metrics,
            self.tools.samples.target_kind,
            has_reference=self.tools.reference is not None,
        )
        for cell in skipped_cells(self.spec.id, skips):
            self._decide(cell)
        self.metrics = [metric for metric in self.metrics if metric not in skips]
        if not self.metrics:
            return None
        extracted = attempt(self._extract, what=self.spec.id)
        if isinstance(extracted, Problem):
            self._fail(extracted)
            return None
        return extracted

    def _fetch(self) -> ModelSpec:
        return self.tools.sources.fetch(self.spec, sink=self._hear, cancel=self.tools.cancel)

    def _extract(self) -> Features:
        return extract(
            self.tools.samples,
            self.spec,
            options=self.tools.plan.options,
            cache=self.tools.cache,
            sink=self._hear,
            cancel=self.tools.cancel,
            reference=self.tools.reference,
        )

    def _score(self, features: Features) -> float:
        """Score the features under the open metrics; return the seconds."""
        start = time.perf_counter()
        self._hear(StageStarted(self.spec.id, Stage.SCORE))
        inputs = attempt(
            lambda: prepare_inputs(
                features.embeddings,
                **self._targets(features),
                source_logits=features.source_logits,
                reference_embeddings=features.reference_embeddings,
            ),
            what=self.spec.id,
        )
        if isinstance(inputs, Problem):
            self._fail(inputs)
        else:
            for cell in score_cells(self.spec.id, inputs, self.metrics):
                self._decide(cell)
                raise_if_cancelled(self.tools.cancel)
        return time.perf_counter() - start

    def _targets(self, features: Features) -> dict[str, NDArray[Any]]:
        """Name the labels as metrics know them: classes, or numbers."""
        is_class = self.tools.samples.target_kind == "classification"
        return {"labels" if is_class else "targets": features.labels}

    def _keep_outcome(self, features: Features, *, score_seconds: float) -> None:
        """Keep what was learned of the model: once when its features are there, once at the end."""
        outcome = ModelOutcome(
            spec=self.spec,
            seconds=dict(features.seconds) | {"score": score_seconds},
            cache_hits=features.cache_hits,
            cache_misses=features.cache_misses,
            n_features=features.embeddings.shape[1],
            device=features.device,
            dtype=features.dtype,
            peak_memory_bytes=features.peak_memory_bytes,
        )
        self.tools.store.add_outcome(self.tools.plan.run_id, outcome)
