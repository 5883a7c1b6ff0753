"""The ranking on a phone: a card for each model, the best first."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from dashboard.wording import plural
from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout, OverviewRow
from ptmrank_core.results.phrases import percent

__all__ = ["ranking_cards"]

# Colours are those of the page: translucent grey lies on light and on dark.
STYLE = """<style>
.rank-cards { list-style: none; margin: 0 !important; padding: 0 !important; display: grid; gap: 0.5rem; }
.rank-cards > li { margin: 0 !important; padding: 0.6rem 0.75rem; border: 1px solid rgba(128,128,128,0.4);
  border-radius: 4px; overflow-wrap: anywhere; }
.rank-cards > li.chosen { background: rgba(76,120,180,0.2); }
.rank-cards .head { display: flex; gap: 0.6rem; font-weight: 600; }
.rank-cards p { margin: 0.15rem 0 0; font-size: 0.9rem; }
.rank-cards summary { cursor: pointer; font-size: 0.9rem; padding: 0.2rem 0; }
.rank-cards details ul { margin: 0; padding-left: 1.2rem; font-size: 0.9rem; }
</style>"""


def ranking_cards(
    layout: OverviewLayout, highlight: tuple[str, ...] = (), pages: Mapping[str, str] | None = None
) -> str:
    """Write a card for each model: place, how sure it is, what it reaches and costs, and its ranks; HTML.

    Names of models that have a page on the Hub are links to it.
    """
    ties = _ties(layout)
    cards = [
        _card(
            layout,
            row,
            ties.get(number, ()),
            is_chosen=row.model in highlight,
            page=(pages or {}).get(row.model),
        )
        for number, row in enumerate(layout.rows)
    ]
    return f'{STYLE}<ol class="rank-cards" aria-label="Models, best first">{"".join(cards)}</ol>'


def _ties(layout: OverviewLayout) -> dict[int, tuple[int, int]]:
    """First and last row of the widest group of models that a row is not told apart from."""
    found: dict[int, tuple[int, int]] = {}
    for top, last, _ in sorted(layout.bands, key=lambda band: band[1] - band[0]):
        found |= dict.fromkeys(range(top, last + 1), (top, last))
    return found


def _card(
    layout: OverviewLayout, row: OverviewRow, tie: tuple[int, ...], *, is_chosen: bool, page: str | None
) -> str:
    lines = [_say_place(layout, row, tie), _say_reached(layout, row), _say_cost(row)]
    name = escape(row.model)
    if page is not None:
        name = f'<a href="{escape(page)}" target="_blank" rel="noopener noreferrer">{name}</a>'
    ranks = [
        f"<li>{escape(METRICS[voter.metric].title)}: {escape(cell.say())}{_say_vote(voter.weight)}</li>"
        for voter, cell in zip(layout.metrics, row.cells, strict=True)
    ]
    return (
        f'<li{" class=chosen" if is_chosen else ""}><div class="head"><span>{row.place or "–"}</span>'
        f"<span>{name}</span></div>"
        f"{''.join(f'<p>{escape(line)}</p>' for line in lines if line)}"
        f"<details><summary>{plural(len(ranks), 'metric')}</summary><ul>{''.join(ranks)}</ul></details></li>"
    )


def _say_place(layout: OverviewLayout, row: OverviewRow, tie: tuple[int, ...]) -> str:
    """Say where the place may lie, and which places are not told apart from it."""
    if row.place is None:
        return "no place: no score that counts"
    said = []
    if row.interval is not None:
        low, high = row.interval
        level = percent(layout.level or 0)
        said.append(f"place {low} to {high} ({level})" if low < high else f"place {low} ({level})")
    if tie:
        said.append(f"places {tie[0] + 1} to {tie[1] + 1} are not told apart")
    return "; ".join(said)


def _say_reached(layout: OverviewLayout, row: OverviewRow) -> str:
    values = [(column.title, column.values.get(row.model)) for column in layout.reached]
    return ", ".join(f"{title} {value:.3f}" for title, value in values if value is not None)


def _say_cost(row: OverviewRow) -> str:
    n_parameters, seconds = row.cost.n_parameters, row.cost.seconds_per_1000
    said = [f"{n_parameters:,} parameters"] if n_parameters is not None else []
    if seconds is not None:
        said.append(f"{seconds:.1f} s per 1,000")
    return ", ".join([*said, *([row.licence] if row.licence else [])])


def _say_vote(weight: float) -> str:
    return f" ({percent(weight)} of the vote)" if weight > 0 else ""
