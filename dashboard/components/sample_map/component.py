"""The elements of the map on a page: one that draws, and others that bring what it is drawn from.

The browser gets the script as a file of this server, which is all that the policy of the pages lets it run.
Streamlit finds such files by the metadata of installed packages; registered here they are found in a checkout
too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from dashboard import state
from dashboard.components.sample_map.names import COMPONENT, MAP, PROJECT
from dashboard.wording import tell_faults

__all__ = ["asked_row", "bring_description", "bring_part", "draw_map", "isolated_class", "sent_selection"]

FILES = "browser"
DRAWING, DESCRIBING = "sample-map", "sample-described"


def draw_map(
    settings: dict[str, Any], *, on_select: Callable[[], None], on_isolate: Callable[[], None]
) -> None:
    """Draw the map.

    Parameters
    ----------
    settings
        What is drawn how; points and pictures are named by the ids of their parts.
    on_select, on_isolate
        Called when samples are selected, and when a class is pressed in the legend.
    """
    _component()(
        key=DRAWING,
        data={"kind": "map", **settings},
        on_selected_change=tell_faults(on_select),
        on_isolated_change=tell_faults(on_isolate),
    )


def bring_part(part: dict[str, Any]) -> None:
    """Bring a part of the map to the browser, which keeps it for as long as the page has this element.

    The same part is not sent again: Streamlit sends an element of over 10 kB once.
    """
    _component()(key=f"part {part['id']}", data=part)


def bring_description(description: dict[str, Any]) -> None:
    """Bring what one sample is, and take the question for another one."""
    _component()(key=DESCRIBING, data=description, on_row_change=_nothing)


def sent_selection() -> str:
    """Return the selection that the browser sent, as text that somebody may have made up."""
    return str(state.value_of(DRAWING, "selected") or "")


def isolated_class(names: Sequence[str]) -> str | None:
    """Return the class that was pressed in the legend, by its number among the names."""
    code = state.value_of(DRAWING, "isolated")
    return names[code] if isinstance(code, int) and 0 <= code < len(names) else None


def asked_row(n_samples: int) -> int:
    """Return the sample that the browser asks for; -1 where it asks for none that there is."""
    row = state.value_of(DESCRIBING, "row")
    return row if isinstance(row, int) and 0 <= row < n_samples else -1


def _nothing() -> None:
    """Do nothing: a value of a component is kept only where something is called for it."""


def _component() -> Callable[..., Any]:
    """Register the component with the server that draws this page, and return what mounts it."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(MAP) is None:
        manifest = ComponentManifest(PROJECT, "0", [ComponentConfig(COMPONENT, FILES)])
        manager.register_from_manifest(manifest, Path(__file__).parent)
    mount: Callable[..., Any] = st.components.v2.component(MAP, js="main.js", css="map.css")
    return mount
