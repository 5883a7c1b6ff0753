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
from ptmrank_core.records import AnalysisResult, Cell, Finding, ModelSpec, contents_of
from ptmrank_core.records.findings import ResultT
from ptmrank_core.results import rank_result

__all__ = ["AnalysisContext"]


class AnalysisContext:
    """Reads a run whose cells are all decided, and keeps what is found.

    Parameters
    ----------
    run_context
        What the run was worked with.
    """

    def __init__(self, run_context: RunContext) -> None:
        self.run_context = run_context
        self._kept = {(finding.kind, finding.subject) for finding in self.findings()}

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

    def order(self) -> tuple[str, ...]:
        """List the models that have a rank by what the run has given so far, best first."""
        result = self.run_context.store.result(self.run_context.plan.run_id)
        return rank_result(result).order

    def is_kept(self, kind: type[AnalysisResult], subject: str = "") -> bool:
        """Whether an analysis is done already."""
        return (kind.KIND, subject) in self._kept

    def findings(self) -> tuple[Finding, ...]:
        """Read what the analyses of the run have found so far."""
        return self.run_context.store.findings(self.run_context.plan.run_id)

    def contents(self, kind: type[ResultT]) -> dict[str, ResultT]:
        """Read what analyses of a kind have found so far: subject -> record."""
        return contents_of(self.findings(), kind)

    def drop(self, kind: type[AnalysisResult]) -> None:
        """Forget all findings of a kind: what was only kept so that nothing has to be done twice."""
        self.run_context.store.drop_findings(self.run_context.plan.run_id, kind.KIND)
        self._kept = {key for key in self._kept if key[0] != kind.KIND}

    def keep(self, kind: type[ResultT], subject: str, find: Callable[[], ResultT]) -> None:
        """Do one analysis and keep what it found, or why it could not be done.

        Parameters
        ----------
        kind, subject
            As in :class:`~ptmrank_core.records.Finding`.
        find
            Returns what was found.
        """
        start = time.perf_counter()
        content = run_guarded(find, what=f"{kind.KIND} {subject}".strip())
        seconds = time.perf_counter() - start
        if isinstance(content, CapturedError):
            self._add_problem(kind.KIND, subject, content, seconds)
        else:
            self._add(Finding(kind.KIND, subject, content, seconds))

    def keep_problem(self, kind: type[AnalysisResult], subject: str, problem: CapturedError) -> None:
        """Keep why an analysis could not be done."""
        self._add_problem(kind.KIND, subject, problem, 0.0)

    def _add_problem(self, kind: str, subject: str, problem: CapturedError, seconds: float) -> None:
        self._add(Finding(kind, subject, None, seconds, f"{problem.message} {problem.hint}".strip()))

    def keep_nothing(self, kind: type[AnalysisResult], subject: str) -> None:
        """Keep that an analysis was done and there was nothing to find."""
        self._add(Finding(kind.KIND, subject, None, 0.0))

    def _add(self, finding: Finding) -> None:
        self.run_context.store.add_finding(self.run_context.plan.run_id, finding)
        self._kept.add((finding.kind, finding.subject))
