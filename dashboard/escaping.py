"""Escaping texts of users and models, so that Markdown shows them character by character."""

from __future__ import annotations

import re

__all__ = ["plain"]

MARKS = re.compile(r"([\\`*_{}\[\]<>#$~|:&])")
# A line that begins like this is a list or the underline of a heading.
OPENING = re.compile(r"^(\d*)([-+=.)])")
# Streamlit makes links, arrows, icons and emoji of these after the escapes are gone: an empty element between
# the two halves keeps them apart.
JOINTS = re.compile(
    r"(?<=https:)(?=//)|(?<=http:)(?=//)|(?<=www)(?=\.)|(?=@[-\w]+\.)|(?<=:)(?=[-+\w/]+:)"
    r"|(?<=[-~])(?=[-=>])|(?<=[<>])(?=[-=])",
    re.IGNORECASE,
)
NOTHING = ":small[]"
# Letters that run from right to left, and signs that turn the direction of all that follows.
TURNING = re.compile(r"[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]")
ISOLATE, END_ISOLATE = "\u2068", "\u2069"


def plain(text: str) -> str:
    """Escape a text for Markdown and put it on one line."""
    line = OPENING.sub(r"\1\\\2", _escape(text.strip()))
    return f"{ISOLATE}{line}{END_ISOLATE}" if TURNING.search(line) else line


def _escape(text: str) -> str:
    """Escape a text that stands in the middle of a line."""
    line = " ".join(re.split(r"\s+", text))
    return NOTHING.join(MARKS.sub(r"\\\1", part) for part in JOINTS.split(line))
