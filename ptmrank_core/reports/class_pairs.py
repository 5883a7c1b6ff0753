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
from ptmrank_core.reports.table import Column, Table, fixed
from ptmrank_core.reports.wording import isolate

__all__ = [
    "ClassPairs",
    "class_pairs_figure",
    "class_pairs_of",
    "class_pairs_table",
    "say_difference",
]

KIND = "separability"
MOST_SHOWN = 12
PANEL_PIXELS = 340
# Beyond this two classes are far apart: exp(-4) of overlap is 2 %.
FAR = 4.0
NOTABLE = 0.1


@dataclass(frozen=True, eq=False)
class ClassPairs:
    """Distances between classes under some models.

    Parameters
    ----------
    names
        Names of the c classes, those first that some model tells apart least.
    distances
        Model -> Bhattacharyya distances of shape (c, c), 0 on the diagonal.
    n_classes
        How many were compared: names are of those that come closest to another.
    """

    names: tuple[str, ...]
    distances: Mapping[str, NDArray[np.float64]]
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
        len(codes),
    )


def _off_diagonal(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.eye(len(distances), dtype=bool), np.inf, distances)


def overlaps(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bhattacharyya coefficient of each pair: 1 for the same Gaussian, 0 for no overlap."""
    return np.exp(-distances)


def say_difference(pairs: ClassPairs) -> str:
    """Say which pair the models differ on most, as plain text; empty where they hardly do."""
    if len(pairs.distances) < 2 or len(pairs.names) < 2:
        return ""
    models = list(pairs.distances)
    overlap = np.stack([overlaps(own) for own in pairs.distances.values()])
    spread = np.triu(overlap.max(axis=0) - overlap.min(axis=0), 1)
    first, second = np.unravel_index(int(spread.argmax()), spread.shape)
    if spread[first, second] < NOTABLE:
        return ""
    best, worst = (int(pick(overlap[:, first, second])) for pick in (np.argmin, np.argmax))
    names = [isolate(pairs.names[index]) for index in (first, second)]
    return (
        f"The models differ most on {names[0]} and {names[1]}: under {isolate(models[best])} they overlap by "
        f"{overlap[best, first, second]:.2f}, under {isolate(models[worst])} by "
        f"{overlap[worst, first, second]:.2f}."
    )


def class_pairs_figure(pairs: ClassPairs) -> go.Figure:
    """Draw a matrix of overlaps for each model, all on one scale of colours."""
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
    places = list(range(len(pairs.names)))
    for index, distances in enumerate(pairs.distances.values()):
        shown = overlaps(distances)
        shown[np.eye(len(shown), dtype=bool)] = np.nan
        written = [["" if np.isnan(value) else f"{value:.2f}" for value in row] for row in shown]
        place = {"row": index // n_columns + 1, "col": index % n_columns + 1}
        figure.add_trace(
            go.Heatmap(
                z=shown,
                x=places,
                y=places,
                text=written,
                texttemplate="%{text}",
                customdata=distances,
                coloraxis="coloraxis",
                hovertemplate="overlap %{z:.3f}, distance %{customdata:.2f}<extra></extra>",
            ),
            **place,
        )
        figure.update_xaxes(tickvals=places, ticktext=pairs.names, showgrid=False, **place)
        figure.update_yaxes(
            tickvals=places, ticktext=pairs.names, showgrid=False, autorange="reversed", **place
        )
    figure.update_layout(
        height=60 + PANEL_PIXELS * n_rows,
        margin={"l": 10, "r": 10, "t": 40, "b": 40},
        coloraxis={"colorscale": "Blues", "cmin": 0, "cmax": 1, "colorbar": {"title": "overlap"}},
    )
    return figure


def class_pairs_table(pairs: ClassPairs) -> Table:
    """Give overlap and distance of each pair under each model, the pair first that overlaps most."""
    columns = [Column("first", "class"), Column("second", "and class")]
    for index, model in enumerate(pairs.distances):
        columns += [
            Column(f"overlap{index}", f"{model}, overlap", "number", fixed(3)),
            Column(f"distance{index}", f"{model}, distance", "number", fixed(2)),
        ]
    records = []
    for i, first in enumerate(pairs.names):
        for j in range(i + 1, len(pairs.names)):
            own = [float(distances[i, j]) for distances in pairs.distances.values()]
            record: dict[str, Any] = {"first": first, "second": pairs.names[j]}
            for index, distance in enumerate(own):
                record |= {f"overlap{index}": float(np.exp(-distance)), f"distance{index}": distance}
            records.append((min(own), record))
    records.sort(key=lambda pair: pair[0])
    return Table.of("class_pairs", "Pairs of classes", columns, [record for _, record in records])
