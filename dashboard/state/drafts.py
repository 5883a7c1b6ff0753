"""The draft of the session, and which draft the address names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import streamlit as st

from dashboard.state.session import DRAFT_PARAMETER, reset_fields
from ptmrank_core.catalogue import Candidate
from ptmrank_core.records import AS_RECOGNISED, Reading

if TYPE_CHECKING:  # the server imports this file before it listens
    from ptmrank_core.benchmark.drafts import RunDraft

__all__ = ["Draft", "begin_draft", "draft", "draft_asked_for", "put_draft_into_address", "shows_draft"]

DRAFT = "draft"
SHOWN = "shown_draft"


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
        Task category -> the preset whose models are among the selected ones, and those of them that were not
        selected before; an empty name where the reader wants none.
    hub_results
        Results of the last search on the Hub: task category -> models.
    metrics
        Names of metrics; ``None`` before anything was chosen.
    dtype, layers, device
        Precision of the models, whether their hidden layers are scored too, and where they run.
    references, controls
        Whether references are probed beside the candidates, and controls scored under every metric.
    label_encoder
        Id of the text model that embeds the class names; ``None`` for one-hot classes, empty before
        anything was chosen.
    draft_id
        Its id, once it is kept on the server.
    kept, kept_at
        What is kept of it, and when the file with it was changed, in nanoseconds since 1970.
    """

    samples_source: str | None = None
    ready_made: str | None = None
    reading: Reading = AS_RECOGNISED
    task: str | None = None
    ticks: dict[str, bool] = field(default_factory=dict)
    n_ticked_at_once: int = 0
    hub_ids: str = ""
    selected_models: dict[str, dict[str, Candidate]] = field(default_factory=dict)
    preselected: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hub_results: dict[str, list[Candidate]] = field(default_factory=dict)
    metrics: tuple[str, ...] | None = None
    dtype: str = "auto"
    layers: bool = False
    device: str = "auto"
    references: bool = True
    controls: bool = False
    label_encoder: str | None = ""
    draft_id: str | None = None
    kept: RunDraft | None = None
    kept_at: int = 0

    def use_samples(self, source: str) -> None:
        """Go on with other samples; how the former ones were read and ranked does not apply to them.

        What was chosen for the former ones stays under its id, which the address of an earlier page has.
        """
        self.samples_source, self.ready_made = source, None
        self._start_over()

    def use_features(self, folder: str) -> None:
        """Go on with features in the place of samples."""
        self.samples_source, self.ready_made = None, folder
        self._start_over()

    def drop_preselected(self, task: str) -> None:
        """Take the models of a category's preset out of the selected ones."""
        for name in self.preselected.pop(task, ())[1:]:
            self.selected_models.get(task, {}).pop(name, None)

    def _start_over(self) -> None:
        for task in list(self.preselected):
            self.drop_preselected(task)
        self.reading = AS_RECOGNISED
        self.task = self.metrics = None
        self.ticks = {}
        self.draft_id, self.kept, self.kept_at = None, None, 0


def draft() -> Draft:
    """Return the session's draft, which the caller may change."""
    if DRAFT not in st.session_state:
        st.session_state[DRAFT] = Draft()
    return cast("Draft", st.session_state[DRAFT])


def begin_draft(other: Draft) -> Draft:
    """Go on with another draft: the fields of all pages are drawn anew with what it says."""
    st.session_state[DRAFT] = other
    reset_fields()
    return other


def draft_asked_for(page: str) -> str | None:
    """Return the draft that the address of a page asks for, where it is not the session's own.

    An address that the page has given itself asks for nothing: the session may have gone on since.
    """
    asked = st.query_params.get(DRAFT_PARAMETER)
    is_own = asked == draft().draft_id or (page, asked) == st.session_state.get(SHOWN)
    return None if is_own else asked


def put_draft_into_address(page: str) -> None:
    """Put the session's draft into the address of a page, once.

    Whoever goes back to an address without it goes on from there: a second time, Back would lead nowhere.
    """
    own = draft().draft_id
    if st.session_state.get(SHOWN) == (page, own):
        return
    st.session_state[SHOWN] = (page, own)
    if own is None:
        st.query_params.pop(DRAFT_PARAMETER, None)
    elif st.query_params.get(DRAFT_PARAMETER) != own:
        st.query_params[DRAFT_PARAMETER] = own


def shows_draft() -> bool:
    """Whether the address names the session's draft."""
    own = draft().draft_id
    return own is not None and st.query_params.get(DRAFT_PARAMETER) == own
