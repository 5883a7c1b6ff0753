"""Keep, relabel or leave out: the decisions on the samples of a run, and the run that they lead to."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import jobs, state
from dashboard.wording import plain, plural, show_error, tell_faults
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import DECISIONS, Decision, DecisionKind, Decisions, RunResult, Samples
from ptmrank_core.reports.tables.look import decisions_table
from ptmrank_core.reports.tables.writers import csv_text
from ptmrank_core.results.look import Suspect, choices_for, decide, say_decisions, why_no_corrections

__all__ = ["can_decide", "choose_decision", "show_decisions"]

ANOTHER_RUN = (
    "The new run reads the same samples with these decisions; every feature is taken from the cache, so "
    "only scores and probes are computed again. This run stays as it is."
)
SEVERAL = "Labels of several, and numbers, are changed in the table: keep or leave out here."


def can_decide(run: str) -> bool:
    """Whether the reader may decide on the samples of a run."""
    return jobs.is_mine(run) and not jobs.is_demo_only()


def _keys(run: str, digest: str) -> tuple[str, str]:
    """Keys of the widgets of one sample: the decision, and the new label."""
    return f"decide-{run[:8]}-{digest[:16]}", f"relabel-{run[:8]}-{digest[:16]}"


def choose_decision(run: str, samples: Samples, suspect: Suspect, decision: Decision | None) -> None:
    """Draw the choices for one sample; a choice is kept at once, and taken back by clicking it again.

    Parameters
    ----------
    run, samples, suspect
        The run, its samples, and the one that is decided on.
    decision
        What was decided before; ``None`` for nothing.
    """
    digest = samples.digests[suspect.row]
    classes = choices_for(samples, suspect)
    kinds = [kind for kind in DECISIONS if classes or kind != "relabel"]
    key, label_key = _keys(run, digest)
    name = plain(samples.names[suspect.row])
    kept = tell_faults(partial(_keep, run, samples, suspect, (key, label_key)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            f"Decision on {name}",
            kinds,
            default=decision.decision if decision else None,
            format_func=str.capitalize,
            key=key,
            on_change=kept,
            label_visibility="collapsed",
        )
        if chosen == "relabel":
            given = decision.new_label if decision and decision.decision == "relabel" else suspect.suggestion
            st.selectbox(
                f"New label of {name}",
                classes,
                index=classes.index(given) if given in classes else None,
                key=label_key,
                on_change=kept,
                placeholder="Choose the new label",
                label_visibility="collapsed",
                width=220,
            )


def _keep(run: str, samples: Samples, suspect: Suspect, keys: tuple[str, str]) -> None:
    """Keep what the widgets of a sample say now."""
    kind, given = (state.widget(key) for key in keys)
    if kind not in DECISIONS:
        jobs.drop_decision(run, samples.digests[suspect.row])
        return
    chosen: DecisionKind = kind
    new = str(given or suspect.suggestion) if chosen == "relabel" else ""
    if chosen == "relabel" and not new:
        return  # the new label is not chosen yet
    jobs.keep_decisions(run, [decide(samples, suspect, chosen, new)])


def show_decisions(result: RunResult, samples: Samples) -> Decisions:
    """Draw what is decided so far, and the ways on: a table, and a new run; return what is decided."""
    run = result.plan.run_id
    is_open = can_decide(run)
    if is_open:
        _take(result)
    decided = jobs.decisions(run)
    if not decided.decisions:
        if is_open:
            st.caption("Nothing is decided yet. Decisions are kept with this run, for you alone to change.")
        return decided
    with st.container(border=True):
        st.markdown(f"**{plural(len(decided.decisions), 'decision')}**: {say_decisions(decided)}.")
        with st.container(horizontal=True, vertical_alignment="center"):
            if is_open:
                _offer_run(result, decided)
            st.download_button(
                "Decisions as a table",
                data=lambda: csv_text(decisions_table(decided)).encode(),
                file_name=f"ptmrank-{run[:8]}-decisions.csv",
                mime="text/csv",
                key="decisions-csv",
                icon=":material/download:",
                on_click="ignore",
            )
        if is_open and samples.target_kind != "classification":
            st.caption(SEVERAL)
    return decided


def _offer_run(result: RunResult, decided: Decisions) -> None:
    """Draw the button that starts a run with the decisions, or say why there is none."""
    reason = why_no_corrections(result)
    if reason:
        st.caption(plain(reason))
        return
    if st.button(
        "Start a new run with these decisions",
        key="start-corrected",
        type="primary",
        disabled=not decided.corrections(),
        help=ANOTHER_RUN,
    ):
        try:
            started = jobs.start_corrected(result)
        except PTMRankError as error:
            show_error(error)
            return
        state.follow_run(started)
        state.navigate("run", run=started)


def _take(result: RunResult) -> None:
    """Take a table of decisions, and set the widgets of the list to it."""
    run = result.plan.run_id
    with st.expander("Take decisions from a table"):
        uploaded = st.file_uploader(
            "Table of decisions",
            type=["csv"],
            key=f"decisions-{run}",
            help="A CSV that a run on the same samples exported: sample, file, label, decision, new_label, "
            "reason.",
            max_upload_size=16,
        )
    if uploaded is None or not state.has_changed(f"decisions-{run}", uploaded.file_id):
        return
    try:
        n_kept, n_others = jobs.import_decisions(result, uploaded.name, uploaded.getvalue())
    except PTMRankError as error:
        show_error(error)
        return
    state.set_widgets(
        {
            key: value
            for one in jobs.decisions(run).decisions
            for key, value in zip(_keys(run, one.sample), (one.decision, one.new_label or None), strict=True)
        }
    )
    others = f" {n_others:,} are about other samples and were passed over." if n_others else ""
    st.success(f"{plural(n_kept, 'decision')} taken from the table.{others}", icon=":material/check:")
