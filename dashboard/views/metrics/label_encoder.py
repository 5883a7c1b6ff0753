"""Which text model reads the class names for EMMS."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.state import Draft
from ptmrank_core import catalogue
from ptmrank_core.benchmark import EMBEDS_CLASS_NAMES
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["choose_label_encoder"]


def choose_label_encoder(draft: Draft, samples: Samples, metrics: Sequence[str]) -> ModelSpec | None:
    """Draw which text model reads the class names for EMMS, where one can.

    Returns
    -------
    ModelSpec or None
        A text model of the demo zoo, or ``None`` for one-hot classes.
    """
    known = [spec.id for spec in catalogue.demo_models() if spec.modality == "text"]
    if EMBEDS_CLASS_NAMES not in metrics or samples.target_kind != "classification" or not known:
        return None
    offered: list[str | None] = [None, *known]
    default = catalogue.default_label_encoder()
    chosen = draft.label_encoder if draft.label_encoder in offered or default is None else default.id
    draft.label_encoder = st.selectbox(
        "Class names for EMMS",
        offered,
        index=offered.index(chosen) if chosen in offered else 0,
        format_func=lambda name: name or "one-hot: the names do not count",
        key="label-encoder",
        help="EMMS can compare features with what a text model makes of the names of the classes.",
    )
    if draft.label_encoder is None:
        return None
    [encoder] = catalogue.resolve_models([draft.label_encoder], catalogue.task_category("feature-extraction"))
    return encoder
