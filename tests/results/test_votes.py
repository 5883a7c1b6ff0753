"""What the vote of a run rests on: what is known of its candidates, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import (
    ExtractionReport,
    Finding,
    ModelOutcome,
    ModelSpec,
    ProbeResult,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
)
from ptmrank_core.results.ranking import rank_result
from ptmrank_core.results.votes import vote_context_of
from tests.plans import plan_of

REPORT = ExtractionReport("float32", "cpu", {}, 0, 0)


def run(n_samples: int = 500, width: int = 64, sizes: tuple[int | None, ...] = (100, 300, 200)) -> RunResult:
    """A run of three candidates, best first, and of a control that comes before them."""
    specs = tuple(
        ModelSpec(name, "local", "image", revision="r", n_parameters=size, control=control)
        for name, size, control in zip(
            ("p", "q", "r", "twin"), (*sizes, 100), (None, None, None, "untrained"), strict=True
        )
    )
    plan = plan_of(specs, ("logme", "hscore"))
    rng = np.random.default_rng(0)
    return RunResult(
        plan=plan,
        state=RunState.FINISHED,
        samples=SamplesSummary(n_samples, {"a": n_samples}, (), ()),
        cells=tuple(
            Score(spec.id, metric, -float(place), 0.1)
            for metric in plan.metrics
            for place, spec in enumerate(specs[:3])
        ),
        outcomes={spec.id: ModelOutcome(spec, REPORT, width, score_seconds=1.0) for spec in specs},
        environment={},
        seconds=1.0,
        findings=tuple(
            Finding(
                "probe",
                spec.id,
                ProbeResult(
                    "accuracy",
                    0.5,
                    (),
                    None,
                    1.0,
                    losses=tuple(rng.integers(0, 2, n_samples).astype(float).tolist()),
                    groups=tuple(np.repeat(np.arange(n_samples // 5), 5).tolist()),
                ),
                1.0,
            )
            for spec in specs
        ),
    )


def test_the_vote_looks_at_candidates_alone() -> None:
    """A control has neither probe nor width in it; groups of samples come with the probes."""
    context = vote_context_of(run())
    assert context.probe is not None
    assert context.probe.models == ("p", "q", "r")
    assert len(set(context.probe.groups)) == 100
    assert all(set(trait) == {"p", "q", "r"} for trait in context.traits.values())


def test_few_samples_for_the_width_take_the_figures_for_few() -> None:
    """With no more than twice as many samples as features, what was measured with few samples counts."""
    many, few = vote_context_of(run(width=64)), vote_context_of(run(width=256))
    prior = METRICS["logme"].prior_agreement
    assert many.priors["logme"].taus == prior.taus()
    assert few.priors["logme"].taus == prior.taus(few=True)
    assert "of them judged by a linear probe) +0." in rank_result(run()).votes["logme"].reason


def test_models_of_like_width_may_as_well_go_by_size() -> None:
    """Where sizes differ and widths do not, the note names the largest; not where it is first, or unknown."""
    assert any("the largest here is" in note and "q" in note for note in rank_result(run()).vote_notes)
    for sizes in ((300, 100, 200), (100, None, 300), (100, 110, 120)):
        assert not any("the largest here" in note for note in rank_result(run(sizes=sizes)).vote_notes)


def test_targets_that_are_no_classes_are_said_to_be_unmeasured() -> None:
    """The weights come from sets with classes, which the note says of numbers."""
    result = run()
    result = replace(result, samples=replace(result.samples, target_kind="regression"))
    assert any("measured for classes only" in note for note in rank_result(result).vote_notes)
