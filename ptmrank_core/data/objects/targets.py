"""Targets of a script, of any type, as the cells of a table of labels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ptmrank_core.data.labels.numbers import read_numbers, write_number
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.values import is_missing_value, short
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Reading, TargetKind

__all__ = ["PAIRS_EXPECTED", "name_targets", "settle_reading", "write_target", "write_targets"]

PAIRS_EXPECTED = "Expected a list of pairs: a sample and its class, or its number."


def plain_target(target: Any) -> Any:
    """Return what is a single value of numpy or torch as a plain value, and an array of labels as a list."""
    if hasattr(target, "detach"):
        target = target.detach().cpu().numpy()
    if hasattr(target, "__array__"):  # of numpy, or of any other library
        return np.asarray(target).tolist()
    return target


def write_target(target: Any, number: int, kind: TargetKind | None, *, are_classes: bool = False) -> str:
    """Write one target as the cell of a table.

    Parameters
    ----------
    target
        A word, an integer, a number, or a list of labels; ``None`` where it is not known.
    number
        Of its entry, for messages.
    kind
        Kind of the labels, where it is known.
    are_classes
        Whether a number with a fraction is refused.

    Raises
    ------
    SamplesError
        If it is not of this kind.
    """
    plain = plain_target(target)
    if plain is None:  # not known: left out as unlabelled
        return ""
    if kind == "regression":
        if isinstance(plain, bool) or not isinstance(plain, int | float):
            raise SamplesError(
                f"The target of entry {number} is {short(target)}; expected a number.",
                hint="Leave regression=True out where the targets are classes.",
            )
        return write_number(float(plain))
    if isinstance(plain, list | set | frozenset | tuple) and kind != "classification":
        names = [write_target(name, number, "classification") for name in plain]
        return json.dumps(sorted(names) if isinstance(plain, set | frozenset) else names, ensure_ascii=False)
    if isinstance(plain, float) and (plain.is_integer() or (kind is None and not are_classes)):
        return write_number(plain)
    if isinstance(plain, float):
        raise SamplesError(
            f"The target of entry {number} is the number {plain!r}; expected a class: a word or an integer.",
            hint="Pass regression=True where the targets are numbers to predict.",
        )
    if not isinstance(plain, str | int):
        raise SamplesError(
            f"The target of entry {number} is {short(target)}; expected a word or an integer.",
            hint=PAIRS_EXPECTED,
        )
    return str(plain)


def write_targets(targets: Sequence[Any], wanted: ObjectReading, names: Sequence[str] = ()) -> list[str]:
    """Write all targets as cells; integers by the names of their classes, where these are known."""
    kind, are_classes = wanted.reading.target_kind, wanted.integers_are_classes
    return [
        write_target(target, number, kind, are_classes=are_classes)
        for number, target in enumerate(name_targets(targets, names), start=1)
    ]


def name_targets(targets: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """Replace integers by the names of the classes that they number; all of them, or none.

    Parameters
    ----------
    targets
        Any values.
    names
        Names of the classes; empty where they are not known.
    """
    plain = [plain_target(target) for target in targets]
    known = [target for target in plain if not is_missing_value(target)]
    are_numbers = all(isinstance(t, int) and not isinstance(t, bool) and 0 <= t < len(names) for t in known)
    if not names or not known or not are_numbers:
        return plain
    return [target if is_missing_value(target) else str(names[target]) for target in plain]


def settle_reading(wanted: ObjectReading, labels: Mapping[str, Sequence[str]]) -> Reading:
    """Return the reading of the labels: integers are classes where the script said so."""
    reading = wanted.reading
    if reading.target_kind is not None or not wanted.integers_are_classes or len(labels) != 1:
        return reading
    [cells] = labels.values()
    numbers = read_numbers(cells)
    if numbers is None or np.isnan(numbers).all():
        return reading
    there = numbers[np.isfinite(numbers)]
    if not (there == np.floor(there)).all():
        return reading
    return replace(reading, target_kind="classification")
