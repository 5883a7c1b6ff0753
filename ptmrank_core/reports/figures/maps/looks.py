"""How classes look on a map: twenty pairs of a colour and a symbol."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import Samples
from ptmrank_core.reports.figures.style.theme import BRIGHT, GREY

__all__ = [
    "COLOURS",
    "N_LOOKS",
    "OTHERS",
    "Look",
    "classes_of",
    "codes_of",
    "look_of",
    "looks_of",
    "marker_of",
]

# Each stands out from a light and from a dark page by 3:1. Those of one symbol are five places apart: they
# stay different for readers who see red and green, or blue and yellow, alike.
COLOURS = (*BRIGHT[:6], "#C2611F", "#7A5CD6", "#8A5A44", "#6E9B1F")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
NO_LABEL = "no label"
N_LOOKS = 2 * len(COLOURS)
"""Classes that look different: ten colours, filled and hollow."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the samples of a class are drawn: a colour, and the name of a symbol of Plotly's."""

    colour: str
    symbol: str


OTHERS = Look(GREY, "circle")
"""The look of classes beyond the twentieth."""


def look_of(place: int) -> Look:
    """Return the look of the class at a place; beyond the twentieth it is that of all others."""
    if place >= N_LOOKS:
        return OTHERS
    hollow = "-open" if place >= len(COLOURS) else ""
    return Look(COLOURS[place % len(COLOURS)], SYMBOLS[place % len(SYMBOLS)] + hollow)


def classes_of(samples: Samples) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Name of each class, and which samples are drawn as it: of several labels, the first decides."""
    if samples.target_kind == "classification":
        for index, name in enumerate(samples.class_names):
            yield name, np.asarray(samples.labels == index)
        return
    n_labels = len(samples.class_names)
    first = np.where(samples.labels.any(axis=1), samples.labels.argmax(axis=1), n_labels)
    for index, name in enumerate((*samples.class_names, NO_LABEL)):
        yield name, np.asarray(first == index)


def looks_of(samples: Samples, chosen: Collection[str] = ()) -> dict[str, Look]:
    """Return the look of each class, or of each first label.

    Of more than twenty classes the chosen ones have a look of their own, then the largest; all others are
    grey circles.

    Parameters
    ----------
    samples
        Of a classification, or with several labels at once.
    chosen
        Names of the classes that the reader has chosen.
    """
    counts = {name: int(members.sum()) for name, members in classes_of(samples)}
    names = list(counts)
    if len(names) > N_LOOKS:
        names.sort(key=lambda name: (name not in chosen, -counts[name]))
    looks = {name: look_of(place) for place, name in enumerate(names)}
    return {name: looks[name] for name in counts}


def codes_of(samples: Samples) -> NDArray[np.uint16]:
    """Return the place of each sample's class among those of :func:`looks_of`; shape (n,)."""
    codes = np.zeros(samples.n_samples, dtype=np.uint16)
    for place, (_, members) in enumerate(classes_of(samples)):
        codes[members] = place
    return codes


def marker_of(look: Look, *, size: int) -> dict[str, Any]:
    """Write a look as a marker of Plotly's."""
    return {"color": look.colour, "symbol": look.symbol, "size": size, "opacity": 0.85}
