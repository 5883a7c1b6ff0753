"""One dose of training, from loading to the kept state. Imports torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import CancelToken
from ptmrank_core.features.pooling import family_of
from ptmrank_core.features.preparing import decode_items
from ptmrank_core.features.training.averaging import state_of
from ptmrank_core.features.training.continuing import STAGES, read_last
from ptmrank_core.features.training.following import Follower
from ptmrank_core.features.training.heads import fit_head
from ptmrank_core.features.training.inputs import Inputs
from ptmrank_core.features.training.loop import Course, Learner
from ptmrank_core.features.training.networks.base import has_batch_norm
from ptmrank_core.features.training.networks.classifier import Classifier
from ptmrank_core.features.training.networks.loading import output_names
from ptmrank_core.features.training.objective import Objective, Units
from ptmrank_core.features.training.passes import Passes
from ptmrank_core.features.training.schedule import CONSTANT_SHARE, Clock, constant_rate, rate_at
from ptmrank_core.features.training.state import (
    Facts,
    State,
    digest_of_outputs,
    digest_of_rows,
    write_state,
)
from ptmrank_core.features.training.tasks import TaskResult, TrainingTask
from ptmrank_core.records import ExtractionOptions, FloatArray, Samples, WordInContext

__all__ = ["Dosing"]

Indices = NDArray[np.int64]
Curve = tuple[tuple[float, float], ...]
BATCH_SIZE = 16
FIRST_WITH_BF16 = 8  # CUDA compute capability of Ampere


class Dosing:
    """One dose.

    Parameters
    ----------
    task, samples, options, on_progress, cancel
        As :func:`~ptmrank_core.features.training.doses.train_dose` has them.
    head_alone
        Whether the head alone is trained whatever the stage, because all weights do not fit into memory.
    """

    def __init__(
        self,
        task: TrainingTask,
        samples: Samples,
        *,
        options: ExtractionOptions,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
        head_alone: bool = False,
    ) -> None:
        self._clock = Clock(task.seconds)
        self._task, self._samples = task, samples
        self._on_progress, self._cancel = on_progress, cancel
        self._outputs_digest = digest_of_outputs(samples, output_names(samples))
        self._last = read_last(task, self._outputs_digest)
        self._head_alone = head_alone or (self._last is not None and not self._last.facts.trains_all)
        if isinstance(decode_items(samples.items[:1], samples.names[:1])[0], WordInContext):
            raise UnsupportedModelError(
                f"{task.spec.id!r} would have to class each word of a sentence, and such models are not "
                "trained here."
            )
        self._network = Classifier(task.spec, samples, options)
        self._network.rate = task.rate
        self._inputs = Inputs(samples, self._network.preparer)
        self._objective = self._restore()
        runs_in_half = family_of(task.spec).in_half
        self._in_half = runs_in_half and _trains_in_half(self._network.device, options.dtype)
        self._learner = Learner(
            self._network,
            self._objective,
            self._inputs,
            batch_size=BATCH_SIZE,
            seed=task.seed,
            in_half=self._in_half,
            cancel=cancel,
        )

    def _restore(self) -> Objective:
        """Take over the weights and units of the last dose, or find the layer that gives the outputs."""
        task, last, units = self._task, self._last, None
        if last is None:
            self._network.find_last(self._inputs.prepared(task.rows[:1]), task.seed)
        else:
            self._network.last = last.facts.last
        if self._has_adapters:
            self._network.add_adapters(task.seed)
        if last is not None:
            self._network.overlay(last.weights)
        if self._samples.target_kind == "regression":
            if last is None:
                units = Units.of(self._samples, task.rows, centred=self._network.has_bias)
            else:
                units = Units(np.array(last.facts.centre), np.array(last.facts.scale))
        return Objective(self._samples, units)

    @property
    def _has_adapters(self) -> bool:
        """Whether the network has low-rank adapters: those of this dose, or of the one that it continues."""
        is_theirs = self._last is not None and self._last.facts.adapters
        return is_theirs or (self._task.lora and self._task.stage != "head" and not self._head_alone)

    def run(self) -> TaskResult:
        """Do it."""
        if self._task.stage == "head" or self._head_alone:
            return self._train_head()
        if self._last is None:
            self._fit_head(self._head_inputs(self._task.rows))
        return self._train_all()

    def _head_inputs(self, rows: Indices) -> FloatArray:
        """Run the frozen network: what its last layer reads of some samples."""
        inputs = self._learner.run_over(rows, self._network.head_inputs)
        if not np.isfinite(inputs).all():
            raise UnsupportedModelError(
                f"The outputs of {self._task.spec.id!r} hold NaN or infinity before any training."
            )
        return inputs

    def _fit_head(self, inputs: FloatArray) -> None:
        """Fit the last layer on what it reads of the task's samples."""
        task, groups = self._task, self._samples.groups
        head = fit_head(
            inputs,
            self._objective.targets[task.rows],
            self._objective.kind,
            has_bias=self._network.has_bias,
            n_outputs=self._objective.n_outputs,
            groups=[groups[row] for row in task.rows] if groups else (),
            seed=task.seed,
        )
        self._network.put_head(head.weight, head.bias)

    def _train_head(self) -> TaskResult:
        """Fit the head on frozen features, and keep it with the other weights that are new."""
        task, network = self._task, self._network
        inputs = self._head_inputs(np.concatenate([task.rows, task.tested]))
        self._fit_head(inputs[: len(task.rows)])
        with torch.inference_mode():
            read = torch.from_numpy(inputs[len(task.rows) :]).to(network.device)
            outputs = network.last_layer(read).float().cpu().numpy()
        self._on_progress(1.0)
        new = {*network.drawn, *(f"{network.last}.{name}" for name in ("weight", "bias"))}
        new |= set() if self._last is None else self._last.weights.keys()
        weights = {name: own for name, own in state_of(network.module).items() if name in new}
        facts = replace(self._facts(), trains_all=task.stage == "head")
        result = self._result(outputs, (), task.epochs, 0.0)
        write_state(task.keeps, State(facts, weights, {}, {}))
        return result

    def _train_all(self) -> TaskResult:
        """Train all weights from the last dose or the fitted head."""
        task = self._task
        rows = np.sort(task.rows)
        lengths = self._inputs.lengths(rows)
        if lengths.min() == lengths.max():
            lengths = lengths[:0]
        passes = Passes(rows, BATCH_SIZE, (task.seed, STAGES.index(task.stage)), lengths)
        done, before = self._position()
        facts = replace(self._facts(), n_steps_before=before)
        n_steps = max(1, math.ceil(task.epochs * passes.n_steps))
        course = Course(passes, n_steps, self._clock, self._on_progress, self._cancel)
        curve: Curve = ()
        if task.stage == "final":
            done = course.run(self._learner, lambda _done, progress: rate_at(progress))
            outputs, rate = self._learner.outputs(task.tested), self._network.learning_rate
            state = State(replace(facts, n_steps=done), self._network.state(), {}, {})
        else:
            follower = Follower(self._network, self._learner, self._objective, task.tested, passes.n_steps)
            if self._last is not None and self._last.average:
                follower.restore(self._last)
            done = course.run(
                self._learner,
                lambda n_done, _progress: constant_rate(n_done),
                done=done,
                before=before,
                after_step=follower.after_step,
            )
            outputs, curve = follower.outputs(), follower.curve_before(done)
            rate = CONSTANT_SHARE * self._network.learning_rate
            state = follower.state(replace(facts, n_steps=done, micro_batch=self._learner.micro_batch))
        result = self._result(outputs, curve, done / passes.n_steps, rate)
        write_state(task.keeps, state)
        return result

    def _position(self) -> tuple[int, int]:
        """Return the steps done in this stage, with the same samples, and before it."""
        if self._last is None or self._last.facts.stage == "head":
            return 0, 0
        facts = self._last.facts
        if facts.stage == self._task.stage and facts.rows == digest_of_rows(self._task.rows):
            return facts.n_steps, facts.n_steps_before
        return 0, facts.n_steps_before + facts.n_steps

    def _facts(self) -> Facts:
        """Say what a state after this dose is of, before any step."""
        task, units = self._task, self._objective.units
        return Facts(
            model=task.spec.id,
            revision=task.spec.revision or "",
            outputs=self._outputs_digest,
            stage=task.stage,
            last=self._network.last,
            rows=digest_of_rows(task.rows),
            n_steps=0,
            n_steps_before=0,
            micro_batch=BATCH_SIZE,
            trains_all=True,
            centre=() if units is None else tuple(units.centre.tolist()),
            scale=() if units is None else tuple(units.scale.tolist()),
            adapters=self._has_adapters,
        )

    def _result(self, outputs: FloatArray, curve: Curve, epochs: float, rate: float) -> TaskResult:
        """Judge the outputs, and say what was done."""
        judgement = self._objective.judge(outputs, self._task.tested)
        return TaskResult(
            outputs=self._objective.in_units(outputs),
            curve=(*curve, (epochs, judgement.value)),
            measure=self._objective.measure,
            value=judgement.value,
            standard_error=judgement.standard_error,
            losses=tuple(judgement.losses.tolist()),
            epochs=epochs,
            learning_rate=rate,
            seconds=self._clock.seconds,
            n_parameters=self._network.n_parameters,
            dtype="bfloat16" if self._in_half and rate else "float32",
            accumulated=self._learner.accumulated,
            notes=tuple(self._notes()),
        )

    def _notes(self) -> list[str]:
        """Remarks on the training, one sentence each."""
        notes, limit = [], self._network.reader.limit
        if self._inputs.n_cut:
            notes.append(f"{_count(self._inputs.n_cut)} longer than {limit}: the rest of it is not read.")
        if self._learner.accumulated > 1:
            notes.append(
                f"Batches of {BATCH_SIZE} did not fit into memory and went through in parts of "
                f"{self._learner.micro_batch}."
                + (" Batch norms saw such a part at a time." if has_batch_norm(self._network.module) else "")
            )
        if self._head_alone and self._task.stage != "head":
            what = "adapters" if self._task.lora else "all weights"
            notes.append(f"Training {what} does not fit into memory: the head alone was trained.")
        if self._objective.units is not None and not self._network.has_bias:
            notes.append(
                "The head of this family has no bias: the numbers are learned without centring them."
            )
        return notes


def _count(n_samples: int) -> str:
    return f"{n_samples} of the samples {'is' if n_samples == 1 else 'are'}"


def _trains_in_half(device: torch.device, dtype: str) -> bool:
    """Whether steps compute in bfloat16: on a GPU that does so natively, unless float32 was asked for."""
    if device.type != "cuda" or dtype == "float32":
        return False
    return torch.cuda.get_device_capability(device)[0] >= FIRST_WITH_BF16
