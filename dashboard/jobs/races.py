"""Real training for the pages: asking for it, and whether it is at work. No work in a Streamlit thread."""

from __future__ import annotations

from dashboard.jobs.home import settings, store
from dashboard.jobs.runs import require_start
from ptmrank_core.benchmark import RunProgress, start_worker, train_more
from ptmrank_core.benchmark.race.asking import decide as ask_to_decide
from ptmrank_core.records import Race, RunResult
from ptmrank_core.results.fine_tuning import n_to_train

__all__ = ["decide", "is_racing", "is_training", "train"]


def decide(run_id: str, seconds: float, *, lora: bool = False) -> None:
    """Give a finished run a race, or the race that it had more time, and start its worker.

    A new race trains adapters instead of all weights with ``lora``.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    RunError
        If the run is not finished, or the worker does not start.
    """
    require_start(run_id)
    ask_to_decide(store(), settings(), run_id, seconds, lora=lora)
    start_worker(run_id, settings())


def is_racing(result: RunResult, progress: RunProgress) -> bool:
    """Whether a worker is on its way to the end of a race: in the queue, before it, or in it."""
    race = result.contents(Race).get("")
    is_open = race is None or not race.is_done
    is_asked = result.plan.analyses.decide_seconds > 0
    return is_asked and is_open and progress.alive and not result.problems(Race)


def train(run_id: str, n_models: int, seconds: float) -> None:
    """Have a finished run fine-tune its next most promising models, and start its worker.

    Raises
    ------
    NotOwnerError
        If the run is somebody else's.
    InputError
        If there is nothing to train.
    RunError
        If the run is not finished, or the worker does not start.
    """
    require_start(run_id)
    train_more(store(), settings(), run_id, n_models, seconds)
    start_worker(run_id, settings())


def is_training(result: RunResult, progress: RunProgress) -> bool:
    """Whether a worker is on its way to models that a ranked run is to train: before them, or at them."""
    return progress.alive and progress.is_ranked and n_to_train(result) > 0
