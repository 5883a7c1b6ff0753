"""Other peak rates in a race on a recorded clock: tried with the leader alone, killed, repeated, told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, make_card
from ptmrank_core.benchmark.race import rates, saving
from ptmrank_core.benchmark.race.asking import repeat_race
from ptmrank_core.config import Settings
from ptmrank_core.records import RaceDose, RunPlan, RunState
from ptmrank_core.results.race import race_curves, race_of, race_rows, race_story
from ptmrank_core.worker import SOURCES
from tests.benchmark.race.replaying import (
    KilledError,
    Moments,
    Recorded,
    with_moments,
)
from tests.benchmark.race.test_race import doses_of, planned, raced, ranked_and_asked

pytestmark = pytest.mark.usefixtures("_recorded_facts")
CURVES = {"b-good": Recorded(0.4, 0.7, 1.0), "c-fair": Recorded(0.35, 0.5, 1.0)}
TWICE = {name: replace(own, gains={2.0: 0.3}) for name, own in CURVES.items()}
HALF = {name: replace(own, gains={0.5: 0.3}, fails_at_rate=2.0) for name, own in CURVES.items()}
MOMENTS_OF_DOSE, SEED_OF_KILLS, MOST_KILLS = 7, 0, 60


@pytest.fixture(autouse=True)
def _few_samples_tell_rates_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen samples and a few passes may tell rates apart."""
    monkeypatch.setattr(rates, "EXPECTED_SHARE", 2.0)
    monkeypatch.setattr(rates, "LEAST_PROGRESS", 0.0)


def trials_in(doses: list[RaceDose]) -> list[RaceDose]:
    """The doses at other rates than the usual ones, all next to each other before the final training."""
    found = [dose for dose in doses if dose.is_trial]
    assert found == doses[-1 - len(found) : -1]
    assert {dose.model for dose in found} <= {doses[-1].model}
    return found


def race_with(
    curves: Mapping[str, Recorded], settings: Settings, pictures: Path, models: Path
) -> tuple[RunPlan, list[RaceDose], Moments]:
    """Race to the end."""
    plan, moments = ranked_and_asked(settings, pictures, models), Moments()
    assert raced(plan, settings, curves, moments) is RunState.FINISHED
    return plan, doses_of(plan, settings), moments


def test_a_better_rate_is_found_from_the_checkpoint_and_trains_the_winner(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """Twice the rate is better: half of it is not tried; beliefs are of the usual rate; all of it is told."""
    plan, doses, moments = race_with(TWICE, settings, pictures, models)
    (trial,) = trials_in(doses)
    usual = next(dose for dose in reversed(doses[:-2]) if dose.model == trial.model)
    assert (trial.rate, trial.stage, trial.epochs) == (2.0, "full", usual.epochs)
    task = moments.tasks[-2]
    assert (task.rate, task.continues, task.tested.tolist()) == (2.0, None, moments.tasks[0].tested.tolist())
    assert (doses[-1].stage, doses[-1].rate, doses[-1].learning_rate) == ("final", 2.0, 2e-4)
    result = RunStore(settings).result(plan.run_id)
    so_far = race_of(result)
    assert so_far is not None
    assert so_far.trials == (trial,)
    assert trial not in so_far.doses
    assert trial in so_far.trainings
    row, curve = race_rows(so_far)[0], race_curves(so_far)[0]
    assert (row.model, row.value) == (trial.model, usual.value)
    assert curve.points[-1].value == usual.value
    assert trial.value not in {point.value for point in curve.points}
    said = (
        "2 peak learning rates were tried with it (the usual one, twice the usual one); "
        "the final training took twice the usual one, 0.0002."
    )
    assert said in race_story(so_far)
    final = so_far.race.final
    assert final is not None
    samples = SOURCES.load_samples(str(pictures), plan.reading)
    assert saving._card(result, so_far.race, final, samples).recipe.endswith(said)
    assert so_far.race.seconds_used == pytest.approx(sum(dose.seconds for dose in doses))


def test_a_rate_at_which_training_fails_leaves_the_leader_in_and_half_of_it_is_tried(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """The failure is stored with its reason; the other rate is better and is taken."""
    _, doses, _ = race_with(HALF, settings, pictures, models)
    failed, better = trials_in(doses)
    assert (failed.rate, failed.value, failed.problem[:19]) == (2.0, None, "Its loss is not fin")
    assert (better.rate, doses[-1].rate, doses[-1].stage) == (0.5, 0.5, "final")


def test_rates_that_are_no_better_change_nothing_but_the_time(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are tried; the doses before, the winner and its training are those of a race without trials."""
    _, doses, _ = race_with(CURVES, settings, pictures, models)
    assert [dose.rate for dose in trials_in(doses)] == [2.0, 0.5]
    monkeypatch.setattr(rates, "FACTORS", ())
    _, without, _ = race_with(CURVES, settings, pictures, models)
    assert [dose for dose in doses if not dose.is_trial][:-1] == without[:-1]
    assert replace(doses[-1], number=without[-1].number) == without[-1]


def test_killed_at_random_moments_the_same_rates_are_tried(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a trial, before and after it is stored: the same doses and end."""
    undisturbed, doses, _ = race_with(HALF, settings, pictures, models)
    plan, random = ranked_and_asked(settings, pictures, models), np.random.default_rng(SEED_OF_KILLS)
    write, within, after, state = RunStore.add_findings, 0, 0, None
    for _ in range(MOST_KILLS):
        moments = Moments(fatal=int(random.integers(1, MOMENTS_OF_DOSE + 2)))
        monkeypatch.setattr(RunStore, "add_findings", with_moments(write, moments))
        try:
            state = raced(plan, settings, HALF, moments)
        except KilledError:
            stored = doses_of(plan, settings)
            within += bool(moments.tasks) and moments.tasks[-1].rate != 1
            after += bool(stored) and stored[-1].is_trial
        else:
            break
    assert state is RunState.FINISHED
    assert within
    assert after
    assert doses_of(plan, settings) == doses
    results = [RunStore(settings).result(own.run_id) for own in (plan, undisturbed)]
    assert make_card(results[0]).race == make_card(results[1]).race


def test_a_repeated_race_tries_the_same_rates_and_no_others(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the card's trials, and without any where the card has none."""
    plan, _, _ = race_with(HALF, settings, pictures, models)
    with monkeypatch.context() as patched:
        patched.setattr(rates, "FACTORS", ())
        plain, _, _ = race_with(HALF, settings, pictures, models)
    for former in (plan, plain):
        card = make_card(RunStore(settings).result(former.run_id)).race
        assert card is not None
        again = planned(settings, pictures, models)
        RunStore(settings).add_findings(again.run_id, repeat_race(replace(card, seconds_limit=240.0), again))
        assert raced(again, settings, HALF) is RunState.FINISHED
        repeated = make_card(RunStore(settings).result(again.run_id)).race
        assert repeated is not None
        assert repeated.doses == card.doses
