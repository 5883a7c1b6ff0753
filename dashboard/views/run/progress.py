"""How far a run is: one bar, a row for each model, and the ranking of the models that are done.

It is drawn several times a second, so there is no figure in it.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import jobs
from dashboard.wording import STAGES, plain, plural, say_analysis, say_duration, say_size
from ptmrank_core.benchmark import ModelProgress, RunProgress
from ptmrank_core.records import RunState

__all__ = ["show_partial_ranking", "show_progress"]

MIN_TO_RANK = 2
SHOWN = 5


def show_progress(progress: RunProgress) -> None:
    """Draw the bar and a row for each model."""
    total = len(progress.models)
    share = sum(_share(model) for model in progress.models) / max(total, 1)
    st.progress(share, text=_headline(progress))
    has_problem = any(model.problem for model in progress.models)
    table = pd.DataFrame(
        [
            {
                "model": model.model,
                "status": _status(model, alive=progress.alive),
                "samples": 100 * model.n_done / max(model.n_samples, 1),
                "samples a second": model.samples_per_second,
                "scores": f"{model.n_scores} of {model.n_metrics}",
            }
            | ({"what failed": model.problem or None} if has_problem else {})
            for model in progress.models
        ]
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder="–",
        column_config={
            "samples": st.column_config.ProgressColumn("samples", format="%d %%", min_value=0, max_value=100),
            "samples a second": st.column_config.NumberColumn(
                "samples a second",
                format="%.1f",
                help="With the time to load the model. A dash: it did not run, or its features were cached.",
            ),
        },
        alt=f"{progress.n_finished} of {total} models are done",
    )


def show_partial_ranking(run: str, progress: RunProgress) -> None:
    """Draw the best of the models that are done, as long as others are not."""
    if progress.is_ranked or progress.n_finished < MIN_TO_RANK:
        return
    finished = tuple(model.model for model in progress.models if model.n_cells == model.n_metrics)
    ranking, n_models = jobs.partial_ranking(run, finished, has_failed=progress.has_failed)
    if len(ranking.order) < MIN_TO_RANK:
        return
    best = [
        f"{place}. {plain(model)} (mean rank {ranking.mean_ranks[model]:.1f})"
        for place, model in enumerate(ranking.order[:SHOWN], start=1)
    ]
    so_far = f"So far {len(ranking.order)} of {plural(n_models, 'model')} are ranked"
    st.markdown(f"**{so_far}**; the others may change this order.\n\n" + "\n".join(best))


def _headline(progress: RunProgress) -> str:
    """Say in one line where the run is."""
    if progress.is_waiting and progress.n_ahead:
        return (
            f"Waiting behind {plural(progress.n_ahead, 'run')}: place {progress.n_ahead + 1} in the queue of "
            f"this device{', whose users take turns' if jobs.is_shared() else ''}. It starts by itself."
        )
    if progress.is_waiting:
        return "Starting …"
    done = f"{progress.n_finished} of {plural(len(progress.models), 'model')} done"
    n_failed = sum(model.status == "failed" for model in progress.models)
    done += f", {n_failed} failed" if n_failed else ""
    if progress.is_ranked and progress.alive:
        return f"{done}. Now computing {say_analysis(progress)}"
    is_going_on = progress.state is RunState.RUNNING and progress.alive
    return f"{done}. {_time_left(progress)}" if is_going_on else done


def _time_left(progress: RunProgress) -> str:
    """Say how long the models will still run, and what the estimate assumes."""
    left = progress.seconds_left
    if left is None:
        return "The time left is known once a model has run."
    return f"About {say_duration(left)} left, if the other models are as fast as those so far."


def _share(model: ModelProgress) -> float:
    """How much of a model is done, from 0 to 1: nine tenths are its features."""
    if model.status in {"done", "failed"}:
        return 1.0
    return 0.9 * min(1.0, model.n_done / max(model.n_samples, 1))


def _status(model: ModelProgress, *, alive: bool) -> str:
    if model.status != "running":
        return model.status
    if not alive:
        return "stopped"
    if model.stage is None:
        return "running"
    text = STAGES[model.stage]
    if model.n_done == 0 and model.downloaded_bytes is not None:
        total = f" of {say_size(model.total_bytes)}" if model.total_bytes else ""
        text += f" ({say_size(model.downloaded_bytes)}{total})"
    return text
