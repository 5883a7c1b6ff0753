"""The peak learning rate of the leader: whether another one is tried, and which its final training takes.

Models are compared at one rate each, which follows from their size. Once one of them is chosen, at most two
other rates are tried with it alone, where time allows and the choosing part can tell them apart. A trial
starts from the checkpoint, is as long as the doses of the model so far, and is compared with the last of them
by the losses of the same samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ptmrank_core.benchmark.race.choice import SLACK, NextDose, final_epochs, final_seconds
from ptmrank_core.benchmark.race.pace import loading_seconds
from ptmrank_core.benchmark.race.runners import RaceFacts, Runner, progress
from ptmrank_core.records import RaceDose
from ptmrank_core.results.phrases import bidi_isolate

__all__ = ["FACTORS", "can_tell", "chosen_rate", "is_better", "next_trial", "seconds_of_trials"]

# Factors on the usual rate, in the order in which they are tried.
FACTORS = (2.0, 0.5)
# What a better rate is expected to take away of the loss; the losses at two rates correlate by about a half.
EXPECTED_SHARE = 0.25
# Standard errors by which a rate must be better than the usual one. One sample more that is right makes one.
NEEDED = 1.5
# Fraction of the final training below which a dose is too short to compare rates: it flatters a high one. On
# 600 docstrings twice the rate was better after 3 of 13 passes, and 3.3 points worse at the end (four seeds).
LEAST_PROGRESS = 0.4


def next_trial(
    runner: Runner, doses: Sequence[RaceDose], facts: RaceFacts, *, seconds_left: float
) -> NextDose | None:
    """Choose the next rate to try with the model that is about to be trained to the end.

    Parameters
    ----------
    runner
        The model.
    doses
        All doses of the race so far, in their order.
    facts
        What is the same for all models.
    seconds_left
        Time that is left, the final training included.

    Returns
    -------
    NextDose or None
        ``None`` where there is nothing to try: the model has had doses that are too short to compare with,
        the choosing samples could not tell a better rate, one was found, all were tried, or the final
        training needs the time.
    """
    usual = _usual(runner.model, doses)
    if usual is None or progress(usual, facts) < LEAST_PROGRESS or not usual.learning_rate:
        return None
    trials = _trials(usual, doses)
    tried = {trial.rate for trial in trials}
    factor = next((factor for factor in FACTORS if factor not in tried), None)
    if factor is None or not can_tell(usual.losses) or any(is_better(own, usual) for own in trials):
        return None
    loading = loading_seconds(runner.doses)
    seconds = loading + usual.epochs * runner.seconds_per_epoch
    if not _leaves_enough(runner, facts, seconds_left=seconds_left - loading, seconds=seconds):
        return None
    reason = (
        f"Before its final training {bidi_isolate(runner.model)} is tried at {factor:g} times its learning "
        f"rate, for as many passes as it has had."
    )
    return NextDose(runner.model, "full", usual.epochs, seconds, reason, factor)


def chosen_rate(model: str, doses: Sequence[RaceDose]) -> float:
    """Return the factor on the usual rate for the final training: of a trial that was better; otherwise 1."""
    usual = _usual(model, doses)
    trials = () if usual is None else _trials(usual, doses)
    return next((trial.rate for trial in trials if usual and is_better(trial, usual)), 1.0)


def can_tell(losses: Sequence[float]) -> bool:
    """Whether samples with such losses would show a better rate: by at least a standard error."""
    if len(losses) < 2:
        return False
    error = float(np.std(losses, ddof=1)) / math.sqrt(len(losses))
    gain = EXPECTED_SHARE * float(np.mean(losses))
    return gain > 0 and gain >= error


def is_better(trial: RaceDose, usual: RaceDose) -> bool:
    """Whether a rate is better than the usual one beyond noise: of as long a training, by paired losses."""
    if trial.value is None or usual.value is None or trial.value <= usual.value:
        return False
    if trial.epochs < usual.epochs - SLACK or len(trial.losses) != len(usual.losses) or len(usual.losses) < 2:
        return False
    gains = np.subtract(usual.losses, trial.losses)
    error = float(np.std(gains, ddof=1)) / math.sqrt(len(gains))
    return bool(gains.mean() > 0 and gains.mean() >= NEEDED * error)


def seconds_of_trials(doses: Sequence[RaceDose]) -> float:
    """Return the seconds of the trials since the last dose that compared models.

    The race had stopped comparing before them, and the time that they took is no new reason for it.
    """
    seconds = 0.0
    for dose in reversed(doses):
        if not dose.is_trial:
            break
        seconds += dose.seconds
    return seconds


def _usual(model: str, doses: Sequence[RaceDose]) -> RaceDose | None:
    """Return the last dose of all weights on all training samples, at the usual rate."""
    own = [dose for dose in doses if dose.model == model and dose.stage == "full" and not dose.is_trial]
    return next((dose for dose in reversed(own) if dose.value is not None), None)


def _trials(usual: RaceDose, doses: Sequence[RaceDose]) -> tuple[RaceDose, ...]:
    """Return the trials that compare with a dose: those of its model after it."""
    return tuple(
        dose for dose in doses if dose.is_trial and dose.model == usual.model and dose.number > usual.number
    )


def _leaves_enough(runner: Runner, facts: RaceFacts, *, seconds_left: float, seconds: float) -> bool:
    """Whether the final training loses no pass to a trial."""
    after = seconds_left - seconds
    wanted = final_epochs(runner, facts, seconds_left=seconds_left)
    return after >= final_seconds(runner, facts) and final_epochs(runner, facts, seconds_left=after) == wanted
