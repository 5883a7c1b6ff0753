"""Counts and other small things in plain English."""

from __future__ import annotations

from ptmrank_core.records import Samples, SamplesSummary

__all__ = [
    "abbreviate",
    "bidi_isolate",
    "name_measure",
    "percent",
    "plural",
    "say_duration",
    "say_label",
    "say_targets",
    "say_value",
    "strip_bidi",
]

UNITS = (("G", 1e9), ("M", 1e6), ("k", 1e3))


def plural(count: int, noun: str) -> str:
    """Write a count with its noun: ``1 model``, ``2 models``, ``3 classes``."""
    ending = "es" if noun.endswith("s") else "s"
    return f"{count:,} {noun if count == 1 else noun + ending}"


def abbreviate(count: float) -> str:
    """Write a large number shortly: ``230 k``."""
    for unit, size in UNITS:
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f}"


def bidi_isolate(name: str) -> str:
    """Keep the direction of a name that somebody wrote from spreading over the sentence around it."""
    return f"\u2068{name}\u2069"


def strip_bidi(text: str) -> str:
    """Take the marks of :func:`bidi_isolate` out of a text: a terminal may draw them as boxes."""
    return text.replace("\u2068", "").replace("\u2069", "")


def percent(share: float, digits: int = 0) -> str:
    """Write a share of 1: ``90 %``."""
    return f"{100 * share:.{digits}f} %"


def say_duration(seconds: float) -> str:
    """Write how long something took: ``0.4 s``, ``75 s``, ``12 min``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def say_value(measure: str, value: float) -> str:
    """Write what is reached: ``85.0 %`` for an accuracy, else ``R² 0.83``."""
    if measure == "accuracy":
        return percent(value, 1)
    title = name_measure(measure)
    return f"{title} {value:.2f}" if abs(value) < 10 else f"{title} {value:.4g}"


def name_measure(measure: str) -> str:
    """Name a measure for a reader: ``accuracy``, ``R²``, ``average precision``, or as the user calls it."""
    return {"r2": "R²", "average_precision": "average precision"}.get(measure, measure)


def say_targets(summary: SamplesSummary) -> str:
    """Say what the labels of samples are: ``in 3 classes``."""
    if summary.target_kind == "regression":
        return "with numbers to predict"
    if summary.target_kind == "multilabel":
        return f"with {plural(len(summary.class_counts), 'label')}"
    return f"in {plural(len(summary.class_counts), 'class')}"


def say_label(samples: Samples, index: int) -> str:
    """Write the label of a sample: a class, numbers, or labels with commas between them."""
    label = samples.labels[index]
    if samples.target_kind == "classification":
        return samples.class_names[int(label)]
    if samples.target_kind == "regression":
        return ", ".join(f"{number:.4g}" for number in label.reshape(-1).tolist())
    return ", ".join(name for name, has in zip(samples.class_names, label, strict=True) if has) or "no label"
