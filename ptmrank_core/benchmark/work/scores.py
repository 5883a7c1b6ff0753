"""The kept scores of one model: those of all samples, and what a run records of its features beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.work.identity import Identity, identity_of, metric_text
from ptmrank_core.benchmark.work.kept_results import Kept
from ptmrank_core.records import Cell, ExtractionReport, ModelSpec, Score

__all__ = ["FeatureFacts", "KeptScores"]

FACTS = "features"
NOTHING_DONE: Mapping[str, float] = {"load": 0.0, "preprocess": 0.0, "forward": 0.0}


@dataclass(frozen=True, slots=True)
class FeatureFacts:
    """What a run records of the features of a model.

    Parameters
    ----------
    report
        The report of their extraction.
    n_features, n_layers
        Width of the features, and number of hidden layers.
    """

    report: ExtractionReport
    n_features: int
    n_layers: int


@dataclass(frozen=True, slots=True)
class KeptScore:
    """A score without its names."""

    value: float
    components: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class KeptScores:
    """Looks scores of one model up, and keeps them.

    Parameters
    ----------
    run_context
        Context of the run, with the auxiliary inputs of the metrics loaded.
    spec
        The model, fetched.
    key
        Key of its features, where these are at hand.
    """

    def __init__(self, run_context: RunContext, spec: ModelSpec, key: str | None = None) -> None:
        self._run_context, self._spec = run_context, spec
        self._identity: Identity | None = identity_of(run_context, spec, key)

    def facts(self) -> FeatureFacts | None:
        """Return what is known of the features without reading them; ``None`` if it is not kept."""
        name = self._name_of_facts()
        found = self._run_context.kept.get_many([name], FeatureFacts) if name else {}
        return found[name].result if name in found else None

    def keep_facts(self, facts: FeatureFacts) -> None:
        """Keep what is known of the features, as a run records it that finds all of them in the cache."""
        name = self._name_of_facts()
        report = facts.report
        if name is None:
            return
        if self._spec.source not in {"features", "columns"}:
            report = replace(
                report,
                device=None,
                seconds=dict(NOTHING_DONE),
                cache_hits=self._run_context.samples.n_samples,
                cache_misses=0,
                n_run=0,
                batch_size=None,
                peak_memory_bytes=None,
            )
        else:
            report = replace(report, seconds=dict(NOTHING_DONE))
        self._run_context.kept.put_many([(name, Kept(replace(facts, report=report), 0.0))])

    def _name_of_facts(self) -> str | None:
        options = self._run_context.plan.options
        asked = (options.dtype, options.device, str(options.layers))  # a note says why it is another dtype
        return self._identity.name(FACTS, *asked) if self._identity is not None else None

    def take(self, metrics: Collection[str], layer: int | None = None) -> dict[str, Score]:
        """Find the kept scores of the model, or of one of its layers, by metric."""
        names = self._names(metrics, layer)
        found = self._run_context.kept.get_many(list(names), KeptScore)
        return {names[name]: self._score(names[name], kept, layer) for name, kept in found.items()}

    def _score(self, metric: str, kept: Kept, layer: int | None) -> Score:
        own: KeptScore = kept.result
        return Score(self._spec.id, metric, own.value, 0.0, own.components, own.warnings, layer, kept.seconds)

    def keep(self, cells: Iterable[Cell], layer: int | None = None) -> None:
        """Keep the scores among some cells of the model, or of one of its layers."""
        scores = {cell.metric: cell for cell in cells if isinstance(cell, Score) and not cell.kept_seconds}
        rows = [
            (
                name,
                Kept(
                    KeptScore(scores[metric].value, dict(scores[metric].components), scores[metric].warnings),
                    scores[metric].seconds,
                ),
            )
            for name, metric in self._names(scores, layer).items()
        ]
        self._run_context.kept.put_many(rows)

    def _names(self, metrics: Iterable[str], layer: int | None) -> dict[str, str]:
        """Name under which each score is kept -> its metric."""
        if self._identity is None:
            return {}
        place = "" if layer is None else str(layer)
        return {
            self._identity.name("score", metric_text(self._run_context, self._spec, metric), place): metric
            for metric in metrics
        }
