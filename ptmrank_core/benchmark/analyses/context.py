"""The context of every analysis: reads the features and results of a run, and stores findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from ptmrank_core.benchmark.execution.context import RunContext, load_auxiliary
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.execution.scoring import CapturedError, run_guarded
from ptmrank_core.events import discard_event
from ptmrank_core.features.baselines import BaselineFeatures
from ptmrank_core.records import AnalysisResult, Cell, Finding, ModelOutcome, ModelSpec, Ranking, contents_of
from ptmrank_core.records.findings import ResultT
from ptmrank_core.results import rank_result

__all__ = ["AnalysisContext"]


class AnalysisContext:
    """Reads a run whose cells are all decided, and stores the findings of its analyses.

    Parameters
    ----------
    run_context
        Context of the run.
    """

    def __init__(self, run_context: RunContext) -> None:
        self.run_context = run_context
        self.plain: BaselineFeatures | None = None  # baseline features, once an analysis has computed them
        self._stored = {(finding.kind, finding.subject) for finding in self.findings()}

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every decided cell of the run's models."""
        return self.run_context.store.cells(self.run_context.plan.run_id)

    @cached_property
    def specs(self) -> dict[str, ModelSpec]:
        """Id -> resolved spec of each candidate that has features, in the plan's order."""
        return self._resolved(self.run_context.plan.candidates)

    @cached_property
    def controls(self) -> dict[str, ModelSpec]:
        """The same of the plan's controls, which are probed and never ranked."""
        return self._resolved(self.run_context.plan.controls)

    @cached_property
    def outcomes(self) -> dict[str, ModelOutcome]:
        """What the run recorded about each model that has features."""
        return self.run_context.store.outcomes(self.run_context.plan.run_id)

    def _resolved(self, models: Iterable[ModelSpec]) -> dict[str, ModelSpec]:
        return {spec.id: self.outcomes[spec.id].spec for spec in models if spec.id in self.outcomes}

    @cached_property
    def with_auxiliary(self) -> RunContext:
        """Context of the run with the auxiliary inputs of its metrics loaded."""
        return load_auxiliary(self.run_context, self.run_context.plan.metrics)

    def arrays(self, model: str, metrics: Collection[str] = ()) -> Mapping[str, Any]:
        """Return the keyword arguments of ``prepare_inputs`` for one model, from the cache.

        Parameters
        ----------
        model
            One of ``specs`` or ``controls``.
        metrics
            Metrics that will read the arrays: auxiliary sets are included only if one of them reads them.

        Raises
        ------
        ModelError, InputError
            If features are no longer in the cache and cannot be extracted again.
        """
        run_context = self.with_auxiliary if metrics else self.run_context
        spec = (self.specs | self.controls)[model]
        return gather(run_context, spec, metrics, discard_event).arrays

    def labels(self) -> dict[str, Any]:
        """Return the labels of the samples, as ``prepare_inputs`` takes them beside features."""
        samples = self.run_context.samples
        name = "labels" if samples.target_kind == "classification" else "targets"
        return {name: samples.labels}

    def order(self) -> tuple[str, ...]:
        """List the candidates in the ranking by the results so far, best first."""
        return self.ranking().order

    def ranking(self) -> Ranking:
        """Rank the candidates by the results so far."""
        return rank_result(self.run_context.store.result(self.run_context.plan.run_id))

    def is_kept(self, kind: type[AnalysisResult], subject: str = "") -> bool:
        """Whether a finding is stored already."""
        return (kind.KIND, subject) in self._stored

    def findings(self) -> tuple[Finding, ...]:
        """Read the findings of the run so far."""
        return self.run_context.store.findings(self.run_context.plan.run_id)

    def contents(self, kind: type[ResultT]) -> dict[str, ResultT]:
        """Read the results of analyses of a kind so far: subject -> record."""
        return contents_of(self.findings(), kind)

    def drop(self, kind: type[AnalysisResult], subject: str | None = None) -> None:
        """Delete findings of a kind, of one subject or of all: intermediate results, and what is outdated."""
        self.run_context.store.drop_findings(self.run_context.plan.run_id, kind.KIND, subject=subject)
        self._stored = {key for key in self._stored if key[0] != kind.KIND or subject not in (None, key[1])}

    def keep(
        self, kind: type[ResultT], subject: str, find: Callable[[], ResultT], *, spent: float = 0.0
    ) -> None:
        """Perform one analysis and store its result, or why it failed.

        Parameters
        ----------
        kind, subject
            As in :class:`~ptmrank_core.records.Finding`.
        find
            Performs the analysis and returns its result.
        spent
            Seconds of its intermediate results, which are to be dropped.
        """
        start = time.perf_counter()
        content = run_guarded(find, what=f"{kind.KIND} {subject}".strip())
        seconds = spent + time.perf_counter() - start
        if isinstance(content, CapturedError):
            self._add_problem(kind.KIND, subject, content, seconds)
        else:
            self.keep_all(Finding(kind.KIND, subject, content, seconds))

    def keep_problem(self, kind: type[AnalysisResult], subject: str, problem: CapturedError) -> None:
        """Store why an analysis failed."""
        self._add_problem(kind.KIND, subject, problem, 0.0)

    def _add_problem(self, kind: str, subject: str, problem: CapturedError, seconds: float) -> None:
        self.keep_all(Finding(kind, subject, None, seconds, f"{problem.message} {problem.hint}".strip()))

    def keep_nothing(self, kind: type[AnalysisResult], subject: str) -> None:
        """Store that an analysis was done and has no result."""
        self.keep_all(Finding(kind.KIND, subject, None, 0.0))

    def keep_all(self, *findings: Finding) -> None:
        """Store findings that belong together: all of them or none; those stored before are replaced."""
        self.run_context.store.add_findings(self.run_context.plan.run_id, findings)
        self._stored |= {(finding.kind, finding.subject) for finding in findings}
