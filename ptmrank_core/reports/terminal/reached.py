"""What the models reach, as columns of the ranking in a terminal."""

from __future__ import annotations

from ptmrank_core.records import Expectation, Ranking, RunResult
from ptmrank_core.results.race import all_reached, expectations_of

__all__ = ["reached_columns"]

# Name of a truth -> heading of its column. What is recorded of demo samples stands in its own table only.
HEADS = {"race": "raced", "imported": "your results", "fine-tuning": "fine-tuned", "probe": "probe"}


def reached_columns(result: RunResult, ranking: Ranking) -> tuple[list[str], dict[str, list[str]]]:
    """Build the columns that say what each model is expected to reach, and reaches, trained or probed.

    Returns
    -------
    head, rows
        Names of the columns, and for each model its cells; both empty where nothing is known.
    """
    known, expected = all_reached(result), expectations_of(result, ranking).by_model
    names = [name for name in HEADS if name in known]
    models = dict.fromkeys([*expected, *(model for name in names for model in known[name].values)])
    rows = {model: [_cell(known[name].values.get(model)) for name in names] for model in models}
    if expected:
        rows = {model: [_interval(expected.get(model)), *cells] for model, cells in rows.items()}
    return [*(["expected"] if expected else []), *(HEADS[name] for name in names)], rows


def _interval(expected: Expectation | None) -> str:
    """Write the expected value with the ends of its interval."""
    return "-" if expected is None else f"{expected.value:.2f} ({expected.low:.2f}-{expected.high:.2f})"


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
