"""Short descriptions of samples."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import WordInContext

__all__ = ["shorten", "snippet"]

CONTEXT_WORDS = 4


def shorten(text: str, n_chars: int) -> str:
    """Put a text on one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= n_chars else f"{line[: n_chars - 1].rstrip()}…"


def snippet(decoded: Any, n_chars: int) -> str:
    """Shorten a text, a pair of texts, or a word with its neighbours."""
    if isinstance(decoded, WordInContext):
        first = max(0, decoded.index - CONTEXT_WORDS)
        around = list(decoded.words[first : decoded.index + CONTEXT_WORDS + 1])
        around[decoded.index - first] = f"[{decoded.words[decoded.index]}]"
        return shorten(" ".join(around), n_chars)
    if isinstance(decoded, tuple):
        return " ‖ ".join(shorten(text, n_chars // 2) for text in decoded)
    return shorten(str(decoded), n_chars)
