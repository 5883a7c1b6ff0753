"""Whether a metric applies, and its value where it does."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np

from ptmrank_core.errors import MetricError, MetricInputError
from ptmrank_core.metrics.inputs.auxiliary import SOURCE_EMBEDDINGS
from ptmrank_core.metrics.inputs.inputs import MetricInputs
from ptmrank_core.metrics.registry.registry import metric_spec
from ptmrank_core.records import MetricOutput, MetricSpec

__all__ = ["applied", "compute", "describe_input", "inapplicable_reason"]

LOOK = "Look for features that are huge, or the same for all samples."
INPUTS = {
    "source_logits": "the outputs of the model's own classification head",
    "reference_embeddings": "features of a general reference set",
    "label_embeddings": "embeddings of the class names",
    "sample_label_embeddings": "embeddings of the label of each sample",
    "source_embeddings": "labelled samples of what the model was trained on",
    "source_labels": "the labels of those source samples",
    "source_error": "the model's error on its source task",
    "target_error": "the error on these samples without the model",
    "lipschitz": "a Lipschitz constant of the target head, derived from the features where there are classes",
}
# Follows from the features where the targets are classes; elsewhere it has to be given.
DERIVED = {"classification": frozenset({"lipschitz"})}


def describe_input(name: str) -> str:
    """Say what an input besides embeddings and targets is.

    Parameters
    ----------
    name
        As in ``MetricSpec.needs``.
    """
    return INPUTS[name]


def inapplicable_reason(spec: MetricSpec, available: Collection[str], task: str) -> str | None:
    """Tell why a metric does not apply; known before any work.

    Parameters
    ----------
    spec
        The metric.
    available
        Names of the extra inputs that are there, as in ``MetricSpec.needs``.
    task
        ``"classification"``, ``"regression"`` or ``"multilabel"``.

    Returns
    -------
    str or None
        A sentence, or ``None`` where the metric applies.
    """
    if task not in spec.tasks:
        return f"{spec.title} is defined for {' and '.join(sorted(spec.tasks))}, not for {task}."
    missing = sorted(spec.needs.difference(available, DERIVED.get(task, ())))
    if SOURCE_EMBEDDINGS in missing:  # without them nothing else of the source task can be known
        missing = [SOURCE_EMBEDDINGS]
    if missing:
        names = " and ".join(f"{describe_input(name)} ({name})" for name in missing)
        return f"{spec.title} needs {names}, not there for this model."
    return None


@contextmanager
def applied(spec: MetricSpec, inputs: MetricInputs) -> Iterator[None]:
    """See that a metric applies before the block, and say it in words where its algebra fails within.

    Parameters
    ----------
    spec
        The metric.
    inputs
        Checked arrays of one model.

    Raises
    ------
    MetricInputError
        The metric does not apply to these inputs.
    MetricError
        A decomposition within the block did not converge, or a matrix was singular.
    """
    reason = inapplicable_reason(spec, inputs.available, inputs.task)
    if reason is not None:
        raise MetricInputError(reason)
    try:
        yield
    except np.linalg.LinAlgError as error:
        raise MetricError(f"{spec.title} has no value for these features: {error}.", hint=LOOK) from error


def compute(name: str, inputs: MetricInputs, *, seed: int | None = None) -> MetricOutput:
    """Compute one metric of the registry.

    Parameters
    ----------
    name
        Name in the registry.
    inputs
        Checked arrays of one model.
    seed
        Instead of the metric's own; only for a stochastic metric.

    Returns
    -------
    MetricOutput
        A finite value.

    Raises
    ------
    UnknownNameError
        No such metric.
    MetricInputError
        The metric does not apply to these inputs, or depends on no seed.
    MetricError
        The metric has no finite value for them.
    """
    spec = metric_spec(name)
    with applied(spec, inputs):
        if seed is not None and not spec.stochastic:
            raise MetricInputError(f"{spec.title} depends on no seed; got seed {seed}.", hint="Leave it out.")
        function = spec.function if seed is None else partial(spec.function, seed=seed)
        output = function(inputs)
    if not (isinstance(output.value, float) and math.isfinite(output.value)):
        raise MetricError(
            f"{spec.title} gave {output.value!r} for features of shape"
            f" ({inputs.n_samples}, {inputs.n_features}); expected a finite number.",
            hint=LOOK,
        )
    return output
