"""What a constant guess reaches: what every model has to beat."""

from __future__ import annotations

from ptmrank_core.records import SamplesSummary

__all__ = ["constant_guess"]


def constant_guess(measure: str, samples: SamplesSummary) -> float | None:
    """Compute what a constant guess reaches; ``None`` where that is not known.

    Parameters
    ----------
    measure
        ``"accuracy"``: the share of the largest class. ``"r2"``: 0, of the mean. ``"average_precision"``: the
        mean prevalence of the labels that occur.
    samples
        A summary of the samples.
    """
    if measure == "r2":
        return 0.0
    counts = [count for count in samples.class_counts.values() if count]
    if not counts or not samples.n_samples:
        return None
    shares = {"accuracy": max(counts), "average_precision": sum(counts) / len(counts)}
    return shares[measure] / samples.n_samples if measure in shares else None
