"""Which peak rates are tried with the leader before its final training, and which one that takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.benchmark.race.choice import NextDose
from ptmrank_core.benchmark.race.rates import can_tell, chosen_rate, is_better, next_trial, seconds_of_trials
from ptmrank_core.benchmark.race.runners import Runner
from ptmrank_core.records import RaceDose
from tests.benchmark.race.made_up import FACTS, dose

N = FACTS.parts.choosing


def losses(n_wrong: int, first: int = 0) -> tuple[float, ...]:
    """So many samples of the choosing part are wrong, from the first one on."""
    return tuple(float(first <= place < first + n_wrong) for place in range(N))


def trained(number: int, n_wrong: int, *, rate: float = 1.0, epochs: float = 4.0, first: int = 0) -> RaceDose:
    """A dose of all samples that gets so many wrong."""
    own = dose("a", epochs, 1 - n_wrong / N, losses=losses(n_wrong, first))
    return replace(own, number=number, rate=rate)


USUAL = trained(0, 40)


def trial(*doses: RaceDose, seconds_left: float = 100.0, seconds: float = 1.0) -> NextDose | None:
    """What is tried after these doses; the final training takes 8 passes of 4/3 times as many samples."""
    runner = Runner("a", 0.5, seconds, tuple(own for own in doses if not own.is_trial))
    return next_trial(runner, doses, FACTS, seconds_left=seconds_left)


def test_twice_the_rate_is_tried_first_and_half_of_it_where_that_is_not_better() -> None:
    """Both are as long as the dose that they are compared with; a failure is no answer either."""
    first = trial(USUAL)
    assert first is not None
    assert (first.model, first.stage, first.epochs, first.rate) == ("a", "full", 4.0, 2.0)
    assert first.seconds == 4.0
    worse, failed = trained(1, 42, rate=2.0), replace(dose("a", 0.0, None), number=1, rate=2.0)
    for own in (worse, failed):
        second = trial(USUAL, own)
        assert second is not None
        assert second.rate == 0.5
    assert trial(USUAL, trained(1, 20, rate=2.0)) is None
    assert trial(USUAL, worse, trained(2, 41, rate=0.5)) is None


def test_nothing_is_tried_where_nothing_compares_with_it() -> None:
    """Without a dose, after a quarter of the final training, and where the head alone is trained."""
    assert trial() is None
    assert trial(dose("a", 0.0, 0.5, stage="head", losses=losses(60))) is None
    assert trial(replace(USUAL, epochs=2.0)) is None
    assert trial(replace(USUAL, learning_rate=0.0)) is None
    assert trial(replace(USUAL, model="b")) is None


def test_nothing_is_tried_where_the_choosing_part_cannot_tell() -> None:
    """Of 120 samples five wrong are too few, and so is none at all; of forty a quarter shows."""
    assert not can_tell(losses(0))
    assert not can_tell(losses(5))
    assert can_tell(losses(40))
    assert not can_tell((1.0,))
    assert trial(trained(0, 5)) is None


def test_the_final_training_loses_no_pass_to_a_trial() -> None:
    """A trial of 4 s is taken where 10.67 s are left after it, or 21.3 s for a curve that still rises."""
    assert trial(USUAL, seconds_left=14.7) is not None
    assert trial(USUAL, seconds_left=14.6) is None
    rising = replace(USUAL, curve=((2.0, 0.5), (4.0, 1 - 40 / N)))
    assert trial(rising, seconds_left=25.4) is not None
    assert trial(rising, seconds_left=25.2) is None
    loaded = replace(USUAL, loading_seconds=3.0)  # once for the trial, once for the final training
    assert trial(loaded, seconds_left=20.6) is None
    assert trial(loaded, seconds_left=20.7) is not None


@pytest.mark.parametrize(
    ("other", "better"),
    [
        (trained(1, 39), False),
        (trained(1, 37), True),
        (trained(1, 37, first=10), False),  # 13 are right that were wrong, 10 the other way round
        (trained(1, 41), False),
        (trained(1, 20, epochs=3.5), False),  # it was stopped early
        (replace(dose("a", 4.0, None), number=1), False),
        (replace(trained(1, 20), losses=losses(20)[:60]), False),
    ],
)
def test_a_rate_is_better_beyond_the_noise_of_paired_losses(other: RaceDose, better: bool) -> None:
    """Three samples more that are right are enough, if none is lost for them."""
    assert is_better(other, USUAL) is better


def test_the_final_training_takes_the_rate_that_is_better_and_else_the_usual_one() -> None:
    """Trials of another model, or from before the last dose, say nothing."""
    good = trained(1, 20, rate=2.0)
    assert chosen_rate("a", [USUAL, good]) == 2.0
    assert chosen_rate("a", [USUAL, trained(1, 39, rate=2.0), trained(2, 20, rate=0.5)]) == 0.5
    assert chosen_rate("a", [USUAL, trained(1, 39, rate=2.0)]) == 1.0
    assert chosen_rate("a", [USUAL, replace(good, model="b")]) == 1.0
    assert chosen_rate("a", [USUAL, good, trained(2, 40)]) == 1.0
    assert chosen_rate("a", []) == 1.0


def test_the_time_of_the_last_trials_is_no_reason_to_stop() -> None:
    """Those before a dose that compares models, or before a final training, are past."""
    doses = [trained(0, 40), trained(1, 39, rate=2.0), trained(2, 40), trained(3, 39, rate=2.0)]
    assert seconds_of_trials(doses) == doses[-1].seconds
    assert seconds_of_trials([*doses, replace(dose("a", 3.0, 0.7, stage="final"), rate=2.0)]) == 0
    assert seconds_of_trials([]) == 0
