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
    "Preselected",
    "compared_runs",
    "draft",
    "follow_run",
    "forget_run",
    "has_changed",
    "is_followed",
    "link",
    "navigate",
    "per_upload_key",
    "register_pages",
    "remember_run",
    "reset_upload",
    "run_id",
    "session_token",
    "set_compared_runs",
    "set_widget",
    "set_widgets",
    "start_widget",
    "uploader_key",
    "widget_is",
    "widget_value",
]

PAGES = "pages"
DRAFT = "draft"
LAST_RUN = "last_run"
FOLLOWED_RUN = "followed_run"
UPLOADS = "uploads"
LAST_VALUE = "last-value"
OF_SESSION = "of_session"
RUN_PARAMETER = "run"
OTHER_PARAMETER = "with"


@dataclass(frozen=True, slots=True)
class Preselected:
    """Models that were put among the selected ones as a preset.

    Parameters
    ----------
    name
        The preset; empty if the reader wants none.
    ids
        Those of its models that were not selected before.
    """

    name: str
    ids: tuple[str, ...] = ()


@dataclass
class Draft:
    """What has been chosen for the next run.

    Parameters
    ----------
    samples_source
        The source that the core loads samples from.
    ready_made
        Folder of uploaded features, which replace samples and models.
    reading
        How the samples are read.
    task
        Name of the task category; ``None`` before one was chosen.
    ticks
        Model on this machine -> whether the reader ticked or unticked it; others are as they were offered.
    n_ticked_at_once
        How often all or none of the models were ticked with one click.
    hub_ids
        Hub ids as typed.
    selected_models
        Models chosen from lists: task category -> id -> the list's entry.
    preselected
        Preset whose models are among the selected ones, by task category.
    hub_results
        Results of the last search on the Hub: task category -> models.
    metrics
        Names of metrics; ``None`` before anything was chosen.
    dtype, layers
        Precision of the models, and whether their hidden layers are scored too.
    references, controls
        Whether references are probed beside the candidates, and controls scored under every metric.
    label_encoder
        Id of the text model that embeds the class names; ``None`` for one-hot classes, empty before
        anything was chosen.
    """

    samples_source: str | None = None
    ready_made: str | None = None
    reading: Reading = AS_RECOGNISED
    task: str | None = None
    ticks: dict[str, bool] = field(default_factory=dict)
    n_ticked_at_once: int = 0
    hub_ids: str = ""
    selected_models: dict[str, dict[str, Candidate]] = field(default_factory=dict)
    preselected: dict[str, Preselected] = field(default_factory=dict)
    hub_results: dict[str, list[Candidate]] = field(default_factory=dict)
    metrics: tuple[str, ...] | None = None
    dtype: str = "auto"
    layers: bool = False
    references: bool = True
    controls: bool = False
    label_encoder: str | None = ""

    def use_samples(self, source: str) -> None:
        """Go on with other samples; how the former ones were read and ranked does not apply to them."""
        self.samples_source, self.ready_made = source, None
        self._start_over()

    def use_features(self, folder: str) -> None:
        """Go on with features in the place of samples."""
        self.samples_source, self.ready_made = None, folder
        self._start_over()

    def drop_preselected(self, task: str) -> None:
        """Take the models of a category's preset out of the selected ones."""
        for name in self.preselected.pop(task, Preselected("")).ids:
            self.selected_models.get(task, {}).pop(name, None)

    def _start_over(self) -> None:
        for task in list(self.preselected):
            self.drop_preselected(task)
        self.reading = AS_RECOGNISED
        self.task = self.metrics = None
        self.ticks = {}


def register_pages(pages: Mapping[str, StreamlitPage]) -> None:
    """Remember the pages of this app run, so that any view can link to them by address."""
    st.session_state[PAGES] = dict(pages)


def navigate(page: str, *, run: str | None = None) -> NoReturn:
    """Show another page, with the run in its address."""
    target = st.session_state[PAGES][page]
    st.switch_page(target, query_params={RUN_PARAMETER: run} if run else None)


def link(page: str, label: str, *, icon: str, **query: str) -> None:
    """Draw a link to another page with something in its address."""
    st.page_link(st.session_state[PAGES][page], label=label, icon=icon, query_params=query)


def start_widget(key: str, value: object) -> None:
    """Set the first value of a widget; a value that the reader has chosen stays."""
    st.session_state.setdefault(key, value)


def set_widgets(values: Mapping[str, object]) -> None:
    """Set the values of widgets from a callback, before the page is drawn."""
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


def set_compared_runs(first: str | None, second: str | None) -> None:
    """Put two runs into the address."""
    for name, run in ((RUN_PARAMETER, first), (OTHER_PARAMETER, second)):
        if run and st.query_params.get(name) != run:
            st.query_params[name] = run


def remember_run(run: str) -> None:
    """Make a run the session's last one."""
    st.session_state[LAST_RUN] = run


def forget_run(run: str) -> None:
    """Forget a run that was deleted, so that no page asks for it."""
    if st.session_state.get(LAST_RUN) == run:
        del st.session_state[LAST_RUN]


def follow_run(run: str | None) -> None:
    """Remember that this session follows a run, so that its results are shown when it ends."""
    st.session_state[FOLLOWED_RUN] = run


def is_followed(run: str) -> bool:
    """Whether this session follows the run."""
    return bool(st.session_state.get(FOLLOWED_RUN) == run)


def session_token(make: Callable[[], str]) -> str:
    """Return the token of this session, for a browser that keeps no cookie."""
    if OF_SESSION not in st.session_state:
        st.session_state[OF_SESSION] = make()
    return str(st.session_state[OF_SESSION])


def uploader_key() -> str:
    """Key of the upload widget; a new key empties it and frees its memory."""
    return per_upload_key("upload")


def per_upload_key(name: str) -> str:
    """Key of a widget that is reset by every upload."""
    return f"{name}-{st.session_state.get(UPLOADS, 0)}"


def reset_upload() -> None:
    """Reset the upload widget, and those that depend on it, at the next run of the page."""
    st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1


def set_widget(key: str, value: object) -> None:
    """Set the value of a widget that this run of the page has not drawn yet."""
    st.session_state[key] = value


def widget_is(key: str, value: object) -> bool:
    """Whether a widget has a value, also one that the address gives and that is not drawn yet."""
    return bool(st.session_state.get(key, st.query_params.get(key)) == value)


def widget_value(key: str) -> object:
    """Return the value of a widget, for what it calls when it is changed."""
    return st.session_state.get(key)


def has_changed(name: str, value: object) -> bool:
    """Whether a value, such as a selection, differs from that of the last run of the page."""
    key = f"{LAST_VALUE}-{name}"
    is_new = st.session_state.get(key) != value
    st.session_state[key] = value
    return is_new
