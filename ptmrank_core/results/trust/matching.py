"""How the names in a user's table of results match the models of a run."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

from ptmrank_core.records import IMPORTED, RunResult, Truth
from ptmrank_core.results.phrases import bidi_isolate

__all__ = ["TruthMatch", "adopt", "match_of", "say_match"]

MAX_NEAREST = 2
SIMILAR = 0.5


@dataclass(frozen=True, slots=True)
class TruthMatch:
    """How many rows of a table belong to models of the run, and which do not.

    Parameters
    ----------
    origin
        Name of the file.
    n_matched, n_rows
        Rows of models of the run, and all rows with a number.
    nearest
        Name that no model has -> the models without a result whose ids are most like it, the likest first.
    without
        Candidates without a result.
    """

    origin: str
    n_matched: int
    n_rows: int
    nearest: dict[str, tuple[str, ...]]
    without: tuple[str, ...]


def match_of(result: RunResult) -> TruthMatch | None:
    """Compare the names of an imported table with the models of a run; ``None`` where none was imported."""
    truth = result.contents(Truth).get(IMPORTED)
    if truth is None:
        return None
    without = tuple(spec.id for spec in result.plan.candidates if spec.id not in truth.values)
    nearest = {}
    for name in truth.unmatched:
        likeness = {model: _likeness(name, model) for model in without}
        close = sorted((m for m in without if likeness[m] >= SIMILAR), key=lambda m: -likeness[m])
        nearest[name] = tuple(close[:MAX_NEAREST])
    n_matched = len(truth.values)
    return TruthMatch(truth.origin, n_matched, n_matched + len(nearest), nearest, without)


def _likeness(name: str, model: str) -> float:
    """Compare two names without what is before the last slash or colon, from 0 to 1."""
    return difflib.SequenceMatcher(None, _tail(name), _tail(model)).ratio()


def _tail(name: str) -> str:
    """Return the part of a name that tells models of one organisation apart, in small letters."""
    return name.lower().rsplit("/", 1)[-1].rsplit(":", 1)[-1] or name


def say_match(match: TruthMatch) -> list[str]:
    """Say how many rows matched, which models other names may mean, and which models have no result."""
    sentences = [f"{match.n_matched} of {match.n_rows} rows of {bidi_isolate(match.origin)} matched."]
    for name, nearest in match.nearest.items():
        guess = " or ".join(bidi_isolate(model) for model in nearest)
        sentences.append(
            f"{bidi_isolate(name)} is no model of this run"
            + (f"; did you mean {guess}?" if guess else ", and no model without a result has a similar name.")
        )
    if match.without:
        names = ", ".join(bidi_isolate(model) for model in match.without)
        sentences.append(f"Without a result: {names}.")
    return sentences


def adopt(truth: Truth, name: str, model: str) -> Truth:
    """Take the result of a name that did not match as that of a model.

    Parameters
    ----------
    truth
        Results that a user imported.
    name
        One of its names that no model has.
    model
        The model that is meant.
    """
    values = {**truth.values, model: truth.unmatched[name]}
    unmatched = {other: value for other, value in truth.unmatched.items() if other != name}
    notes = (*truth.notes, f"{name!r} was read as {model!r}.")
    return replace(truth, values=values, unmatched=unmatched, notes=notes)
