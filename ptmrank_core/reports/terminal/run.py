"""Results as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.terminal.analyses import analyses_text
from ptmrank_core.reports.terminal.columns import align, say_number
from ptmrank_core.reports.terminal.intervals import interval_columns, interval_notes
from ptmrank_core.reports.terminal.race import race_text
from ptmrank_core.reports.terminal.reached import reached_columns
from ptmrank_core.reports.terminal.references import references_text
from ptmrank_core.reports.terminal.search import budget_text
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.ranking import rank_result, ranking_rows
from ptmrank_core.results.references import say_references
from ptmrank_core.results.scores import layer_scores, say_layers, summarise_layers
from ptmrank_core.results.verdict import verdict_of

__all__ = ["first_ranking_text", "rank_text", "score_text"]


def rank_text(result: RunResult, ranking: Ranking | None = None) -> str:
    """Write the answer of a run and its table, best model first; then references, and what is missing.

    Parameters
    ----------
    result
        The run.
    ranking
        Its ranking, where that is known already.
    """
    ranking = ranking or rank_result(result)
    rows = ranking_rows(result, ranking)
    parts = [
        _answer(result, ranking),
        _table(result, ranking, rows),
        *references_text(result),
        *race_text(result),
        *_who_voted(ranking),
        *interval_notes(ranking, result),
        *budget_text(result),
        *_best_layers(result, [row["model"] for row in rows]),
    ]
    parts += analyses_text(result, ranking)
    problems = [
        f"{row['model']} under {name} {text}" for row in rows for name, text in row["problems"].items()
    ]
    if problems:
        parts.append("\n".join(problems))
    parts += _notes(result)
    counts = f"{result.samples.n_samples} samples, {say_references(result)}"
    parts.append(f"{counts}, run {result.plan.run_id}, {result.seconds:.1f} s")
    return "\n\n".join(parts)


def first_ranking_text(result: RunResult) -> str:
    """Write the table of a run whose cells are all decided and whose analyses follow."""
    ranking = rank_result(result)
    head = "first ranking, by the metrics alone; the analyses follow and may change it:"
    return f"{head}\n{_table(result, ranking, ranking_rows(result, ranking))}"


def _table(result: RunResult, ranking: Ranking, rows: Sequence[dict[str, Any]]) -> str:
    """Write the models, best first: place, certainty, what they reach, and every score."""
    metrics = result.plan.metrics
    head, sure = interval_columns(ranking)
    reached_head, reached = reached_columns(result, ranking)
    table = [["model", "rank", *head, *reached_head, *metrics, "seconds"]]
    table += [
        [
            row["model"],
            say_number(row["mean_rank"]),
            *sure.get(row["model"], ["-"] * len(head)),
            *reached.get(row["model"], ["-"] * len(reached_head)),
            *(say_number(row["scores"][name]) for name in metrics),
            say_number(row["seconds"]),
        ]
        for row in rows
    ]
    return align(table)


def _answer(result: RunResult, ranking: Ranking) -> str:
    """Write the verdict, a sentence on each line."""
    return strip_bidi("\n".join(verdict_of(result, ranking).sentences))


def _notes(result: RunResult) -> list[str]:
    """Write the notes on how features were extracted, then warnings on the samples and what was left out."""
    notes = [
        f"note: {model}: {note}"
        for model, outcome in result.outcomes.items()
        for note in outcome.report.notes
    ]
    samples = result.samples
    warnings = [f"warning: {warning}" for warning in samples.warnings]
    left_out = [f"left out: {entry.name}: {entry.reason}" for entry in samples.left_out]
    return ["\n".join(lines) for lines in (notes, warnings, left_out) if lines]


def _who_voted(ranking: Ranking) -> list[str]:
    """Table of the votes with their reasons, the heaviest first; then notes on the vote as a whole."""
    if len(ranking.order) < 2:
        return []
    votes = sorted(ranking.votes.items(), key=lambda entry: -entry[1].weight)
    width = max(len(name) for name, _ in votes)
    lines = [f"{name.ljust(width)}  {vote.weight:4.0%}  {vote.reason}" for name, vote in votes]
    return ["\n".join(["who voted", *lines]), *(f"note: {note}" for note in ranking.vote_notes)]


def _best_layers(result: RunResult, models: Sequence[str]) -> list[str]:
    """Table of hidden layers under the first metric with scores of them, and what is to be said of them."""
    scores = layer_scores(result)
    metric = next(
        (name for name in result.plan.metrics if any(name in by_metric for by_metric in scores.values())),
        None,
    )
    if metric is None:
        return []
    by_model = {model: scores[model][metric] for model in models if metric in scores.get(model, {})}
    summaries = summarise_layers(metric, by_model)
    table = [["best hidden layer", "layer", "of", metric, "mean"]]
    table += [
        [model, str(own.best), f"0..{own.last}", say_number(own.score), say_number(own.mean)]
        for model, own in summaries.items()
    ]
    return [align(table), strip_bidi("\n".join(say_layers(metric, summaries)))] if summaries else []


def score_text(payload: dict[str, Any]) -> str:
    """Table of the scores of one model, then the metrics without a score and why."""
    table = [["metric", "value", "seconds"]]
    table += [[n, say_number(s["value"]), say_number(s["seconds"])] for n, s in payload["scores"].items()]
    lines = [align(table)]
    lines += [f"{n}: {w}" for n, s in payload["scores"].items() for w in s["warnings"]]
    lines += [f"{n} does not apply: {reason}" for n, reason in payload["skipped"].items()]
    lines += [f"{n} failed: {f['message']} {f['hint']}" for n, f in payload["failures"].items()]
    return "\n".join(lines)
