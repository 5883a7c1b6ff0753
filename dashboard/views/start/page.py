"""Start: own samples, a finished ranking to look at, the demos, recent runs."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.chart import prepare_figures
from dashboard.components.demo import start_demo
from dashboard.components.run_list import open_page
from dashboard.components.uploading import say_room_left, take_upload
from dashboard.wording import plural, say_run, say_status
from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.config import ASSETS
from ptmrank_core.records import Modality

__all__ = ["page"]

RECENT = 5
THUMBNAILS = ASSETS / "demo" / "thumbnails"
HOW = (
    "Labelled samples on the left go once through several models in the middle; on the right stands "
    "a ranking of the models, the best on top, each with an interval that says how sure its place is."
)
FINISHED = (
    "The first five places of a ranking: the name of each model, the places that it may have as a line "
    "with a dot, and the accuracy that a linear probe reaches on its features."
)
SHOWN: dict[Modality, str] = {
    "image": "Four of the pictures",
    "text": "The beginning of one of the texts",
    "audio": "The loudness of one of the recordings over time",
}


def page() -> None:
    """Draw the page."""
    if jobs.is_demo_only():
        _say_what_it_does()
        with st.container(border=True, key="card-finished"):
            _finished_card()
    else:
        words, picture = st.columns([3, 1], gap="large", vertical_alignment="center")
        with words:
            _say_what_it_does()
        with picture.container(key="how-it-works"):
            st.image(str(ASSETS / "how-it-works.svg"), alt=HOW, width="stretch")
        own, finished = st.columns([3, 2], gap="medium")
        with own.container(border=True, height="stretch", key="card-own"):
            _own_card()
        with finished.container(border=True, height="stretch", key="card-finished"):
            _finished_card()
    _demo_cards()
    _recent_runs()
    prepare_figures()


def _say_what_it_does() -> None:
    st.title("Which pre-trained model should I fine-tune?")
    st.markdown(
        "PTMRank runs each candidate **once** over your labelled samples and scores how well its features "
        "fit your labels. You get a ranking of models to try first, and how sure it is, without fine-tuning "
        "any of them."
    )


def _own_card() -> None:
    """Draw the way in for samples of the reader's own: files that are dropped here are taken at once."""
    st.header("Your own samples")
    files = st.file_uploader(
        "Pictures, texts, recordings, videos or rows of numbers with their labels",
        accept_multiple_files=True,
        key=f"{state.uploader_key()}-start",
    )
    say_room_left()
    st.caption("A zip with one folder for each class, or a table. Nothing leaves this machine.")
    if st.button("Or a folder, features, the Hub", key="own", type="tertiary", icon=":material/more_horiz:"):
        state.navigate("samples")
    if files and take_upload(files):
        state.navigate("samples")


def _finished_card() -> None:
    """Draw the way to the run that comes along, with a picture of its ranking."""
    st.header("A finished ranking")
    st.image(str(THUMBNAILS / "finished.svg"), alt=FINISHED, width="stretch")
    st.caption("The digits demo with every analysis, ready to look at.")
    if st.button("See a finished ranking", key="finished", type="primary", icon=":material/leaderboard:"):
        state.navigate("results", run=SHIPPED_RUN)


def _demo_cards() -> None:
    """Draw the demos side by side."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="demos"):
        st.header("Or try a demo", width="content")
        st.caption("Small real checkpoints: no network, no GPU, about a minute.", width="content")
    demos = jobs.demos()
    for column, demo in zip(st.columns(len(demos), gap="medium"), demos, strict=True):
        name = demo.source.removeprefix("demo:")
        with column.container(border=True, height="stretch", key=f"card-{name}"):
            _demo_card(demo, name)


def _demo_card(demo: jobs.Demo, name: str) -> None:
    st.image(str(THUMBNAILS / f"{name}.svg"), alt=SHOWN[demo.facts.modality], width="stretch")
    st.subheader(demo.facts.title)
    st.caption(
        f"{demo.facts.idea} {plural(len(demo.models), 'model')}, {plural(demo.facts.n_samples, 'sample')}."
    )
    if st.button("Try the demo", key=f"demo-{name}", icon=":material/play_arrow:"):
        start_demo(demo)


def _recent_runs() -> None:
    recent = jobs.history(RECENT)
    if not recent:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Recent runs", width="content")
        if st.button("All runs", key="all-runs", type="tertiary", icon=":material/history:"):
            state.navigate("runs")
    for entry in recent:
        text, button = st.columns([5, 1], vertical_alignment="center")
        text.markdown(f"{say_run(entry.outline)} · {say_status(entry)}")
        if button.button("Open", key=f"open-{entry.run_id}"):
            open_page(entry)
