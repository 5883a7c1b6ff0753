"""References of a run: what candidates should beat, beside the ranking and never in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ptmrank_core.records import (
    ControlScores,
    Failure,
    Finding,
    ModelSpec,
    ProbeResult,
    ReferenceKind,
    ReferenceResult,
    RunPlan,
    RunResult,
    Score,
    Skipped,
)
from ptmrank_core.results.command import FEATURES_TASK
from ptmrank_core.results.phrases import plural
from ptmrank_core.results.references.controls import value_among
from ptmrank_core.results.scores import parts_by_metric

__all__ = ["Reference", "left_out_sentences", "references_of", "say_references", "wants_references"]

WHY: Mapping[ReferenceKind, str] = MappingProxyType(
    {
        "untrained": "untrained weights",
        "shuffled": "shuffled labels",
        "baseline": "features that no model made",
        "predictor": "a predictor without a pre-trained model",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One reference: a row beside the candidates without a rank.

    Parameters
    ----------
    name
        Its name in the results: the id of a control among the plan's models, or that of the finding.
    title
        What it is, for people.
    kind
        ``"untrained"``, ``"shuffled"``, ``"baseline"`` or ``"predictor"``.
    why
        Why it is a reference, as a phrase.
    measure, value
        What a linear probe on it reaches, or the predictor itself, and in which measure; empty and ``None``
        if that is unknown.
    losses
        Out-of-fold loss of each sample, on the folds of the candidates' probes; may be empty.
    scores
        Metric -> value among those of the candidates.
    problems
        Metric -> why it has no score.
    n_features
        Width of its features; ``None`` if unknown.
    seconds
        Seconds spent on it; ``None`` if unknown.
    of
        For an untrained twin, the trained model; otherwise empty.
    left_out
        Why it was not computed, in one sentence; empty if it was.
    """

    name: str
    title: str
    kind: ReferenceKind
    why: str
    measure: str = ""
    value: float | None = None
    losses: tuple[float, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    n_features: int | None = None
    seconds: float | None = None
    of: str = ""
    left_out: str = ""


def wants_references(plan: RunPlan) -> bool:
    """Whether references are probed beside the candidates: not of ready-made features, without samples."""
    return plan.analyses.references and plan.analyses.probe and plan.task != FEATURES_TASK


def references_of(result: RunResult) -> tuple[Reference, ...]:
    """Collect the references of a run: controls among its models, then what was computed beside them."""
    return (*_planned(result), *_computed(result))


def _planned(result: RunResult) -> Iterator[Reference]:
    """Make the references of the controls among the plan's models."""
    candidates = parts_by_metric(result.of_candidates().cells)
    probes, problems = result.contents(ProbeResult), result.problems(ProbeResult)
    for spec in result.plan.controls:
        cells = [cell for cell in result.cells if cell.model == spec.id]
        own = {metric: of[spec.id] for metric, of in parts_by_metric(cells).items()}
        probe, outcome = probes.get(spec.id), result.outcomes.get(spec.id)
        yield Reference(
            name=spec.id,
            title=spec.id,
            kind=_kind(spec),
            why=spec.control or "",
            measure=probe.measure if probe else "",
            value=probe.value if probe else None,
            losses=probe.losses if probe else (),
            scores={
                metric: value_among(metric, spec.id, parts, candidates.get(metric, {}))
                for metric, parts in own.items()
            },
            problems={cell.metric: _problem(cell) for cell in cells if not isinstance(cell, Score)},
            n_features=outcome.n_features if outcome else None,
            seconds=sum(outcome.seconds.values()) if outcome else None,
            left_out=problems.get(spec.id, ""),
        )


def _kind(spec: ModelSpec) -> ReferenceKind:
    return "shuffled" if "shuffled" in (spec.control or "") else "untrained"


def _problem(cell: Failure | Skipped) -> str:
    return cell.reason if isinstance(cell, Skipped) else f"{cell.message} {cell.hint}".strip()


def _computed(result: RunResult) -> Iterator[Reference]:
    """Make the references that analyses computed: what they reach, and their scores where there are some."""
    candidates = parts_by_metric(result.of_candidates().cells)
    reached, scored = _by_subject(result, ReferenceResult.KIND), _by_subject(result, ControlScores.KIND)
    for name in dict.fromkeys((*reached, *scored)):
        own = reached[name].content if name in reached else None
        control = scored[name].content if name in scored else None
        own = own if isinstance(own, ReferenceResult) else None
        control = control if isinstance(control, ControlScores) else None
        if own is None and control is None:
            continue  # it failed, which is among the problems of the run
        kind: ReferenceKind = own.role if own else "untrained" if control and control.of else "baseline"
        probe = own.probe if own else None
        yield Reference(
            name=name,
            title=own.title if own else control.title if control else name,
            kind=kind,
            why=WHY[kind],
            measure=probe.measure if probe else "",
            value=probe.value if probe else None,
            losses=probe.losses if probe else (),
            scores={
                metric: value_among(metric, name, parts, candidates.get(metric, {}))
                for metric, parts in (control.scores if control else {}).items()
            },
            problems=control.problems if control else {},
            n_features=own.n_features if own else control.n_features if control else None,
            seconds=sum(found[name].seconds for found in (reached, scored) if name in found),
            of=own.of if own else control.of if control else "",
            left_out=own.left_out if own else "",
        )


def _by_subject(result: RunResult, kind: str) -> dict[str, Finding]:
    return {finding.subject: finding for finding in result.findings if finding.kind == kind}


def left_out_sentences(result: RunResult) -> list[str]:
    """Say which references are missing, and why."""
    known = [f"{own.title}: {why}" for own in references_of(result) if (why := _missing(own))]
    return known + [f"{name}: {why}" for name, why in result.problems(ReferenceResult).items()]


def _missing(own: Reference) -> str:
    """Say why nothing is known of a reference; empty where something is, or where it is to come."""
    if own.left_out or own.scores or own.value is not None:
        return own.left_out
    return next(iter(own.problems.values()), "")


def say_references(result: RunResult) -> str:
    """Count the candidates and the controls of the plan: ``11 candidates, 2 references``."""
    counts = [plural(len(result.plan.candidates), "candidate")]
    if result.plan.controls:
        counts.append(plural(len(result.plan.controls), "reference"))
    return ", ".join(counts)
