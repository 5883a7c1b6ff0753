"""Taking the winner of a race away: a zip of a folder that transformers loads, and the script to go on."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from dashboard.server.downloads import winner_address
from dashboard.wording import plain, say_size, show_error
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import RunResult
from ptmrank_core.results.race import RaceSoFar

__all__ = ["offer_winner"]


def offer_winner(result: RunResult, so_far: RaceSoFar) -> None:
    """Offer the winner of a race that is decided."""
    run = result.plan.run_id
    if not jobs.is_mine(run):
        return
    st.header("Take it with you")
    if not jobs.can_pack(result):
        st.caption("The trained weights are no longer here: give the race more time to have them again.")
        return
    st.caption(
        f"**{plain(so_far.race.winner)}**, trained, as a folder that transformers loads: weights, processor, "
        "names of the labels, a model card with data, recipe and result, and a script that goes on with the "
        "training."
    )
    found = jobs.packed(run)
    if found is None:
        _offer_packing(run)
        return
    st.link_button(
        f"Download {found.path.name} ({say_size(found.size_bytes)})",
        winner_address(run, found.key),
        type="primary",
        icon=":material/download:",
    )
    with st.expander("The script that goes on with the training"):
        st.code(found.script(), language="python")


def _offer_packing(run: str) -> None:
    if st.button("Prepare the download", key="pack", type="primary", icon=":material/folder_zip:"):
        try:
            with st.spinner("Loading the model and writing its folder …"):
                jobs.pack(run)
        except PTMRankError as error:
            show_error(error)
            return
        st.rerun()
