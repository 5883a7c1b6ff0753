"""Samples worth a look: one list of all that models and neighbours doubt, and what its owner decides."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import jobs, state
from dashboard.components.gallery import show_sample
from dashboard.components.tables import show_table
from dashboard.views.results.samples.decisions import can_decide, choose_decision, show_decisions
from dashboard.wording import plain, plural, tell_faults
from ptmrank_core.records import RunResult, Samples
from ptmrank_core.reports.tables.look import look_table
from ptmrank_core.results.look import Look, ReasonKind, Suspect
from ptmrank_core.results.phrases import say_label

__all__ = ["show_look"]

ON_A_PAGE = 10
KINDS: dict[str, tuple[ReasonKind, ...]] = {
    "Everything": (),
    "Doubted": ("label", "number", "neighbours"),
    "Nearly the same": ("other label", "duplicate"),
    "Far from all": ("outlier",),
}
WHAT_IT_IS = (
    "What all models of this run say together, each weighted by what its probe reaches above chance on "
    "samples that it never saw. A doubt is no proof: look, then decide."
)


def show_look(result: RunResult, samples: Samples | None) -> None:
    """Draw the list, or say why there is none."""
    st.header("Samples worth a look")
    if samples is None:
        st.caption("The samples are not there any more, so none of them can be shown.")
        return
    found = jobs.look(result, samples)
    st.caption(WHAT_IT_IS)
    for note in found.notes:
        st.caption(f":material/info: {plain(note)}")
    if not found.suspects:
        if not found.notes:
            st.success(
                "Nothing stands out: no label is doubted, and no sample is a near-duplicate or far off."
            )
        show_decisions(result, samples)
        return
    st.fragment(tell_faults(_draw))(result, samples, found)


def _draw(result: RunResult, samples: Samples, found: Look) -> None:
    """Draw what is decided so far, the choice of what is listed, and a page of the list."""
    decided = show_decisions(result, samples)
    suspects = _choose(found)
    is_open = can_decide(result.plan.run_id)
    for place, suspect in suspects:
        with st.container(border=True):
            shown, words = st.columns([1, 4], vertical_alignment="top")
            with shown:
                label = plain(say_label(samples, suspect.row))
                show_sample(samples, suspect.row, f"**{label}** · {plain(samples.names[suspect.row])}")
            with words:
                _say(place, suspect, samples, result.plan.run_id)
                if is_open:
                    decision = decided.of(samples.digests[suspect.row])
                    choose_decision(result.plan.run_id, samples, suspect, decision)
    with st.expander("All of these samples as a table"):
        show_table(look_table(found, samples), alt="Samples worth a look, the most suspect first")


def _choose(found: Look) -> list[tuple[int, Suspect]]:
    """Let the reader choose reasons and a page; return the places and the samples of that page."""
    counts = {title: len(_of_kind(found, title)) for title in KINDS}
    titles = [title for title, count in counts.items() if count]
    title = st.segmented_control(
        "What is listed",
        titles,
        default=titles[0],
        format_func=lambda title: f"{title} ({counts[title]:,})",
        key="look-at",
        required=True,
        bind="query-params",
    )
    listed = _of_kind(found, title)
    starts = list(range(0, len(listed), ON_A_PAGE))
    start = 0
    if len(starts) > 1:
        start = st.selectbox(
            "Places",
            starts,
            format_func=lambda first: f"{first + 1} to {min(first + ON_A_PAGE, len(listed))}",
            key=f"look-from-{title}",
            width=160,
        )
    if found.n_found > len(found.suspects):
        st.caption(f"The first {len(found.suspects):,} of {plural(found.n_found, 'sample')}.")
    return listed[start : start + ON_A_PAGE]


def _of_kind(found: Look, title: str) -> list[tuple[int, Suspect]]:
    kinds = KINDS[title]
    return [
        (place, suspect)
        for place, suspect in enumerate(found.suspects, 1)
        if not kinds or any(reason.kind in kinds for reason in suspect.reasons)
    ]


def _say(place: int, suspect: Suspect, samples: Samples, run: str) -> None:
    """Draw the place and the reasons, the twin where there is one, and the way to the neighbours."""
    st.markdown(f"**{place}.** " + "  \n".join(plain(reason.sentence) for reason in suspect.reasons))
    twin = next((reason.twin for reason in suspect.reasons if reason.twin is not None), None)
    if twin is not None:
        with st.container(width=150 if samples.modality in {"image", "video"} else 400):
            label = plain(say_label(samples, twin))
            show_sample(samples, twin, f"its twin: **{label}** · {plain(samples.names[twin])}")
    link = partial(state.link, "results", icon=":material/scatter_plot:")
    link("See its neighbours", run=run, section="Embeddings", sample=samples.names[suspect.row])
