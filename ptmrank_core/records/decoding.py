"""JSON -> records: the one decoder of what the run store and the run cards contain.

A missing field takes the record's default, so that JSON written before the field existed can still be read;
without a default it is an error. An unknown field is always an error: it may be one that changes a number.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar

from ptmrank_core.errors import InputError

__all__ = ["decode"]

T = TypeVar("T")
PLAIN_TYPES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def decode(kind: type[T] | types.UnionType, value: Any, place: str) -> T:
    """Make a record from JSON.

    Parameters
    ----------
    kind
        A dataclass whose fields are plain types, tuples, mappings with text keys, or other dataclasses;
        or a union of dataclasses, of which the field ``kind`` of the JSON object names one.
    value
        The output of ``json.loads``.
    place
        Path of the value, for error messages: ``"card.plan"``.

    Raises
    ------
    InputError
        If a field is missing, unknown or of the wrong type; the message names it.
    """
    record: T = _decode(kind, value, place)
    return record


def _decode(kind: Any, value: Any, place: str) -> Any:
    origin = typing.get_origin(kind)
    if kind is Any:
        return value
    if origin in {typing.Union, types.UnionType}:
        return _union(kind, value, place)
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, place)
    if origin is tuple:
        return _items(typing.get_args(kind)[0], value, place)
    if origin is Mapping:
        (_, item) = typing.get_args(kind)
        _expect(isinstance(value, dict), value, place, "an object")
        return {name: _decode(item, part, f"{place}.{name}") for name, part in value.items()}
    return _plain(kind, value, place)


def _items(item: Any, value: Any, place: str) -> tuple[Any, ...]:
    """Decode a list whose items all have the same type."""
    _expect(isinstance(value, list), value, place, "a list")
    if _is_plain(item, value):
        return tuple(value)
    return tuple(_decode(item, part, f"{place}[{i}]") for i, part in enumerate(value))


def _is_plain(item: Any, values: list[Any]) -> bool:
    """Whether a list needs no decoding item by item: a shortcut for long lists of numbers."""
    if item is Any:
        return True
    if item == float | None:
        return _is_plain(float, [value for value in values if value is not None])
    if item is float:
        return all(type(value) is float and math.isfinite(value) for value in values)
    return item in {int, str} and all(type(value) is item for value in values)


def _expect(is_right: bool, value: Any, place: str, *expected: str) -> None:  # noqa: FBT001 - the question
    """Raise an error unless the value is right; ``expected`` is a phrase, or the allowed values."""
    if not is_right:
        text = json.dumps(value)
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        phrase = expected[0] if len(expected) == 1 else f"one of {', '.join(expected)}"
        raise InputError(f"{place} is {shown}; expected {phrase}.")


def _union(kind: Any, value: Any, place: str) -> Any:
    """Decode a value that may be ``None``, or one of several records."""
    kinds = typing.get_args(kind)
    if value is None and types.NoneType in kinds:
        return None
    members = [member for member in kinds if member is not types.NoneType]
    if len(members) == 1:
        return _decode(members[0], value, place)
    return _named_record({member.__name__: member for member in members}, value, place)


def _named_record(records: Mapping[str, Any], value: Any, place: str) -> Any:
    """Decode one of several records: the one that the field ``kind`` names."""
    _expect(isinstance(value, dict), value, place, "an object")
    kind = _one_of(tuple(records), value.get("kind"), f"{place}.kind")
    return _record(records[kind], {name: part for name, part in value.items() if name != "kind"}, place)


def _plain(kind: Any, value: Any, place: str) -> Any:
    """Decode a plain value: a text, a number, a Boolean, or one of several literals."""
    if typing.get_origin(kind) is Literal:
        return _one_of(typing.get_args(kind), value, place)
    if issubclass(kind, StrEnum):
        return kind(_one_of(tuple(kind), value, place))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = is_number and math.isfinite(value) if kind is float else type(value) is kind
    _expect(fits, value, place, PLAIN_TYPES[kind])
    return kind(value)


def _one_of(allowed: tuple[str, ...], value: Any, place: str) -> Any:
    _expect(value in allowed, value, place, *allowed)
    return value


class _Field(NamedTuple):
    """The type of a field of a dataclass, and whether it can be omitted."""

    kind: Any
    has_default: bool


@cache
def _fields(kind: Any) -> Mapping[str, _Field]:
    hints = typing.get_type_hints(kind)
    absent = (dataclasses.MISSING, dataclasses.MISSING)
    return {
        field.name: _Field(hints[field.name], (field.default, field.default_factory) != absent)
        for field in dataclasses.fields(kind)
    }


def _record(kind: Any, value: Any, place: str) -> Any:
    """Decode a dataclass."""
    _expect(isinstance(value, dict), value, place, "an object")
    fields = _fields(kind)
    for name in value:
        if name not in fields:
            raise InputError(
                f"{place}.{name} is unknown to this version.",
                hint="It may have been written by a newer version.",
            )
    for name, field in fields.items():
        if name not in value and not field.has_default:
            raise InputError(f"{place}.{name} is missing.")
    return kind(**{name: _decode(fields[name].kind, part, f"{place}.{name}") for name, part in value.items()})
