"""The ranking as a table: everything that is known of every candidate, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptmrank_core.metrics import METRICS
from ptmrank_core.records import ModelOutcome, Prediction, Ranking, RunResult, Truth
from ptmrank_core.reports.tables.table import COMPACT, SIGNIFICANT, Column, Table, fixed, shared_format
from ptmrank_core.results.cost import cost_of
from ptmrank_core.results.evidence import measure_title
from ptmrank_core.results.race import all_reached, expectations_of
from ptmrank_core.results.ranking import ranking_rows
from ptmrank_core.results.references import Reference, references_of

__all__ = ["COST", "FACTS", "ORDER", "RANKS", "RANK_SUFFIX", "REACHED", "SCORES", "ranking_table"]

RANK_SUFFIX = "_rank"
ORDER, REACHED, SCORES, RANKS = "Ranking", "What they reach", "Scores", "Rank under each metric"
FACTS, COST, REMARKS = "The models", "Cost in this run", "Remarks"

REFERENCE = "reference"
KEY_COLUMNS = (Column("place", "place", "integer"), Column("model", "model"), Column("role", "role"))
ORDER_COLUMNS = (
    Column("mean_rank", "mean rank", "number", fixed(2), ORDER),
    Column("rank_from", "rank from", "integer", group=ORDER),
    Column("rank_to", "rank to", "integer", group=ORDER),
    Column("p_best", "P(best)", "number", fixed(2), ORDER),
    Column("tie_groups", "tie groups", group=ORDER),
)
FACT_COLUMNS = (
    Column("source", "source", group=FACTS),
    Column("family", "family", group=FACTS),
    Column("n_parameters", "parameters", "integer", COMPACT, FACTS),
    Column("size_bytes", "bytes on disk", "integer", COMPACT, FACTS),
    Column("n_features", "width", "integer", group=FACTS),
    Column("n_source_classes", "source classes", "integer", group=FACTS),
    Column("licence", "licence", group=FACTS),
    Column("revision", "revision", group=FACTS),
)
COST_COLUMNS = (
    Column("seconds", "seconds", "number", fixed(2), COST),
    Column("seconds_load", "loading (s)", "number", fixed(2), COST),
    Column("seconds_preprocess", "preparing (s)", "number", fixed(2), COST),
    Column("seconds_forward", "running (s)", "number", fixed(2), COST),
    Column("seconds_score", "scoring (s)", "number", fixed(2), COST),
    Column("n_run", "samples run", "integer", group=COST),
    Column("n_cached", "from the cache", "integer", group=COST),
    Column("seconds_per_1000", "s per 1,000 samples", "number", fixed(2), COST),
    Column("peak_memory_bytes", "peak memory (bytes)", "integer", COMPACT, COST),
    Column("device", "device", group=COST),
    Column("dtype", "number format", group=COST),
)
REMARK_COLUMNS = (
    Column("warnings", "warnings", group=REMARKS),
    Column("missing", "missing scores", group=REMARKS),
    Column("notes", "notes on the model", group=REMARKS),
)


EXPECTED_COLUMNS = (
    Column("expected", "expected, fine-tuned", "number", fixed(3), REACHED),
    Column("expected_low", "expected from", "number", fixed(3), REACHED),
    Column("expected_high", "expected to", "number", fixed(3), REACHED),
)
# Name of a truth -> key and title of its column. What is recorded of demo samples is labelled so.
REACHED_TITLES: Mapping[str, tuple[str, str]] = {
    "imported": ("imported", "your results"),
    "race final": ("race_final", "trained to the end in the race"),
    "race": ("race", "trained in the race so far"),
    "fine-tuning": ("fine_tuned", "fine-tuned here"),
    "probe": ("probe", "linear probe"),
    "knn": ("knn", "k-NN"),
    "recorded": ("recorded", "recorded for the demo"),
}


def ranking_table(result: RunResult, ranking: Ranking) -> Table:
    """Make the table of all candidates, best first, those without a place last; then the references.

    Columns: place, model, role (``reference``, or nothing for a candidate); mean rank with its interval,
    probability of being best and tie groups (numbered from 1; groups may overlap); what the model is expected
    to reach and has reached in training and under the probe, as far as that is known; the score and the rank
    under every metric (``logme``, ``logme_rank``); facts; cost; warnings and missing scores in words.
    """
    rows, reached, prediction = (
        ranking_rows(result, ranking),
        all_reached(result),
        expectations_of(result, ranking),
    )
    references = [own for own in references_of(result) if own.value is not None or own.scores]
    metrics = result.plan.metrics
    columns = (
        *KEY_COLUMNS,
        *ORDER_COLUMNS,
        *EXPECTED_COLUMNS,
        *reached_columns(reached),
        *(_score_column(name, [row["scores"][name] for row in rows]) for name in metrics),
        *(
            Column(f"{name}{RANK_SUFFIX}", METRICS[name].title, "number", SIGNIFICANT, RANKS)
            for name in metrics
        ),
        *FACT_COLUMNS,
        *COST_COLUMNS,
        *REMARK_COLUMNS,
    )
    records = [
        _record(row, result.outcomes.get(row["model"]), result, ranking)
        | _expected(row["model"], prediction)
        | _reached(row["model"], reached)
        for row in rows
    ]
    records += [_reference(own, result) for own in references]
    return Table.of("ranking", "Ranking", columns, records)


def reached_columns(reached: Mapping[str, Truth]) -> tuple[Column, ...]:
    """Columns of what the models reached: trained first; the same ones for every run, known or not."""
    return tuple(
        Column(
            key,
            f"{measure_title(reached[name])}, {title}" if name in reached else title,
            "number",
            fixed(3),
            REACHED,
        )
        for name, (key, title) in REACHED_TITLES.items()
    )


def _expected(model: str, prediction: Prediction) -> dict[str, float]:
    """Collect what one candidate is expected to reach, with the interval."""
    own = prediction.by_model.get(model)
    return {} if own is None else {"expected": own.value, "expected_low": own.low, "expected_high": own.high}


def _reached(model: str, reached: Mapping[str, Truth]) -> dict[str, float | None]:
    """Collect what one candidate reached."""
    return {
        key: reached[name].values.get(model) for name, (key, _) in REACHED_TITLES.items() if name in reached
    }


def _score_column(name: str, values: list[float | None]) -> Column:
    return Column(name, METRICS[name].title, "number", shared_format(values), SCORES)


def _record(
    row: dict[str, Any], outcome: ModelOutcome | None, result: RunResult, ranking: Ranking
) -> dict[str, Any]:
    """Collect what is known of one candidate."""
    model = row["model"]
    planned = next(spec for spec in result.plan.models if spec.id == model)
    spec = outcome.spec if outcome else planned
    return {
        "place": row["position"],
        "model": model,
        "role": None,
        "mean_rank": row["mean_rank"],
        **_certainty(model, ranking),
        **row["scores"],
        **{f"{name}{RANK_SUFFIX}": ranks.get(model) for name, ranks in ranking.ranks.items()},
        "source": spec.source,
        "family": spec.model_type,
        "n_parameters": spec.n_parameters,
        "size_bytes": spec.size_bytes,
        "n_features": row["n_features"],
        "n_source_classes": spec.n_source_classes,
        "licence": spec.licence,
        "revision": spec.revision,
        **_cost(outcome),
        "warnings": _say({name: " ".join(sentences) for name, sentences in row["warnings"].items()}),
        "missing": _say(row["problems"]),
        "notes": " ".join(outcome.report.notes) or None if outcome else None,
    }


def _reference(own: Reference, result: RunResult) -> dict[str, Any]:
    """Collect what is known of a reference, which has no place; a control of the plan is a model."""
    outcome = result.outcomes.get(own.name)
    spec = outcome.spec if outcome else None
    facts = {name: getattr(spec, name) for name in ("source", "licence", "revision")} if spec else {}
    return {
        "model": own.title,
        "role": REFERENCE,
        "probe": own.value,
        **own.scores,
        **facts,
        "family": spec.model_type if spec else None,
        "n_parameters": spec.n_parameters if spec else None,
        "size_bytes": spec.size_bytes if spec else None,
        "n_features": own.n_features,
        "n_source_classes": spec.n_source_classes if spec else None,
        "seconds": own.seconds,
        **_cost(outcome),
        "missing": _say(own.problems),
    }


def _certainty(model: str, ranking: Ranking) -> dict[str, Any]:
    """How sure a model's place is; empty where that is not known."""
    intervals = ranking.intervals
    if intervals is None or model not in intervals.intervals:
        return {}
    low, high = intervals.intervals[model]
    groups = [str(number) for number, group in enumerate(intervals.ties, 1) if model in group]
    return {
        "rank_from": low,
        "rank_to": high,
        "p_best": intervals.p_best.get(model),
        "tie_groups": ", ".join(groups) or None,
    }


def _cost(outcome: ModelOutcome | None) -> dict[str, Any]:
    """Collect what a model cost in this run; the speed only where it ran on samples."""
    if outcome is None:
        return {}
    seconds, cost = outcome.seconds, cost_of(outcome.spec, outcome)
    return {
        "seconds": sum(seconds.values()),
        **{f"seconds_{name}": seconds.get(name) for name in ("load", "preprocess", "forward", "score")},
        "n_run": outcome.report.cache_misses,
        "n_cached": outcome.report.cache_hits,
        "seconds_per_1000": cost.seconds_per_1000,
        "peak_memory_bytes": cost.peak_memory_bytes,
        "device": outcome.report.device,
        "dtype": outcome.report.dtype,
    }


def _say(by_metric: Mapping[str, str]) -> str | None:
    """Join the remarks on several metrics into one text."""
    return "; ".join(f"{METRICS[name].title}: {text}" for name, text in by_metric.items()) or None
