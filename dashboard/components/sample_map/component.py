"""The elements of the map on a page: one that draws, and others that bring what it is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from dashboard import state
from dashboard.components.scripted.mounting import scripted_element
from dashboard.components.scripted.names import MAP
from dashboard.wording import tell_faults

__all__ = ["asked_row", "bring_description", "bring_part", "draw_map", "isolated_class", "sent_selection"]

DRAWING, DESCRIBING = "sample-map", "sample-described"
_component = partial(scripted_element, MAP, js="main.js", css="map.css")


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
