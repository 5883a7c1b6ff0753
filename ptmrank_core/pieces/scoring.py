"""Arrays of one model -> its cells: scores, failures, and skipped cells."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ptmrank_core.errors import (
    CancelledError,
    MetricError,
    MetricInputError,
    NotApplicableError,
    PTMRankError,
    StoreError,
)
from ptmrank_core.metrics import METRICS, MetricInputs, compute, inapplicable_reason
from ptmrank_core.records import Cell, Failure, MetricOutput, Score, Skipped, Stage
from ptmrank_core.records.names import printable, reason_of

__all__ = ["REFUSALS", "CapturedError", "run_guarded", "score_cells", "skipped_cells"]

logger = logging.getLogger(__name__)
T = TypeVar("T")


NO_MEMORY = "The machine's memory does not suffice: end other programs, or rank on fewer samples."
# Each thread takes some of the memory, and counts as a process.
NO_THREAD = (
    "The machine's memory, or the number of processes that it allows, does not suffice: end other programs."
)
# Errors of metrics that follow from the arrays.
REFUSALS = frozenset({MetricError.__name__, MetricInputError.__name__})
UNEXPECTED = "This error is unexpected; the run's log has the traceback."


@dataclass(frozen=True, slots=True)
class CapturedError:
    """An error that was caught: its type, message and hint."""

    error: str
    message: str
    hint: str

    @property
    def is_of_arrays(self) -> bool:
        """Whether it follows from the arrays alone, so that it would be raised at any time."""
        return self.error in REFUSALS

    def failure(self, model: str, metric: str, stage: Stage, layer: int | None = None) -> Failure:
        """Make the failed cell of this error."""
        return Failure(model, metric, stage, self.error, self.message, self.hint, layer)


def run_guarded(action: Callable[[], T], *, what: str) -> T | CapturedError:
    """Call a function for one model and return its result, or the error that it raised.

    This is the only place that catches everything, the panics of foreign code too: one bad model must not
    stop the others. Cancellation is not caught, nor what ends the process, nor that the run store is gone.

    Parameters
    ----------
    action
        The function.
    what
        Name of the work: in the log beside the traceback, and in the message of an error that says nothing.
    """
    try:
        return action()
    except (CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except StoreError:  # what cannot be stored for one model can be for none
        raise
    except PTMRankError as error:
        logger.warning("%s: %s", what, error)
        return CapturedError(type(error).__name__, printable(error.message), printable(error.advice()))
    except BaseException as error:
        logger.exception("%s", what)
        return CapturedError(
            type(error).__name__, f"{reason_of(error, f'working on {what}')}.", _advice_on(error)
        )


def _advice_on(error: BaseException) -> str:
    """Say what to do about an error that nobody has foreseen."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    is_thread = isinstance(error, RuntimeError) and str(error) == "can't start new thread"
    return NO_THREAD if is_thread else UNEXPECTED


def skipped_cells(model: str, reasons: Mapping[str, str]) -> list[Cell]:
    """Make the cells of metrics that do not apply."""
    return [Skipped(model, metric, reason) for metric, reason in reasons.items()]


def _compute_or_skip(metric: str, inputs: MetricInputs) -> MetricOutput | str:
    """Compute a metric, or return why it does not apply to these arrays."""
    try:
        return compute(metric, inputs)
    except NotApplicableError as error:
        return str(error)


def score_cells(
    model: str, inputs: MetricInputs, metrics: Iterable[str], layer: int | None = None
) -> Iterator[Cell]:
    """Compute metrics one after the other.

    Parameters
    ----------
    model
        The model's id.
    inputs
        Its checked arrays; results that metrics share are computed by the first metric that needs them.
    metrics
        Names of metrics.
    layer
        Hidden layer of the arrays; ``None`` for the model itself.

    Yields
    ------
    Cell
        A score, a failure at stage ``score``, or a skipped cell.
    """
    for metric in metrics:
        reason = inapplicable_reason(METRICS[metric], inputs.available, inputs.task)
        if reason is not None:
            yield Skipped(model, metric, reason, layer)
            continue
        start = time.perf_counter()
        output = run_guarded(partial(_compute_or_skip, metric, inputs), what=f"{model} under {metric}")
        seconds = time.perf_counter() - start
        if isinstance(output, CapturedError):
            yield output.failure(model, metric, Stage.SCORE, layer)
        elif isinstance(output, str):
            yield Skipped(model, metric, output, layer)
        else:
            parts = dict(output.components)
            yield Score(model, metric, output.value, seconds, parts, output.warnings, layer)
