"""What an error of a library says, as a reason that a reader can use."""

from __future__ import annotations

import re

from ptmrank_core.records.names.printing import printable

__all__ = ["reason_of"]

LONGEST = 500
# Texts of C++ checks of torch and others that name a condition instead of what is wrong.
_CONDITION = re.compile(
    r"Expected .{0,200} to be (true|false)\b.*|.*\b(assert(ion)?|check) failed\b\W*", re.IGNORECASE
)
_WORD = re.compile(r"\W*[\w.\-/\[\]]*\W*")


def reason_of(error: BaseException, doing: str = "") -> str:
    """Say what an error of a library was about.

    Parameters
    ----------
    error
        What was raised. Errors of this product say it themselves.
    doing
        What was being done, for an error that does not tell: ``"reading config.json"``.

    Returns
    -------
    str
        One printable line of at most 500 characters, without its traceback or a full stop. The kind of the
        error is named where its text alone (none, a single word or key, a condition in C++) says nothing.
    """
    kind = type(error).__name__
    text = _first_paragraph(str(error))
    while_doing = f" while {doing}" if doing else ""
    if isinstance(error, KeyError):
        return f"{kind}{while_doing}: there is no {text or 'such key'}"
    if not text:
        return f"{kind}{while_doing}, without a message"
    if _WORD.fullmatch(text) or _CONDITION.fullmatch(text):
        return f"{kind}{while_doing}: {text}"
    return text


def _first_paragraph(text: str) -> str:
    """Put the first paragraph on one line; what follows is a trace or a list."""
    line = printable(" ".join(text.strip().partition("\n\n")[0].split())).rstrip(".")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
