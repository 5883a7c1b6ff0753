"""Runs: plan, state, cells and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from ptmrank_core.records.findings import AnalysisResult, Finding, ResultT, contents_of, problems_of
from ptmrank_core.records.models import ExtractionReport, ModelSpec
from ptmrank_core.records.names import printable
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


# Owner of the runs and uploads that are made on this machine: on the command line, or in a dashboard that can
# be reached only from this machine.
LOCAL_OWNER = "here"


class Stage(StrEnum):
    """The stages of the work on one model, in this order."""

    RESOLVE = "resolve"
    DOWNLOAD = "download"
    LOAD = "load"
    EXTRACT = "extract"
    SCORE = "score"


class RunState(StrEnum):
    """State of a run in the store; only the run's lock tells whether its worker is alive."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"

    def is_finished(self) -> bool:
        """Whether no worker has anything left to do."""
        return self in {RunState.FINISHED, RunState.CANCELLED, RunState.FAILED}


@dataclass(frozen=True, slots=True)
class Score:
    """A finite value of one metric for one model, or for one of its hidden layers.

    ``seconds`` are those of its run: 0 where the value was kept from an earlier run, in which it took
    ``kept_seconds``.
    """

    model: str
    metric: str
    value: float
    seconds: float
    components: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    layer: int | None = None
    kept_seconds: float = 0.0

    @property
    def cost_seconds(self) -> float:
        """Seconds that it took, in whichever run: what is decided by them is decided alike in both."""
        return self.seconds + self.kept_seconds


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell whose computation failed."""

    model: str
    metric: str
    stage: Stage
    error: str
    message: str
    hint: str
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A cell whose metric does not apply to the model."""

    model: str
    metric: str
    reason: str
    layer: int | None = None


Cell: TypeAlias = Score | Failure | Skipped


@dataclass(frozen=True, slots=True)
class ModelOutcome:
    """What a run recorded about one model besides its cells.

    Parameters
    ----------
    spec
        The model after it was resolved: revision, path and head are known.
    report
        How its features were extracted.
    n_features
        Width of the embeddings.
    n_layers
        Number of hidden layers that are scored too, the input embedding included.
    score_seconds
        Seconds spent on scoring.
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
    """The plan of a run: every model under every metric on these samples, with these options.

    The options of :class:`RunOptions` are resolved: the reference set is named if a metric needs one, and
    what no metric reads is ``None``.

    Parameters
    ----------
    run_id, created_at
        Its id, and the time of planning (ISO 8601, UTC).
    task
        Name of the task category, or ``"features"`` if precomputed features are ranked.
    samples_source, samples_fingerprint
        Source of the samples as it is opened (``shown_source`` is printable), and their fingerprint at the
        time of planning.
    models
        The models that are scored: candidates, and controls among them.
    """

    run_id: str
    created_at: str
    task: str
    samples_source: str
    samples_fingerprint: str
    models: tuple[ModelSpec, ...]

    @property
    def shown_source(self) -> str:
        """Source of the samples, as it can be shown."""
        return printable(self.samples_source)

    @property
    def candidates(self) -> tuple[ModelSpec, ...]:
        """The models that are ranked."""
        return tuple(spec for spec in self.models if spec.control is None)

    @property
    def controls(self) -> tuple[ModelSpec, ...]:
        """The models that are scored for comparison and never ranked."""
        return tuple(spec for spec in self.models if spec.control is not None)


@dataclass(frozen=True, slots=True)
class RunResult:
    """The results of a run so far.

    Parameters
    ----------
    plan, state, samples
        Plan and state of the run, and a summary of its samples.
    cells
        Every decided cell of a model; the ranking rests on these.
    outcomes
        Model id -> what was recorded about the model.
    environment
        Software versions and options that the results depend on.
    seconds
        Total working time of all workers of the run.
    error
        Why the run failed as a whole; empty otherwise.
    layer_cells
        Every decided cell of a hidden layer, if layers were requested; not used in the ranking.
    findings
        Results so far of the analyses that follow the first ranking.
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

    def of_candidates(self) -> RunResult:
        """Return the same run without its controls: what ranks, counts or recommends reads this one.

        Without the plan's controls, their cells and outcomes, and the findings that are about one of them.
        """
        controls = {spec.id for spec in self.plan.controls}
        if not controls:
            return self
        return replace(
            self,
            plan=replace(self.plan, models=self.plan.candidates),
            cells=tuple(cell for cell in self.cells if cell.model not in controls),
            outcomes={model: outcome for model, outcome in self.outcomes.items() if model not in controls},
            layer_cells=tuple(cell for cell in self.layer_cells if cell.model not in controls),
            findings=tuple(finding for finding in self.findings if finding.subject not in controls),
        )

    def contents(self, kind: type[ResultT]) -> dict[str, ResultT]:
        """Collect the results of analyses of one kind: subject -> record."""
        return contents_of(self.findings, kind)

    def problems(self, kind: type[AnalysisResult]) -> dict[str, str]:
        """Collect why analyses of one kind failed: subject -> sentence."""
        return problems_of(self.findings, kind)
