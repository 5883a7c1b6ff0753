"""The data of the ranking overview: a row for each model, a cell for each metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ptmrank_core.records import Cell, ModelSpec, Ranking, RunResult, Score, Skipped
from ptmrank_core.results.cost import ModelCost, costs_of
from ptmrank_core.results.intervals import assign_lanes
from ptmrank_core.results.race import all_reached, expectations_of
from ptmrank_core.results.references import Reference
from ptmrank_core.results.references.beside import known_references, places_beside
from ptmrank_core.results.scores import scores_by_metric
from ptmrank_core.results.verdict.decisive_warnings import decisive_warnings

__all__ = [
    "SIGNS",
    "CellKind",
    "OverviewCell",
    "OverviewLayout",
    "OverviewRow",
    "Voter",
    "voters_first",
]

SIGNS = {"does not apply": "–", "failed": "×", "not there yet": "…"}
PROBE = "probe"
# Name of a truth -> heading of its column. What is recorded of demo samples is in the table alone.
REACHED = {"race": "raced", "imported": "your results", "fine-tuning": "fine-tuned", PROBE: "probe"}
MAX_REFERENCES = 6


class CellKind(StrEnum):
    """The kinds of cells."""

    RANK = "rank"
    SKIPPED = "does not apply"
    FAILED = "failed"
    MISSING = "not there yet"
    REFERENCE = "not ranked"


@dataclass(frozen=True, slots=True)
class OverviewCell:
    """One model under one metric.

    Parameters
    ----------
    kind
        Whether there is a rank, and if not, why.
    rank
        Rank among the models with a score, 1 for the best; models with the same score share their mean.
    beside
        For a reference, the rank that it would take among the candidates; ``None`` otherwise.
    score
        The score behind it.
    n_ranked
        How many models have a score under this metric.
    warnings
        What the metric warns of in this score.
    is_decisive
        Whether that could change the order: the cell is outlined then.
    reason
        Why there is no score; empty where there is one.
    """

    kind: CellKind
    rank: float | None = None
    beside: int | None = None
    score: float | None = None
    n_ranked: int = 0
    warnings: tuple[str, ...] = ()
    is_decisive: bool = False
    reason: str = ""

    def share(self) -> float:
        """How far down it is among the models of the metric: 0 for the best, 1 for the last."""
        return 0.0 if self.rank is None or self.n_ranked < 2 else (self.rank - 1) / (self.n_ranked - 1)

    def say(self) -> str:
        """Say the rank, the score and the warnings, or why there is none."""
        if self.beside is not None:
            return f"not ranked; would take place {self.beside} with a score of {self.score:.4g}."
        if self.rank is None:
            return f"{self.kind}. {self.reason}"
        return " ".join([f"rank {self.rank:g} of {self.n_ranked}, score {self.score:.4g}.", *self.warnings])


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One model.

    Parameters
    ----------
    model
        Its id.
    place
        Place in the order, from 1; ``None`` for a model without a score.
    interval
        Ranks that the samples are compatible with; ``None`` where that is not known.
    family, licence
        As the model says; ``None`` where it does not.
    cost
        What it costs, as far as that is known.
    cells
        One for each metric, in the layout's order.
    """

    model: str
    place: int | None
    interval: tuple[int, int] | None
    family: str | None
    licence: str | None
    cost: ModelCost
    cells: tuple[OverviewCell, ...]


@dataclass(frozen=True, slots=True)
class ReachedColumn:
    """What models and references reach in one way: the heading, and each known value."""

    title: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Voter:
    """A metric, and its share of the vote; 0 for one that is shown and does not vote."""

    metric: str
    weight: float


@dataclass(frozen=True, slots=True)
class OverviewLayout:
    """The rows and columns of the ranking overview.

    Parameters
    ----------
    rows
        Ranked models, best first, then those without a score.
    metrics
        The heaviest vote first; those without a vote last.
    n_ranked
        Number of ranked models.
    level
        Coverage of the intervals; ``None`` where there are none.
    bands
        First row, last row and lane of each group of models that are not distinguishable.
    reached
        What the models reach, trained and under the probe, where that is known.
    references
        Rows below the ranked ones: what candidates should beat, the best first.
    n_left_out
        References that are not among them.
    """

    rows: tuple[OverviewRow, ...]
    metrics: tuple[Voter, ...]
    n_ranked: int
    level: float | None
    bands: tuple[tuple[int, int, int], ...]
    reached: tuple[ReachedColumn, ...] = ()
    references: tuple[OverviewRow, ...] = ()
    n_left_out: int = 0

    @property
    def last_rank(self) -> int:
        """The last place that is drawn: where only the first models are, intervals reach beyond them."""
        return max([self.n_ranked, *(row.interval[1] for row in self.rows if row.interval is not None)])

    @classmethod
    def of(cls, result: RunResult, ranking: Ranking) -> OverviewLayout:
        """Collect the ranking of a run under all its metrics."""
        references = known_references(result)
        reached = _reached(result, ranking, references)
        result = result.of_candidates()
        models = (*ranking.order, *ranking.unranked)
        metrics = voters_first(result, ranking)
        cells = {(cell.model, cell.metric): cell for cell in result.cells}
        scores = scores_by_metric(result.cells)
        specs = {spec.id: spec for spec in result.plan.models}
        specs |= {model: outcome.spec for model, outcome in result.outcomes.items()}
        costs = costs_of(result)
        decisive = {(own.model, own.metric) for own in decisive_warnings(result, ranking)}
        return cls(
            rows=tuple(
                _row(
                    specs[model],
                    ranking,
                    costs[model],
                    tuple(
                        _cell(
                            cells.get((model, voter.metric)),
                            scores.get(voter.metric, {}),
                            ranking,
                            is_decisive=(model, voter.metric) in decisive,
                        )
                        for voter in metrics
                    ),
                )
                for model in models
            ),
            metrics=metrics,
            n_ranked=len(ranking.order),
            level=ranking.intervals.level if ranking.intervals else None,
            bands=_bands(ranking),
            reached=reached,
            references=tuple(_reference_row(own, metrics, scores) for own in references[:MAX_REFERENCES]),
            n_left_out=max(0, len(references) - MAX_REFERENCES),
        )


def voters_first(result: RunResult, ranking: Ranking) -> tuple[Voter, ...]:
    """Order the metrics of a run by their share of the vote, then as they were planned."""
    used = set(ranking.metrics_used)
    weights = {
        name: ranking.votes[name].weight if name in used and name in ranking.votes else 0.0
        for name in result.plan.metrics
    }
    return tuple(Voter(name, weights[name]) for name in sorted(weights, key=lambda name: -weights[name]))


def _row(spec: ModelSpec, ranking: Ranking, cost: ModelCost, cells: tuple[OverviewCell, ...]) -> OverviewRow:
    intervals = ranking.intervals.intervals if ranking.intervals else {}
    return OverviewRow(
        model=spec.id,
        place=ranking.order.index(spec.id) + 1 if spec.id in ranking.mean_ranks else None,
        interval=intervals.get(spec.id),
        family=spec.model_type,
        licence=spec.licence,
        cost=cost,
        cells=cells,
    )


def _reached(
    result: RunResult, ranking: Ranking, references: Sequence[Reference]
) -> tuple[ReachedColumn, ...]:
    """Collect what candidates are expected to reach, and what they and the references reach."""
    known = {name: dict(truth.values) for name, truth in all_reached(result).items() if name in REACHED}
    if PROBE in known:
        known[PROBE] |= {own.title: own.value for own in references if own.value is not None}
    expected = {model: own.value for model, own in expectations_of(result, ranking).by_model.items()}
    columns = [ReachedColumn(title, known[name]) for name, title in REACHED.items() if name in known]
    return tuple([ReachedColumn("expected", expected), *columns] if expected else columns)


def _reference_row(
    own: Reference, metrics: Sequence[Voter], scores: Mapping[str, Mapping[str, float]]
) -> OverviewRow:
    """Make the row of a reference, with the rank that it would take under each metric."""
    places = places_beside(own, scores)
    cells = tuple(
        OverviewCell(CellKind.REFERENCE, beside=places[name], score=own.scores[name])
        if name in places
        else OverviewCell(CellKind.SKIPPED, reason=own.problems.get(name, ""))
        for name in (voter.metric for voter in metrics)
    )
    return OverviewRow(own.title, None, None, own.why, None, ModelCost(None, None, None, 0, None), cells)


def _cell(
    cell: Cell | None, scores: Mapping[str, float], ranking: Ranking, *, is_decisive: bool
) -> OverviewCell:
    """Make the cell of the overview from a cell of a run."""
    if cell is None:
        return OverviewCell(CellKind.MISSING, reason="This score is not there.")
    if isinstance(cell, Score):
        return OverviewCell(
            CellKind.RANK,
            rank=ranking.ranks[cell.metric][cell.model],
            score=scores[cell.model],
            n_ranked=len(scores),
            warnings=cell.warnings,
            is_decisive=is_decisive,
        )
    if isinstance(cell, Skipped):
        return OverviewCell(CellKind.SKIPPED, reason=cell.reason)
    return OverviewCell(CellKind.FAILED, reason=f"{cell.message} {cell.hint}".strip())


def _bands(ranking: Ranking) -> tuple[tuple[int, int, int], ...]:
    """Place the groups of models that are not distinguishable side by side."""
    ties = ranking.intervals.ties if ranking.intervals else ()
    row = {model: i for i, model in enumerate(ranking.order)}
    spans = [(min(row[m] for m in group), max(row[m] for m in group)) for group in ties]
    return tuple((*span, lane) for span, lane in zip(spans, assign_lanes(spans), strict=True))
