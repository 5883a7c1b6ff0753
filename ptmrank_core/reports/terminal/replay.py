"""The results of a replay, as plain text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["replay_text"]

VERDICTS = {
    "identical": "identical",
    "equal": "equal within rounding",
    "differs": "different",
    "missing": "missing here",
    "new": "new here",
}


def replay_text(payload: Mapping[str, Any]) -> str:
    """Table of the cells, what the runs differ in besides, and the answer in a sentence.

    Parameters
    ----------
    payload
        The JSON of the command ``replay``.
    """
    cells = payload["cells"]
    table = [("model", "metric", "card", "here", "difference", "relative", "")]
    table += [
        (
            cell["model"] if cell["layer"] is None else f"{cell['model']} layer {cell['layer']}",
            cell["metric"],
            *(_number(cell[name]) for name in ("card", "here", "absolute", "relative")),
            cell["verdict"],
        )
        for cell in cells
    ]
    parts = [_table(table)]
    reasons = [
        f"{cell['model']} under {cell['metric']}: {cell['reason']}" for cell in cells if cell["reason"]
    ]
    parts += ["\n".join(reasons)] if reasons else []
    conditions = [
        f"{condition['name']}: {_known(condition['card'])} in the card, {_known(condition['here'])} here"
        for condition in payload["conditions"]
    ]
    parts += ["\n".join(conditions)] if conditions else []
    parts += ["\n".join(f"note: {note}" for note in payload["notes"])] if payload["notes"] else []
    return "\n\n".join([*parts, _sentence(payload)])


def _sentence(payload: Mapping[str, Any]) -> str:
    counts = Counter(cell["verdict"] for cell in payload["cells"])
    verdicts = ", ".join(f"{counts[name]} {text}" for name, text in VERDICTS.items() if counts[name])
    runs = f"run {payload['card_run']}, again as run {payload['run']}"
    return f"{len(payload['cells'])} cells of {runs}: {verdicts}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"


def _known(value: str | None) -> str:
    return "unknown" if value is None else value


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 2 <= i <= 5 else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
