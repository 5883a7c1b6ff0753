"""Runs and rankings of which everything that a verdict looks at is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ptmrank_core.records import (
    Analyses,
    ExtractionReport,
    Failure,
    Finding,
    FineTuning,
    HalfSampleScores,
    ModelOutcome,
    ModelSpec,
    ProbeResult,
    Ranking,
    RankIntervals,
    ReferenceResult,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
    Stage,
    TrainingResult,
    Truth,
    Verdict,
    Vote,
)
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.verdict import verdict_of
from tests.plans import plan_of

__all__ = ["disputed", "fail", "make_run", "probed", "said", "sure", "trained", "with_findings", "with_truth"]

N_SAMPLES = 200
SECONDS = {"load": 0.5, "preprocess": 0.0, "forward": 0.0}
CLASSES = {"a": 50, "b": 50, "c": 50, "d": 50}


def make_run(
    probes: Mapping[str, float | None],
    *,
    n_samples: int = N_SAMPLES,
    counts: Mapping[str, int] = CLASSES,
    parameters: Mapping[str, int] | None = None,
    controls: Sequence[str] = (),
    measure: str = "accuracy",
) -> RunResult:
    """A finished run that ranks its models in the order given, with what a linear probe reaches on each.

    The probe errs on the same samples under every model, only on more of them under a worse one.
    """
    sizes = parameters or {}
    specs = tuple(
        ModelSpec(
            name,
            "local",
            "image",
            n_parameters=sizes.get(name),
            control="untrained weights" if name in controls else None,
        )
        for name in probes
    )
    kind = {"accuracy": "classification", "r2": "regression"}.get(measure, "multilabel")
    result = RunResult(
        plan=plan_of(
            specs, ("logme",), run_id="0" * 32, samples_source="/samples", samples_fingerprint="f" * 64
        ),
        state=RunState.FINISHED,
        samples=SamplesSummary(n_samples, {} if measure == "r2" else counts, (), (), target_kind=kind),  # type: ignore[arg-type]
        cells=tuple(Score(spec.id, "logme", -float(place), 0.1) for place, spec in enumerate(specs)),
        outcomes={
            spec.id: ModelOutcome(spec, ExtractionReport("float32", seconds=SECONDS), 8) for spec in specs
        },
        environment={},
        seconds=1.0,
    )
    found = [
        Finding("probe", name, probed(value, n_samples, measure), 0.1)
        for name, value in probes.items()
        if value is not None
    ]
    halves = Finding("halves", "logme", HalfSampleScores({}, (), {}, ()), 0.1)
    left_out = ReferenceResult("Baseline features", "baseline", left_out="It would take too long.")
    return with_findings(result, *found, Finding("reference", "plain", left_out, 0.1), halves)


def probed(value: float, n_samples: int = N_SAMPLES, measure: str = "accuracy") -> ProbeResult:
    """A probe that reaches a value: it errs on the first samples, or a little on all."""
    losses = (np.arange(n_samples) < round((1 - value) * n_samples)).astype(float)
    return ProbeResult(measure, value, (), None, 1.0, losses=tuple(losses.tolist()), n_classes=4)


def sure(result: RunResult, *ties: str, p_best: float = 0.95) -> Ranking:
    """The ranking of a run in its own order; models of a tie are given as the letters of their names."""
    order = tuple(spec.id for spec in result.plan.candidates if any(c.model == spec.id for c in result.cells))
    order = tuple(model for model in order if isinstance(_cell(result, model), Score))
    places = {model: float(place) for place, model in enumerate(order, start=1)}
    rest = (1 - p_best) / max(len(order) - 1, 1)
    intervals = RankIntervals(
        level=0.9,
        n_halves=100,
        intervals={model: (place, place) for place, model in enumerate(order, start=1)},
        p_best={model: rest if place else p_best for place, model in enumerate(order)},
        p_better={},
        ties=tuple(tuple(group) for group in ties),
        shifts={},
    )
    unranked = tuple(spec.id for spec in result.plan.candidates if spec.id not in order)
    return Ranking(
        order,
        places,
        {"logme": places},
        {"logme": order},
        ("logme",),
        unranked,
        {"logme": Vote(1.0, "It is the only one.")},
        intervals=intervals,
    )


def disputed(ranking: Ranking, *orders: str) -> Ranking:
    """The same order, made by metrics of equal votes with orders of their own, the letters of their names."""
    names = tuple(f"voter {number}" for number in range(len(orders)))
    ranks = {
        name: {model: float(place) for place, model in enumerate(own, start=1)}
        for name, own in zip(names, orders, strict=True)
    }
    votes = {name: Vote(1 / len(names), "All metrics have the same weight.") for name in names}
    per_metric = {name: tuple(own) for name, own in zip(names, orders, strict=True)}
    return replace(ranking, ranks=ranks, per_metric=per_metric, metrics_used=names, votes=votes)


def _cell(result: RunResult, model: str) -> Score | object:
    return next(cell for cell in result.cells if cell.model == model)


def said(result: RunResult, ranking: Ranking | None = None) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict of a run, and its sentences without the marks around names."""
    verdict = verdict_of(result, sure(result) if ranking is None else ranking)
    return verdict, tuple(map(strip_bidi, verdict.sentences))


def with_findings(result: RunResult, *findings: Finding) -> RunResult:
    """A run that found more."""
    return replace(result, findings=(*result.findings, *findings))


def trained(
    result: RunResult, values: Mapping[str, float], *, n_test: int = 400, epochs: float = 3.0
) -> RunResult:
    """A run that fine-tuned some models for three epochs."""
    return with_findings(
        result,
        *(
            Finding(
                "fine-tuning",
                model,
                FineTuning(
                    TrainingResult(
                        "accuracy",
                        value,
                        float(np.sqrt(value * (1 - value) / n_test)),
                        200,
                        n_test,
                        epochs,
                        3,
                        1e-4,
                        10.0,
                    ),
                    0,
                ),
                10.0,
            )
            for model, value in values.items()
        ),
    )


def with_truth(
    result: RunResult, values: Mapping[str, float], *, subject: str = "imported", measure: str = "accuracy"
) -> RunResult:
    """A run with results of training from elsewhere."""
    truth = Truth(measure, values, higher_is_better=measure != "loss")
    return with_findings(result, Finding("truth", subject, truth, 0.0))


def fail(result: RunResult, *models: str) -> RunResult:
    """A run in which some models failed while they were loaded."""
    cells = tuple(
        Failure(cell.model, cell.metric, Stage.LOAD, "OSError", "The file is empty.", "Download it again.")
        if cell.model in models
        else cell
        for cell in result.cells
    )
    findings = tuple(finding for finding in result.findings if finding.subject not in models)
    return replace(result, cells=cells, findings=findings)


NO_ANALYSES = Analyses(half_samples=0, probe=False)
