"""Runs: what shall be done, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from ptmrank_core.records.findings import AnalysisResult, Finding, ResultT, contents_of, problems_of
from ptmrank_core.records.models import ExtractionReport, ModelSpec
from ptmrank_core.records.options import RunOptions
from ptmrank_core.records.samples import SamplesSummary

__all__ = [
    "LOCAL_OWNER",
    "Cell",
    "Failure",
    "ModelOutcome",
    "RunPlan",
    "RunResult",
    "RunState",
    "Score",
    "Skipped",
    "Stage",
]


# Whose a run or an upload is that was made on this machine: on the command line, or in a dashboard that only
# this machine reaches.
LOCAL_OWNER = "here"


class Stage(StrEnum):
    """What is done with one model, in this order."""

    RESOLVE = "resolve"
    DOWNLOAD = "download"
    LOAD = "load"
    EXTRACT = "extract"
    SCORE = "score"


class RunState(StrEnum):
    """What the store knows of a run; whether its worker lives is told by its lock alone."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"

    def is_finished(self) -> bool:
        """Whether no worker is expected to work on it."""
        return self in {RunState.FINISHED, RunState.CANCELLED, RunState.FAILED}


@dataclass(frozen=True, slots=True)
class Score:
    """A finite value of one metric for one model, or for one of its hidden layers."""

    model: str
    metric: str
    value: float
    seconds: float
    components: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that was tried and has no score."""

    model: str
    metric: str
    stage: Stage
    error: str
    message: str
    hint: str
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A cell that does not apply; known before any work."""

    model: str
    metric: str
    reason: str
    layer: int | None = None


Cell: TypeAlias = Score | Failure | Skipped


@dataclass(frozen=True, slots=True)
class ModelOutcome:
    """What a run learned of one model besides its cells.

    Parameters
    ----------
    spec
        The model as resolved: revision, path and head are known.
    report
        How its features were extracted.
    n_features
        Width of the embeddings.
    n_layers
        Hidden layers whose features are scored too, the input's own embedding among them.
    score_seconds
        Seconds of scoring.
    """

    spec: ModelSpec
    report: ExtractionReport
    n_features: int | None
    n_layers: int = 0
    score_seconds: float = 0.0

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds by stage: those of the extraction, and ``score``."""
        return {**self.report.seconds, "score": self.score_seconds}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan(RunOptions):
    """What a run shall do: every model under every metric on these samples, with these options.

    The options are those of :class:`RunOptions`, made concrete: a reference set is named where a metric needs
    one, and what no metric reads is ``None``.

    Parameters
    ----------
    run_id, created_at
        Its id, and when it was planned (ISO 8601, UTC).
    task
        Name of the task category, or ``"features"`` where ready-made ones are ranked.
    samples_source, samples_fingerprint
        Where the samples come from, and what they were when it was planned.
    models
        What is ranked.
    """

    run_id: str
    created_at: str
    task: str
    samples_source: str
    samples_fingerprint: str
    models: tuple[ModelSpec, ...]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run has given so far.

    Parameters
    ----------
    plan, state, samples
        What was to be done, how far it is, and on what.
    cells
        Every decided cell of a model; these rank.
    outcomes
        What was learned of each model, by its id.
    environment
        What a number depends on: versions and choices.
    seconds
        Of all workers together.
    error
        Why the run failed as a whole; empty otherwise.
    layer_cells
        Every decided cell of a hidden layer, where they were asked for; these rank nothing.
    findings
        What the analyses after the first ranking have found so far.
    """

    plan: RunPlan
    state: RunState
    samples: SamplesSummary
    cells: tuple[Cell, ...]
    outcomes: Mapping[str, ModelOutcome]
    environment: Mapping[str, str]
    seconds: float
    error: str = ""
    layer_cells: tuple[Cell, ...] = ()
    findings: tuple[Finding, ...] = ()

    def contents(self, kind: type[ResultT]) -> dict[str, ResultT]:
        """Collect what analyses of one kind found: subject -> record."""
        return contents_of(self.findings, kind)

    def problems(self, kind: type[AnalysisResult]) -> dict[str, str]:
        """Collect why analyses of one kind could not be done: subject -> sentence."""
        return problems_of(self.findings, kind)
