"""What an error of a library says, as a reason that a reader can use."""

from __future__ import annotations

import re
import traceback

from ptmrank_core.records.names.printing import printable

__all__ = ["reason_of"]

LONGEST = 500
# Texts of C++ checks of torch and others that name a condition instead of what is wrong.
_CONDITION = re.compile(
    r"Expected .{0,200} to be (true|false)\b.*|.*\b(assert(ion)?|check) failed\b\W*", re.IGNORECASE
)
_LIBRARIES = re.compile(r"[/\\](?:site|dist)-packages[/\\]")
# Errors of a program that met a value of another kind than it was written for: they name no value.
_INTERNAL = (AttributeError, NameError, LookupError, TypeError)
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
        error is named where its text alone (none, a single word or key, a condition in C++, a type) says
        little, and where in a library it was raised.
    """
    text = _first_paragraph(str(error))
    kind = f"{type(error).__name__}{f' while {doing}' if doing else ''}"
    if isinstance(error, KeyError):
        told = f"{kind}: there is no {text or 'such key'}"
    elif not text:
        told = f"{kind}, without a message"
    elif _is_internal(error) or _WORD.fullmatch(text) or _CONDITION.fullmatch(text):
        told = f"{kind}: {text}"
    else:
        return text
    return f"{told}{_place_of(error)}"


def _is_internal(error: BaseException) -> bool:
    """Whether an error is one of a program, such as a panic, and not one of its input."""
    return isinstance(error, _INTERNAL) or not isinstance(error, Exception)


def _place_of(error: BaseException) -> str:
    """Say where in a library an error was raised; empty for our own code, and for another process."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(_LIBRARIES.split(frame.filename, maxsplit=1), frame) for frame in frames]
    of_libraries = [(parts[1], frame) for parts, frame in places if len(parts) > 1]
    if not of_libraries:
        return ""
    path, frame = of_libraries[-1]
    return f" (in {frame.name} of {printable(path)}, line {frame.lineno})"


def _first_paragraph(text: str) -> str:
    """Put the first paragraph on one line; what follows is a trace or a list."""
    line = printable(" ".join(text.strip().partition("\n\n")[0].split())).rstrip(".")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
