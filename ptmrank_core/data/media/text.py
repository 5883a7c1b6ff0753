"""Texts as samples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from ptmrank_core.records import WordInContext

__all__ = [
    "NOT_A_TEXT",
    "PairItem",
    "TextItem",
    "WordItem",
    "digest_pair",
    "digest_text",
    "digest_words",
]

# No UTF-8 text begins with this byte, so no text has the digest of a pair or of a word.
NOT_A_TEXT = b"\xff"


@dataclass(frozen=True, slots=True)
class TextItem:
    """A text."""

    text: str

    @property
    def size(self) -> int:
        """Number of characters."""
        return len(self.text)

    def decode(self) -> str:
        """Return the text."""
        return self.text


@dataclass(frozen=True, slots=True)
class PairItem:
    """A pair of texts: premise and hypothesis, question and answer."""

    first: str
    second: str

    @property
    def size(self) -> int:
        """Number of characters of both."""
        return len(self.first) + len(self.second)

    def decode(self) -> tuple[str, str]:
        """Return both texts."""
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class WordItem:
    """One word of a sentence; the words of a sentence share one tuple."""

    words: tuple[str, ...]
    index: int

    @property
    def size(self) -> int:
        """Number of characters of the sentence, which a model reads as a whole."""
        return sum(map(len, self.words)) + len(self.words) - 1

    def decode(self) -> WordInContext:
        """Return the word with its sentence."""
        return WordInContext(self.words, self.index)


def digest_text(text: str) -> str:
    """Return the SHA-256 (hex) of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_pair(first: str, second: str) -> str:
    """Return the SHA-256 (hex) of two texts; moving a word from one to the other changes it."""
    one, two = first.encode(), second.encode()
    return hashlib.sha256(NOT_A_TEXT + b"pair%d:" % len(one) + one + two).hexdigest()


def digest_words(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the SHA-256 (hex) of each word in its sentence: of all words and the position of this one."""
    sentence = hashlib.sha256(NOT_A_TEXT + b"word%d:" % len(words))
    for word in words:
        data = word.encode()
        sentence.update(b"%d:" % len(data) + data)
    for index in range(len(words)):
        digest = sentence.copy()
        digest.update(b"%d" % index)
        yield digest.hexdigest()
