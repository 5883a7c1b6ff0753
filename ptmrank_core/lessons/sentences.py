"""What a comparison says, in one sentence."""

from __future__ import annotations

from ptmrank_core.lessons.comparison import Comparison
from ptmrank_core.records.names import join_words

__all__ = ["headline"]


def headline(comparison: Comparison, n_pending: int = 0) -> str:
    """Say which candidate training puts first, and how many metrics do so too.

    Parameters
    ----------
    comparison
        All candidates are trained.
    n_pending
        Metrics whose scores are still to come.
    """
    accuracies, best = comparison.accuracies, comparison.best
    best_said = join_words([f"{_percent(accuracies[name])}" for name in best])
    if len(accuracies) == 1:
        return f"Trained, {best[0]} is right on {best_said} of fresh samples: add a candidate to compare it."
    rest = [_percent(value) for name, value in accuracies.items() if name not in best]
    against = f" against {join_words(rest)}" if rest else ""
    if len(best) == len(accuracies):
        n_sure = sum(len(view.first) == 1 for view in comparison.views.values())
        return (
            f"Training cannot tell {join_words(best)} apart ({best_said}); "
            f"{n_sure} of {len(comparison.views)} metrics prefer one all the same."
        )
    if len(best) == 1:
        said = f"Training puts {best[0]} first ({best_said}{against})"
    else:
        said = f"Training cannot tell {join_words(best)} apart ({best_said}{against})"
    return f"{said}; {_agreement(comparison, n_pending)}."


def _agreement(comparison: Comparison, n_pending: int) -> str:
    n_agreeing, n_decided = comparison.n_agreeing, comparison.n_decided
    if n_pending:
        return f"so far {n_agreeing} of {n_decided} metrics agree"
    n_silent = len(comparison.views) - n_decided
    verb = "agrees" if n_agreeing == 1 else "agree"
    said = f"{n_agreeing} of {n_decided} metrics {verb}"
    return said + (f", {n_silent} cannot score all of them" if n_silent else "")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
