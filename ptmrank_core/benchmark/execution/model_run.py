"""One model of a run: it is fetched, its features are extracted and scored; every stage may decide cells.

The work has two phases, so that the features of the next model can be extracted while this one is scored.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np

from ptmrank_core.benchmark.execution.attempts import Attempts
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.extraction import gather, source_place
from ptmrank_core.benchmark.execution.metric_arrays import Extracted, n_broken_logits
from ptmrank_core.benchmark.execution.prefetch import FetchAhead
from ptmrank_core.benchmark.plan import known_skips, layer_metrics
from ptmrank_core.benchmark.work.scores import FeatureFacts, KeptScores
from ptmrank_core.events import (
    BatchDone,
    CellDone,
    Event,
    StageStarted,
    raise_if_cancelled,
)
from ptmrank_core.metrics import LABEL_EMBEDDINGS, SOURCE_LOGITS, metrics_reading, prepare_inputs
from ptmrank_core.pieces.scoring import CapturedError, run_guarded, score_cells, skipped_cells
from ptmrank_core.records import (
    Cell,
    ModelOutcome,
    ModelSpec,
    Stage,
)

__all__ = ["ModelWork"]


class ModelWork:
    """The work on one model of a run: its stages in order, each of which may decide cells.

    Parameters
    ----------
    run_context
        Context of the run.
    spec
        The model.
    decided
        Metric and layer of its cells that are already decided; layer ``None`` for the model itself.
    files
        Fetches the model's files.
    """

    def __init__(
        self,
        run_context: RunContext,
        spec: ModelSpec,
        decided: Collection[tuple[str, int | None]],
        files: FetchAhead,
    ) -> None:
        self.run_context = run_context
        self.files = files
        self.spec = spec
        self.decided = decided
        self.metrics = self._open(run_context.plan.metrics, None)
        self.stage = Stage.RESOLVE
        self.earlier = run_context.store.outcomes(run_context.plan.run_id).get(spec.id)
        self._extracted: Extracted | None = None
        self._at_work = ExitStack()
        self.attempts = Attempts(run_context.store, run_context.plan.run_id, spec.id)

    def _open(self, metrics: Sequence[str], layer: int | None) -> list[str]:
        """Select the metrics under which the model, or one of its layers, is not decided yet."""
        return [metric for metric in metrics if (metric, layer) not in self.decided]

    def begin(self) -> None:
        """Fetch the model and extract its features, or decide its open cells by what is kept of them."""
        refused = run_guarded(self.attempts.check, what=self.spec.id)
        if isinstance(refused, CapturedError):
            self.stage = self.attempts.last_stage
            self._fail(refused)
            self.attempts.forget()
            return
        with ExitStack() as stack:
            stack.enter_context(self.attempts.at_work())
            self._extracted = self._begin()
            if self._extracted is not None:
                self.attempts.pause()
            self._at_work = stack.pop_all()

    def finish(self) -> None:
        """Decide the cells of the model and of its layers that are still open."""
        with self._at_work:
            if self._extracted is not None:
                self._keep_outcome(self._facts_of(self._extracted), self._score(self._extracted))

    @property
    def n_bytes(self) -> int:
        """Bytes of the arrays that it holds between its phases."""
        if self._extracted is None:
            return 0
        held = (self._extracted.arrays, *self._extracted.layers)
        return sum(array.nbytes for own in held for array in own.values() if isinstance(array, np.ndarray))

    def put_down(self) -> None:
        """End work that was begun and is not finished, in order."""
        self._at_work.close()

    def _begin(self) -> Extracted | None:
        if not self._is_prepared() or self._has_recalled():
            return None
        extracted = run_guarded(self._extract, what=self.spec.id)
        if isinstance(extracted, CapturedError):
            self._fail(extracted)
            return None
        self._fail_broken_head(extracted)
        self.kept = KeptScores(self.run_context, self.spec, extracted.features.report.key)
        self.kept.keep_facts(self._facts_of(extracted))
        self._keep_outcome(self._facts_of(extracted), 0.0)
        return extracted

    def _facts_of(self, extracted: Extracted) -> FeatureFacts:
        features = extracted.features
        return FeatureFacts(features.report, features.embeddings.shape[1], len(extracted.layers))

    def _has_recalled(self) -> bool:
        """Decide every open cell by the kept scores, if all of them are kept: no features are read then."""
        facts = self.kept.facts()
        if facts is None:
            return False
        layers = [None, *(range(facts.n_layers) if self._layer_metrics() else ())]
        wanted = {layer: self._open_metrics(layer) for layer in layers}
        scores = {layer: self.kept.take(metrics, layer) for layer, metrics in wanted.items()}
        if any(scores[layer].keys() != set(metrics) for layer, metrics in wanted.items()):
            return False
        n_samples = self.run_context.samples.n_samples
        self._hear(BatchDone(self.spec.id, n_samples, n_samples))
        self._hear(StageStarted(self.spec.id, Stage.SCORE))
        self._keep_outcome(facts, 0.0)
        for layer, metrics in wanted.items():
            for metric in metrics:
                self._decide(scores[layer][metric])
            raise_if_cancelled(self.run_context.cancel)
        return True

    def _open_metrics(self, layer: int | None) -> list[str]:
        """Select the open metrics of the model, which may have been skipped, or of one of its layers."""
        return self.metrics if layer is None else self._open(self._layer_metrics(), layer)

    def _hear(self, event: Event) -> None:
        """Remember the stage, for the message of a failure, and pass the event on."""
        if isinstance(event, StageStarted):
            self.stage = event.stage
        self.attempts.hear(event)
        self.run_context.sink(event)

    def _decide(self, cell: Cell) -> None:
        self.run_context.store.add_cell(self.run_context.plan.run_id, cell)
        self.attempts.hear(CellDone(cell))
        self.run_context.sink(CellDone(cell))

    def _fail(self, problem: CapturedError) -> None:
        for metric in self.metrics:
            self._decide(problem.failure(self.spec.id, metric, self.stage))

    def _is_prepared(self) -> bool:
        """Fetch the model and skip metrics that do not apply; return whether any cell is left open."""
        fetched = run_guarded(self._fetch, what=self.spec.id)
        self.stage = self.files.stage_of(self.spec.id)
        if isinstance(fetched, CapturedError):
            self._fail(fetched)
            return False
        self.spec = fetched
        self._skip_inapplicable()
        self.kept = KeptScores(self.run_context, self.spec)
        return bool(self.metrics or self._layer_metrics())

    def _fail_broken_head(self, extracted: Extracted) -> None:
        """Fail the metrics that read the head of the model if its output is not finite, and them alone."""
        n_broken = n_broken_logits(extracted.features)
        for metric in metrics_reading(SOURCE_LOGITS, self.metrics) if n_broken else ():
            problem = CapturedError(
                "ModelError",
                f"The head of the model gives NaN or infinity for {n_broken} of "
                f"{len(extracted.features.labels)} samples.",
                "Its weights may be damaged: copy or download it again. What reads no head is scored.",
            )
            self._decide(problem.failure(self.spec.id, metric, Stage.EXTRACT))
            self.metrics.remove(metric)

    def _skip_inapplicable(self) -> None:
        """Decide the cells that are known to have no score before features are extracted."""
        if self.spec.source == "features":
            return  # which inputs there are is known only once the file is read
        skips = known_skips(
            self.spec,
            self.metrics,
            self.run_context.samples.target_kind,
            has_reference=self.run_context.reference is not None,
            has_source=source_place(self.run_context.plan, self.spec) is not None,
            has_class_names=self.run_context.label_embeddings is not None,
        )
        for cell in skipped_cells(self.spec.id, skips):
            self._decide(cell)
        self.metrics = [metric for metric in self.metrics if metric not in skips]
        class_names = self.run_context.label_embeddings
        if isinstance(class_names, CapturedError):
            for metric in metrics_reading(LABEL_EMBEDDINGS, self.metrics):
                self._decide(class_names.failure(self.spec.id, metric, Stage.EXTRACT))
                self.metrics.remove(metric)

    def _layer_metrics(self) -> tuple[str, ...]:
        """Select the metrics under which the hidden layers are scored, if requested."""
        plan = self.run_context.plan
        return (
            layer_metrics(plan.metrics, self.run_context.samples.target_kind) if plan.options.layers else ()
        )

    def _fetch(self) -> ModelSpec:
        return self.files.take(self.spec)

    def _extract(self) -> Extracted:
        return gather(self.run_context, self.spec, self.metrics, self._hear)

    def _score(self, extracted: Extracted) -> float:
        """Score the model, then each of its layers, under the open metrics; return the seconds taken."""
        start = time.perf_counter()
        self._hear(StageStarted(self.spec.id, Stage.SCORE))
        self._score_arrays(extracted.arrays, self.metrics)
        for layer, arrays in enumerate(extracted.layers):
            self._score_arrays(arrays, self._open_metrics(layer), layer)
        return time.perf_counter() - start

    def _score_arrays(
        self, arrays: Mapping[str, Any], metrics: Sequence[str], layer: int | None = None
    ) -> None:
        """Score the arrays of the model, or of one of its layers."""
        known = self.kept.take(metrics, layer)
        for score in known.values():
            self._decide(score)
        metrics = [metric for metric in metrics if metric not in known]
        if not metrics:
            return
        inputs = run_guarded(lambda: prepare_inputs(**arrays), what=self.spec.id)
        if isinstance(inputs, CapturedError):
            for metric in metrics:
                self._decide(inputs.failure(self.spec.id, metric, self.stage, layer))
            return
        cells: list[Cell] = []
        try:
            for cell in score_cells(self.spec.id, inputs, metrics, layer):
                self._decide(cell)
                cells.append(cell)
                raise_if_cancelled(self.run_context.cancel)
        finally:
            self.kept.keep(cells, layer)

    def _keep_outcome(self, facts: FeatureFacts, score_seconds: float) -> None:
        """Store the outcome of the model: once after extraction, and again after scoring."""
        outcome = ModelOutcome(
            spec=self.spec,
            report=facts.report,
            n_features=facts.n_features,
            n_layers=facts.n_layers,
            score_seconds=score_seconds,
        )
        self.run_context.store.add_outcome(self.run_context.plan.run_id, self._with_earlier_work(outcome))

    def _with_earlier_work(self, outcome: ModelOutcome) -> ModelOutcome:
        """Keep the measurements of an earlier worker if this one found all features in the cache."""
        earlier = self.earlier
        if earlier is None or outcome.report.cache_misses or not earlier.report.cache_misses:
            return outcome
        score_seconds = earlier.score_seconds + outcome.score_seconds
        return replace(earlier, spec=outcome.spec, score_seconds=score_seconds)
