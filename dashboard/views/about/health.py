"""The section that checks everything that is kept on this machine."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from dashboard.wording import plain, plural, with_code
from ptmrank_core.benchmark.doctor import Diagnosis
from ptmrank_core.results.program import PROGRAM

__all__ = ["show_health"]


def show_health() -> None:
    """Draw the section, except for the visitors of a shared server: what it shows are the machine's paths."""
    if jobs.is_shared():
        return
    st.header("What is kept on this machine")
    st.markdown(
        "Runs, features and uploads stay on this machine until you delete them. If a disk or a crash has "
        "damaged them, a check says what is wrong and how to mend it; it changes nothing."
    )
    if st.button("Check everything that is kept", key="examine", icon=":material/health_and_safety:"):
        with st.spinner("Reading everything that is kept …"):
            found = jobs.examine_home()
        _show(found)


def _show(found: list[Diagnosis]) -> None:
    wrong = [one for one in found if not one.is_well]
    for one in wrong:
        st.error(f"**{plain(one.subject)}**: {plain(one.said)}\n\n{with_code(one.advice)}".strip())
    if any(one.can_be_mended for one in wrong):
        st.markdown(f"`{PROGRAM} doctor --mend` mends what can be mended without losing anything.")
    if not wrong:
        st.success("Everything is in order.")
    with st.expander(f"{plural(len(found) - len(wrong), 'thing')} in order", expanded=not wrong):
        st.markdown(
            "\n".join(f"- **{plain(one.subject)}**: {plain(one.said)}" for one in found if one.is_well)
        )
