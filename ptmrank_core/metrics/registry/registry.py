"""The metrics: one literal table in two files. Whoever lists, chooses or explains metrics reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.metrics.registry.geometric import GEOMETRY
from ptmrank_core.metrics.registry.predictive import FIT
from ptmrank_core.records import MetricSpec

__all__ = ["METRICS", "default_metrics", "metric_spec", "resolve_metrics"]

METRICS: Mapping[str, MetricSpec] = MappingProxyType({spec.name: spec for spec in (*FIT, *GEOMETRY)})


def metric_spec(name: str) -> MetricSpec:
    """Return the facts of a metric.

    Parameters
    ----------
    name
        ``"logme"``, or ``"logme:thuml"`` for a variant.

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
    """Names of the metrics in their default form, in the table's order."""
    return tuple(name for name, spec in METRICS.items() if not spec.is_variant)


def resolve_metrics(wanted: str | Sequence[str]) -> tuple[str, ...]:
    """Turn what a user asks for into names of the registry.

    Parameters
    ----------
    wanted
        ``"all"`` (every metric with its variants), names separated by commas, or a sequence of names.

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
