"""Mutations of bytes that know nothing of a format, and those of JSON values by their type."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.hardening import junk

__all__ = ["mutate", "mutate_json"]

Mutation = Callable[[bytearray, random.Random], bytes | bytearray]
LENGTHS = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    2**63 - 1,
    2**64 - 1,
)


def mutate(data: bytes, rng: random.Random, *, most: int = 4) -> bytes:
    """Change bytes in one to a few ways; mostly few, so that the code behind the first check is reached."""
    for _ in range(rng.choice([1, 1, 1, 2, most])):
        if not data:
            return data
        data = bytes(rng.choice(MUTATIONS)(bytearray(data), rng))
    return data


def _flip(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.choice([1, 1, 2, 8])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _overwrite(data: bytearray, rng: random.Random) -> bytearray:
    at = rng.randrange(len(data))
    data[at : at + 8] = rng.randbytes(min(rng.choice([1, 2, 4, 8]), len(data) - at))
    return data


def _length(data: bytearray, rng: random.Random) -> bytearray:
    """Put a number that is a boundary where a length may be."""
    width = rng.choice([1, 2, 4, 8])
    if len(data) < width:
        return data
    at = rng.choice([rng.randrange(len(data) - width + 1), rng.randrange(min(64, len(data) - width + 1))])
    number = rng.choice(LENGTHS) & (2 ** (8 * width) - 1)
    data[at : at + width] = number.to_bytes(width, rng.choice(["little", "big"]))
    return data


def _truncate(data: bytearray, rng: random.Random) -> bytearray:
    return data[
        : rng.choice([rng.randrange(len(data)), len(data) - rng.randrange(1, min(len(data), 32) + 1)])
    ]


def _cut_out(data: bytearray, rng: random.Random) -> bytearray:
    start, end = _chunk(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytearray, rng: random.Random) -> bytearray:
    start, end = _chunk(data, rng)
    return data[:end] + data[start:end] * rng.choice([1, 1, 2, 50]) + data[end:]


def _move(data: bytearray, rng: random.Random) -> bytearray:
    """Splice a chunk of the file into another place of it."""
    start, end = _chunk(data, rng)
    at = rng.randrange(len(data))
    return data[:at] + data[start:end] + data[at:]


def _insert(data: bytearray, rng: random.Random) -> bytearray:
    at = rng.randrange(len(data) + 1)
    new = rng.choice([rng.randbytes(rng.choice([1, 3, 17])), junk.encode(junk.text(rng))])
    return data[:at] + new + data[at:]


def _digits(data: bytearray, rng: random.Random) -> bytes:
    """Replace a number that is written in digits."""
    found = list(re.finditer(rb"\d+", bytes(data)))[:2000]
    if not found:
        return bytes(data)
    one = rng.choice(found)
    return bytes(data[: one.start()]) + junk.encode(junk.number(rng)) + bytes(data[one.end() :])


def _chunk(data: bytearray, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice([1, 4, 16, 100, 1000]))


MUTATIONS: tuple[Mutation, ...] = (
    _flip, _flip, _overwrite, _length, _length, _truncate, _cut_out, _repeat, _move, _insert, _digits,
)  # fmt: skip


def mutate_json(value: Any, rng: random.Random, *, most: int = 3) -> Any:
    """Change a JSON value in one to a few places, mostly into something of another type or far out of range.

    ``value`` itself is not changed.
    """
    for _ in range(rng.choice([1, 1, 1, 2, most])):
        value = _replaced(value, rng)
    return value


def _replaced(value: Any, rng: random.Random) -> Any:
    """Replace one value somewhere inside; the deeper ones as likely as those at the top."""
    inside: list[Any] = []
    if isinstance(value, dict):
        inside = list(value)
    elif isinstance(value, list):
        inside = list(range(len(value)))
    if not inside or rng.random() < 0.03:
        return _another(value, rng)
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    key = rng.choice(inside)
    # Most of the values lie deep: where there is something below, it is rather changed there.
    action = rng.random() * (4 if isinstance(copy[key], (dict, list)) and copy[key] else 1)
    if action < 0.06:
        del copy[key]
    elif action < 0.09 and isinstance(copy, dict):
        copy[junk.text(rng)] = copy[key] if rng.random() < 0.5 else junk.value(rng)
    elif action < 0.15 and isinstance(copy, list):
        copy.insert(key, rng.choice([copy[key], junk.value(rng)]))
    else:
        copy[key] = _replaced(copy[key], rng)
    return copy


def _another(value: Any, rng: random.Random) -> Any:
    """Make something else of a value: of its type, mostly, or of another."""
    if rng.random() < 0.35:
        return junk.value(rng)
    others = next((make for kind, make in OTHERS.items() if isinstance(value, kind)), None)
    return rng.choice(others(value, junk.text(rng))) if others else junk.value(rng)


OTHERS: Mapping[type, Callable[[Any, str], Sequence[Any]]] = {
    bool: lambda value, _: (not value, None, str(value), int(value)),
    int: lambda value, _: (-value, value + 1, value - 1, 0, 2**31, 2**63, 10**30, str(value), [value]),
    float: lambda value, _: (-value, 0.0, 1e308, -1e308, float("inf"), float("nan"), 1, str(value)),
    str: lambda value, text: ("", value + text, value.upper(), value * 3, text, [value], {value: value}),
    list: lambda value, _: ([], value * 2, value[:1], dict.fromkeys(map(str, value), 0), None),
    dict: lambda value, text: ({}, list(value), list(value.values()), None, text),
}
"""What is made of a value of each type; a whole number that is a truth value comes first."""
