"""The state that a dose continues, if it fits. Imports torch."""

from __future__ import annotations

from ptmrank_core.errors import InputError
from ptmrank_core.features.training.state import Facts, State, read_state
from ptmrank_core.features.training.tasks import TrainingTask

__all__ = ["STAGES", "read_last"]

STAGES = ("head", "part", "full", "final")
AGAIN = "Train the model from its checkpoint again."


def read_last(task: TrainingTask, outputs: str) -> State | None:
    """Read the state that a task continues; ``None`` if it continues none.

    Parameters
    ----------
    task
        The task.
    outputs
        Digest of the target kind and the names of its outputs.

    Raises
    ------
    InputError
        If the state cannot be read, or cannot be continued by the task.
    """
    if task.continues is None:
        return None
    last = read_state(task.continues)
    facts = last.facts
    of_another = (facts.model, facts.revision) != (task.spec.id, task.spec.revision or "")
    if of_another or facts.outputs != outputs:
        raise InputError(
            f"The state in {str(task.continues)!r} is of {facts.model!r} with other labels or of another "
            f"revision, and cannot be continued with {task.spec.id!r}.",
            hint=AGAIN,
        )
    _refuse_other_training(task, facts)
    return last


def _refuse_other_training(task: TrainingTask, facts: Facts) -> None:
    """Raise if a state is of a later stage than the task, or of other weights."""
    if STAGES.index(facts.stage) > STAGES.index(task.stage) or facts.stage == "final":
        raise InputError(
            f"A state of stage {facts.stage!r} cannot be continued by a dose of stage {task.stage!r}."
        )
    if task.stage == "final" and facts.stage != "head":
        raise InputError(
            f"The final training starts afresh, and a state of stage {facts.stage!r} was given.",
            hint="Give none, or that of a head.",
        )
    if facts.stage != "head" and facts.trains_all and facts.adapters != task.lora:
        ways = ("all weights", "low-rank adapters")
        raise InputError(
            f"A training of {ways[facts.adapters]} cannot be continued as one of {ways[task.lora]}.",
            hint=AGAIN,
        )
