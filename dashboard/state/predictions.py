"""The lesson that is open, and what was predicted: in the address alone, so that nothing is kept here."""

from __future__ import annotations

import re
from collections.abc import Mapping

import streamlit as st

__all__ = ["drop_predictions", "lesson", "predict", "predictions", "show_lesson"]

LESSON_PARAMETER = "lesson"
PREDICTIONS_PARAMETER = "predicted"
ONE = re.compile(r"([a-z][a-z-]*)-(\d)")


def lesson() -> str:
    """Return the lesson that the address names; empty where it names none."""
    return str(st.query_params.get(LESSON_PARAMETER, ""))


def show_lesson(key: str) -> None:
    """Put a lesson into the address, from a callback; empty for the list of all."""
    if key:
        st.query_params[LESSON_PARAMETER] = key
    else:
        st.query_params.pop(LESSON_PARAMETER, None)


def predictions() -> dict[str, int]:
    """Return what was predicted: lesson -> place of the answer, from 0."""
    parts = str(st.query_params.get(PREDICTIONS_PARAMETER, "")).split(".")
    return {found[1]: int(found[2]) - 1 for part in parts if (found := ONE.fullmatch(part))}


def predict(key: str, place: int) -> None:
    """Keep a prediction and open its lesson, from a callback: the first one of a lesson counts.

    Both come into the address at once, so that Back undoes both.
    """
    st.query_params.update({LESSON_PARAMETER: key, **_query({key: place} | predictions())})


def drop_predictions(*keys: str) -> None:
    """Forget the predictions of some lessons, from a callback; of all without any."""
    kept = {key: place for key, place in predictions().items() if keys and key not in keys}
    if kept:
        st.query_params.update(_query(kept))
    else:
        st.query_params.pop(PREDICTIONS_PARAMETER, None)


def _query(known: Mapping[str, int]) -> dict[str, str]:
    joined = ".".join(f"{key}-{place + 1}" for key, place in known.items())
    return {PREDICTIONS_PARAMETER: joined} if joined else {}
