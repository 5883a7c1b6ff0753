"""Texts of users, models and errors as the pages show them: Markdown leaves each character as it is.

Where an upload lies on the server is not shown: a text names it as whoever uploaded it does.
"""

from __future__ import annotations

import os
import re

from ptmrank_core.config import load_settings
from ptmrank_core.records.names import printable

__all__ = ["plain", "with_code", "with_links"]

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
DIGEST = re.compile(r"[0-9a-f]{64}")  # the folder of an upload
# How papers and code are named in references -> where they are.
PLACES = {
    r"arXiv:(\d{4}\.\d{4,5})": "https://arxiv.org/abs/",
    r"doi:(10\.[^\s,;]+)": "https://doi.org/",
    r"code ([\w.-]+/[\w.-]+)": "https://github.com/",
}
PLACED = re.compile("|".join(PLACES))
UPLOADED = "the uploaded files"
ISOLATE, END_ISOLATE = "\u2068", "\u2069"


def plain(text: str) -> str:
    """Escape a text for Markdown and put it on one line."""
    line = OPENING.sub(r"\1\\\2", _escape(_name_uploads(text.strip())))
    return f"{ISOLATE}{line}{END_ISOLATE}" if TURNING.search(line) else line


def with_code(text: str) -> str:
    """Escape a text of ours for Markdown, in which commands stand between backticks; they are code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one of them has no other half
        return plain(text)
    return "".join(
        f"`{part}`" if number % 2 else _escape(_name_uploads(part)) for number, part in enumerate(parts)
    ).strip()


def with_links(reference: str) -> str:
    """Escape a reference of ours for Markdown; papers and code that it names are links."""
    parts, end = [], 0
    for found in PLACED.finditer(reference):
        place = list(PLACES.values())[(found.lastindex or 1) - 1]
        parts += [
            _escape(reference[end : found.start()]),
            f"[{_escape(found[0])}]({place}{found[found.lastindex or 1]})",
        ]
        end = found.end()
    return "".join([*parts, _escape(reference[end:])])


def _escape(text: str) -> str:
    """Escape a text that stands in the middle of a line."""
    line = " ".join(re.split(r"\s+", text))
    return NOTHING.join(MARKS.sub(r"\\\1", part) for part in JOINTS.split(line))


def _name_uploads(text: str) -> str:
    """Write the name of an upload where its path stands."""
    if not DIGEST.search(text):
        return text
    folder = re.escape(printable(f"{load_settings().uploads_dir}{os.sep}"))
    path = re.compile(rf"{folder}{DIGEST.pattern}({re.escape(os.sep)}(?=[^\s'\"]))?")
    return path.sub(lambda found: "" if found[1] else UPLOADED, text)
