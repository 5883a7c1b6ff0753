"""What a browser session remembers: the only file with session keys and query parameters.

The session keeps ids and names, never arrays: Streamlit holds a closed tab's session for minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, cast

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ptmrank_core.catalogue import Candidate
from ptmrank_core.records import AS_RECOGNISED, Reading

__all__ = [
    "Draft",
    "compare",
    "compared_runs",
    "draft",
    "expect_end",
    "forget_upload",
    "fresh_key",
    "has_changed",
    "is_end_expected",
    "link",
    "navigate",
    "register_pages",
    "remember_run",
    "run_id",
    "session_token",
    "set_widget",
    "set_widgets",
    "start_widget",
    "upload_key",
]

PAGES = "pages"
DRAFT = "draft"
LAST_RUN = "last_run"
EXPECTED_END = "expected_end"
UPLOADS = "uploads"
NEWS = "seen"
STANDS_IN = "stands_in"
RUN_PARAMETER = "run"
OTHER_PARAMETER = "with"


@dataclass
class Draft:
    """The next run, as far as it is chosen.

    Parameters
    ----------
    samples_source
        What the core loads samples from.
    ready_made
        Folder of the features that the user has already, in the place of samples.
    reading
        How they are read.
    task
        Name of the task category; ``None`` before one was chosen.
    deselected
        Demo models that were unticked.
    own_models
        Hub ids as typed.
    selected_models
        Models chosen out of lists: task category -> id -> what the list told of it.
    hub_found
        What the last search on the Hub has found: task category -> models.
    metrics
        Names of metrics; ``None`` before anything was chosen.
    dtype, layers
        What models compute in, and whether their hidden layers are wanted too.
    label_encoder
        Id of the text model that embeds the class names; ``None`` for one-hot classes, empty before
        anything was chosen.
    """

    samples_source: str | None = None
    ready_made: str | None = None
    reading: Reading = AS_RECOGNISED
    task: str | None = None
    deselected: set[str] = field(default_factory=set)
    own_models: str = ""
    selected_models: dict[str, dict[str, Candidate]] = field(default_factory=dict)
    hub_found: dict[str, list[Candidate]] = field(default_factory=dict)
    metrics: tuple[str, ...] | None = None
    dtype: str = "auto"
    layers: bool = False
    label_encoder: str | None = ""

    def take(self, source: str | None, *, ready_made: str | None = None) -> None:
        """Go on with other samples, or with features; what was said of the former ones does not hold."""
        self.samples_source, self.ready_made = source, ready_made
        self.reading = AS_RECOGNISED
        self.task = self.metrics = None


def register_pages(pages: Mapping[str, StreamlitPage]) -> None:
    """Remember the pages of this app run, so that any view can name where to go."""
    st.session_state[PAGES] = dict(pages)


def navigate(page: str, *, run: str | None = None) -> NoReturn:
    """Show another page, with the run in its address."""
    target = st.session_state[PAGES][page]
    st.switch_page(target, query_params={RUN_PARAMETER: run} if run else None)


def link(page: str, label: str, *, icon: str, **query: str) -> None:
    """Draw a link to another page with something in its address."""
    st.page_link(st.session_state[PAGES][page], label=label, icon=icon, query_params=query)


def start_widget(key: str, value: object) -> None:
    """Give a widget the value that it starts with, where the reader has not changed it since."""
    st.session_state.setdefault(key, value)


def set_widgets(values: Mapping[str, object]) -> None:
    """Give widgets other values; for a callback, before the page is drawn."""
    st.session_state.update(values)


def draft() -> Draft:
    """Return the session's draft, which the caller may change."""
    if DRAFT not in st.session_state:
        st.session_state[DRAFT] = Draft()
    return cast("Draft", st.session_state[DRAFT])


def run_id() -> str | None:
    """Return the run of the address, else the session's last one, which then goes into the address."""
    run = st.query_params.get(RUN_PARAMETER) or st.session_state.get(LAST_RUN)
    if run:
        remember_run(run)
        if st.query_params.get(RUN_PARAMETER) != run:
            st.query_params[RUN_PARAMETER] = run
    return run


def compared_runs() -> tuple[str | None, str | None]:
    """Return the two runs of the address; the first is the session's last one where none is named."""
    return st.query_params.get(RUN_PARAMETER) or st.session_state.get(LAST_RUN), st.query_params.get(
        OTHER_PARAMETER
    )


def compare(first: str | None, second: str | None) -> None:
    """Name two runs in the address."""
    for name, run in ((RUN_PARAMETER, first), (OTHER_PARAMETER, second)):
        if run and st.query_params.get(name) != run:
            st.query_params[name] = run


def remember_run(run: str) -> None:
    """Make a run the session's last one."""
    st.session_state[LAST_RUN] = run


def expect_end(run: str | None) -> None:
    """Remember that this session watches a run: when it ends, its results are shown."""
    st.session_state[EXPECTED_END] = run


def is_end_expected(run: str) -> bool:
    """Whether this session has watched the run go."""
    return bool(st.session_state.get(EXPECTED_END) == run)


def session_token(make: Callable[[], str]) -> str:
    """Return what stands for this session where its browser keeps no cookie."""
    if STANDS_IN not in st.session_state:
        st.session_state[STANDS_IN] = make()
    return str(st.session_state[STANDS_IN])


def upload_key() -> str:
    """Key of the upload widget; a new one empties it and frees its memory."""
    return fresh_key("upload")


def fresh_key(name: str) -> str:
    """Key of a widget that starts anew with every upload."""
    return f"{name}-{st.session_state.get(UPLOADS, 0)}"


def forget_upload() -> None:
    """Empty the upload widget, and what depends on it, at the next run of the page."""
    st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1


def set_widget(key: str, value: object) -> None:
    """Set a widget that this run of the page has not drawn yet."""
    st.session_state[key] = value


def has_changed(name: str, value: object) -> bool:
    """Whether something that stays as it is until it changes, such as a selection, has just changed."""
    key = f"{NEWS}-{name}"
    is_new = st.session_state.get(key) != value
    st.session_state[key] = value
    return is_new
