"""Tests of names and reasons of others, made safe for showing and storing."""

from __future__ import annotations

import os
import re

import pytest

from ptmrank_core.records.names import printable, reason_of, tell_apart

ESCAPED = {
    "a byte of Latin-1": (os.fsdecode(b"caf\xe9"), r"caf\xe9"),
    "half of a pair": ("red\ud800", r"red\ud800"),
    "the other half": ("\udbff", r"\udbff"),
    "colours of a terminal": ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    "a title of a window": ("\x1b]0;x\x07", r"\x1b]0;x\x07"),
    "lines and a tab": ("a\r\nb\tc", r"a\r\nb\tc"),
    "NUL and DEL": ("\x00a\x7f", r"\x00a\x7f"),
    "a control character of C1": ("\x9b31m", r"\u009b31m"),
    "the byte of the same number": (os.fsdecode(b"\x9b31m"), r"\x9b31m"),
    "a turned name": ("gpj\u202e.exe", r"gpj\u202e.exe"),
    "isolates": ("\u2066a\u2069", r"\u2066a\u2069"),
    "separators of lines": ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\u0085d"),
    "signs without a width": ("\ufeffa\u200bb\u2060", r"\ufeffa\u200bb\u2060"),
}
UNCHANGED = (
    "",
    "café",
    "a b/c-d_1.png",
    "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{EMOJI MODIFIER FITZPATRICK TYPE-3}",
    "می‌خواهم",
    "שלום",
    "日本語",
    r"C:\x1b\new",
    "e\u0301",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "\xa0",
)


@pytest.mark.parametrize(("raw", "shown"), ESCAPED.values(), ids=ESCAPED)
def test_unsafe_characters_become_escapes(raw: str, shown: str) -> None:
    """What a terminal obeys, what has no bytes and what cannot be seen is shown as an escape in ASCII."""
    assert printable(raw) == shown
    assert printable(shown) == shown


@pytest.mark.parametrize("name", UNCHANGED, ids=range(len(UNCHANGED)))
def test_legitimate_names_are_unchanged(name: str) -> None:
    """Letters of every script, emoji with their joiners and backslashes stay as they are."""
    assert printable(name) == name


def test_every_character_can_be_stored_and_printed() -> None:
    """Of all code points, none comes out that has no UTF-8 or that a terminal obeys."""
    everything = "".join(map(chr, range(0x110000)))
    shown = printable(everything)
    shown.encode()
    assert not re.search("[\x00-\x1f\x7f-\x9f]", shown)


def test_different_names_stay_different() -> None:
    """Names that become one are numbered, in whatever order they come; a plain one keeps its name."""
    names = ["caf\udce9", r"caf\xe9", "\t", r"\t", "red", r"\t (2)"]
    shown = tell_apart(names)
    assert shown == tell_apart(reversed(names))
    assert len(set(shown.values())) == len(names)
    assert shown[r"caf\xe9"] == r"caf\xe9"
    assert shown["caf\udce9"] == r"caf\xe9 (2)"
    assert shown["\t"] == r"\t (3)"
    assert shown["red"] == "red"


REASONS: dict[str, tuple[BaseException, str]] = {
    "no text": (ValueError(), "ValueError while loading m, without a message"),
    "blanks": (ValueError(" \n "), "ValueError while loading m, without a message"),
    "a key": (KeyError("type"), "KeyError while loading m: there is no 'type'"),
    "no key": (KeyError(), "KeyError while loading m: there is no such key"),
    "a word": (StopIteration("norm"), "StopIteration while loading m: norm"),
    "a number": (IndexError(3), "IndexError while loading m: 3"),
    "a condition": (
        RuntimeError("Expected cond to be True, but got False."),
        "RuntimeError while loading m: Expected cond to be True, but got False",
    ),
    "a failed check": (RuntimeError("CHECK failed"), "RuntimeError while loading m: CHECK failed"),
    "an assertion": (AssertionError(), "AssertionError while loading m, without a message"),
    "a type": (
        TypeError("'<' not supported between instances of 'int' and 'str'"),
        "TypeError while loading m: '<' not supported between instances of 'int' and 'str'",
    ),
    "a panic": (
        type("PanicException", (BaseException,), {})("called unwrap on a None value"),
        "PanicException while loading m: called unwrap on a None value",
    ),
    "a sentence": (ValueError("The file is cut off."), "The file is cut off"),
    "a trace": (RuntimeError("It broke.\n\nC++ trace\n#1 main"), "It broke"),
    "a terminal": (ValueError("\x1b[31mno good\x1b[0m"), r"\x1b[31mno good\x1b[0m"),
}


@pytest.mark.parametrize(("error", "said"), REASONS.values(), ids=REASONS)
def test_reasons_say_something(error: BaseException, said: str) -> None:
    """An error whose text says nothing is told by its kind and by what was being done."""
    assert reason_of(error, "loading m") == said


@pytest.mark.parametrize("place", ["/x/lib/site-packages/", "C:\\x\\dist-packages\\", "/x/ptmrank_core/"])
def test_an_error_that_says_nothing_is_found_in_its_library(place: str) -> None:
    """The place of a bare check in a library is named; one in our own code is in the log alone."""
    code = compile("def load():\n    assert 0\nload()", f"{place}lib/weights.py", "exec")
    with pytest.raises(AssertionError) as caught:
        exec(code, {})  # noqa: S102 - an error of another file is wanted
    assert caught.value.args == ()
    of_library = " (in load of lib/weights.py, line 2)" if "packages" in place else ""
    assert reason_of(caught.value) == f"AssertionError, without a message{of_library}"


def test_a_long_reason_is_cut() -> None:
    """A library that quotes its whole input does not fill the screen."""
    assert reason_of(ValueError("long " * 10_000)) == ("long " * 100) + "..."
