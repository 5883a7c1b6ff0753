"""Engines as a run knows them: where checkpoints extract features, and where those of a race are trained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.records import RunPlan

__all__ = ["ENGINE", "HERE", "RACE_ENGINE", "Engine"]

# Entries of a run's environment: the engine that extracted, or trained the race, and what it did.
ENGINE, RACE_ENGINE = "engine", "race_engine"


class Engine(Protocol):
    """Extracts features for a run, ahead of it or when it asks for them, and trains what it races."""

    def planned(self, plan: RunPlan) -> RunPlan:
        """Return the plan with what this engine has to know before the first model runs.

        Raises
        ------
        PTMRankError
            If the engine cannot be had, or the plan asks for what it does not have.
        """
        ...

    def ahead(
        self, run_context: RunContext, open_metrics: Mapping[str, Collection[str]]
    ) -> AbstractContextManager[RunContext]:
        """Begin to extract; the models of the context are then where features come from.

        Parameters
        ----------
        run_context
            Context of the run, with what its metrics read besides the samples loaded.
        open_metrics
            For each model of the plan, the metrics that are not decided yet; none for a model that is done.
        """
        ...

    def racing(self, run_context: RunContext) -> AbstractContextManager[RunContext]:
        """Get ready to train; the models of the context are then where doses of a race are trained.

        Parameters
        ----------
        run_context
            Context of the run, whose models have all been scored.
        """
        ...


class _Here:
    """The machine of the run: a model runs when the run asks for its features."""

    def planned(self, plan: RunPlan) -> RunPlan:
        return plan

    def ahead(
        self,
        run_context: RunContext,
        open_metrics: Mapping[str, Collection[str]],  # noqa: ARG002 - the interface of engines
    ) -> AbstractContextManager[RunContext]:
        return nullcontext(run_context)

    def racing(self, run_context: RunContext) -> AbstractContextManager[RunContext]:
        return nullcontext(run_context)


HERE: Engine = _Here()
