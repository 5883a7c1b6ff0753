"""Which metrics rank: those that apply are offered, the others are greyed out with the reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.state import Draft
from dashboard.wording import plain, plural
from ptmrank_core import catalogue
from ptmrank_core.benchmark import EMBEDS_CLASS_NAMES, metrics_out_of_reach, quick_metrics
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["choose_label_encoder", "choose_metrics"]


def choose_metrics(draft: Draft, models: Sequence[ModelSpec], samples: Samples) -> tuple[str, ...]:
    """Draw the choice and keep it in the draft.

    Parameters
    ----------
    draft
        The next run.
    models
        Its candidates: a metric may need what none of them has.
    samples
        Its samples: a metric may not be defined for their labels.
    """
    out_of_reach = metrics_out_of_reach(models, samples.modality, samples.target_kind)
    offered = [name for name in METRICS if name not in out_of_reach]
    wanted = draft.metrics or quick_metrics()
    chosen = st.multiselect(
        "Metrics",
        offered,
        default=[name for name in wanted if name in offered],
        format_func=lambda name: METRICS[name].title,
        key=f"metrics-{samples.target_kind}",
    )
    draft.metrics = tuple(chosen) or None
    with st.expander("What do they measure, and when not to trust them?"):
        for name in chosen:
            spec = METRICS[name]
            st.markdown(f"**{spec.title}.** {spec.idea} *{spec.fails_when}*  \n{spec.reference}")
    if out_of_reach:
        with st.expander(f"{plural(len(out_of_reach), 'metric')} cannot be used here, and why"):
            st.markdown("\n".join(f"- :gray[{plain(reason)}]" for reason in out_of_reach.values()))
    return tuple(chosen)


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
