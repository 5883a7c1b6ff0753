"""Features of the models of a plan without a run: nothing is scored and nothing stored but the features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.benchmark.execution.context import RunContext, load_auxiliary
from ptmrank_core.benchmark.execution.extraction import auxiliary_sets, source_place
from ptmrank_core.benchmark.execution.merging import sources_of_run
from ptmrank_core.benchmark.execution.metric_arrays import metric_arrays
from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.plan import known_skips
from ptmrank_core.benchmark.scheduling.locks import log_file
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.benchmark.work.kept_results import KeptResults
from ptmrank_core.benchmark.work.pool import PiecePool
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.events import CancelToken, Sink, discard_event, never_cancels
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process import ModelCalls
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.records import CHECKPOINTS, Features, ModelSpec, RunPlan, Samples

__all__ = ["ApartFeatures", "Extractor"]


@dataclass(frozen=True, eq=False, slots=True)
class ApartFeatures:
    """The features of one model.

    Parameters
    ----------
    spec
        The model, fetched.
    features
        Its features, which the cache holds.
    auxiliary
        The auxiliary sets that were extracted in the same pass, by name.
    arrays
        What metrics read of them, but for embeddings of the class names.
    """

    spec: ModelSpec
    features: Features
    auxiliary: Mapping[str, Samples]
    arrays: Mapping[str, Any]


class Extractor:
    """Extracts the features of a plan's models, exactly as a run of the plan would.

    Parameters
    ----------
    plan, samples
        The plan, and its samples.
    settings
        Where data are stored.
    sources
        Where models and auxiliary samples come from.
    cache
        Where features are kept.
    models
        Where checkpoints are run.
    sink, cancel
        Receives the events of stages and batches; asked after each batch.

    Raises
    ------
    InputError
        If a model is no checkpoint, or the reference set cannot be read.
    """

    def __init__(  # noqa: PLR0913 - what a run has, without its store
        self,
        plan: RunPlan,
        samples: Samples,
        settings: Settings,
        *,
        sources: Sources,
        cache: FeatureCache,
        models: ModelCalls,
        sink: Sink = discard_event,
        cancel: CancelToken = never_cancels,
    ) -> None:
        others = [spec.id for spec in plan.models if spec.source not in CHECKPOINTS]
        if others:
            raise InputError(
                f"Features are extracted with checkpoints, and these models are none: {others}.",
                hint="Leave them out; a run has their features at once.",
            )
        sources = sources_of_run(sources, models, settings.merged_dir)
        plan = replace(plan, label_encoder=None)  # one-hot vectors: they are made, not extracted
        # Nothing is scored or analysed here: neither of the two is opened.
        kept, pool = KeptResults(settings), PiecePool(settings, log_file(settings, plan.run_id))
        store = RunStore(settings)
        run_context = RunContext(plan, samples, sources, store, cache, kept, pool, sink, cancel, models)
        self._run_context = load_auxiliary(run_context, plan.metrics)

    def fetch(self, spec: ModelSpec) -> ModelSpec | CapturedError:
        """Bring a model's files to this machine."""
        run = self._run_context
        return run_guarded(lambda: run.sources.fetch(spec, sink=run.sink, cancel=run.cancel), what=spec.id)

    def extract(self, spec: ModelSpec) -> ApartFeatures | CapturedError:
        """Extract the features of a fetched model: from the cache, and by running it on what is missing."""
        return run_guarded(lambda: self._extract(spec), what=spec.id)

    def _extract(self, spec: ModelSpec) -> ApartFeatures:
        run = self._run_context
        skips = known_skips(
            spec,
            run.plan.metrics,
            run.samples.target_kind,
            has_reference=run.reference is not None,
            has_source=source_place(run.plan, spec) is not None,
        )
        auxiliary = auxiliary_sets(run, spec, [name for name in run.plan.metrics if name not in skips])
        sets = auxiliary.samples()
        features = run.extract(run.samples, spec, run.plan.options, auxiliary=sets, sink=run.sink)
        arrays = metric_arrays(features, run.samples.target_kind, auxiliary)
        kept = {name: values for name, values in arrays.items() if values is not None}
        return ApartFeatures(spec, features, sets, kept)
