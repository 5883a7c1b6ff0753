"""Results of the analyses after the first ranking, for a terminal."""

from __future__ import annotations

from ptmrank_core.ranking import Estimate
from ptmrank_core.records import IMPORTED, Ranking, RunResult
from ptmrank_core.reports.terminal.columns import align, say_number
from ptmrank_core.results.evidence import (
    CONSENSUS,
    TRUTH_TITLES,
    contender_title,
    evidence_of,
    truth_problems,
    truths_of,
)
from ptmrank_core.results.fine_tuning import tuned_rows
from ptmrank_core.results.learning_curve import curves_of, size_verdict
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.references.controls import (
    control_problems,
    control_sentences,
    controls_of,
    permutation_tests_of,
)
from ptmrank_core.results.trust import match_of, say_evidence, say_match

__all__ = ["analyses_text"]


def analyses_text(result: RunResult, ranking: Ranking) -> list[str]:
    """Paragraphs on the results of a run's analyses; none where there were none."""
    return [
        *_evidence(result, ranking),
        *_sample_sizes(result, ranking),
        *_controls(result, ranking),
        *_fine_tuning(result, ranking),
    ]


def _fine_tuning(result: RunResult, ranking: Ranking) -> list[str]:
    """Table of the fine-tuning results, and notes on them."""
    rows = tuned_rows(result, ranking)
    if not rows:
        return []
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if name != "note"]
    table = [["fine-tuned " + name if name == "model" else name for name in names]]
    table += [[_cell(row.get(name)) for name in names] for row in rows]
    return [
        "\n".join([align(table), *(f"note: {row['model']}: {row['note']}" for row in rows if row["note"])])
    ]


def _cell(value: object) -> str:
    return say_number(value) if isinstance(value, float) else str("-" if value is None else value)


def _controls(result: RunResult, ranking: Ranking) -> list[str]:
    """Say which candidates do not beat the controls, whose scores are among those of the references."""
    sentences = control_sentences(controls_of(result, ranking), permutation_tests_of(result))
    sentences += [f"{subject}: {why}" for subject, why in control_problems(result).items()]
    return ["\n".join(sentences)] if sentences else []


def _sample_sizes(result: RunResult, ranking: Ranking) -> list[str]:
    """Agreement with the final order at each number of samples, and a verdict."""
    curves = curves_of(result, ranking)
    if not curves:
        return []
    sizes = [f"{size:.0f}" for size in next(iter(curves.values())).sizes]
    table = [["agreement with all at n =", *sizes]]
    table += [
        [contender_title(name), *("-" if tau is None else f"{tau:.2f}" for tau in curve.tau)]
        for name, curve in curves.items()
    ]
    verdict = size_verdict(curves[CONSENSUS], result.samples.n_samples) if CONSENSUS in curves else ""
    return ["\n".join([align(table), *([verdict] if verdict else [])])]


def _evidence(result: RunResult, ranking: Ranking) -> list[str]:
    """One table for each truth, best contender first, and why a truth cannot be shown."""
    truths = truths_of(result)
    parts = []
    for name, by_contender in evidence_of(result, ranking).items():
        table = [["against: " + TRUTH_TITLES[name].lower(), "weighted tau", "90 %", "models", "regret@1"]]
        defined = {
            key: evidence
            for key, evidence in by_contender.items()
            if evidence.correlations["weighted_tau"] is not None
        }
        for key in sorted(defined, key=lambda k: -_value(defined[k].correlations["weighted_tau"])):
            evidence = defined[key]
            regret = evidence.regret.get(1)
            table.append(
                [
                    contender_title(key),
                    say_number(_value(evidence.correlations["weighted_tau"])),
                    _interval(evidence.correlations["weighted_tau"]),
                    str(evidence.n_models),
                    say_number(None if regret is None else regret.value),
                ]
            )
        lines = [align(table), say_evidence(by_contender, truths[name])] if len(table) > 1 else []
        if name == IMPORTED and (match := match_of(result)) is not None:
            lines += [strip_bidi(sentence) for sentence in say_match(match)]
        if lines:
            lines += [f"note: {note}" for note in truths[name].notes]
            parts.append("\n".join(lines))
    parts += [f"{TRUTH_TITLES[name]}: {why}" for name, why in truth_problems(result).items()]
    return parts


def _value(estimate: Estimate | None) -> float:
    return -1.0 if estimate is None else estimate.value


def _interval(estimate: Estimate | None) -> str:
    if estimate is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.low:.2f} to {estimate.high:.2f}"
