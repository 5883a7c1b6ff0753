"""Asking for real training of the most promising models in a run that was ranked without it, or for more."""

from __future__ import annotations

import math
from dataclasses import replace

from ptmrank_core.benchmark.scheduling.asking import hold_finished
from ptmrank_core.benchmark.scheduling.devices import device_of
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.records import FineTuning
from ptmrank_core.results import rank_result
from ptmrank_core.results.fine_tuning import models_to_train, next_to_train

__all__ = ["train_more"]


def train_more(store: RunStore, settings: Settings, run_id: str, n_models: int, seconds: float) -> None:
    """Have a finished run fine-tune its next most promising models, and queue it.

    What was trained to the end stays. Models whose training failed or ran out of time come again where it is
    their turn, and what they had reached is dropped.

    Parameters
    ----------
    store, settings
        Where runs are stored.
    run_id
        A finished run.
    n_models
        How many models; all that are left where there are fewer.
    seconds
        Time limit for all of them together.

    Raises
    ------
    InputError
        If the number or the time is not positive, no model is left to train, or its samples have several
        labels each.
    QuotaError
        If its owner has as many unfinished runs as one owner may have; the run stays as it is.
    RunBusyError
        If a worker is running it.
    RunError
        If the run is not finished.
    RunNotFoundError
        If there is no such run.
    """
    if n_models < 1 or not (math.isfinite(seconds) and seconds > 0):
        raise InputError(
            f"Training {n_models} models within {seconds:g} s was asked for; expected one model or more, and "
            "a positive number of seconds."
        )
    with hold_finished(store, settings, run_id):
        result = store.result(run_id)
        if result.samples.target_kind == "multilabel":
            raise InputError("Samples with several labels each cannot be trained on here.")
        ranking = rank_result(result)
        chosen = next_to_train(result, ranking)[:n_models]
        if not chosen:
            raise InputError(
                "No model is left to train.", hint="Those of this run were trained, or have no weights."
            )
        places = models_to_train(ranking, len(ranking.order))
        analyses = result.plan.analyses
        n_all = max(places.index(chosen[-1]) + 1, analyses.fine_tune)
        # Whoever repeats the run trains all of them, each for as long as those that are asked for now.
        longer = replace(analyses, fine_tune=n_all, fine_tune_seconds=seconds * n_all / len(chosen))
        store.queue(run_id, device_of(result.plan))
        store.replan(replace(result.plan, analyses=longer))
        for model in chosen:
            store.drop_findings(run_id, FineTuning.KIND, subject=model)
