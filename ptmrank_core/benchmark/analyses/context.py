"""The context of every analysis: reads the features and results of a run, and stores findings."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from ptmrank_core.benchmark.execution.context import RunContext, load_auxiliary
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.work.answering import answer_pieces
from ptmrank_core.benchmark.work.identity import Identity, identity_of, metric_text
from ptmrank_core.benchmark.work.kept_results import Kept
from ptmrank_core.benchmark.work.piece import Answer, Piece
from ptmrank_core.events import AnalysisStep, discard_event
from ptmrank_core.features.baselines import BaselineFeatures
from ptmrank_core.pieces import Found
from ptmrank_core.pieces.scoring import CapturedError, run_guarded
from ptmrank_core.records import (
    AnalysisResult,
    Cell,
    Finding,
    ModelOutcome,
    ModelSpec,
    Ranking,
    RunResult,
    contents_of,
)
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
        self._findings: tuple[Finding, ...] | None = None
        self._identities: dict[str, Identity | None] = {}
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

    def identity(self, model: str) -> Identity | None:
        """Return what the results of a model are known by; ``None`` if they are not kept."""
        if model not in self._identities:
            spec = (self.specs | self.controls)[model]
            self._identities[model] = identity_of(self.run_context, spec)
        return self._identities[model]

    def metric_text(self, model: str, metric: str) -> str:
        """Write out what a metric's scores of a model depend on besides features and labels."""
        return metric_text(self.with_auxiliary, (self.specs | self.controls)[model], metric)

    def labels(self) -> dict[str, Any]:
        """Return the labels of the samples, as ``prepare_inputs`` takes them beside features."""
        samples = self.run_context.samples
        name = "labels" if samples.target_kind == "classification" else "targets"
        return {name: samples.labels}

    def order(self) -> tuple[str, ...]:
        """List the candidates in the ranking by the results so far, best first."""
        return self.ranking().order

    def ranking(self) -> Ranking:
        """Rank the candidates by the results so far: order and votes, without their certainty."""
        return rank_result(replace(self._result, findings=self.findings()), certainty=False)

    @cached_property
    def _result(self) -> RunResult:
        """The run at the beginning of its analyses, which add findings alone."""
        return self.run_context.store.result(self.run_context.plan.run_id)

    def is_kept(self, kind: type[ResultT] | type[AnalysisResult], subject: str = "") -> bool:
        """Whether a finding is stored already."""
        return (kind.KIND, subject) in self._stored

    def findings(self) -> tuple[Finding, ...]:
        """Read the findings of the run so far; again only once this analysis has changed them."""
        if self._findings is None:
            self._findings = self.run_context.store.findings(self.run_context.plan.run_id)
        return self._findings

    def contents(self, kind: type[ResultT]) -> dict[str, ResultT]:
        """Read the results of analyses of a kind so far: subject -> record."""
        return contents_of(self.findings(), kind)

    def drop(self, kind: type[AnalysisResult], subject: str | None = None) -> None:
        """Delete findings of a kind, of one subject or of all: intermediate results, and what is outdated."""
        self._findings = None
        self.run_context.store.drop_findings(self.run_context.plan.run_id, kind.KIND, subject=subject)
        self._stored = {key for key in self._stored if key[0] != kind.KIND or subject not in (None, key[1])}

    def drop_others(self, kind: type[AnalysisResult], subjects: Collection[str]) -> None:
        """Delete findings of a kind about others: a retried model may have changed the order since."""
        for _, subject in [own for own in self._stored if own[0] == kind.KIND and own[1] not in subjects]:
            self.drop(kind, subject)

    def keep(
        self,
        kind: type[ResultT],
        subject: str,
        find: Callable[[], ResultT],
        *,
        spent: float = 0.0,
        kept_seconds: float = 0.0,
    ) -> Finding:
        """Perform one analysis and store its result, or why it failed; return what was stored.

        Parameters
        ----------
        kind, subject
            As in :class:`~ptmrank_core.records.Finding`.
        find
            Performs the analysis and returns its result.
        spent, kept_seconds
            Seconds of its intermediate results, which are to be dropped: in this run, and in those that some
            of them were kept from.
        """
        start = time.perf_counter()
        content = run_guarded(find, what=f"{kind.KIND} {subject}".strip())
        seconds = spent + time.perf_counter() - start
        if isinstance(content, CapturedError):
            return self._add_problem(kind.KIND, subject, content, seconds)
        finding = Finding(kind.KIND, subject, content, seconds, kept_seconds=kept_seconds)
        self.keep_all(finding)
        return finding

    def find(
        self,
        kind: type[ResultT],
        pieces: Mapping[str, Piece],
        make: Callable[[str, Mapping[str, Any]], ResultT] = lambda _, results: results[""],
        *,
        step: str = "",
        n_before: int = 0,
    ) -> None:
        """Find the results of pieces, and store each as soon as it is found, or why it failed.

        Parameters
        ----------
        kind
            As in :class:`~ptmrank_core.records.Finding`.
        pieces
            Subject -> its piece; those that are stored already are left out.
        make
            Makes the result of a subject from the results of its piece; by default the only one.
        step
            Kind of the steps that are reported; by default that of the findings.
        n_before
            Number of such steps before these.

        Raises
        ------
        CancelledError
            If cancellation was requested; findings so far stay.
        """
        if not pieces:
            return
        open_pieces = {subject: own for subject, own in pieces.items() if not self.is_kept(kind, subject)}
        total, step = n_before + len(pieces), step or kind.KIND
        done = total - len(open_pieces)
        self.run_context.sink(AnalysisStep(step, done, total))
        subjects = list(open_pieces)
        for index, answer in answer_pieces(self.run_context, list(open_pieces.values())):
            self._keep_answer(kind, subjects[index], answer, make)
            done += 1
            self.run_context.sink(AnalysisStep(step, done, total))

    def find_once(
        self,
        kind: type[ResultT],
        subject: str,
        name: str | None,
        find: Callable[[], Found],
        rename: Callable[[ResultT], ResultT] = lambda result: result,
    ) -> None:
        """Store what is kept under a name; otherwise perform the analysis, and keep a sound result.

        Parameters
        ----------
        kind, subject
            As in :class:`~ptmrank_core.records.Finding`; nothing is done if it is stored already.
        name
            What the result is kept by; ``None`` if it is not.
        find
            Performs the analysis and returns its only result.
        rename
            Puts the names of this run into a result that was kept from another.
        """
        if self.is_kept(kind, subject):
            return
        kept = self.run_context.kept
        found = kept.get_many([name], kind).get(name) if name is not None else None
        if found is not None:
            self.keep_all(Finding(kind.KIND, subject, rename(found.result), 0.0, kept_seconds=found.seconds))
            return
        unsound = set[str]()

        def perform() -> ResultT:
            made = find()
            unsound.update(made.unsound)
            result: ResultT = made.results[""]
            return result

        finding = self.keep(kind, subject, perform)
        if name is not None and finding.content is not None and not unsound:
            kept.put_many([(name, Kept(finding.content, finding.seconds))])

    def _keep_answer(
        self,
        kind: type[ResultT],
        subject: str,
        answer: Answer,
        make: Callable[[str, Mapping[str, Any]], ResultT],
    ) -> None:
        results = answer.results
        if isinstance(results, CapturedError):
            self._add_problem(kind.KIND, subject, results, answer.seconds)
        else:
            made = partial(make, subject, results)
            self.keep(kind, subject, made, spent=answer.seconds, kept_seconds=answer.kept_seconds)

    def keep_problem(self, kind: type[AnalysisResult], subject: str, problem: CapturedError) -> None:
        """Store why an analysis failed."""
        self._add_problem(kind.KIND, subject, problem, 0.0)

    def _add_problem(self, kind: str, subject: str, problem: CapturedError, seconds: float) -> Finding:
        finding = Finding(kind, subject, None, seconds, f"{problem.message} {problem.hint}".strip())
        self.keep_all(finding)
        return finding

    def keep_nothing(self, kind: type[AnalysisResult], subject: str) -> None:
        """Store that an analysis was done and has no result."""
        self.keep_all(Finding(kind.KIND, subject, None, 0.0))

    def keep_all(self, *findings: Finding) -> None:
        """Store findings that belong together: all of them or none; those stored before are replaced."""
        self._findings = None
        self.run_context.store.add_findings(self.run_context.plan.run_id, findings)
        self._stored |= {(finding.kind, finding.subject) for finding in findings}
