"""What every analysis is done with: the features of the run's models, and where findings go."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from ptmrank_core.benchmark.execution.context import Tools, equip
from ptmrank_core.benchmark.execution.extraction import gather
from ptmrank_core.benchmark.execution.scoring import Problem, attempt
from ptmrank_core.events import ignore
from ptmrank_core.records import Cell, Finding, ModelSpec

__all__ = ["Analyst"]


class Analyst:
    """Reads a run whose cells are all decided, and keeps what is found.

    Parameters
    ----------
    tools
        What the run was worked with.
    """

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self._kept = {(found.kind, found.subject) for found in tools.store.findings(tools.plan.run_id)}

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every decided cell of a model."""
        return self.tools.store.cells(self.tools.plan.run_id)

    @cached_property
    def specs(self) -> dict[str, ModelSpec]:
        """The models that have features, as the run resolved them, in the plan's order."""
        outcomes = self.tools.store.outcomes(self.tools.plan.run_id)
        return {spec.id: outcomes[spec.id].spec for spec in self.tools.plan.models if spec.id in outcomes}

    @cached_property
    def equipped(self) -> Tools:
        """What the run was worked with, and what its metrics read besides the samples."""
        return equip(self.tools, self.tools.plan.metrics)

    def arrays(self, model: str, metrics: Collection[str] = ()) -> Mapping[str, Any]:
        """Keyword arguments of ``prepare_inputs`` for one model, from the cache.

        Parameters
        ----------
        model
            One of ``specs``.
        metrics
            What they are for: further sets of samples come only with metrics that read them.

        Raises
        ------
        ModelError, InputError
            If features are no longer in the cache and cannot be had again.
        """
        tools = self.equipped if metrics else self.tools
        return gather(tools, self.specs[model], metrics, ignore).arrays

    def is_kept(self, kind: str, subject: str = "") -> bool:
        """Whether an analysis is done already."""
        return (kind, subject) in self._kept

    def found(self, kind: str) -> list[Finding]:
        """Read what analyses of a kind have found so far."""
        return [own for own in self.tools.store.findings(self.tools.plan.run_id) if own.kind == kind]

    def drop(self, kind: str) -> None:
        """Forget all findings of a kind: what was only kept so that nothing has to be done twice."""
        self.tools.store.drop_findings(self.tools.plan.run_id, kind)
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
        found = attempt(find, what=f"{kind} {subject}".strip())
        seconds = time.perf_counter() - start
        if isinstance(found, Problem):
            self.keep_problem(kind, subject, found, seconds)
        else:
            self._add(Finding(kind, subject, found, seconds))

    def keep_problem(self, kind: str, subject: str, problem: Problem, seconds: float = 0.0) -> None:
        """Keep why an analysis could not be done."""
        self._add(Finding(kind, subject, {}, seconds, f"{problem.message} {problem.hint}".strip()))

    def _add(self, finding: Finding) -> None:
        self.tools.store.add_finding(self.tools.plan.run_id, finding)
        self._kept.add((finding.kind, finding.subject))
