"""The metrics as cards: idea, needs, cost and weakness of each; a reason where it does not apply."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import state
from dashboard.choice import chosen_metrics
from dashboard.components.metric_page import lowered, say_needs
from dashboard.state import Draft
from dashboard.wording import plain, plural, tell_faults
from ptmrank_core.benchmark import MetricCoverage
from ptmrank_core.metrics import (
    MEASURED_AT,
    METRIC_PRESETS,
    METRICS,
    default_metrics,
    evidence_metrics,
)

__all__ = ["choose_metrics", "say_cost"]

COLUMNS = 3
CHEAP, MODERATE = 0.1, 1.0  # measured seconds
COLOURS = {"cheap": "green", "moderate": "blue", "slow": "orange"}


def choose_metrics(draft: Draft, coverage: Mapping[str, MetricCoverage]) -> tuple[str, ...]:
    """Draw ready-made choices, the cards and what is beside them; keep the choice in the draft.

    Parameters
    ----------
    draft
        The next run.
    reach
        For each metric, how many of the candidates it applies to.
    """
    offered = [name for name, metric_coverage in coverage.items() if metric_coverage.n_reached]
    _presets(draft, offered)
    chosen = chosen_metrics(draft, offered)
    ticked = []
    names = default_metrics()
    for first in range(0, len(names), COLUMNS):
        for column, name in zip(st.columns(COLUMNS), names[first : first + COLUMNS], strict=False):
            with column.container(border=True, height="stretch", key=f"card-{name}"):
                ticked += [name] if _card(name, coverage[name], is_chosen=name in chosen) else []
    variants, beside = _variants(offered, chosen), _evidence(offered, chosen)
    draft.metrics = tuple(name for name in offered if name in {*ticked, *variants, *beside})
    return draft.metrics


def say_cost(metric: str) -> tuple[str, str]:
    """Say what a metric costs: in a word, and as measured."""
    seconds = METRICS[metric].measured_seconds
    word = "cheap" if seconds < CHEAP else "moderate" if seconds < MODERATE else "slow"
    return word, f"about {seconds:.2g} s a model at {MEASURED_AT}"


def _presets(draft: Draft, offered: list[str]) -> None:
    """Draw a button for each ready-made choice; it ticks the cards."""
    st.markdown("**Ready-made choices**")
    with st.container(horizontal=True):
        for key, preset in METRIC_PRESETS.items():
            within = tuple(name for name in preset.metrics if name in offered)
            st.button(
                f"{preset.title} ({len(within)})",
                key=f"preset-{key}",
                help=preset.idea,
                disabled=not within,
                on_click=_take,
                args=(draft, within),
            )


@tell_faults
def _take(draft: Draft, metrics: tuple[str, ...]) -> None:
    draft.metrics = metrics
    state.set_widgets(
        {state.per_draft_key(f"use-{name}"): name in metrics for name in default_metrics()}
        | {
            state.per_draft_key("variants"): [],
            state.per_draft_key("evidence"): [name for name in evidence_metrics() if name in metrics],
        }
    )


def _card(metric: str, coverage: MetricCoverage, *, is_chosen: bool) -> bool:
    """Draw one card; return whether it is ticked."""
    spec = METRICS[metric]
    if not coverage.n_reached:
        st.checkbox(f"**{spec.title}**", disabled=True, key=f"off-{metric}")
        st.markdown(f":gray[{spec.idea}]")
        st.caption(f"**Cannot be used here.** {plain(coverage.reason)}")
        _link(metric)
        return False
    key = state.per_draft_key(f"use-{metric}")
    state.start_widget(key, is_chosen)
    is_ticked = st.checkbox(f"**{spec.title}**", key=key)
    word, measured = say_cost(metric)
    st.markdown(f"{spec.idea} :{COLOURS[word]}-badge[{word}]")
    st.caption(
        f"**Needs** {say_needs(spec)}.  \n**Costs** {measured}.  \n"
        f"**Use it when** {lowered(spec.traits.use_when)}  \n"
        f"**Not to be trusted when** {lowered(spec.fails_when)}"
    )
    if coverage.n_reached < coverage.n_models:
        st.caption(
            f"**Applies to {coverage.n_reached} of {plural(coverage.n_models, 'candidate')}.** "
            f"{plain(coverage.reason)}"
        )
    _link(metric)
    return is_ticked


def _link(metric: str) -> None:
    """Draw a link to the metric on the Learn page; the address names it by its title."""
    state.link("learn", "How it works", icon=":material/school:", metric=METRICS[metric].title)


def _variants(offered: list[str], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Draw the choice of variants; return those that were chosen."""
    known = [name for name in offered if METRICS[name].is_variant]
    if not known:
        return ()
    with st.expander("Variants, to compare with published numbers"):
        return _pick("variants", known, chosen, "They are scored beside their metrics, and never vote.")


def _evidence(offered: list[str], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Draw the choice of the evidence beside the metrics; return what was chosen of it."""
    known = [name for name in evidence_metrics() if name in offered]
    if not known:
        return ()
    with st.expander("Beside the metrics: simpler measures of the same features"):
        return _pick("evidence", known, chosen, "Cheap, and they vote like the metrics.")


def _pick(key: str, known: list[str], chosen: tuple[str, ...], help_text: str) -> tuple[str, ...]:
    """Draw a choice among names of the registry, with the facts of those that are chosen."""
    state.start_widget(state.per_draft_key(key), [name for name in chosen if name in known])
    picked = st.multiselect(
        key.capitalize(),
        known,
        format_func=lambda name: METRICS[name].title,
        key=state.per_draft_key(key),
        help=help_text,
    )
    for name in picked:
        st.caption(f"**{METRICS[name].title}.** {METRICS[name].idea} {METRICS[name].fails_when}")
    return tuple(picked)
