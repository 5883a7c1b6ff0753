"""The answer of a run in a sentence, and what qualifies it."""

from __future__ import annotations

import streamlit as st

from dashboard.wording import plain, plural, say_duration, say_targets, source_name
from ptmrank_core.records import Failure, Ranking, RunResult
from ptmrank_core.results.alternative import cheaper_alternative, say_alternative
from ptmrank_core.results.cost import costs_of
from ptmrank_core.results.phrases import say_certainty

__all__ = ["show_summary"]


def show_summary(result: RunResult, ranking: Ranking) -> None:
    """Say which model to try first, how sure that is, and whether a cheaper one comes close."""
    if not ranking.order:
        _say_nothing(result)
        return
    best = ranking.order[0]
    st.markdown(f"## Try **{plain(best)}** first")
    if len(ranking.order) == 1:
        st.markdown("It is the only model with a score: there is nothing to compare it with.")
    sentences = [say_certainty(best, ranking.intervals)] if ranking.intervals else []
    cheaper = cheaper_alternative(ranking, costs_of(result))
    if cheaper is not None:
        sentences.append(say_alternative(cheaper))
    if any(sentences):
        st.markdown(plain(" ".join(filter(None, sentences))))
    st.caption(_say_how(result, ranking))


def _say_how(result: RunResult, ranking: Ranking) -> str:
    """Say what was ranked on what, and how."""
    by = plural(len(ranking.metrics_used), "metric")
    sentence = (
        f"{plain(source_name(result.plan.samples_source))}: {plural(len(ranking.order), 'model')} ranked on "
        f"{plural(result.samples.n_samples, 'sample')} {say_targets(result.samples)}, by the weighted mean "
        f"rank over {by}, in {say_duration(result.seconds)}."
    )
    if ranking.unranked:
        sentence += f" {plural(len(ranking.unranked), 'model')} without a score: see why below."
    return sentence


def _say_nothing(result: RunResult) -> None:
    """Say why there is no order, as far as that can be said."""
    failed = [cell for cell in result.cells if isinstance(cell, Failure)]
    if result.error:
        st.error(f"**The run failed as a whole.** {plain(result.error)}")
    elif not result.state.is_finished():
        st.info("No model has a score yet.")
    elif failed:
        models = {cell.model for cell in failed}
        first = failed[0]
        st.error(
            f"**No model has a score: {plural(len(models), 'model')} failed.** The first of them, "
            f"{plain(first.model)}: {plain(first.message)} {plain(first.hint)}".strip()
        )
    else:
        st.info("No model has a score.")
