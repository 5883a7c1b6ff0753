"""Texts, numbers, names and values that readers stumble over."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import strategies as st

from tests.hardening.drawing import draw

__all__ = ["compose_json", "encode", "name", "number", "text", "value"]

TEXTS = (
    "", " ", "a", "cat", "Straße", "naïve", "猫", "🐈", "e\u0301", "A" * 300, "x" * 70_000, "\x00", "a\x00b",
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b2J", "\r", "a\nb", "a\r\nb", "\t", "\x0b\x0c\x1c\x85",
    "\u2028",
    "\u202egnp.exe", "\u2066a\u2069", "\u200b", "\ufeff", "\ufffd", "\ufffe", "\U0010ffff", "\ud800",
    "a\udcffb",
    '"', '""', "'", '"a', "a,b", "a;b", "a|b", "\\", "\\n", "=1+1", "@x", "-", "--", "None", "null", "nan",
    "NaN", "inf",
    "-inf", "true", "False", "1", "0", "-1", "1.0", "1e5", "0x10", "1_000", "1,5", "\u0661", "²", "½",
    "9" * 400, "1e999",
    "2020-01-01", "12:30", "../x", "/etc/passwd", "C:\\x", "http://example.org/a.png", "file:///etc/passwd",
    "{}", "[]",
    '{"a": 1}', "[1, 2]", "<b>x</b>", "<script>alert(1)</script>", "$x^2$", "[a](b)", "{0}", "%s", "%(a)s",
    "${x}",
    "label", "text", "id", "split", "train", "test", "unlabeled", "-1", "__class__", "__proto__",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "1", "-1", "1.5", ".5", "5.", "1e5", "1e-400", "1e400", "-1e400", "inf", "-Infinity", "nan",
    "NaN", "NA",
    "9" * 20, "9" * 400, "9" * 5000, "0." + "3" * 500, "1e" + "9" * 30, "1,5", "1.234,5", "1 000", "1_000",
    "0x1F", "1e",
    "--1", "+1", "\u0661", "\uff11", "½", "∞", "1/2", "50%", "$5", "1L", "1j", "2147483648",
    "9223372036854775808",
    "18446744073709551616", "1.7976931348623157e308", "5e-324", "", " ", "1 ", "-",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 255, 2**31, 2**53 + 1, 2**63, 2**64, 10**40, -(10**9), 0.0, -0.0, 0.5,
        1e-320, 1e308,
    float("nan"), float("inf"), float("-inf"), "", "x", "\x00", "\ud800", [], {}, [None], [[]], {"": None},
    [1, "a"], {"a": {}},
)  # fmt: skip
SUFFIXES = (
    "",
    ".png",
    ".PNG",
    ".txt",
    ".csv",
    ".wav",
    ".zip",
    ".json",
    ".npz",
    ".exe",
    ".png.exe",
    ".",
    ". ",
)
SEGMENTS = (
    "a", "cat", "dog", "train", "test", "..", ".", "", " ", "con", "aux.", "C:", "~", "-rf", ".hidden",
    "__MACOSX",
    "Thumbs.db", "a" * 250, "a" * 300, "\x00", "\x1b[2J", "\n", "\r", "\u202e", "caf\udce9", "\ud83d", "é",
    "e\u0301", "猫",
    "a:b", "a*b", "a?b", "a\\b", "..\\..\\x", "%2e%2e", "$HOME", "`id`", "a;b", "'", '"', "<b>", "NUL", "1",
    "0", "true",
)  # fmt: skip
LETTERS = st.sampled_from("ab 019.,:;-_/\\\"'\t\n\x00\x1b\u202eéß猫") | st.characters(exclude_categories=())
ANY_TEXT = st.text(LETTERS, max_size=30)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(LETTERS, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(LETTERS, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def text(rng: random.Random) -> str:
    """Return a text: mostly one that is known to be awkward."""
    kind = rng.random()
    if kind < 0.75:
        return rng.choice(TEXTS)
    if kind < 0.9:
        return "".join(
            chr(rng.choice([rng.randrange(32, 127), rng.randrange(0x3000)])) for _ in range(rng.randrange(12))
        )
    return draw(ANY_TEXT, rng)


def number(rng: random.Random) -> str:
    """Return a number as somebody might write it, or what looks like one."""
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(NUMBERS)
    return repr(
        rng.choice([rng.gauss(0, 1), rng.randrange(-9, 10), rng.uniform(-1e6, 1e6), rng.expovariate(1) ** 50])
    )


def value(rng: random.Random) -> Any:
    """Return a JSON value, of any type and shape."""
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(VALUES)
    if kind < 0.75:
        return text(rng)
    if kind < 0.8:
        return nested(rng.choice([10, 100, 900]), rng)
    return draw(JSON_VALUES, rng)


def nested(depth: int, rng: random.Random) -> Any:
    """Return a value inside so many lists or objects."""
    inner: Any = rng.choice(VALUES)
    as_list = rng.random() < 0.5
    for _ in range(depth):
        inner = [inner] if as_list else {"a": inner}
    return inner


def name(rng: random.Random) -> str:
    """Return the name of a file in an archive or a folder."""
    parts = [rng.choice(SEGMENTS) for _ in range(rng.choice([1, 1, 2, 2, 3, 12]))]
    lead = rng.choice(["", "", "", "", "/", "//", "./", "../", "\\"])
    return lead + "/".join(parts) + rng.choice(SUFFIXES)


def encode(told: str) -> bytes:
    """Encode a text that may hold what UTF-8 has no bytes for."""
    return told.encode("utf-8", "surrogatepass")


def compose_json(told: Any, rng: random.Random) -> bytes:
    """Write JSON as no library does: keys twice, other encodings, comments, more behind its end."""
    written = json.dumps(told, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, None, 1]))
    kind = rng.random()
    if kind < 0.08 and "{" in written:
        written = written.replace("{", '{"a": 1, "a": 2, ', 1)
    elif kind < 0.14 and '": ' in written:
        key = written[written.index('"') : written.index('": ') + 2]
        written = (
            written.replace(key, f"{key}{json.dumps(value(rng))}, {key}", 1)
            if written[:1] == "{"
            else written
        )
    elif kind < 0.18:
        written = "[" * rng.choice([500, 5_000, 100_000]) + written
    elif kind < 0.22:
        written += rng.choice([",", "}", "\n{}", "//x", "\x00", " " * 1000])
    elif kind < 0.26:
        written = rng.choice(["\ufeff", "\n\n", "/*x*/", "x"]) + written
    data = encode(written)
    if kind > 0.96:
        data = (
            encode(written)
            .decode("utf-8", "replace")
            .encode(rng.choice(["utf-16", "utf-32", "utf-8-sig", "utf-16-be"]))
        )
    return data
