"""What becomes of files that a visitor has uploaded, on any page that takes them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import jobs, state
from dashboard.wording import say_room, show_error
from ptmrank_core.errors import InputError, PTMRankError, UnclearReadingError

__all__ = ["say_room_left", "take_upload"]

MAX_FILES = 500


def say_room_left() -> None:
    """Say how much a visitor may upload: the server takes no file that does not fit, and says nothing."""
    if not jobs.is_shared():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{say_room(jobs.room())} A file that does not fit is marked red and not taken.", width="content"
        )
        state.link("cache", "See what you keep", icon=":material/database:")


def take_upload(uploaded: Sequence[UploadedFile], *, are_features: bool = False) -> bool:
    """Keep an upload as what is ranked on, and empty the widget; say why where it is refused.

    Its bytes leave the memory of the server in either case.

    Parameters
    ----------
    uploaded
        The files.
    are_features
        Whether they are features of models in the place of samples.

    Returns
    -------
    bool
        Whether it was kept: the page can go on with it.
    """
    try:
        files = [(file.name, file.getvalue()) for file in uploaded]
        if len(files) > MAX_FILES:
            raise InputError(
                f"The upload holds {len(files):,} files; at most {MAX_FILES} separate files are accepted.",
                hint="Pack them as one .zip file.",
            )
        if are_features:
            state.draft().use_features(jobs.keep_features(files))
        else:
            state.draft().use_samples(_keep_readable(files))
    except PTMRankError as error:
        show_error(error)
        return False
    finally:
        jobs.release_uploads(uploaded)
        state.reset_upload()
    return True


def _keep_readable(files: list[tuple[str, bytes]]) -> str:
    """Keep an upload that can be read, perhaps once something was chosen or answered; return its source.

    Raises
    ------
    PTMRankError
        If it cannot be kept, or nothing on the Samples page makes it readable.
    """
    source = jobs.keep_upload(files)
    try:
        jobs.preview(source)
    except InputError as error:  # the report asks, and has the fields
        if not (error.fields or isinstance(error, UnclearReadingError)):
            raise
    return source
