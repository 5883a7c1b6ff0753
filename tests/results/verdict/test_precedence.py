"""Where several rules apply, the first of the list decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.records import RunState, VerdictKind
from ptmrank_core.results.verdict.facts import collect_facts
from ptmrank_core.results.verdict.rules import Decision, Reason, decide
from tests.results.verdict.runs import fail, make_run, sure, trained

CONTRADICTED = make_run({"x": 0.93, "y": 0.99, "z": 0.98, "w": 0.97}, n_samples=2_000)
BEATEN = make_run({"x": 0.5, "y": 0.8, "z": 0.7, "w": 0.4, "raw": 0.9}, controls=["raw"])
USELESS = make_run({"x": 0.26, "y": 0.25, "raw": 0.9}, controls=["raw"])


def decided(result: object, *ties: str) -> Decision:
    """What the rules decide on a run."""
    return decide(collect_facts(result, sure(result, *ties)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (trained(fail(make_run({"x": 0.8, "y": 0.7}), "x", "y"), {"x": 0.9}), Reason.TRAINED),
        (trained(replace(USELESS, state=RunState.RUNNING), {"x": 0.9}), Reason.TRAINED),
        (replace(USELESS, state=RunState.RUNNING, findings=()), Reason.UNFINISHED),
        (fail(USELESS, "x", "y"), Reason.NOTHING),
        (fail(USELESS, "y"), Reason.ONE),
        (USELESS, Reason.CHANCE),
        (BEATEN, Reason.REFERENCE),
        (CONTRADICTED, Reason.CONTRADICTION),
    ],
)
def test_the_first_rule_that_applies_decides(result: object, reason: Reason) -> None:
    """Training before failures, progress before chance, chance before references, these before the rest."""
    assert decided(result).reason is reason


def test_the_ceiling_comes_before_ties_and_splits() -> None:
    """Models near 100 % are no tie, nor do scores and probe name two."""
    run = make_run({"x": 0.96, "y": 0.985, "z": 0.7})
    assert decided(run, "xyz").kind is VerdictKind.NEAR_CEILING
    split = make_run({"x": 0.96, "y": 0.985, "z": 0.7}, n_samples=4_000)
    assert decided(split).kind is VerdictKind.NEAR_CEILING


def test_a_split_comes_before_a_tie() -> None:
    """Where the probe puts another model clearly ahead, that is the news."""
    run = make_run({"x": 0.8, "y": 0.88, "z": 0.78})
    assert decided(run, "xyz").reason is Reason.SPLIT


def test_no_answer_names_a_control() -> None:
    """Whatever the rules decide, controls are among neither the models nor their rivals."""
    for run in (BEATEN, USELESS, make_run({"x": 0.8, "y": 0.7, "raw": 0.75}, controls=["raw"])):
        for state in RunState:
            decision = decided(replace(run, state=state))
            assert "raw" not in (*decision.models, *decision.rivals)
