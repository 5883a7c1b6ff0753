"""Samples: upload, and the pre-flight report before anything is computed."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.preflight import preflight
from dashboard.wording import show_error
from ptmrank_core.errors import PTMRankError

__all__ = ["page"]

HOW = """
- **One zip**, one folder of pictures for each class: `cats/1.jpg`, `cats/2.png`, `dogs/1.webp` …
- **One zip with a table** (`labels.csv` or `.tsv`) whose columns are `file,label`.
- **Several files at once**: the pictures and such a table.
"""


def page() -> None:
    """Draw the page."""
    st.title("Samples")
    draft = state.draft()
    files = st.file_uploader(
        "Labelled pictures: one zip, or several pictures with a table",
        accept_multiple_files=True,
        key=state.upload_key(),
    )
    with st.expander("What can I upload?", expanded=not draft.samples_source):
        st.markdown(HOW)
    if st.button("Use the demo digits instead", key="digits"):
        draft.samples_source = jobs.DEMO_SOURCE
    if files:
        _keep([(file.name, file.getvalue()) for file in files])
    if draft.samples_source:
        _report(draft.samples_source)


def _keep(files: list[tuple[str, bytes]]) -> None:
    """Keep an upload and empty the widget, so that its bytes leave the memory."""
    try:
        source = jobs.keep_upload(files)
        jobs.samples(source)
    except PTMRankError as error:
        show_error(error)
        return
    state.draft().samples_source = source
    state.forget_upload()
    st.rerun()


def _report(source: str) -> None:
    try:
        samples = jobs.samples(source)
    except PTMRankError as error:
        show_error(error)
        return
    st.subheader(f"What was read: {source.rsplit('/', 1)[-1]}")
    preflight(samples.summary())
    if st.button("Choose candidates", type="primary", key="next"):
        state.go("candidates")
