"""JSON that people may have changed -> records, with the place of whatever does not fit."""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Literal, TypeVar

from ptmrank_core.errors import InputError

__all__ = ["decode"]

T = TypeVar("T")
PLAIN = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def decode(kind: type[T], value: Any, place: str) -> T:
    """Make a record of JSON.

    Parameters
    ----------
    kind
        A dataclass whose fields are plain types, tuples, mappings by text, and further dataclasses.
    value
        What JSON holds.
    place
        What messages call it: ``"plan.seed"``.

    Raises
    ------
    InputError
        If a field is missing, unknown or of another type; the message names it.
    """
    record: T = _decode(kind, value, place)
    return record


def _decode(kind: Any, value: Any, place: str) -> Any:
    origin = typing.get_origin(kind)
    if kind is Any:
        return value
    if origin in {typing.Union, types.UnionType}:
        return _optional(kind, value, place)
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, place)
    if origin is tuple:
        (item, _) = typing.get_args(kind)
        _expect(isinstance(value, list), value, place, "a list")
        return tuple(
            value
            if _is_plain(item, value)
            else (_decode(item, one, f"{place}[{i}]") for i, one in enumerate(value))
        )
    if origin is Mapping:
        (_, item) = typing.get_args(kind)
        _expect(isinstance(value, dict), value, place, "an object")
        return {name: _decode(item, one, f"{place}.{name}") for name, one in value.items()}
    return _plain(kind, value, place)


def _is_plain(item: Any, values: list[Any]) -> bool:
    """Whether a list needs no look at each of its items: long lists of numbers are many."""
    if item is Any:
        return True
    if item is float:
        return all(type(one) is float for one in values) and math.isfinite(math.fsum(map(abs, values)))
    return item in {int, str} and all(type(one) is item for one in values)


def _expect(is_right: bool, value: Any, place: str, expected: str) -> None:  # noqa: FBT001 - the question
    if not is_right:
        text = json.dumps(value)
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        raise InputError(f"{place} is {shown}; expected {expected}.")


def _optional(kind: Any, value: Any, place: str) -> Any:
    """Decode what may be ``None``."""
    (inner,) = [part for part in typing.get_args(kind) if part is not types.NoneType]
    return None if value is None else _decode(inner, value, place)


def _plain(kind: Any, value: Any, place: str) -> Any:
    """Decode what has no parts."""
    if typing.get_origin(kind) is Literal:
        allowed = typing.get_args(kind)
        _expect(value in allowed, value, place, f"one of {', '.join(allowed)}")
        return value
    if issubclass(kind, StrEnum):
        allowed = tuple(kind)
        _expect(value in allowed, value, place, f"one of {', '.join(allowed)}")
        return kind(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = is_number and math.isfinite(value) if kind is float else type(value) is kind
    _expect(fits, value, place, PLAIN[kind])
    return kind(value)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _record(kind: Any, value: Any, place: str) -> Any:
    """Decode a dataclass; a field that it does not know may be one that would change a number."""
    _expect(isinstance(value, dict), value, place, "an object")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for name in value:
        if name not in fields:
            raise InputError(
                f"{place}.{name} is not known here.", hint="It may have been written by a newer version."
            )
    absent = (dataclasses.MISSING, dataclasses.MISSING)
    for name, field in fields.items():
        if name not in value and (field.default, field.default_factory) == absent:
            raise InputError(f"{place}.{name} is missing.")
    return kind(**{name: _decode(_hints(kind)[name], one, f"{place}.{name}") for name, one in value.items()})
