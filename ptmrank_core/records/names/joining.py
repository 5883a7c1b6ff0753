"""Several words in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["join_words"]


def join_words(words: Sequence[str]) -> str:
    """Join words as in a sentence: ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
