"""The decisions on the samples of a run, and the run that they lead to."""

from __future__ import annotations

from dataclasses import replace

from ptmrank_core.records import (
    OBJECTS_PREFIXES,
    Correction,
    Decision,
    DecisionKind,
    Decisions,
    Reading,
    RunResult,
    Samples,
)
from ptmrank_core.records.names import join_words
from ptmrank_core.results.command import FEATURES_TASK
from ptmrank_core.results.look.findings import Suspect
from ptmrank_core.results.phrases import say_label, strip_bidi

__all__ = [
    "choices_for",
    "corrected_options",
    "decide",
    "decisions_of",
    "say_decisions",
    "why_no_corrections",
]

MAX_REASON = 500


def decisions_of(result: RunResult) -> Decisions:
    """Read the decisions that are kept with a run."""
    return Decisions(tuple(result.contents(Decision).values()))


def decide(
    samples: Samples, suspect: Suspect, decision: DecisionKind, new_label: str = "", *, note: str = ""
) -> Decision:
    """Make the decision on one sample, with why it was looked at.

    Parameters
    ----------
    samples, suspect
        The samples of a run, and one that is worth a look.
    decision, new_label
        What was decided.
    note
        What its owner adds to the reasons.
    """
    words = [note, *(reason.sentence for reason in suspect.reasons)]
    reason = strip_bidi(" ".join(word for word in words if word))
    return Decision(
        sample=samples.digests[suspect.row],
        file=samples.names[suspect.row],
        label=say_label(samples, suspect.row),
        decision=decision,
        new_label=new_label if decision == "relabel" else "",
        reason=reason if len(reason) <= MAX_REASON else f"{reason[: MAX_REASON - 1]}…",
    )


def choices_for(samples: Samples, suspect: Suspect) -> tuple[str, ...]:
    """List the classes that a sample can be given, the suggested one first; empty where there are none."""
    if samples.target_kind != "classification":
        return ()
    own = say_label(samples, suspect.row)
    others = [name for name in samples.class_names if name != own]
    return tuple(sorted(others, key=lambda name: name != suspect.suggestion))


def why_no_corrections(result: RunResult) -> str:
    """Say why no run can be started with decisions, in one sentence; empty if one can."""
    if result.plan.task == FEATURES_TASK:
        return (
            "The labels of ready-made features stand in their files: take the decisions as a table and "
            "change the labels there."
        )
    if result.plan.samples_source.startswith(OBJECTS_PREFIXES):
        return "The samples were in the memory of a script: change the labels there."
    return ""


def corrected_options(result: RunResult, decisions: Decisions) -> Reading:
    """Return how the samples of a run are read with decisions, over the corrections that it has already.

    Parameters
    ----------
    result
        The run that was looked at.
    decisions
        What was decided since.
    """
    former = result.plan.reading.corrections
    merged: dict[str, Correction] = {one.sample: one for one in (*former, *decisions.corrections())}
    return replace(result.plan.reading, corrections=tuple(merged.values()))


def say_decisions(decisions: Decisions) -> str:
    """Count decisions: ``3 relabelled, 2 left out and 1 kept``; empty for none."""
    words = {"relabel": "relabelled", "leave out": "left out", "keep": "kept"}
    counts = {kind: sum(one.decision == kind for one in decisions.decisions) for kind in words}
    return join_words([f"{count:,} {words[kind]}" for kind, count in counts.items() if count] or [""])
