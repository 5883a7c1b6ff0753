"""The learning curves on record are what the script says, and recording them goes on where it was stopped."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from assets.demo.scripts import curves, finetuning
from assets.demo.scripts.checkpoints import Recipe
from assets.demo.scripts.curve_records import Key, Run, read_runs
from assets.demo.scripts.curves import LABELS_PER_CLASS, TESTED_EACH_EPOCH, ZOOS, Zoo
from assets.demo.scripts.measurements import draw_labelled
from assets.demo.scripts.recipes import RECIPES
from assets.demo.scripts.targets import AfterEpoch, Features, Learner

LABELS = np.repeat([0, 1], 30)
N_TEST = 500


def read(zoo: Zoo, file: str) -> dict[str, Any]:
    """One of the JSON files of a demo."""
    content: dict[str, Any] = json.loads(zoo.path.with_name(file).read_text(encoding="utf-8"))
    return content


def runs_on_record(zoo: Zoo) -> list[Run]:
    """The curves of a demo."""
    record = read(zoo, "curves.json")
    return list(read_runs(zoo.path, {"protocol": record["protocol"]}).values())


@pytest.fixture(params=list(ZOOS.values()), ids=list(ZOOS))
def zoo(request: pytest.FixtureRequest) -> Zoo:
    """One of the three demos."""
    found: Zoo = request.param
    return found


def test_the_curves_are_about_the_samples_of_the_truth(zoo: Zoo) -> None:
    """Samples and recipe of the curves are those of the truth, and the protocol is the script's own."""
    record, truth = read(zoo, "curves.json"), read(zoo, "truth.json")
    assert record["samples_digest"] == truth["samples_digest"]
    assert record["protocol"] == curves.protocol(zoo)
    for fact in ("epochs", "batch_size", "optimiser", "peak_learning_rate"):
        assert record["protocol"][fact] == truth["protocol"][fact]


def test_what_is_on_record_is_what_comes_first_in_the_plan(zoo: Zoo) -> None:
    """No model is left out; wherever recording was stopped, the runs are the first ones of the plan."""
    keys = [run.key for run in runs_on_record(zoo)]
    assert len(keys) >= len(zoo.recipes) * len(LABELS_PER_CLASS)
    assert len(keys) == len(read(zoo, "curves.json")["runs"])
    planned = [key for _, _, key in curves.planned([zoo])]
    assert set(keys) == set(planned[: len(keys)])


def test_a_curve_has_an_accuracy_and_seconds_for_each_epoch(zoo: Zoo) -> None:
    """Accuracies are fractions of the tested samples, and the seconds add up."""
    n_epochs = read(zoo, "truth.json")["protocol"]["epochs"]
    n_test = read(zoo, "truth.json")["protocol"]["test_samples"]
    for run in runs_on_record(zoo):
        assert len(run.accuracies) == len(run.seconds) == n_epochs
        assert all(0 < before < after for before, after in pairwise(run.seconds))
        tested = np.array(run.accuracies) * TESTED_EACH_EPOCH
        np.testing.assert_allclose(tested, tested.round(), atol=TESTED_EACH_EPOCH * 5e-5)
        for accuracy in (run.accuracy, run.head_only.accuracy):
            assert 0 <= accuracy <= 1
            assert accuracy * n_test == pytest.approx(round(accuracy * n_test), abs=n_test * 5.1e-5)
        assert 0 < run.head_only.seconds < run.seconds[-1]


def test_a_curve_ends_where_the_truth_is(zoo: Zoo) -> None:
    """With as many labels as the truth, the last accuracy is the truth's within the spread of its seeds.

    That of 400 test samples is near that of all: four standard errors of a share of them.
    """
    truth = read(zoo, "truth.json")
    for run in runs_on_record(zoo):
        assert run.accuracies[-1] == pytest.approx(run.accuracy, abs=4 * (0.25 / TESTED_EACH_EPOCH) ** 0.5)
        if run.labels_per_class == truth["protocol"]["labels_per_class"]:
            known = truth["models"][run.model]
            spread = max(known["accuracies"]) - min(known["accuracies"])
            assert run.accuracy == pytest.approx(known["accuracies"][run.seed], abs=spread), run.key
            probed = known["linear_probe_mean"], known["linear_probe_std"]
            assert run.head_only.accuracy == pytest.approx(probed[0], abs=4 * probed[1]), run.key


def test_more_labels_teach_more(zoo: Zoo) -> None:
    """Over the models, the larger training set ends higher on average."""
    ends = {run.key: run.accuracy for run in runs_on_record(zoo)}
    small, large = LABELS_PER_CLASS
    gains = [
        ends[model, large, seed] - end
        for (model, size, seed), end in ends.items()
        if size == small and (model, large, seed) in ends
    ]
    assert np.mean(gains) > 0.02


def test_the_curves_stay_small() -> None:
    """All three records together are under 300 kB."""
    assert sum(zoo.path.stat().st_size for zoo in ZOOS.values()) < 300_000


def test_a_small_draw_is_a_part_of_the_large_one() -> None:
    """Half as many labels are half of each class of the very samples of the larger draw."""
    labels = np.random.default_rng(3).permutation(LABELS)
    large, small = draw_labelled(labels, seed=7), draw_labelled(labels, seed=7, per_class=10)
    assert set(small) < set(large)
    assert np.bincount(labels[large]).tolist() == [20, 20]
    assert np.bincount(labels[small]).tolist() == [10, 10]


def test_testing_after_each_epoch_does_not_change_what_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is tested in between ends where one ends that is not, batch statistics included."""
    monkeypatch.setattr(finetuning, "EPOCHS", 3)
    recipe = next(one for one in RECIPES if one.family == "resnet")
    learner = finetuning.learner(recipe)
    draw = draw_labelled(learner.features.labels, seed=1, per_class=5)
    seen: list[float] = []
    everything = torch.arange(len(learner.features.test_labels))
    watched = learner.fine_tune(draw, seed=1, after_epoch=lambda tested: seen.append(tested(everything)))
    assert watched == learner.fine_tune(draw, seed=1)
    assert len(seen) == 3
    assert seen[-1] == watched


def test_the_seconds_of_a_curve_leave_out_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands while a model is tested."""
    now = [100.0]
    monkeypatch.setattr(curves, "process_time", lambda: now[0])

    def tested(_: torch.Tensor) -> float:
        now[0] += 1_000
        return 0.5

    watch = curves.Watch(torch.arange(3))
    for seconds in (2.0, 3.0):
        now[0] += seconds
        watch(tested)
    assert watch.seconds == [2.0, 5.0]
    assert watch.accuracies == [0.5, 0.5]


class Trained:
    """Counts what is trained, and stops after so many runs as a full disk or a signal would."""

    def __init__(self, most: int) -> None:
        self.draws: list[int] = []
        self._most = most

    def learner(self, _: Recipe) -> Learner:
        """A model that learns nothing."""
        values, tests = np.random.default_rng(0).normal(size=(2, N_TEST, 3))
        test_labels = np.arange(N_TEST) % 2
        return Learner(Features(values[: len(LABELS)], LABELS, tests, test_labels, 0.0), self._fine_tune)

    def _fine_tune(
        self, draw: NDArray[np.int64], *, seed: int, after_epoch: AfterEpoch | None = None
    ) -> float:
        if len(self.draws) == self._most:
            raise InterruptedError
        self.draws.append(len(draw))
        assert after_epoch is not None
        after_epoch(lambda positions: len(positions) / 1_000)
        return seed / 10


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Zoo:
    """A demo with the truth of one good model and a bad one."""
    known = read(ZOOS["digits"], "truth.json")
    monkeypatch.setattr(curves, "DEMO", tmp_path)
    truth = {
        "protocol": known["protocol"],
        "models": {"good-toy": {"mean": 0.9}, "bad-toy": {"mean": 0.79}},
    }
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    recipes = (Recipe("bad", "toy"), Recipe("good", "toy"))
    return Zoo("toys", recipes, Trained(most=99).learner, lambda: "digest", lambda: {"torch": "9"})


def test_the_first_seed_of_every_model_comes_first(toys: Zoo) -> None:
    """Both sizes of seed 0 of all models, then of seed 1; only the near ones go on to five seeds."""
    order: list[Key] = [key for _, _, key in curves.planned([toys])]
    assert order[:5] == [
        ("bad-toy", 10, 0),
        ("bad-toy", 20, 0),
        ("good-toy", 10, 0),
        ("good-toy", 20, 0),
        ("bad-toy", 10, 1),
    ]
    assert Counter(name for name, _, _ in order) == {"bad-toy": 4, "good-toy": 10}


def test_recording_goes_on_where_it_was_stopped(toys: Zoo) -> None:
    """What was done before a stop is on file and not done again; the end is that of one go."""
    before, after = Trained(most=3), Trained(most=99)
    with pytest.raises(InterruptedError):
        curves.record_curves([replace(toys, learner=before.learner)])
    assert [run["model"] for run in read(toys, "curves.json")["runs"]] == ["bad-toy", "bad-toy", "good-toy"]
    curves.record_curves([replace(toys, learner=after.learner)])
    assert (len(before.draws), len(after.draws)) == (3, 11)
    runs = read(toys, "curves.json")["runs"]
    assert [(run["model"], run["labels_per_class"], run["seed"], run["accuracy"]) for run in runs] == [
        (model, size, seed, seed / 10)
        for model, seeds in (("bad-toy", 2), ("good-toy", 5))
        for size in (10, 20)
        for seed in range(seeds)
    ]
    assert runs[0]["accuracies"] == [0.4]
    assert [path.name for path in toys.path.parent.iterdir()] == ["curves.json", "truth.json"]


def test_runs_that_would_not_compare_are_not_added(toys: Zoo) -> None:
    """With other versions than those on record nothing is trained, and the message says what to do."""
    curves.record_curves([toys])
    newer = Trained(most=0)
    with pytest.raises(SystemExit) as refused:
        curves.record_curves([replace(toys, learner=newer.learner, made_with=lambda: {"torch": "10"})])
    assert str(refused.value) == (
        "curves.json was recorded with made_with {'torch': '9'}, and today's is {'torch': '10'}: new runs "
        "would not compare with those on record. Restore what it was recorded with, or delete curves.json "
        "to record everything anew."
    )
