"""Asking for real training in a run that was ranked before."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core import results
from ptmrank_core.benchmark import RunStore, run_here, train_more
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, RunBusyError, RunError
from ptmrank_core.records import Finding, FineTuning, RunState
from ptmrank_core.results.fine_tuning import models_to_train
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.verdict import verdict_of
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.dashboard.raced import store_result
from tests.results.race.races import RUN
from tests.results.verdict.runs import trained

NAME = "ranked"
ORDER = models_to_train(results.rank_result(RUN), len(RUN.plan.models))


def kept(store: RunStore) -> set[str]:
    """The models with a stored attempt at training."""
    return {own.subject for own in store.findings(NAME) if own.kind == FineTuning.KIND}


def test_a_ranked_run_trains_its_models_one_after_the_other(
    settings: Settings, picture_zip: Path, zoo: Path
) -> None:
    """The run itself has what they reach; asked again, it trains the next one and leaves the first alone."""
    run, store = stored_plan(settings, picture_zip, zoo, ["logme"]).run_id, RunStore(settings)
    assert run_here(run, settings, sources=SOURCES) is RunState.FINISHED
    before = store.result(run)
    order = models_to_train(results.rank_result(before), 3)
    train_more(store, settings, run, 1, 600.0)
    assert run_here(run, settings, sources=SOURCES) is RunState.FINISHED
    first = store.result(run)
    assert set(first.contents(FineTuning)) == {order[0]}
    assert first.cells == before.cells
    assert "You trained one model" in strip_bidi(verdict_of(first, results.rank_result(first)).sentences[0])
    train_more(store, settings, run, 1, 600.0)
    assert run_here(run, settings, sources=SOURCES) is RunState.FINISHED
    second = store.result(run).contents(FineTuning)
    assert set(second) == set(order[:2])
    assert second[order[0]] == first.contents(FineTuning)[order[0]]
    assert [outline.run_id for outline in store.outlines()] == [run]


def test_the_next_ones_are_those_not_trained_to_the_end(settings: Settings) -> None:
    """Whose time ran out and who failed come again; whoever repeats the run gives each the time of these."""
    found = trained(trained(RUN, {ORDER[0]: 0.9}), {ORDER[1]: 0.5}, epochs=1.0)
    failed = Finding(FineTuning.KIND, ORDER[2], None, 1.0, "no memory")
    store = store_result(settings, replace(found, findings=(*found.findings, failed)), NAME)
    train_more(store, settings, NAME, 3, 300.0)
    assert kept(store) == {ORDER[0]}
    analyses = store.plan(NAME).analyses
    assert (analyses.fine_tune, analyses.fine_tune_seconds) == (4, 400.0)
    assert store.state(NAME) is RunState.QUEUED


def test_fewer_are_asked_for_than_were_tried(settings: Settings) -> None:
    """The others that ran out of time keep what they reached."""
    planned = replace(RUN.plan, analyses=replace(RUN.plan.analyses, fine_tune=3))
    cut = trained(replace(RUN, plan=planned), dict.fromkeys(ORDER[:3], 0.5), epochs=1.0)
    store = store_result(settings, cut, NAME)
    train_more(store, settings, NAME, 1, 300.0)
    assert kept(store) == {*ORDER[1:3]}
    assert store.plan(NAME).analyses.fine_tune == 3


def test_what_cannot_be_trained_is_refused_and_the_run_stays(settings: Settings) -> None:
    """No model, no time, nothing left, several labels, a run at work or not finished: each in a sentence."""
    store = store_result(settings, trained(RUN, dict.fromkeys(ORDER, 0.9)), NAME)
    before = store.result(NAME)
    for n_models, seconds in ((0, 60.0), (1, 0.0), (1, math.inf)):
        with pytest.raises(InputError, match="expected one model or more, and a positive number of seconds"):
            train_more(store, settings, NAME, n_models, seconds)
    with pytest.raises(InputError, match=r"No model is left to train\. Those of this run were trained"):
        train_more(store, settings, NAME, 1, 60.0)
    assert store.result(NAME) == before
    labelled = replace(RUN, samples=replace(RUN.samples, target_kind="multilabel"))
    store_result(settings, labelled, "labelled")
    with pytest.raises(InputError, match="several labels each cannot be trained on"):
        train_more(store, settings, "labelled", 1, 60.0)
    store_result(settings, replace(RUN, state=RunState.CANCELLED), "cancelled")
    with pytest.raises(RunError, match="is cancelled; expected a finished run"):
        train_more(store, settings, "cancelled", 1, 60.0)
    store.queue(NAME, "cpu", awaits_worker=True)
    with pytest.raises(RunBusyError, match="A worker is running"):
        train_more(store, settings, NAME, 1, 60.0)
