"""Pillow without its warnings, in threads too."""

from __future__ import annotations

import threading
import warnings
from types import TracebackType

__all__ = ["QUIET"]


class QuietPillow:
    """Mutes Pillow's warnings while any thread decodes a picture.

    ``warnings.catch_warnings`` alone is not safe in threads: two that overlap restore each other's
    filters. Here the first thread to enter sets the filter and the last to leave removes it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._saved = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if self._depth == 0:
                self._saved = warnings.catch_warnings()
                self._saved.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0:
                self._saved.__exit__(kind, error, trace)


QUIET = QuietPillow()
"""Used around everything that Pillow decodes."""
