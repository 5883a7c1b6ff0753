"""A few small facts about this machine that are worth keeping between runs: one JSON file.

Losing it costs a little time, never a result, so a file that cannot be read is an empty one.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from ptmrank_core.files import write_file

__all__ = ["FactsFile"]

MAX_ENTRIES = 2_000


class FactsFile:
    """Facts by name.

    Parameters
    ----------
    path
        The file; made when something is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def _read(self) -> dict[str, Any]:
        try:
            facts = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def get(self, name: str) -> Any:
        """Return what is known under a name; ``None`` where nothing is."""
        return self._read().get(name)

    def put(self, name: str, fact: Any) -> None:
        """Keep a fact that JSON can hold; the oldest go where there are too many."""
        facts = self._read()
        facts.pop(name, None)
        facts[name] = fact
        newest = dict(list(facts.items())[-MAX_ENTRIES:])
        with suppress(OSError):  # a read-only home: the fact is found again next time
            write_file(self._path, json.dumps(newest))
