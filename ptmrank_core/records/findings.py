"""What an analysis found, as it is kept with the run."""

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
)
from ptmrank_core.records.maps import ClassDistances, ProjectedEmbeddings
from ptmrank_core.records.search import SearchReport
from ptmrank_core.records.truth import Truth

__all__ = ["RESULT_KINDS", "AnalysisResult", "Finding", "ResultT", "contents_of", "problems_of"]

AnalysisResult: TypeAlias = (
    Truth
    | ProbeResult
    | HalfSampleScores
    | ModelHalfSamples
    | PartScores
    | ControlScores
    | PermutedScores
    | FineTuning
    | ProjectedEmbeddings
    | ClassDistances
    | SearchReport
)
RESULT_KINDS: Mapping[str, type[AnalysisResult]] = {kind.KIND: kind for kind in get_args(AnalysisResult)}
"""Kind of finding -> its record."""
ResultT = TypeVar("ResultT", bound=AnalysisResult)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one analysis found, as it is kept with the run.

    Parameters
    ----------
    kind
        The analysis: one of :data:`RESULT_KINDS`.
    subject
        The metric or model it is about; empty for the whole run.
    content
        What was found; ``None`` where nothing was.
    seconds
        What it took.
    problem
        Why it could not be done, in one sentence; empty where it could.
    """

    kind: str
    subject: str
    content: AnalysisResult | None
    seconds: float
    problem: str = ""


def contents_of(findings: Iterable[Finding], kind: type[ResultT]) -> dict[str, ResultT]:
    """Collect what analyses of one kind found: subject -> record, in the order of the findings."""
    return {one.subject: one.content for one in findings if isinstance(one.content, kind)}


def problems_of(findings: Iterable[Finding], kind: type[AnalysisResult]) -> dict[str, str]:
    """Collect why analyses of one kind could not be done: subject -> sentence."""
    return {one.subject: one.problem for one in findings if one.kind == kind.KIND and one.problem}
