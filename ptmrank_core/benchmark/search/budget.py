"""Budgeted search: all candidates on few samples, the plausible ones on more, the finalists on all of them.

Every round is an ordinary run on the first samples of one fixed order, in a temporary store. It uses the
permanent feature cache, so a model is never run twice on the same sample.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
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
from ptmrank_core.errors import CancelledError, InputError, RunError
from ptmrank_core.events import CancelToken, Sink, discard_event, never_cancels
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.process import ModelCalls
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
    Skipped,
    take_rows,
)
from ptmrank_core.results import rank_result

__all__ = ["Found", "SampleSubset", "Search"]

# Number of parts of the samples in a round; the second if a plan has iterative metrics only.
HALF_SAMPLES, HALF_SAMPLES_OF_SLOW_METRICS = 50, 20
NO_CONTROLS = "A search on a budget runs candidates only, no controls."


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a search, before its finalists are run on all samples.

    Parameters
    ----------
    finalists
        Models that are to be run on all samples.
    lost
        Cells of models without a score, from the round in which they failed, and of controls, which no round
        runs.
    report
        Budget, rounds and decisions.
    """

    finalists: tuple[ModelSpec, ...]
    lost: tuple[Cell, ...]
    report: SearchReport


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the models of a plan that are worth running on all samples.

    Parameters
    ----------
    plan
        The run of all candidates on all samples, which would exceed the budget.
    samples
        Its samples.
    settings
        Where the feature cache is.
    sources
        Where models and auxiliary samples come from.
    sink, cancel
        Receives every event; called after each batch and each cell.
    models
        Where checkpoints are run; by default in this process.
    """

    plan: RunPlan
    samples: Samples
    settings: Settings
    sources: Sources
    sink: Sink = discard_event
    cancel: CancelToken = never_cancels
    models: ModelCalls | None = None

    def within(self, full_models: int) -> Found:
        """Run the rounds within a budget.

        Parameters
        ----------
        full_models
            The budget, as a number of models run on all n samples: all rounds and the finalists' final run
            together take at most ``full_models`` times n forward passes.

        Raises
        ------
        InputError
            If even the smallest possible rounds exceed the budget, or all models are controls.
        CancelledError
            If cancellation was requested.
        RunError
            If a round failed as a whole.
        """
        n_all, models = self.samples.n_samples, self.plan.candidates
        if not models:
            raise InputError(
                "All of these models are controls, which take no part in a search.",
                hint="Name candidates, or leave the budget out.",
            )
        order, min_samples = order_samples(self.samples, self.plan.seed)
        planned = schedule(len(models), n_all, min_samples, full_models).with_whole_groups(order)
        remaining = list(models)
        rounds: list[SearchRound] = []
        lost: list[Cell] = []
        n_run = previous_size = n_computed = 0
        for n_rounds, size in enumerate(planned.sizes[:-1], start=1):
            result = self._run_round(remaining, order.first(size))
            ran = [spec.id for spec in remaining if spec.id in result.outcomes]
            n_run += len(ran) * (size - previous_size)
            n_computed += sum(result.outcomes[model].report.cache_misses for model in ran)
            previous_size = size
            ranking = rank_result(result)
            max_kept = planned.most_to_keep(n_rounds, n_run)
            decisions = choose(ranking, [spec.id for spec in remaining], max_kept)
            rounds.append(_search_round(size, decisions))
            lost += [cell for cell in result.cells if cell.model in ranking.unranked]
            kept_models = {decision.model for decision in decisions if decision.kept}
            remaining = [spec for spec in remaining if spec.id in kept_models]
        n_run += len(remaining) * (n_all - previous_size)
        report = SearchReport(
            budget=full_models,
            rounds=tuple(rounds),
            finalists=tuple(spec.id for spec in remaining),
            samples_run=n_run,
            samples_without=len(models) * n_all,
            forced=sum(search_round.forced for search_round in rounds),
            saved=1 - n_run / (len(models) * n_all),
            computed_in_rounds=n_computed,
        )
        return Found(tuple(remaining), (*lost, *self._controls()), report)

    def _controls(self) -> Iterator[Cell]:
        """Skip the controls of the plan: every forward pass of the budget is spent on candidates."""
        return (Skipped(spec.id, self.plan.metrics[0], NO_CONTROLS) for spec in self.plan.controls)

    def _run_round(self, models: Sequence[ModelSpec], rows: NDArray[np.int64]) -> RunResult:
        """Run the remaining models on a subset of the samples."""
        subset = SampleSubset(self.samples, self.sources, rows)
        metrics = [name for name in self.plan.metrics if METRICS[name].cost != "iterative"]
        plan = replace(
            self.plan,
            run_id=f"{self.plan.run_id}-{len(rows)}",
            models=tuple(models),
            metrics=tuple(metrics) or self.plan.metrics,
            samples_fingerprint=subset.samples.fingerprint,
            analyses=Analyses(
                HALF_SAMPLES if metrics else HALF_SAMPLES_OF_SLOW_METRICS,
                probe=False,
                projections=False,
                references=False,
            ),
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
                models=self.models,
            )
            result = store.result(plan.run_id)
        if state is RunState.CANCELLED:
            raise CancelledError("The search was cancelled.")
        if state is RunState.FAILED:
            raise RunError(f"A round of the search failed: {result.error}")
        return result

    def keep(self, outcome: Found, store: RunStore) -> RunPlan:
        """Store the finalists' run, with the cells of models without a score and the report of the search.

        Parameters
        ----------
        outcome
            The outcome of the search.
        store
            Where the run is stored, queued.
        """
        lost = {cell.model: cell for cell in reversed(outcome.lost)}
        chosen = {spec.id for spec in outcome.finalists} | lost.keys()
        models = tuple(spec for spec in self.plan.models if spec.id in chosen)
        plan = replace(self.plan, models=models)
        store.create(plan, self.samples.summary())
        # Decided cells are not tried again; a metric that no round computed takes the first one's reason.
        cells = {
            (model, metric): replace(cell, metric=metric)
            for model, cell in lost.items()
            for metric in plan.metrics
        }
        for cell in (cells | {(cell.model, cell.metric): cell for cell in outcome.lost}).values():
            store.add_cell(plan.run_id, cell)
        store.add_finding(plan.run_id, Finding(SearchReport.KIND, "", outcome.report, 0.0))
        return plan


@dataclass(frozen=True, eq=False, slots=True)
class SampleSubset:
    """A subset of the samples of a run, and sources that load only this subset.

    Parameters
    ----------
    whole
        All samples.
    whole_sources
        Where all samples and the models come from.
    rows
        Indices of the subset, ascending.
    """

    whole: Samples
    whole_sources: Sources
    rows: NDArray[np.int64]

    @property
    def samples(self) -> Samples:
        """The subset of the samples."""
        return self.whole.take(self.rows)

    def sources(self) -> Sources:
        """Return sources that load this subset, and its rows of a file of features."""
        subset = self.samples

        def load_samples(source: str, reading: Reading) -> Samples:
            is_subset = source == subset.source
            return subset if is_subset else self.whole_sources.load_samples(source, reading)

        def load_features(spec: ModelSpec, reading: Reading, _: Samples) -> ReadyFeatures:
            ready = self.whole_sources.load_features(spec, reading, self.whole)
            return replace(ready, arrays=take_rows(ready.arrays, self.rows))

        return replace(self.whole_sources, load_samples=load_samples, load_features=load_features)


def _search_round(size: int, decisions: Sequence[Decision]) -> SearchRound:
    """Make the record of a round."""
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
