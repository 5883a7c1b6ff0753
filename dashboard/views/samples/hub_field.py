"""A dataset on the Hub in the place of an upload."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.wording import show_error
from ptmrank_core.errors import PTMRankError

__all__ = ["choose_dataset"]

HELP = (
    "The name of a dataset on the Hugging Face Hub, or the address of its page; a configuration follows a "
    "colon. A few thousand samples of each part are downloaded to this machine, at the present commit. This "
    "needs the package datasets. No program of a repository is run."
)


def choose_dataset(draft: state.Draft) -> None:
    """Draw the field, and go on with the dataset that is named in it.

    Parameters
    ----------
    draft
        The run in the making.
    """
    with st.form("hub-dataset", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "A dataset on the Hub",
            placeholder="owner/name or owner/name:configuration",
            key=state.per_upload_key("hub-name"),
            help=HELP,
        )
        is_asked = st.form_submit_button("Read it", key=state.per_upload_key("hub-read"))
    if not is_asked or not name.strip():
        return
    try:
        with st.spinner("Looking up the dataset …"):
            source = jobs.hub_dataset(name)
    except PTMRankError as error:
        show_error(error)
        return
    draft.use_samples(source)
    state.reset_upload()
    st.rerun()
