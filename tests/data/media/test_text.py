"""Texts as items, and bytes that are text."""

from __future__ import annotations

import codecs
import hashlib

import pytest

from ptmrank_core.data.media.text import (
    PairItem,
    TextItem,
    WordItem,
    decode_text,
    digest_pair,
    digest_text,
    digest_words,
)
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import WordInContext


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        (b"", "", ""),
        ("naïve “café”".encode(), "naïve “café”", ""),
        (codecs.BOM_UTF8 + "é".encode(), "é", ""),
        (codecs.BOM_UTF16_LE + "é日".encode("utf-16-le"), "é日", "was read as UTF-16"),
        (codecs.BOM_UTF16_BE + "é日".encode("utf-16-be"), "é日", "was read as UTF-16"),
        ("café".encode("latin-1"), "café", "is not UTF-8 and was read as Latin-1"),
        ("“café” €".encode("cp1252"), "“café” €", "is not UTF-8 and was read as Windows-1252"),
        (b"\xe9\x81", "é\x81", "is not UTF-8 and was read as Latin-1"),
    ],
)
def test_an_encoding_is_detected_and_said(data: bytes, text: str, note: str) -> None:
    """Text comes back without its mark; whatever is not UTF-8 is named."""
    assert decode_text(data) == (text, note)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x00\x01", "contains zero bytes"),
        ("text".encode("utf-16-le"), "UTF-16 without a byte-order mark"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "begins as UTF-16 but is damaged: truncated data"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, said: str) -> None:
    """Zeros and broken UTF-16 are errors rather than garbage."""
    with pytest.raises(SamplesError, match=said):
        decode_text(data)


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
