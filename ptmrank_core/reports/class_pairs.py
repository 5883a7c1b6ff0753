"""Which pairs of classes models tell apart: data first, then drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from ptmrank_core.records import RunResult, unpack_array
from ptmrank_core.reports.panels import PER_ROW, TITLE_CHARS
from ptmrank_core.reports.plain_figures import shorten_middle
from ptmrank_core.reports.table import SIGNIFICANT, Column, Table
from ptmrank_core.reports.wording import isolate

__all__ = [
    "ClassPairs",
    "class_pairs_figure",
    "class_pairs_of",
    "class_pairs_table",
    "say_closest",
    "say_difference",
]

KIND = "separability"
MOST_SHOWN = 12
PANEL_PIXELS = 340
# Distances have several orders of magnitude: colours go by their logarithm.
LEAST = 0.1
TICKS = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)
NOTABLE = 1.5


@dataclass(frozen=True, eq=False)
class ClassPairs:
    """Distances between classes under some models.

    Parameters
    ----------
    names
        Names of the c classes, those first that some model tells apart least.
    distances
        Model -> Bhattacharyya distances of shape (c, c), 0 on the diagonal.
    medians
        Model -> median distance of all pairs.
    n_classes
        How many were compared: names are of those that come closest to another.
    """

    names: tuple[str, ...]
    distances: Mapping[str, NDArray[np.float64]]
    medians: Mapping[str, float]
    n_classes: int


def class_pairs_of(result: RunResult, models: Sequence[str], class_names: Sequence[str]) -> ClassPairs | None:
    """Read the distances that a run has of some models; ``None`` where it has none of them.

    Parameters
    ----------
    result
        The run.
    models
        The models to be compared.
    class_names
        Names of the classes of its samples, by their codes.
    """
    found = {own.subject: own.payload for own in result.findings if own.kind == KIND and not own.problem}
    distances = {
        model: unpack_array(found[model]["distances"]).astype(np.float64)
        for model in models
        if model in found
    }
    if not distances:
        return None
    codes = unpack_array(found[next(iter(distances))]["classes"]).tolist()
    nearest = np.min([_off_diagonal(own).min(axis=1) for own in distances.values()], axis=0)
    chosen = np.sort(np.argsort(nearest, kind="stable")[:MOST_SHOWN])
    return ClassPairs(
        tuple(class_names[codes[index]] for index in chosen),
        {model: own[np.ix_(chosen, chosen)] for model, own in distances.items()},
        {model: float(np.median(own[~np.eye(len(own), dtype=bool)])) for model, own in distances.items()},
        len(codes),
    )


def _off_diagonal(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.eye(len(distances), dtype=bool), np.inf, distances)


def say_difference(pairs: ClassPairs) -> str:
    """Say which pair stands close under one model and far apart under another, as plain text.

    Close and far are meant beside the model's own median pair, so that a model is not ahead of another by the
    number of its features alone. Empty where there is no such pair.
    """
    if len(pairs.distances) < 2:
        return ""
    models = list(pairs.distances)
    shares = np.stack([own / max(pairs.medians[model], LEAST) for model, own in pairs.distances.items()])
    low, high = shares.min(axis=0), shares.max(axis=0)
    ratios = np.triu(np.where((low < 1) & (high > 1), high / np.maximum(low, 1e-9), 0.0), 1)
    first, second = (int(place) for place in np.unravel_index(int(ratios.argmax()), ratios.shape))
    if ratios[first, second] < NOTABLE:
        return ""
    far, close = (int(pick(shares[:, first, second])) for pick in (np.argmax, np.argmin))
    return (
        f"The models differ most on {isolate(pairs.names[first])} and {isolate(pairs.names[second])}: beside "
        f"its median pair, {isolate(models[far])} has them {shares[far, first, second]:.2g} times as far "
        f"apart, {isolate(models[close])} {shares[close, first, second]:.2g} times."
    )


def say_closest(pairs: ClassPairs, model: str) -> str:
    """Name the pair that a model tells apart least, as plain text."""
    distances = _off_diagonal(pairs.distances[model])
    first, second = np.unravel_index(int(distances.argmin()), distances.shape)
    names = " and ".join(isolate(pairs.names[place]) for place in (first, second))
    return f"{isolate(model)}: {names} ({distances[first, second]:.3g})"


def class_pairs_figure(pairs: ClassPairs) -> go.Figure:
    """Draw a matrix of distances for each model, all on one scale of colours: the closer, the darker."""
    n_columns = min(PER_ROW, len(pairs.distances))
    n_rows = -(-len(pairs.distances) // n_columns)
    figure = make_subplots(
        n_rows,
        n_columns,
        subplot_titles=[shorten_middle(model, TITLE_CHARS) for model in pairs.distances],
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=0.25 / n_rows,
    )
    ticks = {"tickvals": list(range(len(pairs.names))), "ticktext": pairs.names, "showgrid": False}
    for index, distances in enumerate(pairs.distances.values()):
        place = {"row": index // n_columns + 1, "col": index % n_columns + 1}
        figure.add_trace(_matrix(distances), **place)
        figure.update_xaxes(**ticks, **place)
        figure.update_yaxes(**ticks, autorange="reversed", **place)
    scale = {
        "title": "distance",
        "tickvals": [float(np.log10(tick)) for tick in TICKS],
        "ticktext": [f"{tick:g}" for tick in TICKS],
    }
    figure.update_layout(
        height=90 + PANEL_PIXELS * n_rows,
        margin={"l": 10, "r": 10, "t": 70, "b": 40},
        coloraxis={"colorscale": "Blues", "reversescale": True, "colorbar": scale},
    )
    return figure


def _matrix(distances: NDArray[np.float64]) -> go.Heatmap:
    """Draw the distances of one model; those of a class with itself are empty."""
    itself = np.eye(len(distances), dtype=bool)
    written = [
        ["" if i == j else f"{value:.3g}" for j, value in enumerate(row)] for i, row in enumerate(distances)
    ]
    return go.Heatmap(
        z=np.where(itself, np.nan, np.log10(np.maximum(distances, LEAST))),
        text=written,
        texttemplate="%{text}",
        customdata=distances,
        coloraxis="coloraxis",
        hovertemplate="distance %{customdata:.3g}<extra></extra>",
    )


def class_pairs_table(pairs: ClassPairs) -> Table:
    """Give the distance of each pair under each model, the pair first that some model tells apart least."""
    columns = [Column("first", "class"), Column("second", "and class")]
    columns += [
        Column(f"distance{index}", f"{model}, distance", "number", SIGNIFICANT)
        for index, model in enumerate(pairs.distances)
    ]
    records: list[dict[str, Any]] = []
    for i, first in enumerate(pairs.names):
        for j in range(i + 1, len(pairs.names)):
            own = {f"distance{k}": float(each[i, j]) for k, each in enumerate(pairs.distances.values())}
            records.append({"first": first, "second": pairs.names[j], **own})
    records.sort(
        key=lambda record: min(value for name, value in record.items() if name.startswith("distance"))
    )
    return Table.of("class_pairs", "Pairs of classes", columns, records)
