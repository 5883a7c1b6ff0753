"""Widgets that choose models, a projection, classes and samples; the address keeps the choices."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.gallery import MAX_SHOWN
from dashboard.wording import plain
from ptmrank_core.records import RunResult, Samples
from ptmrank_core.reports.figures.projections import METHODS, why_not_offered

__all__ = ["choose_classes", "choose_method", "choose_models", "find_samples", "matching_samples"]

MAX_MODELS = 6
DEFAULT_MODELS = 3


def choose_models(models: Sequence[str]) -> list[str]:
    """Let the reader choose up to six models; the best three by default."""
    default = list(models[:DEFAULT_MODELS])
    chosen = st.multiselect(
        "Models",
        list(models),
        default=default,
        max_selections=MAX_MODELS,
        key="seen-models",
        bind="query-params",
        help=f"Up to {MAX_MODELS} side by side, the best first.",
    )
    # The widget remembers what another run had.
    known = [model for model in models if model in chosen]
    return known or default


def choose_method(result: RunResult) -> str:
    """Let the reader choose a projection, and say why others are not offered."""
    reasons = {method: why_not_offered(result, method) for method in METHODS}
    offered = [method for method, reason in reasons.items() if not reason]
    chosen = st.segmented_control(
        "Projection",
        offered,
        default=offered[0],
        format_func=METHODS.__getitem__,
        key="plane",
        required=True,
        bind="query-params",
    )
    for reason in reasons.values():
        if reason:
            st.caption(plain(reason))
    return chosen if chosen in offered else offered[0]


def choose_classes(samples: Samples) -> list[str]:
    """Let the reader leave classes out of the figure; of numbers there are none."""
    if samples.target_kind == "regression":
        return []
    chosen = st.multiselect(
        "Only these classes" if samples.target_kind == "classification" else "Only these labels",
        list(samples.class_names),
        key="seen-classes",
        bind="query-params",
        placeholder="all",
    )
    return [name for name in samples.class_names if name in chosen]


def find_samples(samples: Samples) -> list[int]:
    """Let the reader name samples in place of selecting them in the figure."""
    asked = st.text_input(
        "Or name samples",
        key="sample",
        bind="query-params",
        placeholder="name, part of a name, or number",
        help=f"The sample of this name, of this number (1 to {samples.n_samples:,}), or up to "
        f"{MAX_SHOWN} whose names contain it.",
    )
    wanted = (asked or "").strip()
    if not wanted:
        return []
    matches = matching_samples(samples, wanted)
    if not matches:
        st.caption(f"No sample is called, numbered or named with “{plain(wanted)}”.")
    return matches


def matching_samples(samples: Samples, wanted: str) -> list[int]:
    """Find samples by name, else by number from one, else by a part of their name."""
    if wanted in samples.names:
        return [index for index, name in enumerate(samples.names) if name == wanted][:MAX_SHOWN]
    if wanted.isdecimal() and 1 <= int(wanted) <= samples.n_samples:
        return [int(wanted) - 1]
    part = wanted.casefold()
    return [index for index, name in enumerate(samples.names) if part in name.casefold()][:MAX_SHOWN]
