"""What the models reach, as columns of the ranking in a terminal."""

from __future__ import annotations

from ptmrank_core.records import RunResult
from ptmrank_core.results.evidence import reached_of

__all__ = ["reached_columns"]

# Name of a truth -> heading of its column. What is recorded of demo samples stands in its own table only.
HEADS = {"imported": "your results", "fine-tuning": "fine-tuned", "probe": "probe"}


def reached_columns(result: RunResult) -> tuple[list[str], dict[str, list[str]]]:
    """Build the columns of the text table that say what each model reaches, trained and under the probe.

    Returns
    -------
    head, rows
        Names of the columns, and for each model its cells; both empty where nothing is known.
    """
    known = reached_of(result)
    names = [name for name in HEADS if name in known]
    models = dict.fromkeys(model for name in names for model in known[name].values)
    rows = {model: [_cell(known[name].values.get(model)) for name in names] for model in models}
    return [HEADS[name] for name in names], rows


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
