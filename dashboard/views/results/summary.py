"""The answer of a run: its verdict, the numbers behind it, and what to do next."""

from __future__ import annotations

import streamlit as st

from dashboard.views.results.fingerprint import fingerprint
from dashboard.views.results.headline import emphasise
from dashboard.views.results.numbers import cards_of, show_numbers
from dashboard.wording import plain, plural, say_duration, say_targets, source_name
from ptmrank_core.records import Ranking, RunResult, RunState, Verdict, VerdictKind
from ptmrank_core.results.verdict import verdict_of

__all__ = ["show_summary", "verdict_once"]


def verdict_once(result: RunResult, ranking: Ranking) -> Verdict:
    """Return the verdict of a run, made once for each of its states."""
    return _verdict(fingerprint(result, ranking), result.state, result, ranking)


@st.cache_resource(max_entries=30, show_spinner=False)
def _verdict(key: str, state: RunState, _result: RunResult, _ranking: Ranking) -> Verdict:  # noqa: ARG001
    return verdict_of(_result, _ranking)


def show_summary(result: RunResult, ranking: Ranking) -> None:
    """Say which model to fine-tune, how sure that is, and what would make it surer."""
    verdict = verdict_once(result, ranking)
    headline, *sentences = verdict.sentences
    with st.container(key="answer"):
        st.markdown(f"## {emphasise(headline)}")
    reasons = " ".join(sentence for sentence in sentences if sentence != verdict.next_step)
    cards = cards_of(verdict, result, ranking)
    words, numbers = st.columns([9, 5], gap="medium") if cards else (st.container(), None)
    with words:
        if reasons and verdict.kind is VerdictKind.NOTHING_TO_RANK:
            st.error(plain(reasons))
        elif reasons:
            st.markdown(plain(reasons))
        if verdict.next_step:
            st.markdown(f":material/arrow_forward: **Next:** {plain(verdict.next_step)}")
        if ranking.order:
            st.caption(_say_how(result, ranking))
    if numbers is not None:
        with numbers:
            show_numbers(cards)


def _say_how(result: RunResult, ranking: Ranking) -> str:
    """Say what was ranked on what, and how."""
    by = plural(len(ranking.metrics_used), "metric")
    sentence = (
        f"{plain(source_name(result.plan.samples_source))}: {plural(len(ranking.order), 'model')} ranked on "
        f"{plural(result.samples.n_samples, 'sample')} {say_targets(result.samples)}, by the weighted mean "
        f"rank over {by}"
    )
    sentence += f", in {say_duration(result.seconds)}." if result.state.is_finished() else "."
    n_references = len(result.plan.controls)
    if n_references:
        sentence += f" {plural(n_references, 'control')} beside them, not ranked."
    if ranking.unranked and result.state.is_finished():
        sentence += f" {plural(len(ranking.unranked), 'model')} without a score: see why below."
    return sentence
