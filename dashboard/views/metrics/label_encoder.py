"""Which text model embeds the class names, for the metrics that read them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.state import Draft, per_draft_key
from ptmrank_core import catalogue
from ptmrank_core.benchmark import reads_class_names
from ptmrank_core.metrics import LABEL_EMBEDDINGS, titles_reading
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["choose_label_encoder"]


def choose_label_encoder(draft: Draft, samples: Samples, metrics: Sequence[str]) -> ModelSpec | None:
    """Draw which text model embeds the class names, where a metric reads them.

    Returns
    -------
    ModelSpec or None
        A text model of the demo zoo, or ``None`` for one-hot classes.
    """
    known = [spec.id for spec in catalogue.demo_models() if spec.modality == "text"]
    if not reads_class_names(metrics) or samples.target_kind != "classification" or not known:
        return None
    readers = titles_reading(LABEL_EMBEDDINGS)
    offered: list[str | None] = [None, *known]
    default = catalogue.default_label_encoder()
    chosen = draft.label_encoder if draft.label_encoder in offered or default is None else default.id
    draft.label_encoder = st.selectbox(
        f"Class names for {readers}",
        offered,
        index=offered.index(chosen) if chosen in offered else 0,
        format_func=lambda name: name or "one-hot: the names do not count",
        key=per_draft_key("label-encoder"),
        help=f"{readers} can compare features with what a text model makes of the names of the classes.",
    )
    if draft.label_encoder is None:
        return None
    [encoder] = catalogue.resolve_models([draft.label_encoder], catalogue.task_category("feature-extraction"))
    return encoder
