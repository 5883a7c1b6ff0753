"""The ranking, with how sure it is."""

from __future__ import annotations

from ptmrank_core.records import RankIntervals
from ptmrank_core.reports.figures.ranking_overview import least_width, overview_figure, say_overview
from ptmrank_core.reports.figures.ranking_overview_data import OverviewLayout
from ptmrank_core.reports.html.blocks import Block, Chart, Report, Section, TableBlock, Text
from ptmrank_core.reports.tables.ranking import ranking_table
from ptmrank_core.results.intervals.first_models import first_models
from ptmrank_core.results.phrases import percent, plural

__all__ = ["order_section"]

# The columns to decide by; the others are in sections of their own.
SHOWN = {
    *("place", "model", "role", "mean_rank", "rank_from", "rank_to", "p_best", "tie_groups"),
    *("expected", "expected_low", "expected_high", "race_final", "race"),
    *("imported", "fine_tuned", "probe", "knn", "recorded"),
    *("n_parameters", "size_bytes", "seconds_per_1000"),
}


REFERENCES = (
    "References have no place: untrained models, models trained on shuffled labels, and features that no "
    "model made. A candidate should beat them."
)


def order_section(report: Report) -> Section | None:
    """Draw the order of the models, and give it as a table."""
    ranking = report.ranking
    if not ranking.order:
        return None
    layout = OverviewLayout.of(report.result, first_models(ranking))
    chart = Chart(
        overview_figure(layout),
        alt=f"{plural(len(ranking.order), 'model')} in order, each with its rank under every metric; best is "
        f"{ranking.order[0]}",
        caption=say_overview(layout),
        min_width=least_width(layout),
    )
    table = ranking_table(report.result, ranking)
    blocks: list[Block] = [TableBlock(table.select(SHOWN).known(), is_captioned=False)]
    if layout.n_ranked < len(ranking.order):
        blocks.insert(
            0, Text(f"The figure shows the first {layout.n_ranked} models, the table all.", is_note=True)
        )
    if len(layout.rows) > 1 or layout.references:
        blocks.insert(0, chart)
    if any(table.values("role")):
        blocks.append(Text(REFERENCES, is_note=True))
    if ranking.intervals:
        blocks.append(Text(_say(ranking.intervals), is_note=True))
        blocks += [Text(note, is_note=True) for note in ranking.intervals.notes]
    return Section("ranking", "Ranking", tuple(blocks))


def _say(intervals: RankIntervals) -> str:
    """Say what the interval columns mean."""
    return (
        "“Rank from” and “rank to” enclose the rank that each model would have on average over other samples "
        f"of this kind and number, with {percent(intervals.level)} coverage, from "
        f"{plural(intervals.n_halves, 'part')} of the samples. “P(best)” is its probability of being "
        "the best by these scores. The models of a tie group are not distinguishable on these samples."
    )
