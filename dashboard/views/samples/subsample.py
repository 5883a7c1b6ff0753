"""How many of the samples are used."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.wording import plural
from ptmrank_core.records import Samples

__all__ = ["choose_part"]

MIN_SAMPLES = 20
OF_EACH_CLASS = 5


def choose_part(whole: Samples, former: int | None) -> int | None:
    """Draw the slider, where there is something to leave out.

    Parameters
    ----------
    whole
        Every sample that there is.
    former
        What was chosen before, in this session.

    Returns
    -------
    int or None
        The most samples that are used; ``None`` for all.
    """
    n_samples = whole.n_samples
    n_classes = len(whole.class_names) if whole.target_kind == "classification" else 1
    fewest = max(MIN_SAMPLES, OF_EACH_CLASS * n_classes)
    if fewest >= n_samples:
        return None
    chosen = st.slider(
        "How many samples should be used?",
        min_value=fewest,
        max_value=n_samples,
        value=min(n_samples, max(fewest, former or n_samples)),
        key=state.per_upload_key(f"part-{n_samples}"),
        help="Fewer samples take less time, but separate the models less clearly. Every class keeps its "
        "share, groups stay whole, and the same samples are drawn every time. On the command line this is "
        "--max-samples.",
    )
    if chosen == n_samples:
        return None
    st.caption(f"{chosen:,} of {plural(n_samples, 'sample')} are used.")
    return int(chosen)
