"""How samples were read, in a terminal."""

from __future__ import annotations

from ptmrank_core.records import SamplesSummary
from ptmrank_core.results.phrases import plural, strip_bidi

__all__ = ["reading_text"]

MOST_CLASSES, MOST_LEFT_OUT = 12, 8


def reading_text(summary: SamplesSummary) -> str:
    """Write what was read: a line of classes with counts, parts, notes, warnings, and what was left out.

    Parameters
    ----------
    summary
        The samples, as they were read.
    """
    lines = [f"samples: {_what(summary)}"]
    if summary.parts:
        # The size of a part on the Hub that was not taken may not be known.
        parts = (f"{name} ({n:,})" if n else name for name, n in summary.parts.items())
        lines.append(f"parts: {', '.join(parts)}")
    lines += [f"note: {note}" for note in summary.notes]
    lines += [f"warning: {warning}" for warning in summary.warnings]
    lines += [f"left out: {one.name}: {one.reason}" for one in summary.left_out[:MOST_LEFT_OUT]]
    if len(summary.left_out) > MOST_LEFT_OUT:
        lines.append(f"left out: {len(summary.left_out) - MOST_LEFT_OUT:,} more")
    return strip_bidi("\n".join(lines))


def _what(summary: SamplesSummary) -> str:
    """Write ``60 texts in 2 classes: neg (30), pos (30)``."""
    n = f"{summary.n_samples:,} {summary.modality} {'sample' if summary.n_samples == 1 else 'samples'}"
    if summary.target_kind == "regression":
        return f"{n} with numbers to predict"
    kind = "several labels each" if summary.target_kind == "multilabel" else "classes"
    counts = sorted(summary.class_counts.items(), key=lambda entry: -entry[1])
    listed = ", ".join(f"{name} ({count:,})" for name, count in counts[:MOST_CLASSES])
    more = f" and {len(counts) - MOST_CLASSES:,} more" if len(counts) > MOST_CLASSES else ""
    head = f"{n}, {kind}" if summary.target_kind == "multilabel" else f"{n} in {plural(len(counts), 'class')}"
    return f"{head}: {listed}{more}"
