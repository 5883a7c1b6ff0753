"""Widgets that choose models, a projection, classes and samples; the address keeps the choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import streamlit as st

from dashboard.components.gallery import MAX_SHOWN
from dashboard.components.sample_map.pictures import MAX_PICTURES
from dashboard.components.thumbnails import has_pictures
from dashboard.wording import plain
from ptmrank_core.records import RunResult, Samples
from ptmrank_core.reports.figures.maps.wire import DensityOf
from ptmrank_core.reports.figures.projections import METHODS, why_not_offered

__all__ = [
    "ISOLATED",
    "Wanted",
    "choose_classes",
    "choose_method",
    "choose_models",
    "choose_what_is_drawn",
    "find_samples",
    "matching_samples",
]

MAX_MODELS = 6
DEFAULT_MODELS = 3
ISOLATED = "seen-classes"
"""Key of the choice of classes: a class that is pressed in the legend goes there too."""
LAYOUTS = {"beside": "Side by side", "one": "One map that moves"}
DENSITIES = {"none": "None", "all": "All samples", "classes": "Each class"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is drawn on the map beside points.

    Parameters
    ----------
    only
        The one model that is drawn, if it is one map.
    density
        Whose contour lines.
    names, pictures
        Whether names of classes, and pictures in the place of points.
    """

    only: str | None
    density: DensityOf
    names: bool
    pictures: bool


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
    missing = [reason for reason in reasons.values() if reason]
    chosen = st.segmented_control(
        "Projection",
        offered,
        default=offered[0],
        format_func=METHODS.__getitem__,
        key="plane",
        required=True,
        bind="query-params",
        help=plain("\n\n".join(missing)) or None,
        width="content",
    )
    return chosen if chosen in offered else offered[0]


def choose_classes(samples: Samples) -> list[str]:
    """Let the reader leave classes out of the figure; of numbers there are none."""
    if samples.target_kind == "regression":
        return []
    chosen = st.multiselect(
        "Isolate classes" if samples.target_kind == "classification" else "Isolate labels",
        list(samples.class_names),
        key=ISOLATED,
        bind="query-params",
        placeholder="all",
    )
    return [name for name in samples.class_names if name in chosen]


def choose_what_is_drawn(samples: Samples, models: Sequence[str]) -> Wanted:
    """Let the reader choose maps side by side or one in which the samples move, and what is on them."""
    layout = _choice("Maps", LAYOUTS, "map-layout") if len(models) > 1 else "one"
    densities = dict(DENSITIES)
    if samples.target_kind == "regression":
        del densities["classes"]
    density = _choice("Density lines", densities, "map-density")
    names = samples.target_kind != "regression" and st.toggle(
        "Names of classes", value=True, key="map-names", bind="query-params", width="content"
    )
    pictures = has_pictures(samples.modality) and st.toggle(
        "Pictures as points" if samples.modality != "audio" else "Spectrograms as points",
        key="map-pictures",
        bind="query-params",
        width="content",
        help=f"Of up to {MAX_PICTURES:,} samples, as many as there is room for.",
    )
    only = models[0] if layout == "one" else None
    if layout == "one" and len(models) > 1:
        only = _choice("Model on the map", {model: model for model in models}, "map-model")
    return Wanted(only, cast("DensityOf", density), names, pictures)


def _choice(label: str, titles: Mapping[str, str], key: str) -> str:
    """Let the reader choose one of a few; the first where the address names another."""
    options = list(titles)
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        format_func=titles.__getitem__,
        key=key,
        required=True,
        bind="query-params",
        width="content",
    )
    return chosen if chosen in options else options[0]


def find_samples(samples: Samples) -> list[int]:
    """Let the reader name samples in place of selecting them in the figure."""
    asked = st.text_input(
        "Find samples",
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
