"""A few small facts kept between runs in one JSON file, such as the best batch size of a model here.

Losing the file costs a little time and never a result, so a file that cannot be read counts as empty.
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
        The file; created by the first ``put``.
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
