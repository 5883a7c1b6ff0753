"""Taking the reader's own fine-tuning results, and saying which of their rows belong to the run."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs, state
from dashboard.wording import plain, show_error
from ptmrank_core.data import read_truth
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import IMPORTED, RunResult
from ptmrank_core.results.trust import match_of, say_match

__all__ = ["WIDGET", "import_truth", "show_match"]

WIDGET = "truth"  # key of the choice of a truth
MAX_OFFERED = 6  # names with buttons


def import_truth(result: RunResult) -> None:
    """Take the owner's own fine-tuning results, which stay with the run, and select them.

    It stands before the choice of a truth, so that a new table is shown at once.
    """
    if jobs.is_demo_only() or not jobs.is_mine(result.plan.run_id):
        return
    uploaded = st.file_uploader(
        "Fine-tuning results of your own",
        type=["csv", "tsv"],
        key=f"truth-{result.plan.run_id}",
        help="A table that begins model,accuracy (or r2, or another one number), one row for each model.",
        max_upload_size=10,
    )
    if uploaded is None:
        return
    try:
        truth = read_truth(uploaded.name, uploaded.getvalue(), [spec.id for spec in result.plan.models])
    except PTMRankError as error:
        show_error(error)
        return
    if not state.has_changed(f"truth-{result.plan.run_id}", uploaded.file_id):
        return
    jobs.keep_truth(result, truth)
    state.set_widget(WIDGET, IMPORTED)
    st.rerun()


def show_match(result: RunResult) -> None:
    """Say how many rows matched; a name that did not can be taken for a model with a click."""
    match = match_of(result)
    if match is None:
        return
    first, *others = say_match(match)
    is_whole = not match.nearest
    show = st.success if is_whole else st.warning
    lines = [f"**{plain(first)}**", *(f"- {plain(line)}" for line in others)]
    show("\n".join(lines), icon=":material/check:" if is_whole else ":material/rule:")
    if not jobs.is_mine(result.plan.run_id):
        return
    with st.container(horizontal=True):
        for name in [name for name, nearest in match.nearest.items() if nearest][:MAX_OFFERED]:
            model = match.nearest[name][0]
            if st.button(f"Take {plain(name)} for {plain(model)}", key=f"take-{name}"):
                jobs.match_truth(result, name, model)
                st.rerun()
