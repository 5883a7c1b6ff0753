"""The race: real training of the plausible models in growing doses, until one is decided on."""

from __future__ import annotations

from ptmrank_core.reports.figures.race import race_figure, say_race_figure, say_race_marks
from ptmrank_core.reports.html.blocks import Block, Chart, Listing, Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.race import race_doses_table, race_table
from ptmrank_core.results.race import race_of, race_story

__all__ = ["race_section"]

FIGURE_WIDTH = 560
WHAT_IT_IS = (
    "Models that may be the best are really trained, in growing doses, each chosen for what it is expected to"
    " tell for its time."
)
# What the table of the standings needs no column for: the list of doses has it.
SHOWN = {
    *("model", "standing", "value", "expected", "expected_low", "expected_high", "chance_best"),
    *("passes", "seconds", "reason"),
}


def race_section(report: Report) -> Section | None:
    """Tell the race, draw its curves, and give its standings and doses as tables."""
    so_far = race_of(report.result)
    if so_far is None or not so_far.race.standings:
        return None
    blocks: list[Block] = [Text(WHAT_IT_IS), Listing(race_story(so_far))]
    if so_far.measure:
        blocks.append(
            Chart(
                race_figure(so_far),
                alt=say_race_figure(so_far),
                caption=say_race_marks(so_far),
                min_width=FIGURE_WIDTH,
            )
        )
    standings, doses = race_table(report.result), race_doses_table(report.result)
    if standings.rows:
        blocks.append(TableBlock(standings.select(SHOWN).known()))
    if doses.rows:
        blocks.append(TableBlock(doses.known(), folded="Every dose of training, and why it was taken"))
    return Section("race", "The race", tuple(blocks))
