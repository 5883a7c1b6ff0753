"""Bytes become text in the encoding that they are in, or the user is asked."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data import DEFAULT_LIMITS, load_samples
from ptmrank_core.data.encodings.decoding import decode_text, find_encoding
from ptmrank_core.data.encodings.languages import language
from ptmrank_core.errors import InputField, SamplesError, UnclearReadingError
from ptmrank_core.records import Reading
from tests.data.encodings.reviews import REVIEWS

ENCODINGS = {
    "russian": ("cp1251", "koi8-r", "cp866"),
    "ukrainian": ("cp1251", "koi8-u"),
    "japanese": ("cp932", "euc-jp"),
    "simplified": ("gb18030",),
    "traditional": ("big5", "gb18030"),
    "korean": ("euc-kr",),
    "polish": ("cp1250", "iso8859-2"),
    "czech": ("cp1250", "iso8859-2"),
    "hungarian": ("cp1250", "iso8859-2"),
    "german": ("cp1252", "cp850"),
    "french": ("cp1252", "mac_roman"),
    "english": ("cp1252",),
    "greek": ("cp1253", "iso8859-7"),
    "turkish": ("cp1254",),
    "hebrew": ("cp1255",),
    "arabic": ("cp1256",),
}
CASES = [(name, encoding) for name, encodings in ENCODINGS.items() for encoding in encodings]


def _table(name: str, n_lines: int = 12) -> str:
    lines = REVIEWS[name].strip().split("\n")[:n_lines]
    return "text,label\n" + "".join(f'"{line}",{"np"[i % 2]}\n' for i, line in enumerate(lines))


@pytest.mark.parametrize(("name", "encoding"), CASES)
def test_twelve_short_lines_are_enough(name: str, encoding: str) -> None:
    """The text of a small table comes back letter by letter, and its encoding is said."""
    text = _table(name)
    decoded = decode_text(text.encode(encoding), "a.csv")
    assert decoded.text == text
    assert decoded.note == (
        f"is not UTF-8 and was read as {decoded.encoding}; if letters are wrong, name another encoding"
    )


@pytest.mark.parametrize(("name", "encoding"), CASES)
def test_fewer_lines_are_read_or_asked_about(name: str, encoding: str) -> None:
    """Three lines give their own text, or a question that has it among the answers."""
    for start in (0, 3, 6, 9):
        lines = REVIEWS[name].strip().split("\n")[start : start + 3]
        text = "text,label\n" + "".join(f'"{line}",x\n' for line in lines)
        data = text.encode(encoding)
        try:
            texts = [decode_text(data, "a.csv").text]
        except UnclearReadingError as error:
            texts = [decode_text(data, "a.csv", option.changes["encoding"]).text for option in error.options]
        assert text in texts


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("We met at a small café near the station", "cp1252"),
        ("It’s a “small” place – we paid €5", "cp1252"),
        ("the temperature was 20 °C in the morning and 25 °C in the afternoon of that day", "cp1252"),
        ("text about some thing,плохо\nanother text,хорошо", "koi8-r"),
        ("text about some thing,плохо\nanother text,хорошо", "cp1251"),
        ("МОСКВА\nКИЕВ\nРОССИЯ\nГОРОД", "koi8-r"),
        ("MÜLLER\nGRÖSSE\nÜBUNG\nÄRGER", "cp1252"),
        ("pythonで書いたAPIを使う\nとても便利です", "cp932"),
    ],
)
def test_a_few_words_may_be_enough(text: str, encoding: str) -> None:
    """Accents in English, names of classes alone, capitals, and Latin words among others are read."""
    assert decode_text(text.encode(encoding), "a.txt").text == text


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        (b"", "", ""),
        ("naïve “café”".encode(), "naïve “café”", ""),
        (codecs.BOM_UTF8 + "é".encode(), "é", ""),
        ("é日".encode("utf-16"), "é日", "was read as UTF-16"),
        (codecs.BOM_UTF16_BE + "é日".encode("utf-16-be"), "é日", "was read as UTF-16"),
        ("é日".encode("utf-32"), "é日", "was read as UTF-32"),
        ("text,日本".encode("utf-16-le"), "text,日本", "has no byte-order mark and was read as UTF-16-LE"),
        ("text,日本".encode("utf-16-be"), "text,日本", "has no byte-order mark and was read as UTF-16-BE"),
        ("ab".encode("utf-32-le"), "ab", "has no byte-order mark and was read as UTF-32-LE"),
        (b"text\0,label\n", "text,label\n", "holds 1 zero byte, which was dropped"),
    ],
)
def test_unicode_comes_first(data: bytes, text: str, note: str) -> None:
    """Text comes back without its mark; whatever is not UTF-8 is named."""
    decoded = decode_text(data, "a.csv")
    assert (decoded.text, decoded.note) == (text, note)


def test_old_japanese_mail_is_read() -> None:
    """An encoding that escapes to Japanese looks like ASCII, and is not read as such."""
    assert decode_text("日本語です".encode("iso2022_jp"), "a.txt").text == "日本語です"


def test_damage_in_utf8_is_not_another_encoding() -> None:
    """One wrong byte in a text of UTF-8 costs that letter, and is said with its line."""
    data = ("Привет мир\n" * 10).encode() + b"\xff\n"
    decoded = decode_text(data, "a.txt")
    assert decoded.text == "Привет мир\n" * 10 + "\\xff\n"
    assert decoded.note == "is UTF-8 except for 1 place, read as \\xff and the like, first in line 11"


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"PK\x00\x01", None, "'a.csv' contains zero bytes"),
        (codecs.BOM_UTF16_LE + b"a\x00b", None, "'a.csv' begins as UTF-16 but is damaged: truncated data"),
        (
            np.random.default_rng(0).integers(0x80, 0x100, 400, dtype=np.uint8).tobytes(),
            None,
            "no text in any other encoding",
        ),
        (b"a\nb\x98", "cp1251", "the byte 0x98 in line 2 is no character"),
        ("é".encode("latin-1"), "utf-8", "not text in the encoding utf-8: the byte 0xe9 in line 1"),
        (b"a", "klingon", "no encoding of texts named 'klingon'. Expected a name such as utf-8"),
        (b"a", "base64", "no encoding of texts named 'base64'"),
        (b"a", "", "no encoding of texts named ''"),
    ],
)
def test_what_cannot_be_decoded_is_refused(data: bytes, encoding: str | None, said: str) -> None:
    """An error says which byte of which line, or that there is no such encoding."""
    with pytest.raises(SamplesError) as caught:
        decode_text(data, "a.csv", encoding)
    assert said in str(caught.value)


def test_the_user_is_asked_where_it_is_unclear(tables: Any) -> None:
    """Two words that are Chinese in several encodings: each option gives the text that it shows."""
    data = b"text,label\n" + "".join(f"film {i},{'好坏'[i % 2]}\n" for i in range(8)).encode("gb18030")
    with pytest.raises(UnclearReadingError) as caught:
        tables.load("a.csv", data)
    options = caught.value.options
    assert caught.value.message == "'a.csv' is not UTF-8, and may be in several encodings."
    assert caught.value.fields == (InputField.ENCODING,)
    assert 2 <= len(options) <= 4
    assert {"encoding": "gb18030"} in [option.changes for option in options]
    for option in options:
        samples = tables.load("a.csv", data, **option.changes)
        assert samples.class_names[0] in "".join(option.preview)
        assert samples.n_samples == 8


def test_the_encoding_that_the_user_names_is_taken(tables: Any) -> None:
    """Even where another one would be recognised; the note says so."""
    data = _table("russian").encode("cp1251")
    samples = tables.load("a.csv", data, encoding="Windows-1252")
    assert samples.items[0].decode() == REVIEWS["russian"].split("\n")[1].encode("cp1251").decode("cp1252")
    assert samples.notes[0] == "a.csv was read as Windows-1252 (cp1252), as asked."


@pytest.mark.parametrize("encoding", ["koi8-r", "cp1251"])
def test_text_files_share_one_decision(tmp_path: Path, encoding: str) -> None:
    """Files of a word or two, unclear one by one, are read in the one encoding of the source."""
    words = REVIEWS["russian"].split()
    for i, word in enumerate(words[:40]):
        file = tmp_path / "np"[i % 2] / f"{i:02}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(f"{word} {i}".encode("utf-8" if i == 7 else encoding))
    samples = load_samples(tmp_path)
    texts = {name: item.decode() for name, item in zip(samples.names, samples.items, strict=True)}
    assert texts == {f"{'np'[i % 2]}/{i:02}.txt": f"{word} {i}" for i, word in enumerate(words[:40])}
    assert len([note for note in samples.notes if "texts were read as" in note]) == 1


def test_text_files_in_two_encodings_are_read_one_by_one(tmp_path: Path) -> None:
    """No encoding fits them all, and each file is clear by itself."""
    for name, encoding in (("russian", "cp1251"), ("japanese", "cp932")):
        (tmp_path / name).mkdir()
        for i in range(2):
            lines = REVIEWS[name].strip().split("\n")[6 * i : 6 * i + 6]
            (tmp_path / name / f"{i}.txt").write_bytes("\n".join(lines).encode(encoding))
    samples = load_samples(tmp_path)
    assert samples.items[0].decode().startswith("この映画")
    assert samples.items[3].decode().startswith("Рекомендую")


def test_unclear_text_files_are_asked_about(tmp_path: Path) -> None:
    """The question comes once for the source, and its answers can be given."""
    for i in range(6):
        file = tmp_path / "np"[i % 2] / f"{i}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(f"film {i} {'好坏'[i % 2]}".encode("gb18030"))
    with pytest.raises(UnclearReadingError) as caught:
        load_samples(tmp_path)
    assert caught.value.message == "The texts are not UTF-8, and may be in several encodings."
    readings = [Reading(**option.changes) for option in caught.value.options]
    assert "film 0 好" in [load_samples(tmp_path, reading).items[0].decode() for reading in readings]


def test_no_files_have_no_encoding() -> None:
    """Nothing is asked where every text is UTF-8."""
    assert find_encoding([]) is None


def test_large_inputs_take_little_time() -> None:
    """Only a part is looked at, whatever the bytes are: blanks alone, no blank at all, ever new words."""
    hostile = [
        b" " * 2_000_000 + b"\xe9",
        b"\xe9" * 2_000_000,
        b"a" * 2_000_000 + b"\xe9",
        " ".join(f"слово{i}" for i in range(100_000)).encode("cp1251"),
        np.random.default_rng(1).integers(1, 256, 300_000, dtype=np.uint8).tobytes(),
    ]
    for data in hostile:
        try:
            decode_text(data, "a.txt")
        except SamplesError:
            continue
    assert DEFAULT_LIMITS.max_entry_bytes > max(map(len, hostile))


def test_the_tables_are_probabilities() -> None:
    """After each letter, the probabilities of what follows add up to about one."""
    for name in ("en", "ru", "pl", "el"):
        for row in language(name).pairs:
            total = sum(2.718281828**-cost for cost in row)
            assert 0.6 < total < 1.6


@pytest.mark.parametrize("letter", ["\u00e9", "\u00fc", "\u0439"])
def test_a_letter_among_many_others_is_asked_about(letter: str) -> None:
    """One letter tells little: the encodings it may be in are shown, and no text is refused."""
    codec = "cp1252" if letter < "\u0400" else "cp1251"
    data = ("text,label\n" + "a plain line of words,a\n" * 60 + f"word {letter} word,b\n").encode(codec)
    try:
        text = decode_text(data, "t.csv").text
    except UnclearReadingError as error:
        texts = {data.decode(option.changes["encoding"]) for option in error.options}
        assert len(texts) > 1
    else:
        assert letter in text


@pytest.mark.parametrize("n", [2, 3])
def test_files_put_together_keep_no_marks(n: int) -> None:
    """Each of them had a byte-order mark at its beginning."""
    data = b"\xef\xbb\xbftext,label\n" * n
    assert decode_text(data, "t.csv").text == "text,label\n" * n


def test_utf8_with_some_lines_of_an_older_encoding() -> None:
    """It is UTF-8 still, and a note counts what is not."""
    lines = ["un caf\u00e9 et un th\u00e9\n".encode("cp1252" if i == 7 else "utf-8") for i in range(20)]
    found = decode_text(b"".join(lines), "t.csv")
    assert found.text.count("caf\u00e9") == 19
    assert "except for 2 places" in found.note
