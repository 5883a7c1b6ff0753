"""Models that the reader names: checked as ids, with what may have been meant."""

from __future__ import annotations

import streamlit as st

from dashboard.jobs import model_lists
from dashboard.state import Draft, per_draft_key
from dashboard.wording import plain
from ptmrank_core import catalogue
from ptmrank_core.catalogue import TaskCategory
from ptmrank_core.records import Modality

__all__ = ["choose_hub_models"]

HUB_EXAMPLES: dict[Modality, str] = {
    "image": "google/vit-base-patch16-224, facebook/dinov2-small",
    "text": "google-bert/bert-base-uncased, sentence-transformers/all-MiniLM-L6-v2",
    "audio": "facebook/wav2vec2-base, openai/whisper-tiny",
    "video": "MCG-NJU/videomae-base, facebook/timesformer-base-finetuned-k400",
}


def choose_hub_models(draft: Draft, task: TaskCategory) -> None:
    """Draw the field for Hub ids and keep in the draft what was named.

    Raises
    ------
    PTMRankError
        If something that was named cannot be a model.
    """
    draft.hub_ids = st.text_input(
        "Models from the Hub, comma-separated",
        value=draft.hub_ids,
        key=per_draft_key("own-models"),
        placeholder=HUB_EXAMPLES[task.modality],
        help="Any model of the Hub, also at a revision (org/name@revision) or by the address of its page. "
        "Downloaded when the run needs it. "
        "Only safetensors weights are read.",
    )
    for spec in catalogue.hub_models(draft.hub_ids, task):
        nearest = [] if catalogue.known_candidate(spec.id) else catalogue.nearest_ids(spec.id)
        is_known = nearest or catalogue.known_candidate(spec.id) or spec.id in model_lists.on_disk()
        if not is_known:
            st.warning(
                f"Neither the catalogue nor this machine has **{plain(spec.id)}**. It counts as chosen; "
                "whether the Hub has it shows when it is downloaded.",
                icon=":material/help:",
            )
        if nearest:
            meant = " or ".join(f"**{plain(name)}**" for name in nearest)
            st.caption(
                f"The catalogue does not know {plain(spec.id)}; the Hub may. Did you mean {meant}?",
            )
