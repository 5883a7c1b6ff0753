"""What a lesson's numbers are: computed once for all sessions."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.lessons.course import COURSE, Draw, Recorded, Reveal
from ptmrank_core.results.evidence import evidence_of

__all__ = ["reveal_of"]

TRUTH = "recorded"


@st.cache_resource(max_entries=100, show_spinner="Working it out …")
def reveal_of(key: str, seed: int) -> Reveal:
    """Compute the numbers of a lesson for one draw of the samples.

    Raises
    ------
    PTMRankError
        It compares with recorded fine-tuning, and the finished run cannot be read.
    """
    lesson = next(own for own in COURSE if own.key == key)
    return lesson.reveal(Draw(seed, _recorded() if lesson.needs_recorded else {}))


def _recorded() -> Recorded:
    """Compare the scores of the finished run with the recorded fine-tuning of its models."""
    return evidence_of(*jobs.ranked(SHIPPED_RUN)).get(TRUTH, {})
