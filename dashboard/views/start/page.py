"""Start: what this does, the demo, one's own samples, recent runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from dashboard import jobs, state
from dashboard.components.run_list import open_page
from dashboard.wording import plural, say_run, say_status, show_error
from ptmrank_core.config import ASSETS
from ptmrank_core.errors import PTMRankError

__all__ = ["page"]

RECENT = 5
PICTURE = (
    "Labelled samples on the left go once through several models in the middle; on the right stands "
    "a ranking of the models, the best on top, each with an interval that says how sure its place is."
)


def page() -> None:
    """Draw the page."""
    st.title("Which pre-trained model should I fine-tune?")
    words, picture = st.columns([3, 2], gap="large", vertical_alignment="center")
    words.markdown(
        "PTMRank runs each candidate **once** over your labelled samples and scores how well its features "
        "fit your labels. You get a ranking of models to try first, and how sure it is, without fine-tuning "
        "any of them."
    )
    picture.image(str(ASSETS / "how-it-works.svg"), alt=PICTURE, width="stretch")
    demos = [partial(_demo_card, demo, is_first=not i) for i, demo in enumerate(jobs.demos())]
    cards: list[Callable[[], None]] = [*demos, *([] if jobs.is_demo_only() else [_own_card])]
    for first in range(0, len(cards), 2):
        for column, draw in zip(st.columns(2, gap="medium"), cards[first : first + 2], strict=False):
            with column.container(border=True, height="stretch"):
                draw()
    _recent_runs()


def _demo_card(demo: jobs.Demo, *, is_first: bool) -> None:
    name = demo.source.removeprefix("demo:")
    st.header(demo.facts.title)
    st.markdown(
        f"{demo.facts.idea} Ranks {plural(len(demo.models), f'small {demo.facts.modality} model')} on "
        f"{plural(demo.facts.n_samples, 'sample')}. Real checkpoints, no network, no GPU, under a minute."
    )
    kind: Literal["primary", "secondary"] = "primary" if is_first else "secondary"
    if st.button("Try the demo", type=kind, key=f"demo-{name}", icon=":material/play_arrow:"):
        _start_demo(demo)


def _own_card() -> None:
    st.header("My own samples")
    st.markdown(
        "Pictures, texts, recordings, videos or rows of numbers with their labels: a zip with one folder for "
        "each class, a table, or files with a table that says which is what. Nothing leaves this machine."
    )
    if st.button("Use my own samples", key="own", icon=":material/upload:"):
        state.navigate("samples")


def _start_demo(demo: jobs.Demo) -> None:
    try:
        with st.spinner("Starting …"):
            run = jobs.start_demo(demo)
    except PTMRankError as error:
        show_error(error)
        return
    state.follow_run(run)
    state.navigate("run", run=run)


def _recent_runs() -> None:
    recent = jobs.history(RECENT)
    if not recent:
        return
    st.header("Recent runs")
    for entry in recent:
        text, button = st.columns([5, 1], vertical_alignment="center")
        text.markdown(f"{say_run(entry.outline)} · {say_status(entry)}")
        if button.button("Open", key=f"open-{entry.run_id}"):
            open_page(entry)
    if st.button("All runs", key="all-runs", icon=":material/history:"):
        state.navigate("runs")
