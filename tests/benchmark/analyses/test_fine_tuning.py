"""Fine-tuning as a stage of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.analyses.fine_tuning import fine_tune_best, training_rows
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import MetricInputError
from ptmrank_core.events import AnalysisStep, Event, discard_event, never_cancels
from ptmrank_core.records import Analyses, AnalysisResult, FineTuning, Ranking, RunPlan, RunState
from ptmrank_core.records.findings import ResultT
from ptmrank_core.results.evidence import truths_of
from ptmrank_core.results.fine_tuning import tuned_rows
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.ready_made import save_features
from tests.results.verdict.runs import disputed, make_run, said, sure
from tests.sampling.making import samples_of


def test_the_training_samples_are_stratified_and_groups_whole() -> None:
    """Three quarters of each class; with groups none is on both sides; nothing to test on is said."""
    digits = load_samples("demo:digits")
    train = training_rows(digits, 0)
    assert np.bincount(digits.labels[train]).tolist() == [45] * 10
    grouped = replace(digits, groups=tuple(f"writer {i % 20}" for i in range(600)))
    inside = {grouped.groups[i] for i in training_rows(grouped, 0)}
    outside = {grouped.groups[i] for i in range(600) if i not in set(training_rows(grouped, 0).tolist())}
    assert inside
    assert outside
    assert not inside & outside
    with pytest.raises(MetricInputError, match="a training and a test set"):
        training_rows(replace(digits, groups=("one",) * 600), 0)


def test_a_small_class_is_on_both_sides() -> None:
    """Of a class of three samples one is tested on, of a class of two one as well."""
    labels = np.repeat([0, 1, 2], [40, 3, 2])
    train = training_rows(samples_of(labels), 0)
    assert np.bincount(labels[train]).tolist() == [30, 2, 1]


def test_the_best_models_are_trained(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """Two of three, in the order of the ranking; what came of it is a truth, a table and words."""
    plan = stored_plan(settings, picture_zip, zoo, ["logme"])
    store = RunStore(settings)
    analyses = Analyses(half_samples=0, probe=False, projections=False, fine_tune=2, fine_tune_seconds=600)
    plan = replace(plan, run_id="tune", analyses=analyses)
    store.create(plan, load_samples(picture_zip).summary())
    heard: list[Event] = []
    assert run_here("tune", settings, sources=SOURCES, sink=heard.append) is RunState.FINISHED
    result = store.result("tune")
    ranking = results.rank_result(result)
    found = result.contents(FineTuning)
    assert list(found) == list(ranking.order[:2])
    first = found[ranking.order[0]]
    own = first.training
    assert own.measure == "accuracy"
    assert own.epochs == own.planned_epochs == 10
    assert first.note == ""
    assert own.n_train + own.n_test == 18
    steps = [event.done for event in heard if isinstance(event, AnalysisStep) and event.kind == "fine-tuning"]
    assert steps == sorted(steps)
    assert steps[-1] == 200
    assert truths_of(result)["fine-tuning"].values == {m: f.training.value for m, f in found.items()}
    assert [row["model"] for row in tuned_rows(result, ranking)] == list(ranking.order[:2])
    payload = reports.rank_payload(result, ranking)
    assert payload["fine_tuning"][ranking.order[0]]["accuracy"] == own.value
    assert "fine-tuned model" in reports.rank_text(result)


class RecordingContext(AnalysisContext):
    """A context with a ranking of its own, which notes what is to be trained and trains nothing."""

    def __init__(self, ranking: Ranking, plan: RunPlan) -> None:
        self._ranking = ranking
        self.run_context = SimpleNamespace(plan=plan, cancel=never_cancels, sink=discard_event)  # type: ignore[assignment]
        self.trained: list[str] = []

    def ranking(self) -> Ranking:
        """Return the ranking that was given."""
        return self._ranking

    def is_kept(self, kind: type[AnalysisResult], subject: str = "") -> bool:
        """Nothing was trained before."""
        assert (kind, subject) != (FineTuning, "")
        return False

    def keep(self, kind: type[ResultT], subject: str, find: Callable[[], ResultT]) -> None:
        """Note the model."""
        assert (kind, callable(find)) == (FineTuning, True)
        self.trained.append(subject)


def test_models_that_may_be_better_than_their_place_are_trained() -> None:
    """Of four the first two and the last, on which the votes disagree: those that the answer names."""
    run = make_run(dict.fromkeys("xyzw", 0.8))
    ranking = disputed(sure(run, "xyzw"), "xyzw", "xyzw", "xwzy")
    context = RecordingContext(ranking, replace(run.plan, analyses=Analyses(fine_tune=3)))
    fine_tune_best(context)
    assert context.trained == ["x", "y", "w"]
    assert "fine-tune x, y and w (" in strip_bidi(said(run, ranking)[0].next_step)


def test_features_of_a_file_cannot_be_trained(settings: Settings, tmp_path: Path) -> None:
    """What cannot be done is said with the model's name, and the run goes on to its end."""
    save_features(tmp_path / "f" / "strong.npz")
    plan = stored_features_plan(settings, tmp_path / "f")
    store = RunStore(settings)
    plan = replace(
        plan, run_id="tune", analyses=Analyses(half_samples=0, probe=False, projections=False, fine_tune=1)
    )
    store.create(plan, store.result(store.recent(1)[0][0].run_id).samples)
    assert run_here("tune", settings, sources=SOURCES) is RunState.FINISHED
    result = store.result("tune")
    (row,) = tuned_rows(result, results.rank_result(result))
    assert "is not a checkpoint" in row["note"]
    assert "is not a checkpoint" in reports.rank_text(result)
