"""The features of a run's models as a script needs them: read from the cache, projected to the plane."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptmrank_core.benchmark import Sources, cached_embeddings, drawn_rows
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.features import FeatureCache
from ptmrank_core.projection import pca, trustworthiness
from ptmrank_core.records import RunResult, Samples
from ptmrank_core.reports.figures.embeddings import Panel, axis_titles, say_trust

__all__ = ["Panels"]


@dataclass(frozen=True, eq=False)
class Panels:
    """Makes the panel of a model's first two principal components, once for each model.

    Parameters
    ----------
    result, samples
        The run, and what was ranked on.
    settings
        Where the feature cache is.
    sources
        Where features that are not in the cache come from.
    """

    result: RunResult
    samples: Samples
    settings: Settings
    sources: Sources
    _made: dict[str, Panel] = field(default_factory=dict, init=False)

    def of(self, model: str) -> Panel:
        """Return the panel of a model.

        Raises
        ------
        InputError
            If its features are not in the cache.
        ModelError
            If its features cannot be read.
        """
        if model not in self._made:
            self._made[model] = self._make(model)
        return self._made[model]

    def _make(self, model: str) -> Panel:
        plan, spec = self.result.plan, self.result.outcomes[model].spec
        with FeatureCache(self.settings) as cache:
            embeddings = cached_embeddings(plan, spec, self.samples, sources=self.sources, cache=cache)
        if embeddings is None:
            raise InputError(
                f"The features of {model!r} are not in the cache.",
                hint="Those of a function are kept only where its Model has a version; others may have made "
                "room for newer ones.",
            )
        projected, rows = pca(embeddings), drawn_rows(self.samples, plan.seed)
        trust = trustworthiness(embeddings[rows], projected.points[rows], seed=plan.seed)
        return Panel(model, rows, projected.points[rows], *axis_titles(projected), say_trust(trust))
