"""A run at work gives no imperative; the same run gives its answer as soon as nothing is missing."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.records import RunResult, RunState, VerdictKind
from ptmrank_core.results.partial import partial_ranking
from ptmrank_core.results.verdict import verdict_of
from tests.results.verdict.runs import fail, make_run, said, sure

FULL = make_run({"x": 0.85, "y": 0.8, "z": 0.5, "w": 0.4})


def at_work(n_ranked: int, n_findings: int = 0) -> RunResult:
    """The run while so many models are scored, and so many findings are there."""
    return replace(
        FULL, state=RunState.RUNNING, cells=FULL.cells[:n_ranked], findings=FULL.findings[:n_findings]
    )


def test_nothing_is_ranked_yet() -> None:
    """A run that waits or has just begun says so, and is not one without scores."""
    for state in (RunState.QUEUED, RunState.RUNNING):
        run = replace(at_work(0), state=state)
        verdict = verdict_of(run, partial_ranking(run))
        assert (verdict.kind, verdict.models) == (VerdictKind.TOO_EARLY, ())
        assert verdict.sentences == (
            "No model is ranked yet: 0 of 4.",
            "Wait for the rest before you choose.",
        )


def test_so_far_is_said_in_numbers() -> None:
    """One, two of four: who is ahead, and to wait."""
    run = at_work(1)
    assert said(run, partial_ranking(run))[1][0] == "So far 1 of 4 models is ranked: x."
    run = at_work(2)
    verdict, sentences = said(run, partial_ranking(run))
    assert (verdict.kind, verdict.models) == (VerdictKind.TOO_EARLY, ())
    assert sentences == (
        "So far 2 of 4 models are ranked; x is ahead.",
        "Wait for the rest before you choose.",
    )


def test_a_failed_model_is_not_waited_for() -> None:
    """Three ranked and one failed are all: what is missing then are the probes."""
    run = fail(at_work(4), "w")
    verdict, sentences = said(run, partial_ranking(run))
    assert verdict.kind is VerdictKind.TOO_EARLY
    assert sentences[0] == "The models are ranked and x is ahead; how sure that is, is still being computed."


def test_the_answer_comes_when_all_it_needs_is_there() -> None:
    """The later analyses of a run are not waited for."""
    ranking = sure(FULL)
    bare = replace(ranking, intervals=None)
    assert said(at_work(4), bare)[0].kind is VerdictKind.TOO_EARLY
    for n_findings in (3, 4, 5):  # a probe, the references, the subsets are missing
        assert said(at_work(4, n_findings), bare)[0].kind is VerdictKind.TOO_EARLY
    assert said(at_work(4, 6), ranking)[0].kind is VerdictKind.RECOMMENDED
    assert said(at_work(4, 6), bare)[0].kind is VerdictKind.TIED


def test_a_finished_run_waits_for_nothing() -> None:
    """What is not there then never comes."""
    run = replace(at_work(2, 2), state=RunState.CANCELLED)
    assert said(run)[0].kind is VerdictKind.RECOMMENDED
