"""The judge of ways to choose, on recorded runs whose verdict is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ptmrank_core.benchmark.race.posterior import Knowledge
from tests.benchmarks.race import recorded
from tests.benchmarks.race.recorded import RecordedRun, Task, demo_tasks, folder_tasks, recorded_curves
from tests.benchmarks.race.replaying import Replay
from tests.benchmarks.race.strategies import (
    ALL,
    BLIND,
    LOGME,
    PROBE,
    RACE,
    SIZE,
    VOTE,
    after_passes,
    asha,
    halving,
    judged,
    last_rungs,
    rungs,
    strategies,
)
from tests.benchmarks.race.tables import judge_all, tables

# Model -> values after each of eight passes; a pass of "d" takes twice as long.
CURVES = {
    "a": (0.2, 0.4, 0.6, 0.7, 0.75, 0.8, 0.84, 0.86),
    "b": (0.3, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.84),
    "c": (0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6),
    "d": (0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3),
}
ENDS = {"a": 0.87, "b": 0.83, "c": 0.6, "d": 0.3}


def make_task(set_name: str = "digits", seed: int = 0) -> Task:
    """Four models, of which the one that is best in the end is not the fastest."""
    runs = {
        model: RecordedRun(
            {float(place): value for place, value in enumerate(values, start=1)},
            {float(place): place * (2.0 if model == "d" else 1.0) for place in range(1, 9)},
        )
        for model, values in CURVES.items()
    }
    return Task(set_name, "20 labels", seed, runs, ENDS, 200, 400, steps=(1 / 8, 1 / 4, 1 / 2, 1.0))


def orders() -> dict[str, dict[str, float]]:
    """Each order has its own first model, but the probe is right."""
    right = {"a": 0.8, "b": 0.78, "c": 0.5, "d": 0.3}
    back = {model: -value for model, value in right.items()}
    return {LOGME: {**right, "c": 0.9}, VOTE: right, SIZE: back, PROBE: right}


def test_regret_and_cost_are_told_by_hand() -> None:
    """One pass of all takes 5 of 40 seconds and finds the fastest; whole runs of two take 16."""
    task = make_task()
    assert task.cost_of_all == 40
    assert after_passes(task, task.models, 1.0) == ("c", pytest.approx(5 / 40))
    assert after_passes(task, ["b", "c"]) == ("b", pytest.approx(16 / 40))
    assert judged(task, [("c", 0.1), ("a", 0.3)]) == (pytest.approx(13.5), pytest.approx(0.2))


def test_successive_halving_lets_the_better_half_go_on() -> None:
    """From one pass: all, then c and b, then one; with whole runs at the end it finds the best."""
    task = make_task()
    assert rungs(task) == [1.0, 2.0, 4.0, 8.0]
    assert halving(task, rungs(task)) == ("c", pytest.approx((5 + 2) / 40))
    assert last_rungs(task) == [4.0, 8.0]
    assert halving(task, last_rungs(task)) == ("a", pytest.approx((20 + 8) / 40))


def test_asha_never_pays_for_more_than_everything() -> None:
    """Whatever the order in which models come, and each of them at the first rung at least."""
    task = make_task()
    for seed in range(10):
        model, cost = asha(task, seed)
        assert model in task.models
        assert 5 / 40 <= cost <= 1


def test_the_race_pays_what_its_doses_took() -> None:
    """It stays within its time, never trains a model backwards, and finds the best here."""
    replay = Replay(make_task(), Knowledge.on_record(), orders()[PROBE])
    model, cost = replay.run(0.5)
    assert model == "a"
    assert cost == pytest.approx(replay.seconds / 40)
    assert 0 < cost <= 0.5
    passed: dict[str, float] = {}
    for dose in replay.doses:
        assert dose.value == CURVES[dose.model][int(dose.epochs) - 1]
        assert dose.epochs > passed.get(dose.model, 0.0)
        passed[dose.model] = dose.epochs


def test_every_row_is_judged_and_set_against_the_race() -> None:
    """The difference of the race to itself is nothing; fine-tuning all costs everything."""
    tasks = [make_task(name, seed) for name in ("digits", "spoken-digits") for seed in range(2)]
    knowledge = dict.fromkeys(("digits", "spoken-digits"), Knowledge.on_record())
    rows = strategies(dict.fromkeys(knowledge, orders()), knowledge)
    found = judge_all(rows, tasks, n_draws=3)
    assert set(found) == set(rows)
    assert (found[ALL].regret, found[ALL].cost) == (pytest.approx(0.0), pytest.approx(1.0))
    assert found[f"first of {SIZE}"].regret == pytest.approx(57.0)
    assert found[f"first of {SIZE}"].worst == pytest.approx(57.0)
    assert found[RACE].cost <= 0.15
    assert BLIND in found
    texts = list(tables(dict.fromkeys(knowledge, orders()), tasks, knowledge, n_draws=2))
    assert [text.splitlines()[0] for text in texts] == [
        "## After a dose of every model: ends of left-out sets in their 90 % intervals",
        "## Recorded curves of the demos",
        "## By set: mean regret in points / cost",
    ]
    race_line = next(line for line in texts[1].splitlines() if line.startswith(f"| {RACE} |"))
    assert race_line.endswith("+0.00 (+0.00 to +0.00) |")


def test_tasks_of_the_demos_judge_by_other_seeds() -> None:
    """No control is a candidate, and the end of a model is the mean of the seeds that did not choose."""
    task = next(own for own in demo_tasks("digits") if own.kind == "20 labels" and own.seed == 0)
    truth = json.loads((recorded.DEMO / "digits" / "truth.json").read_text(encoding="utf-8"))["models"]
    values = truth["resnet-letters"]["accuracies"]
    assert task.ends["resnet-letters"] == pytest.approx(sum(values[1:]) / 9)
    assert len(task.models) == 11
    assert not any("shuffled" in model or "untrained" in model for model in task.models)
    curves = recorded_curves([task])
    assert {len(curve.points) for curve in curves} == {5}
    assert all(max(curve.points) == 1.0 for curve in curves)


def test_a_folder_of_other_sets_is_a_task_as_far_as_on_record(tmp_path: Path) -> None:
    """Accuracies after one and two of five passes; a set with one seed shares it."""
    entry = {"values": [0.8, 0.82], "after_epoch_1_of_5": 0.5, "after_epoch_2_of_5": 0.6, "seconds": [10.0]}
    record = {
        "cifar10_test1000": {"n_for_truth": 1000, "fine_tuning": {"accuracy": {"net": entry}}},
        "probed": {"n_for_truth": 500},
    }
    (tmp_path / "truth.json").write_text(json.dumps(record), encoding="utf-8")
    (task,) = folder_tasks(tmp_path)
    assert (task.set_name, task.ends, task.shares_seed) == ("cifar10", {"net": 0.82}, False)
    assert task.runs["net"].values == {1.0: 0.5, 2.0: 0.6, 5.0: 0.8}
    assert task.runs["net"].seconds == {1.0: 2.0, 2.0: 4.0, 5.0: 10.0}
