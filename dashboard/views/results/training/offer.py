"""The offer to find the best model by a race, or why there can be none."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from dashboard import jobs
from dashboard.components.acting import carry_out
from dashboard.components.sharing import say_who_may
from dashboard.views.results.training.place import go_to_training
from dashboard.wording import plain, plural
from ptmrank_core.benchmark import RunProgress
from ptmrank_core.config import PEFT_HINT, has_peft
from ptmrank_core.records import Race, Ranking, RunResult, RunState, SamplesSummary
from ptmrank_core.results.fine_tuning import trainable
from ptmrank_core.sampling.three_parts import MIN_IN_CLASS, MIN_SAMPLES

__all__ = ["offer_more", "offer_race", "point_to_race", "why_no_race"]

MODALITIES = frozenset({"image", "text", "audio"})
WORDS = "token-classification"
NOT_TRAINED = {"tabular": "columns of numbers", "video": "models of videos"}
MIN_MODELS = 2
INTO_PARTS = "to train on, to choose by and to judge by"
MINUTES, MOST_MINUTES = 10, 600
ABOUT = (
    "Trains the plausible models a little, drops those that are behind, trains the winner to the end, and "
    "judges it on samples that were kept apart. It keeps {device} busy for that time at most; the answer "
    "above stays until the race is decided."
)


def why_no_race(result: RunResult, ranking: Ranking) -> str:
    """Say why no race can be held on a run, in a sentence; empty where one can be."""
    modality = result.samples.modality
    names = trainable(result, ranking)
    if not names or modality not in MODALITIES:
        what = NOT_TRAINED.get(modality, "features or functions")
        return f"These are {what}: only models of pictures, texts and recordings can be trained here."
    if result.plan.task == WORDS:
        return "Models that label the words of a sentence cannot be trained here."
    if len(names) < MIN_MODELS:
        return "Only one model can be trained: finding the best needs two or more."
    return _why_too_few(result.samples)


def _why_too_few(samples: SamplesSummary) -> str:
    """Say why the samples cannot be parted; empty where they can be."""
    if samples.target_kind != "classification":
        if samples.n_samples >= MIN_SAMPLES:
            return ""
        return (
            f"{plural(samples.n_samples, 'sample')} cannot be parted {INTO_PARTS}: {MIN_SAMPLES} or more are "
            "needed."
        )
    name, count = min(samples.class_counts.items(), key=lambda own: own[1])
    if count >= MIN_IN_CLASS:
        return ""
    return (
        f"Class {name} has {plural(count, 'sample')}, which cannot be parted {INTO_PARTS}: {MIN_IN_CLASS} or "
        "more of each class are needed."
    )


def offer_race(result: RunResult, ranking: Ranking, progress: RunProgress) -> None:
    """Let the reader start a race, or say why there can be none."""
    why_not = why_no_race(result, ranking)
    if why_not:
        st.markdown(f"It cannot be found by training. {plain(why_not)}")
        return
    st.markdown(ABOUT.format(device=_say_device(result)))
    if not jobs.is_mine(result.plan.run_id):
        st.caption(say_who_may(result.plan.run_id))
    elif result.state is not RunState.FINISHED or progress.alive:
        st.caption("It can be started once the run has finished.")
    else:
        _draw_offer(result, "Find the best within", "primary", asks_lora=True)


def point_to_race(result: RunResult, ranking: Ranking) -> None:
    """Draw a way to the offer below the answer, where a race could decide it and none has."""
    is_ready = result.state is RunState.FINISHED and jobs.is_mine(result.plan.run_id)
    if is_ready and not result.contents(Race) and not why_no_race(result, ranking):
        go_to_training("Find the best by training")


def offer_more(result: RunResult, progress: RunProgress) -> None:
    """Let the reader give a race that has come to its end more time."""
    is_ready = result.state is RunState.FINISHED and not progress.alive
    if is_ready and jobs.is_mine(result.plan.run_id):
        with st.expander("Give it more time"):
            st.caption(
                "The race goes on from what is trained already, and the model that wins then is trained to "
                "the end anew. Until then the answer above is the ranking's again."
            )
            _draw_offer(result, "Go on for", "secondary")


def _draw_offer(
    result: RunResult, words: str, look: Literal["primary", "secondary"], *, asks_lora: bool = False
) -> None:
    """Draw the minutes, how it trains where that can be chosen, and the button that starts."""
    minutes, start = st.columns([1, 2], vertical_alignment="bottom")
    limit = minutes.number_input("Minutes", 1, MOST_MINUTES, MINUTES, key="race-minutes")
    lora = asks_lora and _ask_lora()
    label = f"{words} {plural(int(limit), 'minute')}"
    if start.button(label, key="race", type=look, icon=":material/sports_score:"):
        carry_out(partial(jobs.decide, result.plan.run_id, 60.0 * float(limit), lora=lora))


def _ask_lora() -> bool:
    """Let the reader choose low-rank adapters, where the package for them is installed."""
    is_here = has_peft()
    return st.checkbox(
        "Train low-rank adapters (LoRA), not all weights",
        key="race-lora",
        disabled=not is_here,
        help="Takes less memory, and usually more passes to get as far. " + ("" if is_here else PEFT_HINT),
    )


def _say_device(result: RunResult) -> str:
    """Name the device that trains, as far as the run shows."""
    devices = {own.report.device for own in result.outcomes.values()} - {None}
    if result.plan.options.device == "cpu" or devices == {"cpu"}:
        return "the processor of this machine"
    has_gpu = any(str(device).startswith("cuda") for device in devices)
    return "the GPU" if has_gpu else "the device of this run"
