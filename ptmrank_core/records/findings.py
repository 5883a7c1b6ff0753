"""Findings: the results of analyses, and what the owner adds to them, as stored with the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, get_args

from ptmrank_core.records.analysis_results import (
    ControlScores,
    FineTuning,
    HalfSampleScores,
    ModelHalfSamples,
    PartScores,
    PermutedScores,
    ProbeResult,
    ReferenceResult,
    SeedScores,
)
from ptmrank_core.records.decisions import Decision
from ptmrank_core.records.maps import ClassDistances, Neighbourhoods, ProjectedEmbeddings, SampleTag
from ptmrank_core.records.race import Race, RaceDose, RaceOrder
from ptmrank_core.records.search import SearchReport
from ptmrank_core.records.truth import Truth

__all__ = [
    "RESULT_KINDS",
    "AnalysisResult",
    "Finding",
    "ResultT",
    "contents_of",
    "doses_in_order",
    "problems_of",
]

AnalysisResult: TypeAlias = (
    Truth
    | ProbeResult
    | SeedScores
    | HalfSampleScores
    | ModelHalfSamples
    | PartScores
    | ControlScores
    | ReferenceResult
    | PermutedScores
    | FineTuning
    | RaceDose
    | Race
    | RaceOrder
    | ProjectedEmbeddings
    | ClassDistances
    | SampleTag
    | Neighbourhoods
    | Decision
    | SearchReport
)
RESULT_KINDS: Mapping[str, type[AnalysisResult]] = {kind.KIND: kind for kind in get_args(AnalysisResult)}
"""Kind of finding -> its record."""
ResultT = TypeVar("ResultT", bound=AnalysisResult)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one analysis, as stored with the run.

    Parameters
    ----------
    kind
        The analysis: one of :data:`RESULT_KINDS`.
    subject
        The metric or model it is about; empty for the whole run.
    content
        The result; ``None`` if there is none.
    seconds
        Duration of the analysis in this run: 0 where its result was kept from an earlier run.
    problem
        Why the analysis failed, in one sentence; empty if it did not.
    kept_seconds
        What it took in the earlier runs that its result, or some of it, was kept from.
    """

    kind: str
    subject: str
    content: AnalysisResult | None
    seconds: float
    problem: str = ""
    kept_seconds: float = 0.0

    @property
    def cost_seconds(self) -> float:
        """Seconds that it took, in whichever runs: what is decided by them is decided alike in each."""
        return self.seconds + self.kept_seconds


def contents_of(findings: Iterable[Finding], kind: type[ResultT]) -> dict[str, ResultT]:
    """Collect the results of analyses of one kind: subject -> record, in the order of the findings."""
    return {finding.subject: finding.content for finding in findings if isinstance(finding.content, kind)}


def doses_in_order(findings: Iterable[Finding]) -> tuple[RaceDose, ...]:
    """Collect the doses of a race, in the order in which they were taken."""
    return tuple(sorted(contents_of(findings, RaceDose).values(), key=lambda dose: dose.number))


def problems_of(findings: Iterable[Finding], kind: type[AnalysisResult]) -> dict[str, str]:
    """Collect why analyses of one kind failed: subject -> sentence."""
    return {
        finding.subject: finding.problem
        for finding in findings
        if finding.kind == kind.KIND and finding.problem
    }
