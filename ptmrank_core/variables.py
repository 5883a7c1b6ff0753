"""The values of environment variables: switches, numbers, paths and lists, each refused where it is odd."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from ptmrank_core.errors import InputError

__all__ = [
    "LEAST",
    "MOST",
    "MOST_DAYS",
    "default_home",
    "read_count",
    "read_gigabytes",
    "read_list",
    "read_number",
    "read_path",
    "read_switch",
]

NUMBER = re.compile(r"[+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
# Bounds within which bytes, seconds and days fit what SQLite, timers and calendars can count.
LEAST, MOST, MOST_DAYS = 1e-6, 1e9, 1e6


def read_path(name: str, environ: Mapping[str, str]) -> Path | None:
    """Read a variable that is a path; ``None`` if it is empty."""
    text = environ.get(name)
    if not text:
        return None
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if shown != text:
        # Such a path cannot be stored with a run: neither JSON nor SQLite's texts can hold it.
        raise InputError(f"{name} is {shown!r}; expected a path in UTF-8.", hint="Choose another folder.")
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no such user, a loop of links, no current folder
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(
            f"{name} is {text!r}, which is no path here: {str(reason).rstrip('.')}.",
            hint="Set it to an absolute path.",
        ) from None


def default_home(environ: Mapping[str, str]) -> Path:
    """Return the folder for a user's application data on this platform."""
    try:
        user = Path.home()
    except RuntimeError:
        raise InputError(
            "This user has no home folder, and PTMRANK_HOME is not set.",
            hint="Set PTMRANK_HOME to a folder that can be written.",
        ) from None
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", user / "AppData" / "Local")) / "PTMRank"
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / "PTMRank"
    data = Path(environ.get("XDG_DATA_HOME") or "")
    # A relative path there is invalid, and to be ignored (XDG Base Directory Specification).
    return (data if data.is_absolute() else user / ".local" / "share") / "ptmrank"


def read_switch(name: str, environ: Mapping[str, str]) -> bool:
    """Read a variable that is 1 or 0 (default)."""
    text = environ.get(name) or "0"
    if text not in {"0", "1"}:
        raise InputError(f"{name} is {text!r}; expected 1 or 0.")
    return text == "1"


def read_number(
    name: str, default: float, environ: Mapping[str, str], *, bounds: tuple[float, float]
) -> float:
    """Read a variable that is a number between two others, in ASCII digits."""
    text = environ.get(name) or str(default)
    number = float(text) if NUMBER.fullmatch(text) else math.nan
    if not bounds[0] <= number <= bounds[1]:
        low, high = (f"{bound:,.10g}" for bound in bounds)
        raise InputError(f"{name} is {text!r}; expected a number from {low} to {high}.")
    return number


def read_count(name: str, default: int, environ: Mapping[str, str]) -> int:
    """Read a variable that is a positive whole number."""
    number = read_number(name, default, environ, bounds=(1, MOST))
    if number != int(number):
        raise InputError(f"{name} is {environ[name]!r}; expected a whole number.")
    return int(number)


def read_gigabytes(name: str, default: float, environ: Mapping[str, str]) -> int:
    """Read a variable that is a number of gigabytes; return it in bytes."""
    return int(read_number(name, default, environ, bounds=(LEAST, MOST)) * 1e9)


def read_list(name: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Read a variable that lists names, separated by commas."""
    return tuple(filter(None, (part.strip() for part in environ.get(name, "").split(","))))
