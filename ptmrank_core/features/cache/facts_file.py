"""A few small facts kept between runs in one JSON file, such as the best batch size of a model here.

Losing the file costs a little time and never a result, so a file that cannot be read counts as empty, and one
that is damaged is moved aside.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

from ptmrank_core.faults import move_aside
from ptmrank_core.files import write_file

__all__ = ["FILES", "MACHINE", "MODELS", "NOTES", "FactsFile"]

logger = logging.getLogger(__name__)
MAX_ENTRIES = 2_000
# What was measured on this machine, the models of the cached features, and how these were made.
FILES = MACHINE, MODELS, NOTES = ("extraction.json", "cached_models.json", "extraction_notes.json")


class FactsFile:
    """Facts by name.

    Parameters
    ----------
    path
        The file; created by the first ``put``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def _read(self) -> dict[str, Any]:
        try:
            return self._load()
        except (OSError, ValueError):
            return {}

    def _load(self) -> dict[str, Any]:
        """Read the file.

        Raises
        ------
        ValueError
            If it does not hold facts.
        """
        try:
            facts = json.loads(self._path.read_text(encoding="utf-8"))
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if not isinstance(facts, dict):
            raise ValueError("it holds no facts by name")  # noqa: TRY004 - what a file holds
        return facts

    def damage(self) -> str:
        """Say what is wrong with the file; empty if nothing is, or it is not there."""
        try:
            self._load()
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            return (error.strerror if isinstance(error, OSError) else None) or str(error)
        return ""

    def set_aside_if_damaged(self) -> str:
        """Move the file aside if it cannot be read; return what was done in a sentence, empty if nothing."""
        damage = self.damage()
        if not damage:
            return ""
        try:
            aside = move_aside(self._path)
        except OSError:  # a home that can only be read: the file counts as empty
            return ""
        note = f"{self._path} was damaged ({damage}) and was moved to {aside}; an empty one was begun."
        logger.warning("%s", note)
        return note

    def all(self) -> dict[str, Any]:
        """Return all facts by name, the oldest first."""
        return self._read()

    def get(self, name: str) -> Any:
        """Return the fact of this name, or ``None``."""
        return self._read().get(name)

    def put(self, name: str, fact: Any) -> None:
        """Store a fact, which must be JSON; the oldest facts are dropped when there are too many."""
        facts = self._read()
        facts.pop(name, None)
        facts[name] = fact
        newest = dict(list(facts.items())[-MAX_ENTRIES:])
        with suppress(OSError):  # a read-only home: the fact is measured again next time
            write_file(self._path, json.dumps(newest))
