"""Samples: upload, how it is read, and the pre-flight report before anything is computed."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.components.gallery import gallery
from dashboard.components.preflight import preflight
from dashboard.components.reading_form import choose_reading
from dashboard.wording import plain, show_error, source_name
from ptmrank_core.errors import InputError, PTMRankError

__all__ = ["page"]

FILES, FOLDER = "Files or a zip", "A folder"
MAX_FILES = 500
HOW = """
- **One zip**, one folder of files for each class: `cats/1.jpg`, `cats/2.png`, `dogs/1.webp` … Pictures,
  recordings, videos and texts are read alike.
- **One table** of texts or numbers: CSV, TSV, JSON Lines, Parquet, or CoNLL for words with their tags.
- **One zip with a table** (`labels.csv` or `.tsv`) that has a `file` and a `label` column. Labels may be
  classes, numbers, or several at once.
- **Several files at once**: the files and such a table.
- **A folder** of up to 500 files, laid out like such a zip.
"""


def page() -> None:
    """Draw the page."""
    st.title("Samples")
    draft = state.draft()
    way = st.segmented_control("What do you have?", [FILES, FOLDER], default=FILES, key="way", required=True)
    files = st.file_uploader(
        "Your labelled samples",
        accept_multiple_files=True if way == FILES else "directory",
        key=state.upload_key() if way == FILES else f"{state.upload_key()}-folder",
    )
    with st.expander("What can I upload?", expanded=not draft.samples_source):
        st.markdown(HOW)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Or use the demo samples:")
        for demo in jobs.demos():
            if st.button(demo.facts.title, key=demo.source.removeprefix("demo:")):
                draft.take(demo.source)
                state.forget_upload()
    if files:
        _keep([(file.name, file.getvalue()) for file in files])
    if draft.samples_source:
        _report(draft, draft.samples_source)


def _keep(files: list[tuple[str, bytes]]) -> None:
    """Keep an upload and empty the widget, so that its bytes leave the memory."""
    try:
        if len(files) > MAX_FILES:
            raise InputError(
                f"The upload holds {len(files):,} files; at most {MAX_FILES} are accepted one by one.",
                hint="Pack them as one .zip file.",
            )
        source = jobs.keep_upload(files)
        jobs.look_at(source)
    except PTMRankError as error:
        show_error(error)
        return
    state.draft().take(source)
    state.forget_upload()
    st.rerun()


def _report(draft: state.Draft, source: str) -> None:
    """Draw how the samples are read, and what came of it."""
    st.subheader(f"What was read: {plain(source_name(source))}")
    try:
        if not jobs.is_demo(source):
            draft.reading = choose_reading(source, draft.reading)
        samples = jobs.samples(source, draft.reading)
    except PTMRankError as error:
        show_error(error)
        return
    preflight(samples.summary(), samples)
    gallery(samples, draft.reading)
    if st.button("Choose candidates", type="primary", key="next"):
        state.go("candidates")
