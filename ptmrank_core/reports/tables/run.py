"""All tables of a run: the answer, the ranking, who voted, agreement, evidence, what is missing and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.ranking import Agreement, rank_correlations
from ptmrank_core.records import ProbeResult, Ranking, RunResult
from ptmrank_core.reports.tables.race import race_doses_table, race_table
from ptmrank_core.reports.tables.ranking import ranking_table
from ptmrank_core.reports.tables.samples import class_counts_table
from ptmrank_core.reports.tables.table import Column, Table, fixed, shared_format
from ptmrank_core.reports.tables.verdict import verdict_table
from ptmrank_core.results.phrases import name_measure
from ptmrank_core.results.ranking import ranking_rows
from ptmrank_core.results.references import references_of
from ptmrank_core.results.scores import scores_by_metric

__all__ = [
    "agreement_of",
    "agreement_table",
    "left_out_table",
    "missing_table",
    "notes_table",
    "pairs_table",
    "probe_table",
    "run_tables",
    "samples_table",
    "votes_table",
    "warnings_table",
]


PROBE_NUMBERS: Mapping[str, str] = MappingProxyType(
    {"probe": "linear probe", "lowest_fold": "worst fold", "highest_fold": "best fold", "knn": "k-NN"}
)


def run_tables(result: RunResult, ranking: Ranking) -> tuple[Table, ...]:
    """Make every table of a run that has rows; the answer and the ranking come first and are always there."""
    tables = (
        race_table(result),
        race_doses_table(result),
        votes_table(result, ranking),
        agreement_table(result, ranking),
        probe_table(result),
        missing_table(result, ranking),
        warnings_table(result, ranking),
        notes_table(result),
        samples_table(result),
        left_out_table(result),
    )
    first = (verdict_table(result, ranking), ranking_table(result, ranking))
    return (*first, *(table for table in tables if table.rows))


def votes_table(result: RunResult, ranking: Ranking) -> Table:
    """List which metrics decide the order, with what share of the vote, and why."""
    columns = (
        Column("metric", "metric"),
        Column("title", "name"),
        Column("weight", "share of the vote", "number", fixed(3)),
        Column("reason", "why"),
        Column("n_models", "models scored", "integer"),
    )
    records = [
        {
            "metric": name,
            "title": METRICS[name].title,
            "weight": vote.weight,
            "reason": vote.reason,
            "n_models": len(ranking.per_metric.get(name, ())),
        }
        for name in result.plan.metrics
        if (vote := ranking.votes.get(name)) is not None
    ]
    return Table.of("votes", "Who voted", columns, records)


def agreement_of(result: RunResult, ranking: Ranking) -> Agreement | None:
    """Correlate the orders of the run's metrics; ``None`` where no two can be compared."""
    if len(ranking.per_metric) < 2:
        return None
    scores = scores_by_metric(result.of_candidates().cells)
    agreement = rank_correlations(
        {name: scores[name] for name in ranking.per_metric},
        higher_is_better={name: METRICS[name].higher_is_better for name in ranking.per_metric},
    )
    known = [not math.isnan(value) for value in agreement.tau.ravel()]
    return agreement if any(known) else None


def agreement_table(result: RunResult, ranking: Ranking) -> Table:
    """Correlations of every pair of metrics of a run; no rows where no two can be compared."""
    return pairs_table(agreement_of(result, ranking))


def pairs_table(agreement: Agreement | None) -> Table:
    """Correlations of every pair of metrics, and over how many models; unknown where they are not defined."""
    columns = (
        Column("first", "metric"),
        Column("second", "and"),
        Column("kendall_tau", "Kendall τ", "number", fixed(2)),
        Column("tau_low", "90 % from", "number", fixed(2)),
        Column("tau_high", "to", "number", fixed(2)),
        Column("n_models", "models", "integer"),
        Column("weighted_tau", "weighted τ", "number", fixed(2)),
        Column("spearman", "Spearman", "number", fixed(2)),
    )
    records = [] if agreement is None else _pairs(agreement)
    return Table.of("agreement", "Agreement between metrics", columns, records)


def _pairs(agreement: Agreement) -> list[dict[str, Any]]:
    """Every pair of metrics once, the earlier metric first."""
    parts = {
        "kendall_tau": agreement.tau,
        "tau_low": agreement.low,
        "tau_high": agreement.high,
        "weighted_tau": agreement.weighted,
        "spearman": agreement.spearman,
    }
    return [
        {
            "first": METRICS[first].title,
            "second": METRICS[second].title,
            "n_models": int(agreement.n_models[i, j]),
        }
        | {key: None if math.isnan(matrix[i, j]) else float(matrix[i, j]) for key, matrix in parts.items()}
        for i, second in enumerate(agreement.metrics)
        for j, first in enumerate(agreement.metrics[:i])
    ]


def probe_table(result: RunResult) -> Table:
    """Collect what a linear probe and k-NN reach on the candidates' features, best first."""
    candidates = result.of_candidates().contents(ProbeResult)
    records = [_probe_record(model, probe) for model, probe in candidates.items()]
    records.sort(key=lambda record: (record["probe"] is None, -(record["probe"] or 0.0)))
    columns = (
        Column("model", "model"),
        Column("measure", "measure"),
        *(
            Column(key, title, "number", shared_format(record[key] for record in records))
            for key, title in PROBE_NUMBERS.items()
        ),
    )
    return Table.of("probe", "Linear probe and k-NN", columns, records)


def _probe_record(model: str, probe: ProbeResult) -> dict[str, Any]:
    """Make the record of one probe."""
    folds = [value for value in probe.folds if value is not None]
    return {
        "model": model,
        "measure": name_measure(probe.measure) if probe.value is not None else None,
        "probe": probe.value,
        "lowest_fold": min(folds, default=None),
        "highest_fold": max(folds, default=None),
        "knn": probe.knn,
    }


def missing_table(result: RunResult, ranking: Ranking) -> Table:
    """List every score that is missing, and why."""
    columns = (Column("model", "model"), Column("metric", "metric"), Column("reason", "why"))
    records = [
        {"model": row["model"], "metric": METRICS[name].title, "reason": text}
        for row in ranking_rows(result, ranking)
        for name, text in row["problems"].items()
    ]
    return Table.of("missing", "Missing scores", columns, records)


def warnings_table(result: RunResult, ranking: Ranking) -> Table:
    """Collect the warnings of the metrics; a sentence that several models share appears once."""
    warned: dict[tuple[str, str], list[str]] = {}
    for row in ranking_rows(result, ranking):
        for name, sentences in row["warnings"].items():
            for sentence in sentences:
                warned.setdefault((METRICS[name].title, sentence), []).append(row["model"])
    columns = (Column("metric", "metric"), Column("warning", "warning"), Column("models", "models"))
    records = [
        {"metric": metric, "warning": sentence, "models": ", ".join(models)}
        for (metric, sentence), models in warned.items()
    ]
    return Table.of("warnings", "Warnings of the metrics", columns, records)


def notes_table(result: RunResult) -> Table:
    """Collect the notes on how the features of models were extracted, and which references were left out."""
    records: list[dict[str, Any]] = [
        {"model": model, "note": note}
        for model, outcome in result.outcomes.items()
        for note in outcome.report.notes
    ]
    left_out = {own.title: own.left_out for own in references_of(result) if own.left_out}
    records += [{"model": title, "note": f"Left out: {why}"} for title, why in left_out.items()]
    return Table.of(
        "notes", "Notes on the models", (Column("model", "model"), Column("note", "note")), records
    )


def samples_table(result: RunResult) -> Table:
    """How many samples each class or label has."""
    return class_counts_table(result.samples)


def left_out_table(result: RunResult) -> Table:
    """List the entries that were left out, and why."""
    records = [{"name": entry.name, "reason": entry.reason} for entry in result.samples.left_out]
    return Table.of("left_out", "Left out", (Column("name", "entry"), Column("reason", "why")), records)
