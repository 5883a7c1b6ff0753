"""Metrics: their specifications, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from ptmrank_core.records.agreements import PriorAgreement

__all__ = ["CLASSIFICATION", "EVERY_TASK", "Formula", "MetricOutput", "MetricSpec", "Paper", "Traits"]

CLASSIFICATION = frozenset({"classification"})
EVERY_TASK = frozenset({"classification", "regression", "multilabel"})


@dataclass(frozen=True, slots=True)
class MetricOutput:
    """What a metric returns: its value, named components, and warnings as values."""

    value: float
    components: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """How a metric is computed.

    Parameters
    ----------
    latex
        The formula, in LaTeX without dollar signs.
    symbols
        What each symbol stands for, in Markdown with LaTeX between dollar signs.
    meaning
        The formula in words: why it should distinguish a good model from a bad one.
    """

    latex: str
    symbols: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper, as whoever uses its metric cites it.

    Parameters
    ----------
    authors
        Each as ``"Family, Given"``.
    title
        Its title.
    venue
        Where it appeared, as it is usually abbreviated; empty for a preprint.
    year
        When it appeared there.
    arxiv, doi
        Its identifiers; one of them is enough.
    code
        The authors' repository, where a metric follows it rather than the text.
    """

    authors: tuple[str, ...]
    title: str
    venue: str
    year: int
    arxiv: str = ""
    doi: str = ""
    code: str = ""

    @property
    def reference(self) -> str:
        """The paper in a few words: authors, venue, year, and where to look it up."""
        families = [author.split(",")[0] for author in self.authors]
        appeared = f"{self.venue} {self.year}".strip()
        found = f"arXiv:{self.arxiv}" if self.arxiv else f"doi:{self.doi}"
        code = f"; code {self.code}" if self.code else ""
        return ", ".join([*families, appeared, found]) + code


@dataclass(frozen=True, slots=True)
class Traits:
    """What somebody who chooses among metrics wants to know of one; plain sentences.

    Parameters
    ----------
    assumes
        What it takes for granted of features and labels.
    complexity
        What its time grows with: n samples, d features, C classes, z source classes.
    use_when
        In which situation to choose it.
    """

    assumes: str
    complexity: str
    use_when: str


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """The facts of one metric; everything that lists, chooses or explains metrics reads these.

    Parameters
    ----------
    name
        ``"NAME"``, the name of the metric's own file, or ``"NAME:VARIANT"``.
    position
        Its position in lists, ascending; a variant has the position of its metric and follows it.
    title
        Its name as papers write it.
    function
        Takes ``MetricInputs``, returns a ``MetricOutput``.
    tasks
        ``"classification"``, ``"regression"``, ``"multilabel"``.
    higher_is_better
        Direction of the value.
    bounds
        Lower and upper bound of the value; ``None`` if unbounded.
    cost
        ``"decomposition"``, ``"linear"`` or ``"iterative"``.
    measured_seconds
        Processor seconds of one thread for one model at 5,000 samples, 1,024 features and 100 classes (1,000
        source classes), as ``python -m tests.benchmarks.metrics --cpu`` measures them. The decomposition
        that most metrics share is counted once, in the first of the list. They distinguish cheap metrics
        from slow ones; absolute times differ between machines.
    prior_agreement
        How well its order of models agreed with fine-tuning on other sets of samples, as ``python -m
        tests.benchmarks.consensus`` measures it and as published tables have it; empty where nothing was
        measured.
    idea
        One sentence: what it estimates.
    fails_when
        One sentence: when not to trust it.
    paper
        Where it was published.
    formula
        How it is computed; a variant has the formula of its metric.
    traits
        What it assumes, what its time grows with, when to choose it; a variant has those of its metric.
    version
        Increased whenever the same inputs can give a different value.
    needs
        Names of the inputs it requires besides embeddings and targets, such as ``"source_logits"``.
    uses
        Names of optional inputs, which it takes into account if they are available.
    stochastic
        Whether the value depends on the seed; the function then takes a ``seed`` as well.
    rewards_width
        Whether it scores wide noise above narrow informative features on few samples (measured); the score
        then carries a warning.
    adds_up
        Whether the value is a sum over the samples when these are fewer than the features: its random
        deviations then grow with the number of samples instead of shrinking.
    kind
        ``"metric"``: a transferability metric from the literature. ``"evidence"``: a simpler measure of the
        same features, listed as a group of its own.
    saturates
        Tasks in which it reaches its limit for any labels once features are as wide as there are samples, and
        approaches it before: its scores on a part of the samples then say nothing of how it varies on all of
        them (``python -m tests.benchmarks.coverage`` shows it).
    saturates_at
        Features per sample of a part from which that is so: 1, or less if it is near its limit before.
    combine
        Combines the components of all models of a run into the scores that rank them (model -> components
        in, model -> score out; a second mapping of the kind, if given, says whose components set the scale);
        ``None`` if the value itself ranks.
    """

    name: str
    position: int
    title: str
    function: Callable[..., MetricOutput]
    tasks: frozenset[str]
    higher_is_better: bool
    bounds: tuple[float | None, float | None]
    cost: Literal["linear", "decomposition", "iterative"]
    measured_seconds: float
    idea: str
    fails_when: str
    paper: Paper
    formula: Formula
    traits: Traits
    version: int
    prior_agreement: PriorAgreement = field(default_factory=PriorAgreement)
    needs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    stochastic: bool = False
    rewards_width: bool = False
    adds_up: bool = False
    saturates: frozenset[str] = frozenset()
    saturates_at: float = 1.0
    kind: Literal["metric", "evidence"] = "metric"
    combine: Callable[..., dict[str, float]] | None = None

    @property
    def reference(self) -> str:
        """Authors, year, DOI or arXiv id of its paper."""
        return self.paper.reference

    @property
    def is_variant(self) -> bool:
        """Whether this is a variant of another metric; a variant votes only if the user selected it."""
        return ":" in self.name

    def reads(self, name: str) -> bool:
        """Whether the metric reads an input besides embeddings and targets.

        Parameters
        ----------
        name
            Name of the input, as in ``needs`` and ``uses``.
        """
        return name in self.needs or name in self.uses
