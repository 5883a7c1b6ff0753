"""The metrics: one literal table. Whoever lists, chooses or explains metrics reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.metrics.hscore import hscore_output
from ptmrank_core.metrics.leep import leep_output
from ptmrank_core.metrics.logme import logme_output
from ptmrank_core.records import MetricSpec

__all__ = ["METRICS", "default_metrics", "metric_spec", "resolve_metrics"]

CLASSES_ONLY = frozenset({"classification"})
ANY_TASK = frozenset({"classification", "regression", "multilabel"})
NOTHING: frozenset[str] = frozenset()

_TABLE = (
    MetricSpec(
        name="logme",
        title="LogME",
        function=logme_output,
        needs=NOTHING,
        tasks=ANY_TASK,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=False,
        cost="decomposition",
        idea="How probable the targets are under a Bayesian linear model on the features.",
        fails_when="The scale of the features is extreme (its guards are absolute numbers), or"
        " the classes are separable but not linearly.",
        reference="You, Liu, Wang, Long, ICML 2021, arXiv:2102.11005",
        version=1,
    ),
    MetricSpec(
        name="logme:thuml",
        title="LogME (as published)",
        function=partial(logme_output, log_determinant="thuml"),
        needs=NOTHING,
        tasks=ANY_TASK,
        higher_is_better=True,
        bounds=(None, None),
        stochastic=False,
        cost="decomposition",
        idea="LogME with the published code's log-determinant, to compare with published numbers.",
        fails_when="There are fewer samples than features: wide models win by their width.",
        reference="You, Liu, Wang, Long, ICML 2021, arXiv:2102.11005; code thuml/LogME",
        version=1,
    ),
    MetricSpec(
        name="leep",
        title="LEEP",
        function=leep_output,
        needs=frozenset({"source_logits"}),
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(None, 0.0),
        stochastic=False,
        cost="linear",
        idea="How well the classes that the model was trained on predict the labels.",
        fails_when="The model has far more source classes than there are samples, or candidates differ"
        " in their number of source classes.",
        reference="Nguyen, Hassner, Seeger, Archambeau, ICML 2020, arXiv:2002.12462",
        version=1,
    ),
    MetricSpec(
        name="hscore",
        title="H-Score",
        function=hscore_output,
        needs=NOTHING,
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(0.0, None),
        stochastic=False,
        cost="decomposition",
        idea="How much of the features' whitened variance lies between the class means, with a"
        " shrunk covariance.",
        fails_when="There are few samples: the shrinkage differs between models and so does its penalty.",
        reference="Ibrahim, Ponomareva, Mazumder, ECML PKDD 2022, arXiv:2110.06893",
        version=1,
    ),
    MetricSpec(
        name="hscore:plain",
        title="H-Score (plain)",
        function=partial(hscore_output, estimator="plain"),
        needs=NOTHING,
        tasks=CLASSES_ONLY,
        higher_is_better=True,
        bounds=(0.0, None),
        stochastic=False,
        cost="decomposition",
        idea="How much of the features' whitened variance lies between the class means, with the"
        " sample covariance.",
        fails_when="There are not many more samples than features: C - 1 for every model.",
        reference="Bao et al., ICIP 2019, doi:10.1109/ICIP.2019.8803726",
        version=1,
    ),
)

METRICS: Mapping[str, MetricSpec] = MappingProxyType({spec.name: spec for spec in _TABLE})


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
