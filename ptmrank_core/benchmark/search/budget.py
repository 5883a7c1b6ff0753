"""Budgeted search: all candidates on few samples, the plausible ones on more, the finalists on all of them.

Every round is a run like any other, on the first samples of one fixed order, in a store that is thrown away.
The feature cache is the real one: what a round has run a model on is never run again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.runner import execute
from ptmrank_core.benchmark.scheduling.devices import device_of
from ptmrank_core.benchmark.scheduling.queue import borrow_device
from ptmrank_core.benchmark.search.successive_halving import Decision, choose, order_samples, schedule
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import CancelledError, RunError
from ptmrank_core.events import CancelToken, Sink, discard_event, never_cancels
from ptmrank_core.features import FeatureCache
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import (
    Analyses,
    Cell,
    Finding,
    ModelSpec,
    Reading,
    ReadyFeatures,
    RunPlan,
    RunResult,
    RunState,
    Samples,
    SearchDecision,
    SearchReport,
    SearchRound,
    take_rows,
)
from ptmrank_core.results import rank_result

__all__ = ["Found", "SampleSubset", "Search"]

# Half-samples of a round; of metrics that iterate, where a plan has no others.
HALVES, OF_SLOW_METRICS = 50, 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found before its finalists are run on all samples.

    Parameters
    ----------
    finalists
        Models that are to be run on all samples.
    lost
        Cells of models without a score, from the round that tried them.
    report
        Budget, rounds and decisions.
    """

    finalists: tuple[ModelSpec, ...]
    lost: tuple[Cell, ...]
    report: SearchReport


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the models of a plan that are worth being run on all samples.

    Parameters
    ----------
    plan
        The run over all candidates and samples, which is too dear.
    samples
        Its samples.
    settings
        Whose feature cache is used.
    sources
        Where models and auxiliary samples come from.
    sink, cancel
        Hears of everything; asked after each batch and each cell.
    """

    plan: RunPlan
    samples: Samples
    settings: Settings
    sources: Sources
    sink: Sink = discard_event
    cancel: CancelToken = never_cancels

    def within(self, full_models: int) -> Found:
        """Play the rounds.

        Parameters
        ----------
        full_models
            The budget: what running so many models on all samples costs. All rounds, the finalists' last one
            among them, run models on at most ``full_models`` times n samples.

        Raises
        ------
        InputError
            If the candidates do not fit into the budget even on the fewest samples.
        CancelledError
            If cancellation was requested.
        RunError
            If a round could not be done at all.
        """
        n_all, models = self.samples.n_samples, self.plan.models
        order, fewest = order_samples(self.samples, self.plan.seed)
        rounds = schedule(len(models), n_all, fewest, full_models).with_whole_groups(order)
        alive = list(models)
        told: list[SearchRound] = []
        lost: list[Cell] = []
        n_run = before = n_computed = 0
        for played, size in enumerate(rounds.sizes[:-1], start=1):
            result = self._play(alive, order.first(size))
            ran = [spec.id for spec in alive if spec.id in result.outcomes]
            n_run += len(ran) * (size - before)
            n_computed += sum(result.outcomes[model].report.cache_misses for model in ran)
            before = size
            ranking = rank_result(result)
            most = rounds.most_to_keep(played, n_run)
            decisions = choose(ranking, [spec.id for spec in alive], most)
            told.append(_round_of(size, decisions))
            lost += [cell for cell in result.cells if cell.model in ranking.unranked]
            kept = {decision.model for decision in decisions if decision.kept}
            alive = [spec for spec in alive if spec.id in kept]
        n_run += len(alive) * (n_all - before)
        report = SearchReport(
            budget=full_models,
            rounds=tuple(told),
            finalists=tuple(spec.id for spec in alive),
            samples_run=n_run,
            samples_without=len(models) * n_all,
            forced=sum(one.forced for one in told),
            saved=1 - n_run / (len(models) * n_all),
            computed_in_rounds=n_computed,
        )
        return Found(tuple(alive), tuple(lost), report)

    def _play(self, models: Sequence[ModelSpec], rows: NDArray[np.int64]) -> RunResult:
        """Run some models on some of the samples."""
        subset = SampleSubset(self.samples, self.sources, rows)
        metrics = [name for name in self.plan.metrics if METRICS[name].cost != "iterative"]
        plan = replace(
            self.plan,
            run_id=f"{self.plan.run_id}-{len(rows)}",
            models=tuple(models),
            metrics=tuple(metrics) or self.plan.metrics,
            samples_fingerprint=subset.samples.fingerprint,
            analyses=Analyses(HALVES if metrics else OF_SLOW_METRICS, probe=False, projections=False),
        )
        with (
            borrow_device(self.settings, device_of(self.plan), cancel=self.cancel),
            tempfile.TemporaryDirectory() as folder,
            FeatureCache(self.settings) as cache,
        ):
            store = RunStore(replace(self.settings, home=Path(folder)))
            store.create(plan, subset.samples.summary())
            state = execute(
                plan.run_id,
                sources=subset.sources(),
                store=store,
                cache=cache,
                sink=self.sink,
                cancel=self.cancel,
            )
            result = store.result(plan.run_id)
        if state is RunState.CANCELLED:
            raise CancelledError("The search was cancelled.")
        if state is RunState.FAILED:
            raise RunError(f"A round of the search could not be done: {result.error}")
        return result

    def keep(self, found: Found, store: RunStore) -> RunPlan:
        """Plan the finalists' run and keep it, with the models that were lost and the report of the search.

        Parameters
        ----------
        found
            What the search found.
        store
            Where the run is kept, queued.
        """
        lost = {cell.model: cell for cell in reversed(found.lost)}
        chosen = {spec.id for spec in found.finalists} | lost.keys()
        models = tuple(spec for spec in self.plan.models if spec.id in chosen)
        plan = replace(self.plan, models=models)
        store.create(plan, self.samples.summary())
        # What is decided is not tried again; a metric that no round asked for has the first one's reason.
        cells = {
            (model, metric): replace(cell, metric=metric)
            for model, cell in lost.items()
            for metric in plan.metrics
        }
        for cell in (cells | {(cell.model, cell.metric): cell for cell in found.lost}).values():
            store.add_cell(plan.run_id, cell)
        store.add_finding(plan.run_id, Finding(SearchReport.KIND, "", found.report, 0.0))
        return plan


@dataclass(frozen=True, eq=False, slots=True)
class SampleSubset:
    """Some of the samples of a run, and sources that know no others.

    Parameters
    ----------
    whole
        All samples.
    whole_sources
        Where they and models come from.
    rows
        Ascending indices of the samples that are taken.
    """

    whole: Samples
    whole_sources: Sources
    rows: NDArray[np.int64]

    @property
    def samples(self) -> Samples:
        """The samples that are taken."""
        return self.whole.take(self.rows)

    def sources(self) -> Sources:
        """Give sources that know these samples, and their rows of a file of features."""
        taken = self.samples

        def load_samples(source: str, reading: Reading) -> Samples:
            is_own = source == taken.source
            return taken if is_own else self.whole_sources.load_samples(source, reading)

        def load_features(spec: ModelSpec, reading: Reading, _: Samples) -> ReadyFeatures:
            ready = self.whole_sources.load_features(spec, reading, self.whole)
            return replace(ready, arrays=take_rows(ready.arrays, self.rows))

        return replace(self.whole_sources, load_samples=load_samples, load_features=load_features)


def _round_of(size: int, decisions: Sequence[Decision]) -> SearchRound:
    """Write a round down."""
    return SearchRound(
        samples=size,
        models=len(decisions),
        kept=sum(decision.kept for decision in decisions),
        forced=sum(decision.is_forced for decision in decisions),
        decisions=tuple(
            SearchDecision(decision.model, decision.kept, decision.reason, decision.interval)
            for decision in decisions
        ),
    )
