"""A map as the parts that a browser draws it from; each is sent once, whatever is chosen beside it."""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.projection import contours, densest_place
from ptmrank_core.records import Samples
from ptmrank_core.reports.figures.embeddings import Panel
from ptmrank_core.reports.figures.maps.looks import codes_of, looks_of

__all__ = ["DensityOf", "classes_part", "numbers_part", "points_part", "shapes_part"]

DensityOf = Literal["none", "all", "classes"]
STEPS = np.iinfo(np.uint16).max
FEWEST = 2  # samples of a class that has a label on the map
ALL = -1


def points_part(panel: Panel) -> dict[str, Any]:
    """Write the points of a panel: their samples, and their places in steps of 1/65,535 of each side."""
    steps = np.round(_unit(panel) * STEPS).astype("<u2")
    return {
        "kind": "points",
        "count": len(panel.rows),
        "rows": _packed(panel.rows.astype("<u4")),
        "places": _packed(steps),
    }


def classes_part(samples: Samples, chosen: Collection[str] = ()) -> dict[str, Any]:
    """Write the class of each sample, and how each class looks."""
    looks = looks_of(samples, chosen)
    return {
        "kind": "classes",
        "count": samples.n_samples,
        "codes": _packed(codes_of(samples).astype("<u2")),
        "names": list(looks),
        "colours": [look.colour for look in looks.values()],
        "symbols": [look.symbol for look in looks.values()],
    }


def numbers_part(samples: Samples) -> dict[str, Any]:
    """Write the number of each sample of a regression, of several targets the first, and the two ends."""
    numbers = samples.labels.reshape(samples.n_samples, -1)[:, 0].astype(np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    shares = (numbers - low) / (high - low) if high > low else np.zeros_like(numbers)
    return {
        "kind": "classes",
        "count": samples.n_samples,
        "shares": _packed(np.round(shares * 255).astype(np.uint8)),
        "title": samples.class_names[0] if samples.class_names else "target",
        "ends": [f"{low:.4g}", f"{high:.4g}"],
    }


def shapes_part(panel: Panel, samples: Samples, density: DensityOf) -> dict[str, Any]:
    """Write the places of the classes' names, and the lines around half and nine tenths of the samples."""
    points = _unit(panel)
    part: dict[str, Any] = {"kind": "shapes", "names": [], "lines": []}
    if density == "all":
        part["lines"] += _lines(points, ALL)
    if samples.target_kind == "regression":
        return part
    codes = codes_of(samples)[panel.rows]
    for code in np.unique(codes).tolist():
        members = points[codes == code]
        if len(members) >= FEWEST:
            part["names"].append([code, *(round(place, 4) for place in densest_place(members))])
        if density == "classes":
            part["lines"] += _lines(members, code)
    return part


def _lines(points: NDArray[np.float64], code: int) -> list[dict[str, Any]]:
    """Write contour lines; ``code`` is the class whose samples they hold, -1 for all."""
    return [
        {"code": code, "share": contour.share, "places": np.round(line, 4).ravel().tolist()}
        for contour in contours(points)
        for line in contour.lines
    ]


def _unit(panel: Panel) -> NDArray[np.float64]:
    """Scale each axis to [0, 1], upwards; one along which nothing varies lies in the middle."""
    points = panel.points.astype(np.float64)
    low, side = points.min(axis=0), np.ptp(points, axis=0)
    return np.asarray(np.where(side > 0, (points - low) / np.where(side > 0, side, 1.0), 0.5))


def _packed(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()
