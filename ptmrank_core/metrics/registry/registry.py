"""The registry: the facts of all metrics, collected from the metrics' own files.

Every module of ``ptmrank_core/metrics/`` is one metric and ends with ``SPECS``, the facts of its default form
and of its variants. Adding the file adds the metric; ``ptmrank_core/metrics/README.md`` tells how.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import MetricSpec
from ptmrank_core.records.names import join_words

__all__ = [
    "MEASURED_AT",
    "MEASURED_SIZE",
    "METRICS",
    "default_metrics",
    "evidence_metrics",
    "join_titles",
    "metric_spec",
    "metrics_in",
    "metrics_reading",
    "resolve_metrics",
    "standard_metrics",
    "titles_reading",
]

PACKAGE = "ptmrank_core.metrics"
# Samples and features at which MetricSpec.measured_seconds was measured.
MEASURED_SIZE = (5000, 1024)
MEASURED_AT = f"{MEASURED_SIZE[0]:,} samples × {MEASURED_SIZE[1]:,} features"


def _collect() -> Mapping[str, MetricSpec]:
    """Read ``SPECS`` of every module of the package, in the order of their positions."""
    names = _modules_of(Path(__file__).parent.parent)
    specs: list[MetricSpec] = [spec for name in names for spec in import_module(f"{PACKAGE}.{name}").SPECS]
    return MappingProxyType({spec.name: spec for spec in sorted(specs, key=lambda spec: spec.position)})


def _modules_of(folder: Path) -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules([str(folder)]) if not module.ispkg)


METRICS: Mapping[str, MetricSpec] = _collect()


def metrics_in(folder: Path) -> tuple[str, ...]:
    """Names of the metrics that have a module of their name in a folder, in the registry's order."""
    found = set(_modules_of(folder))
    return tuple(name for name in METRICS if name in found)


def metric_spec(name: str) -> MetricSpec:
    """Return the facts of a metric.

    Parameters
    ----------
    name
        ``"NAME"``, or ``"NAME:VARIANT"`` for a variant.

    Raises
    ------
    UnknownNameError
        No such metric; the message has the nearest names.
    """
    try:
        return METRICS[name]
    except KeyError:
        raise UnknownNameError("metric", name, METRICS) from None


def default_metrics() -> tuple[str, ...]:
    """Names of the metrics in their default form, in the registry's order."""
    return tuple(name for name, spec in METRICS.items() if spec.kind == "metric" and not spec.is_variant)


def evidence_metrics() -> tuple[str, ...]:
    """Names of the evidence beside the metrics (``MetricSpec.kind``), in the registry's order."""
    return tuple(name for name, spec in METRICS.items() if spec.kind == "evidence")


def standard_metrics() -> tuple[str, ...]:
    """Names of all that a run scores where nobody chose: the metrics, and the evidence beside them.

    The evidence votes like the metrics: on sets with real fine-tuning it agrees with it at least as well.
    """
    return (*default_metrics(), *evidence_metrics())


def metrics_reading(name: str, metrics: Iterable[str]) -> tuple[str, ...]:
    """Those of some metrics that look at an input besides embeddings and targets.

    Parameters
    ----------
    name
        Name of the input, as in ``MetricSpec.needs`` and ``MetricSpec.uses``.
    metrics
        Names of metrics; one that is not known here reads nothing.
    """
    return tuple(metric for metric in metrics if metric in METRICS and METRICS[metric].reads(name))


def join_titles(metrics: Sequence[str]) -> str:
    """Write the titles of metrics as in a sentence: ``A, B and C``.

    Parameters
    ----------
    metrics
        Names, at least one.
    """
    return join_words([METRICS[name].title for name in metrics])


def titles_reading(name: str) -> str:
    """Titles of the metrics whose default form looks at an input, as in a sentence.

    Parameters
    ----------
    name
        Name of the input, as in ``MetricSpec.needs`` and ``MetricSpec.uses``.
    """
    return join_titles(metrics_reading(name, default_metrics()))


def resolve_metrics(wanted: str | Sequence[str]) -> tuple[str, ...]:
    """Turn what a user asks for into names of the registry.

    Parameters
    ----------
    wanted
        ``"all"`` (every metric with its variants, and the evidence beside them), names separated by commas,
        or a sequence of names.

    Returns
    -------
    tuple of str
        In the order asked for, each once.

    Raises
    ------
    UnknownNameError
        A name that is not in the registry.
    InputError
        No name at all.
    """
    names = wanted.split(",") if isinstance(wanted, str) else wanted
    stripped = [name.strip() for name in names]
    asked = [name for name in stripped if name]
    if asked == ["all"]:
        return tuple(METRICS)
    if not asked:
        raise InputError("No metric was asked for.", hint=f"Known: all, {', '.join(METRICS)}.")
    return tuple(dict.fromkeys(metric_spec(name).name for name in asked))
