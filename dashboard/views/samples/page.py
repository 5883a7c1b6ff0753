"""Samples: the upload, how it is read, and a report on it before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import jobs, state
from dashboard.components.drafting import drafting, offer_unfinished
from dashboard.components.gallery import gallery
from dashboard.components.preflight import preflight
from dashboard.components.uploading import say_room_left, take_upload
from dashboard.views.samples.hub_field import choose_dataset
from dashboard.views.samples.question import ask, choose_data_parts, offer
from dashboard.views.samples.reading_form import choose_columns, choose_reading, mend_reading
from dashboard.views.samples.subsample import choose_part
from dashboard.wording import plain, plural, show_error, source_name
from ptmrank_core.errors import PTMRankError, UnclearReadingError
from ptmrank_core.records import ModelSpec

__all__ = ["page"]

FILES, FOLDER, FEATURES = "Files or a zip", "A folder", "Features I have already"
LABELS = {
    FILES: "Your labelled samples",
    FOLDER: "A folder of your labelled samples",
    FEATURES: "Files of features, one for each model",
}
FEATURE_TABLES = {".csv", ".tsv", ".parquet"}
HOW = """
- **One archive** (zip, tar, tar.gz) with a folder of files for each class: `cats/1.jpg`, `cats/2.png`,
  `dogs/1.webp` … The files may be pictures, recordings, videos or texts.
- **One archive with a table** that has a column of file names and one of labels: `labels.csv`,
  `metadata.jsonl`, a spreadsheet … Labels may be classes, numbers to predict, or several labels for each
  sample.
- **One table** of texts or numbers: CSV, TSV, JSON, JSON Lines (also compressed, `.gz`), Excel, OpenDocument,
  Parquet, Arrow, fastText, or CoNLL for words with their tags. A Parquet or Arrow file may hold the pictures
  or recordings themselves.
- **Annotations** as Label Studio, doccano, Prodigy and COCO export them, with the files that they name.
- **Several files at once**, or **a folder** of up to 500 files, arranged like such an archive.
- **A data set of the library `datasets`**: an archive of what `save_to_disk` wrote or of a downloaded
  repository, or its name on the Hub.
- **Features that you have already**: one `.npz` file for each model, named after the model, with the arrays
  `embeddings` and `labels` (or `targets`); or one table of numbers with a label column for each model; or one
  zip of these. All of them must hold the same samples in the same order.

Parts of a data set (`train`, `validation`, `test`, folds) are recognised by folders, files, sheets or a
column, and you choose among them. Where an upload can be read in two ways, you are asked.
"""


def page() -> None:
    """Draw the page."""
    with drafting("samples", "Samples") as draft:
        _choose(draft)


def _choose(draft: state.Draft) -> None:
    """Draw the upload, what there is instead of one, and the report on what was read."""
    if not (draft.samples_source or draft.ready_made):
        offer_unfinished()
    demos_alone = jobs.is_demo_only()
    files, are_features = ((), False) if demos_alone else _ask_for_files(draft)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("The demo samples:" if demos_alone else "Or use the demo samples:")
        for demo in jobs.demos():
            if st.button(demo.facts.title, key=demo.source.removeprefix("demo:")):
                draft.use_samples(demo.source)
                state.reset_upload()
                st.rerun()
    if files and take_upload(files, are_features=are_features):
        st.rerun()
    if draft.ready_made:
        _report_features(draft, draft.ready_made)
    elif draft.samples_source:
        _report(draft, draft.samples_source)


def _ask_for_files(draft: state.Draft) -> tuple[Sequence[UploadedFile], bool]:
    """Draw the upload; return what was uploaded, and whether it is features."""
    way = st.segmented_control("What do you have?", list(LABELS), default=FILES, key="way", required=True)
    files = st.file_uploader(
        LABELS[way],
        accept_multiple_files="directory" if way == FOLDER else True,
        key=state.uploader_key() if way == FILES else f"{state.uploader_key()}-{way.split()[-1]}",
    )
    say_room_left()
    if way != FEATURES:
        choose_dataset(draft)
    with st.expander("What can I upload?", expanded=not (draft.samples_source or draft.ready_made)):
        st.markdown(HOW)
    return files, way == FEATURES


def _report(draft: state.Draft, source: str) -> None:
    """Draw how the samples are read, and the report on them; a question stands above the fields."""
    st.header(f"What was read: {plain(source_name(source))}")
    above = st.container()
    try:
        if not jobs.is_demo(source):
            mend_reading(draft, source)
        former = draft.reading
        reading = former if jobs.is_demo(source) else choose_reading(source, former)
        whole = jobs.all_samples(source, replace(reading, max_samples=None))
        draft.reading = reading
        choose_data_parts(draft, whole)
        draft.reading = replace(reading, max_samples=choose_part(whole, former.max_samples))
        samples = jobs.samples(source, draft.reading)
    except UnclearReadingError as question:
        with above:
            ask(draft, question)
        return
    except PTMRankError as error:
        show_error(error)
        return
    offer(draft, samples)
    preflight(samples.summary(), samples)
    gallery(samples, draft.reading)
    if st.button("Choose candidates", type="primary", key="next"):
        state.navigate("candidates", draft=draft.draft_id)


def _report_features(draft: state.Draft, folder: str) -> None:
    """Draw which models have features, and the report on their samples."""
    st.header("What was read: features")
    try:
        jobs.require_kept(folder)
        tables = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in FEATURE_TABLES)
        if tables:
            draft.reading = choose_columns(str(tables[0]), draft.reading)
        models, samples = jobs.ready_made(folder, draft.reading)
    except UnclearReadingError as question:
        ask(draft, question)
        return
    except PTMRankError as error:
        show_error(error)
        return
    _list_features(models)
    preflight(samples.summary(), samples)
    if st.button("Choose metrics", type="primary", key="next"):
        state.navigate("metrics", draft=draft.draft_id)


def _list_features(models: tuple[ModelSpec, ...]) -> None:
    st.markdown(f"Features of {plural(len(models), 'model')}: {plain(', '.join(spec.id for spec in models))}")
