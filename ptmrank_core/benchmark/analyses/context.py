"""What every analysis is done with: the features of the run's models, and where findings go."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from ptmrank_core.benchmark.execution.context import RunContext, load_auxiliary
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.execution.scoring import CapturedError, run_guarded
from ptmrank_core.events import discard_event
from ptmrank_core.records import Cell, Finding, ModelSpec

__all__ = ["AnalysisContext"]


class AnalysisContext:
    """Reads a run whose cells are all decided, and keeps what is found.

    Parameters
    ----------
    tools
        What the run was worked with.
    """

    def __init__(self, run_context: RunContext) -> None:
        self.run_context = run_context
        self._kept = {
            (found.kind, found.subject) for found in run_context.store.findings(run_context.plan.run_id)
        }

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every decided cell of a model."""
        return self.run_context.store.cells(self.run_context.plan.run_id)

    @cached_property
    def specs(self) -> dict[str, ModelSpec]:
        """The models that have features, as the run resolved them, in the plan's order."""
        outcomes = self.run_context.store.outcomes(self.run_context.plan.run_id)
        return {
            spec.id: outcomes[spec.id].spec for spec in self.run_context.plan.models if spec.id in outcomes
        }

    @cached_property
    def equipped(self) -> RunContext:
        """What the run was worked with, and what its metrics read besides the samples."""
        return load_auxiliary(self.run_context, self.run_context.plan.metrics)

    def arrays(self, model: str, metrics: Collection[str] = ()) -> Mapping[str, Any]:
        """Keyword arguments of ``prepare_inputs`` for one model, from the cache.

        Parameters
        ----------
        model
            One of ``specs``.
        metrics
            What they are for: auxiliary sets of samples come only with metrics that read them.

        Raises
        ------
        ModelError, InputError
            If features are no longer in the cache and cannot be had again.
        """
        run_context = self.equipped if metrics else self.run_context
        return gather(run_context, self.specs[model], metrics, discard_event).arrays

    def is_kept(self, kind: str, subject: str = "") -> bool:
        """Whether an analysis is done already."""
        return (kind, subject) in self._kept

    def found(self, kind: str) -> list[Finding]:
        """Read what analyses of a kind have found so far."""
        return [
            own for own in self.run_context.store.findings(self.run_context.plan.run_id) if own.kind == kind
        ]

    def drop(self, kind: str) -> None:
        """Forget all findings of a kind: what was only kept so that nothing has to be done twice."""
        self.run_context.store.drop_findings(self.run_context.plan.run_id, kind)
        self._kept = {own for own in self._kept if own[0] != kind}

    def keep(self, kind: str, subject: str, find: Callable[[], Mapping[str, Any]]) -> None:
        """Do one analysis and keep what it found, or why it could not be done.

        Parameters
        ----------
        kind, subject
            As in :class:`~ptmrank_core.records.Finding`.
        find
            Returns the payload, in plain JSON types.
        """
        start = time.perf_counter()
        found = run_guarded(find, what=f"{kind} {subject}".strip())
        seconds = time.perf_counter() - start
        if isinstance(found, CapturedError):
            self.keep_problem(kind, subject, found, seconds)
        else:
            self._add(Finding(kind, subject, found, seconds))

    def keep_problem(self, kind: str, subject: str, problem: CapturedError, seconds: float = 0.0) -> None:
        """Keep why an analysis could not be done."""
        self._add(Finding(kind, subject, {}, seconds, f"{problem.message} {problem.hint}".strip()))

    def _add(self, finding: Finding) -> None:
        self.run_context.store.add_finding(self.run_context.plan.run_id, finding)
        self._kept.add((finding.kind, finding.subject))
