"""The map of samples under each model: its settings, and the parts it is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import state
from dashboard.components.sample_map.component import (
    asked_row,
    bring_description,
    bring_part,
    draw_map,
    isolated_class,
)
from dashboard.components.sample_map.pictures import MAX_PICTURES, describe, picture_sheet
from dashboard.components.tables import show_table
from dashboard.views.results.embeddings.filters import ISOLATED, Wanted
from dashboard.views.results.embeddings.selection import keep_sent, mark_of
from dashboard.wording import show_error, tell_faults
from ptmrank_core.errors import PTMRankError
from ptmrank_core.projection import encode_selection
from ptmrank_core.records import Samples
from ptmrank_core.reports.figures.embeddings import Panel, panels_table
from ptmrank_core.reports.figures.maps.looks import N_LOOKS, looks_of
from ptmrank_core.reports.figures.maps.wire import (
    classes_part,
    numbers_part,
    points_part,
    shapes_part,
)
from ptmrank_core.reports.figures.projections import METHODS

__all__ = ["show_map"]

TITLE = "How do the models see the samples?"
ONE = "one map"


def show_map(
    run: str,
    panels: Sequence[Panel],
    samples: Samples,
    *,
    method: str,
    classes: Sequence[str],
    wanted: Wanted,
    selected: Sequence[int],
) -> None:
    """Draw the map, or its numbers as a table in its place.

    Parameters
    ----------
    run
        Id of the run: the parts of the map depend on it.
    panels, samples
        What is drawn; at least one panel.
    method
        How the points were projected.
    classes
        Names of the classes that stand out; empty for all.
    wanted
        What is drawn beside the points.
    selected
        The samples that are selected.
    """
    names = ", ".join(panel.model for panel in panels)
    alt = f"{METHODS[method]} of the embeddings under {names}, coloured by label"
    with st.container(horizontal=True, vertical_alignment="center", key="head-projection"):
        st.markdown(f"### {TITLE}", width="stretch")
        as_table = st.toggle("As table", key="projection-table", bind="query-params", width="content")
    if as_table:
        show_table(panels_table(panels, samples, classes=classes), alt=alt)
        return
    with st.container(key="projection", gap=None):
        parts = _parts(run, panels, samples, method, classes, wanted)
        for part in parts.values():
            bring_part(part)
        st.fragment(tell_faults(_describe))(samples)
        names_of_classes = _class_names(samples)
        draw_map(
            {
                "classes": parts["classes"]["id"],
                "described": _described_id(samples),
                "pictures": parts["pictures"]["id"] if "pictures" in parts else None,
                "names": wanted.names,
                "shown": [place for place, name in enumerate(names_of_classes) if name in classes] or None,
                "selected": encode_selection(list(selected), samples.n_samples),
                "panels": [_panel(panel, method, parts, wanted) for panel in panels],
            },
            on_select=partial(keep_sent, samples),
            on_isolate=partial(_toggle_class, names_of_classes),
        )
    if len(names_of_classes) > N_LOOKS:
        st.caption(
            f"Of {len(names_of_classes):,} classes the {N_LOOKS} largest have looks of their own: "
            "isolate others to see theirs."
        )


def _panel(panel: Panel, method: str, parts: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    return {
        "name": ONE if wanted.only else panel.model,
        "title": panel.model,
        "note": panel.note,
        "x": panel.x_title,
        "y": panel.y_title,
        "alt": f"{METHODS[method]} of {len(panel.rows):,} samples under {panel.model}",
        "points": parts[f"points {panel.model}"]["id"],
        "shapes": parts[f"shapes {panel.model}"]["id"],
    }


def _parts(
    run: str, panels: Sequence[Panel], samples: Samples, method: str, classes: Sequence[str], wanted: Wanted
) -> dict[str, dict[str, Any]]:
    """Make the parts; each is named by all that it depends on, and made once for all sessions."""
    chosen = classes if len(_class_names(samples)) > N_LOOKS else ()
    is_numbers = samples.target_kind == "regression"
    parts = {
        "classes": _part(
            f"classes {run} {list(chosen)}",
            partial(numbers_part, samples) if is_numbers else partial(classes_part, samples, chosen),
        )
    }
    for panel in panels:
        about = f"{run} {method} {panel.model} {panel.x_title}"
        parts[f"points {panel.model}"] = _part(f"points {about}", partial(points_part, panel))
        parts[f"shapes {panel.model}"] = _part(
            f"shapes {wanted.density} {about}", partial(shapes_part, panel, samples, wanted.density)
        )
    if wanted.pictures:
        rows = _spread(panels[0].rows)
        about = f"pictures {run} {len(rows)}"
        try:
            parts["pictures"] = {"id": about, **picture_sheet(about, samples, rows)}
        except PTMRankError as error:
            show_error(error)
    return parts


@st.cache_data(max_entries=60, show_spinner="Drawing the embeddings …")
def _part(name: str, _make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return {"id": name, **_make()}


def _spread(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take as many rows as have pictures, evenly."""
    places = np.linspace(0, len(rows) - 1, min(MAX_PICTURES, len(rows))).round().astype(int)
    return np.asarray(np.sort(rows)[places])


def _class_names(samples: Samples) -> list[str]:
    return [] if samples.target_kind == "regression" else list(looks_of(samples))


def _described_id(samples: Samples) -> str:
    return f"described {mark_of(samples)}"


def _describe(samples: Samples) -> None:
    """Bring what the sample under the pointer is; only this is drawn again when the pointer moves on."""
    row = asked_row(samples.n_samples)
    described: dict[str, Any] = {"row": -1}
    if row >= 0:
        try:
            described = describe(f"{samples.fingerprint} {row}", samples, row)
        except PTMRankError as error:
            described = {"row": row, "name": samples.names[row], "label": "", "words": error.message}
    bring_description({"kind": "described", "id": _described_id(samples), **described})


def _toggle_class(names: Sequence[str]) -> None:
    """Isolate the class that was pressed in the legend, or no longer; more than one can be."""
    pressed = isolated_class(names)
    if pressed is None:
        return
    former = cast("list[str]", state.widget(ISOLATED) or [])
    chosen = [name for name in former if name != pressed] if pressed in former else [*former, pressed]
    state.set_widget(ISOLATED, chosen)
