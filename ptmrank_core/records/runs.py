"""Runs: what shall be done, what came of it, and the order that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from ptmrank_core.records.findings import EVERY_ANALYSIS, Analyses, Finding
from ptmrank_core.records.models import ExtractionOptions, ModelSpec
from ptmrank_core.records.samples import AS_RECOGNISED, Reading, SamplesSummary
from ptmrank_core.records.votes import Sensitivity, Vote

__all__ = [
    "Cell",
    "Failure",
    "ModelOutcome",
    "RankIntervals",
    "Ranking",
    "RunPlan",
    "RunResult",
    "RunState",
    "Score",
    "Skipped",
    "Stage",
]


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
    seconds
        Seconds of ``load``, ``preprocess``, ``forward`` and ``score``.
    cache_hits, cache_misses
        Samples found in the cache, samples the model ran on.
    n_features
        Width of the embeddings.
    device, dtype
        Where and in what the model ran; device ``None`` when all came from the cache.
    peak_memory_bytes
        Of its extraction: the device's own, on a CPU that of the whole process; ``None`` where unknown.
    n_layers
        Hidden layers whose features are scored too, the input's own embedding among them.
    notes
        What is to be known of how its features were taken, one sentence each.
    batch_size, n_run
        Samples in a batch of the longest; all that it ran on, further sets too; ``None`` where unknown.
    """

    spec: ModelSpec
    seconds: Mapping[str, float]
    cache_hits: int
    cache_misses: int
    n_features: int | None
    device: str | None
    dtype: str
    peak_memory_bytes: int | None = None
    n_layers: int = 0
    notes: tuple[str, ...] = ()
    batch_size: int | None = None
    n_run: int | None = None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run shall do: every model under every metric on these samples.

    Parameters
    ----------
    run_id, created_at
        Its id, and when it was planned (ISO 8601, UTC).
    task
        Name of the task category, or ``"features"`` where ready-made ones are ranked.
    samples_source, samples_fingerprint
        Where the samples come from, and what they were when it was planned.
    models, metrics
        What is ranked, and under what.
    options
        How features are extracted.
    seed
        Seed of everything random.
    reference_source
        Where the reference set comes from; ``None`` where no metric needs one.
    reading
        How the samples are read.
    source_samples
        Where labelled samples of what the models were trained on lie; ``None`` for each model's own.
    label_encoder
        Text model whose embeddings of the class names are given to EMMS; ``None`` for one-hot classes.
    analyses
        What is done once every cell is decided.
    """

    run_id: str
    created_at: str
    task: str
    samples_source: str
    samples_fingerprint: str
    models: tuple[ModelSpec, ...]
    metrics: tuple[str, ...]
    options: ExtractionOptions
    seed: int
    reference_source: str | None = None
    reading: Reading = AS_RECOGNISED
    source_samples: str | None = None
    label_encoder: ModelSpec | None = None
    analyses: Analyses = EVERY_ANALYSIS


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


@dataclass(frozen=True, slots=True)
class RankIntervals:
    """How sure an order of models is on these samples.

    Parameters
    ----------
    level
        Coverage of each interval, in (0, 1).
    n_halves
        Half-samples that they come from.
    intervals
        Model -> least and greatest rank (1 is best) that the samples are compatible with.
    p_best
        Model -> share of draws about the full-sample scores, with the half-samples' spread, in which it is
        the best; sums to 1. No posterior probability: how often chance would leave it in front.
    p_better
        Model -> other model -> probability that the first is better.
    ties
        Runs of two or more models of the order that these samples do not tell apart, best first; two runs
        may share a model.
    shifts
        Model -> its rank on all samples less its rank by the mean score of the half-samples: below 0 it gains
        with more samples.
    notes
        What the intervals are conditional on, one sentence each.
    """

    level: float
    n_halves: int
    intervals: Mapping[str, tuple[int, int]]
    p_best: Mapping[str, float]
    p_better: Mapping[str, Mapping[str, float]]
    ties: tuple[tuple[str, ...], ...]
    shifts: Mapping[str, float]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order of models.

    Parameters
    ----------
    order
        Ids of the ranked models, best first.
    mean_ranks
        Weighted mean over the voting metrics of the rank among all models (1 is best).
    ranks
        For each metric the rank of each model with a score; ties share their mean rank.
    per_metric
        For each metric the ids of the models with a score, best first.
    metrics_used
        The metrics that vote in ``order``.
    unranked
        Ids of the models without a single score.
    votes
        For each metric with a score, with what weight it decides the order, and why.
    intervals
        How sure the order is; ``None`` where that was not asked for or is not known yet.
    metric_intervals
        How sure the order under each metric is, as far as that is known.
    vote_notes
        What is to be said of the vote as a whole, one sentence each.
    sensitivity
        The same votes counted in other ways; ``None`` where there is no order.
    """

    order: tuple[str, ...]
    mean_ranks: Mapping[str, float]
    ranks: Mapping[str, Mapping[str, float]]
    per_metric: Mapping[str, tuple[str, ...]]
    metrics_used: tuple[str, ...]
    unranked: tuple[str, ...]
    votes: Mapping[str, Vote] = field(default_factory=dict)
    intervals: RankIntervals | None = None
    metric_intervals: Mapping[str, RankIntervals] = field(default_factory=dict)
    vote_notes: tuple[str, ...] = ()
    sensitivity: Sensitivity | None = None
