"""The values of environment variables: switches, numbers, paths and lists, each refused where it is odd."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.errors import InputError

__all__ = [
    "LEAST",
    "MOST",
    "MOST_DAYS",
    "USUAL_QUOTAS",
    "Quotas",
    "check_engine",
    "read_count",
    "read_engine",
    "read_gigabytes",
    "read_home",
    "read_list",
    "read_number",
    "read_path",
    "read_quotas",
    "read_switch",
]

NUMBER = re.compile(r"[+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
ENGINE = re.compile(r"local|ray(://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5})?", re.ASCII)
# Bounds within which bytes, seconds and days fit what SQLite, timers and calendars can count.
LEAST, MOST, MOST_DAYS = 1e-6, 1e9, 1e6


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one visitor of a shared dashboard may keep and ask for, and how long what is unused is kept.

    Parameters
    ----------
    upload_bytes, n_uploads
        Bytes and number of the uploads of one owner.
    n_runs
        Runs of one owner that wait or run.
    keep_days
        Days after which what no run uses is swept away.
    """

    upload_bytes: int = 5 * 10**9
    n_uploads: int = 50
    n_runs: int = 5
    keep_days: float = 7.0


USUAL_QUOTAS = Quotas()


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


def check_engine(text: str, name: str) -> str:
    """Return the name of an engine if it is one; ``name`` says in the message where it stands.

    Raises
    ------
    InputError
        If it is none.
    """
    if not ENGINE.fullmatch(text):
        raise InputError(f"{name} is {text!r}; expected local, ray or ray://HOST:PORT.")
    return text


def read_engine(name: str, environ: Mapping[str, str]) -> str:
    """Read a variable that names an engine; ``local`` if it is empty."""
    return check_engine(environ.get(name) or "local", name)


def read_home(environ: Mapping[str, str]) -> Path:
    """Read the folder of all data; by default the platform's folder for a user's application data."""
    if named := read_path("PTMRANK_HOME", environ):
        return named
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


def read_quotas(environ: Mapping[str, str]) -> Quotas:
    """Read what one visitor may keep and ask for."""
    usual = USUAL_QUOTAS
    return Quotas(
        upload_bytes=read_gigabytes("PTMRANK_OWNER_GB", usual.upload_bytes / 1e9, environ),
        n_uploads=read_count("PTMRANK_OWNER_UPLOADS", usual.n_uploads, environ),
        n_runs=read_count("PTMRANK_OWNER_RUNS", usual.n_runs, environ),
        keep_days=read_number("PTMRANK_KEEP_DAYS", usual.keep_days, environ, bounds=(LEAST, MOST_DAYS)),
    )
