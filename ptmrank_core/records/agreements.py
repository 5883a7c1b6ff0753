"""How well a metric agreed with fine-tuning on other sets of samples: the data that its vote rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["PROBE_SHARE", "PriorAgreement", "PublishedAgreement", "RegimeAgreement"]

# Mean weighted tau of a linear probe with fine-tuning, over the sets of `tuned`: a set that only a probe has
# judged counts with this share of its tau.
PROBE_SHARE = 0.74
_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PublishedAgreement:
    """One published table.

    Parameters
    ----------
    tau
        Mean weighted tau with the accuracy after fine-tuning.
    n_sets, n_models
        Size of the table.
    source
        Where it stands, as ``"arXiv:ID"``.
    """

    tau: float
    n_sets: int
    n_models: int
    source: str


@dataclass(frozen=True, slots=True)
class RegimeAgreement:
    """Agreement in one kind of situation: mean weighted tau, and the number of sets it rests on."""

    mean: float
    n_sets: int


@dataclass(frozen=True, slots=True)
class PriorAgreement:
    """Weighted Kendall tau between a metric's order of models and their accuracy after fine-tuning.

    Parameters
    ----------
    tuned
        Set -> tau, on sets whose models were all fine-tuned; of them the sets that are not near the ceiling.
    ceiling
        The same where most models lie within a few points of the best, so that no score tells them apart;
        shown, not counted.
    few
        The sets of ``tuned`` with fewer samples, one and a half times the median width of the features.
    far
        The same sets without the models that were pre-trained on samples of the target's own kind.
    probed
        Set -> tau with the accuracy of a linear probe, where nothing was fine-tuned. Counted with
        :data:`PROBE_SHARE` of it.
    published
        Tables of others, of models of like size that were all pre-trained on the same source.
    by_authors
        Tables of the metric's own authors: cited, not counted.
    """

    tuned: Mapping[str, float] = field(default_factory=lambda: _NONE)
    ceiling: Mapping[str, float] = field(default_factory=lambda: _NONE)
    few: Mapping[str, float] = field(default_factory=lambda: _NONE)
    far: Mapping[str, float] = field(default_factory=lambda: _NONE)
    probed: Mapping[str, float] = field(default_factory=lambda: _NONE)
    published: tuple[PublishedAgreement, ...] = ()
    by_authors: tuple[PublishedAgreement, ...] = ()

    def taus(self, *, few: bool = False) -> tuple[float, ...]:
        """One tau for each set of ours and for each published table.

        Parameters
        ----------
        few
            Whether there are few samples for the width of the features.
        """
        own = {**self.tuned, **(self.few if few else {})}
        probed = (PROBE_SHARE * tau for tau in self.probed.values())
        return (*own.values(), *probed, *(table.tau for table in self.published))

    @property
    def mean(self) -> float | None:
        """Mean of :meth:`taus`; ``None`` where nothing was measured."""
        return _mean(self.taus())

    @property
    def spread(self) -> float | None:
        """Standard deviation of :meth:`taus`; ``None`` for fewer than two."""
        taus = self.taus()
        if len(taus) < 2:
            return None
        mean = math.fsum(taus) / len(taus)
        return math.sqrt(math.fsum((tau - mean) ** 2 for tau in taus) / (len(taus) - 1))

    @property
    def n_sets(self) -> int:
        """Number of sets that it rests on, those of published tables included."""
        return len(self.tuned) + len(self.probed) + sum(table.n_sets for table in self.published)

    @property
    def sources(self) -> tuple[str, ...]:
        """Published tables that count."""
        return tuple(table.source for table in self.published)

    @property
    def by_regime(self) -> Mapping[str, RegimeAgreement | None]:
        """Agreement with fine-tuning in each kind of situation; ``None`` where nothing was measured."""
        tables = [tau for table in self.published for tau in [table.tau] * table.n_sets]
        taus: Mapping[str, Iterable[float]] = {
            "many samples": self.tuned.values(),
            "few samples for the width": self.few.values(),
            "models of unlike size": self.tuned.values(),
            "models of like size": tables,
            "source near the target": self.tuned.values(),
            "source far from the target": self.far.values(),
        }
        found = {regime: tuple(own) for regime, own in taus.items()}
        return {
            regime: RegimeAgreement(mean, len(own)) if (mean := _mean(own)) is not None else None
            for regime, own in found.items()
        }


def _mean(values: tuple[float, ...]) -> float | None:
    # Exactly rounded, and so the same under every Python: the built-in sum is compensated from 3.12 on.
    return math.fsum(values) / len(values) if values else None
