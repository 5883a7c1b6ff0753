"""Metrics: their facts, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

__all__ = ["MetricOutput", "MetricSpec"]


@dataclass(frozen=True, slots=True)
class MetricOutput:
    """What a metric returns: its value, named components, and warnings as values."""

    value: float
    components: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """The facts of one metric; everything that lists metrics reads these.

    Parameters
    ----------
    name
        ``"logme"``, or ``"logme:thuml"`` for a variant.
    title
        How people write it.
    function
        Takes ``MetricInputs``, returns a ``MetricOutput``.
    needs
        Names of the inputs besides embeddings and targets: ``"source_logits"``.
    tasks
        ``"classification"``, ``"regression"``, ``"multilabel"``.
    higher_is_better
        Direction of the value.
    bounds
        Least and greatest value; ``None`` where there is none.
    stochastic
        Whether the value depends on the seed.
    cost
        ``"decomposition"``, ``"linear"`` or ``"iterative"``.
    idea
        One sentence: what it estimates.
    fails_when
        One sentence: where not to trust it.
    reference
        Authors, year, DOI or arXiv id.
    version
        Raised whenever the same inputs can give another value.
    rewards_width
        Whether wide noise beats narrow informative features on few samples (measured); the score then
        carries a warning.
    adds_up
        Whether the value is a sum over the samples where these are fewer than the features: its chance
        deviations then grow with their number, in place of shrinking.
    combine
        Joins the components of all models of a run to the scores that rank them (model -> components in,
        model -> score out); ``None`` where the value itself ranks.
    """

    name: str
    title: str
    function: Callable[[Any], MetricOutput]
    needs: frozenset[str]
    tasks: frozenset[str]
    higher_is_better: bool
    bounds: tuple[float | None, float | None]
    stochastic: bool
    cost: Literal["linear", "decomposition", "iterative"]
    idea: str
    fails_when: str
    reference: str
    version: int
    rewards_width: bool = False
    adds_up: bool = False
    combine: Callable[[Mapping[str, Mapping[str, float]]], dict[str, float]] | None = None

    @property
    def is_variant(self) -> bool:
        """Whether this is a variant of another metric, which votes only when chosen by hand."""
        return ":" in self.name
