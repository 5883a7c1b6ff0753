"""The models that stand out in every figure of a section: chosen from a list, clicked, or pointed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from dashboard import state
from dashboard.components.scripted.hover import follow_hover
from dashboard.wording import tell_faults

__all__ = ["choose_highlight", "on_click"]

KEY = "highlight"


def choose_highlight(models: Sequence[str]) -> tuple[str, ...]:
    """Let the reader choose models that stand out; return them in the order given.

    A click in a figure changes the list, and the figure with it: the browser forgets the click then, and the
    next one on the same mark takes the model out again. A model under the pointer stands out for as long as
    the pointer is there.
    """
    follow_hover()
    chosen = st.multiselect(
        "Highlight models in every figure here",
        list(models),
        key=KEY,
        bind="query-params",
        placeholder="Highlight models: choose, or click on marks",
        label_visibility="collapsed",
    )
    return tuple(model for model in models if model in chosen)


def on_click(key: str) -> Callable[[], None]:
    """Make what a chart calls when one of its marks is clicked; ``key`` is the chart's."""
    return partial(tell_faults(_toggle), key)


def _toggle(key: str) -> None:
    """Add the models of the clicked marks to those that stand out, or take them out again."""
    chosen = list(state.widget(KEY) or [])
    for model in dict.fromkeys(state.picked(key)):
        if model in chosen:
            chosen.remove(model)
        else:
            chosen.append(model)
    state.set_widgets({KEY: chosen})
