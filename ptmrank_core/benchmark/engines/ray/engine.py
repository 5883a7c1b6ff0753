"""The Ray engine as a run sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ptmrank_core.benchmark.engines.ray.connection import Cluster, connect
from ptmrank_core.benchmark.engines.ray.doses import ClusterDoses
from ptmrank_core.benchmark.engines.ray.jobs import Job
from ptmrank_core.benchmark.engines.ray.prefetch import Prefetch
from ptmrank_core.benchmark.engines.ray.task import resolve_dtype
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.engine import ENGINE, RACE_ENGINE
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, ModelError
from ptmrank_core.events import CancelToken, Sink, discard_event, never_cancels
from ptmrank_core.features import extract_cached
from ptmrank_core.features.cache.vectors import HEADER
from ptmrank_core.features.precision import AUTO
from ptmrank_core.features.process import ModelCalls
from ptmrank_core.features.process.calls import discard_progress
from ptmrank_core.records import CHECKPOINTS, ExtractionOptions, ModelSpec, RunPlan, Samples

__all__ = ["RayEngine"]

# Where the user chose no batch size: nodes that each looked for the fastest would have different batches.
BATCH_SIZE = 32
# Numbers of a vector, where a model's width is not known before it is fetched.
USUAL_WIDTH = 768


class RayEngine:
    """Extracts the features of a run's checkpoints on a Ray cluster, and trains its race; a context manager.

    The cluster is joined when the first plan with a checkpoint comes.

    Parameters
    ----------
    settings
        Which cluster, and where data are stored.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cluster: Cluster | None = None

    def planned(self, plan: RunPlan) -> RunPlan:
        """Return the plan with a number format and a batch size, which all nodes share."""
        if not any(spec.source in CHECKPOINTS for spec in plan.models):
            return plan
        cluster = self._joined(plan)
        options = plan.options
        if options.dtype == AUTO:
            options = replace(
                options, dtype=cluster.ray.get(cluster.remote(resolve_dtype).remote(cluster.device))
            )
        return replace(plan, options=replace(options, batch_size=options.batch_size or BATCH_SIZE))

    def _joined(self, plan: RunPlan) -> Cluster:
        if self._cluster is None:
            self._cluster = connect(self._settings.engine, plan.options.device)
        return self._cluster

    @contextmanager
    def ahead(
        self, run_context: RunContext, open_metrics: Mapping[str, Collection[str]]
    ) -> Iterator[RunContext]:
        """Have the cluster extract what the open models need, while the run goes on."""
        plan = run_context.plan
        specs = [spec for spec in plan.models if spec.source in CHECKPOINTS and open_metrics[spec.id]]
        if not specs:
            yield run_context
            return
        _refuse_too_many(specs, run_context.samples, self._settings)
        jobs = {
            spec.id: Job(number, spec, open_metrics[spec.id], plan.options)
            for number, spec in enumerate(specs)
        }
        prefetch = Prefetch(self._joined(plan), run_context, self._settings, jobs)
        try:
            yield replace(run_context, models=_ClusterCalls(run_context, prefetch))
        finally:
            done = prefetch.close()
            run_context.store.add_environment(plan.run_id, {ENGINE: f"{self._settings.engine}: {done}"})

    @contextmanager
    def racing(self, run_context: RunContext) -> Iterator[RunContext]:
        """Have the cluster train the doses of a race, as many at a time as it has places."""
        plan = run_context.plan
        if not plan.analyses.decide_seconds or not any(spec.source in CHECKPOINTS for spec in plan.models):
            yield run_context
            return
        cluster = self._joined(plan)
        doses = ClusterDoses(cluster, run_context, self._settings)
        try:
            yield replace(run_context, models=doses, n_doses=cluster.n_slots)
        finally:
            if doses.done:
                said = {RACE_ENGINE: f"{self._settings.engine}: {doses.done}"}
                run_context.store.add_environment(plan.run_id, said)

    def __enter__(self) -> RayEngine:
        return self

    def __exit__(self, *_: object) -> None:
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            cluster.leave()


def _refuse_too_many(specs: Sequence[ModelSpec], samples: Samples, settings: Settings) -> None:
    """Refuse a run whose features the cache cannot hold: the first would be gone before the run reads them.

    Raises
    ------
    InputError
        With both sizes; that of the features is an estimate.
    """
    n_bytes = sum(samples.n_samples * (HEADER.size + 4 * (spec.width or USUAL_WIDTH)) for spec in specs)
    if n_bytes > settings.cache_limit_bytes:
        raise InputError(
            f"The features of {len(specs):,} models take about {n_bytes / 1e9:,.1f} GB, and the cache may "
            f"hold {settings.cache_limit_bytes / 1e9:,.1f} GB.",
            hint="Set PTMRANK_CACHE_GB to a larger number, or rank fewer models or samples.",
        )


class _ClusterCalls:
    """Calls of functions that need torch: features come from the cluster, all else is done as before."""

    def __init__(self, run_context: RunContext, prefetch: Prefetch) -> None:
        self._run, self._prefetch = run_context, prefetch
        self._models: ModelCalls = run_context.models

    def call(
        self,
        name: str,
        /,
        *args: Any,
        sink: Sink = discard_event,
        on_progress: Callable[[float], None] = discard_progress,
        cancel: CancelToken = never_cancels,
        **kwargs: Any,
    ) -> Any:
        """Call a function and return its result."""
        if name == "extract" and args[0] is self._run.samples and args[1].id in self._prefetch.jobs:
            samples, spec = args
            self._prefetch.wait(spec.id, sink, cancel)
            is_prepared = self._prefetch.jobs[spec.id].prepared is not None
        else:
            is_prepared = False
        if is_prepared:
            return self._cached(samples, spec, kwargs["options"], kwargs["auxiliary"])
        return self._models.call(name, *args, sink=sink, on_progress=on_progress, cancel=cancel, **kwargs)

    def _cached(
        self,
        samples: Samples,
        spec: ModelSpec,
        options: ExtractionOptions,
        auxiliary: Mapping[str, Samples],
    ) -> Any:
        """Read what came from the cluster.

        Raises
        ------
        ModelError
            If the cache does not hold it.
        """
        features = extract_cached(samples, spec, options=options, cache=self._run.cache, auxiliary=auxiliary)
        if features is None:
            raise ModelError(
                f"Features of {spec.id!r} came from the cluster, and the feature cache does not hold them.",
                hint="It may be too small for this run: set PTMRANK_CACHE_GB to a larger number.",
            )
        return features
