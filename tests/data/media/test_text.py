"""Texts as items."""

from __future__ import annotations

import hashlib

from ptmrank_core.data.media.text import (
    PairItem,
    TextItem,
    WordItem,
    digest_pair,
    digest_text,
    digest_words,
)
from ptmrank_core.records import WordInContext


def test_items_decode_to_what_models_read() -> None:
    """A text, a pair and a word come back, with a size that orders them by length."""
    assert (TextItem("abc").decode(), TextItem("abc").size) == ("abc", 3)
    assert (PairItem("ab", "c").decode(), PairItem("ab", "c").size) == (("ab", "c"), 3)
    word = WordItem(("a", "bcd"), 1)
    assert (word.decode(), word.size) == (WordInContext(("a", "bcd"), 1), 5)


def test_the_digest_of_a_text_is_that_of_its_utf8() -> None:
    """Anyone can compute it again."""
    assert digest_text("é") == hashlib.sha256("é".encode()).hexdigest()


def test_digests_tell_contents_apart() -> None:
    """No text, pair or word has the digest of another one, wherever a word stands."""
    digests = [digest_text("ab"), digest_text("pair2:ab"), digest_text("")]
    digests += [digest_pair("ab", ""), digest_pair("a", "b"), digest_pair("", "ab"), digest_pair("b", "a")]
    for words in (("a", "b"), ("ab",), ("a", "b", ""), ("", "ab"), ("1:a",), ("b", "a")):
        digests += digest_words(words)
    assert len(set(digests)) == len(digests)


def test_a_word_has_the_same_digest_each_time() -> None:
    """The digest depends on words and place alone."""
    assert list(digest_words(("a", "b"))) == list(digest_words(("a", "b")))
