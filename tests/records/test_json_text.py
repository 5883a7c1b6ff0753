"""Tests of the one reader of JSON that somebody else wrote."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from ptmrank_core.records.foreign import JsonFile, parse_json, read_json_file

REFUSED = {
    "cut off": (b'{"a": ', "is not JSON: Expecting value at line 1, column 7"),
    "empty": (b"", "is not JSON: Expecting value at line 1, column 1"),
    "deep lists": (b"[" * 100_000, "is not JSON that can be read: it is nested more than 200 levels deep"),
    "deep objects": (
        b'{"a":' * 300 + b"1" + b"}" * 300,
        "is not JSON that can be read: it is nested more than 200 levels deep",
    ),
    "lists of 201 levels": (
        b"[" * 201 + b"]" * 201,
        "is not JSON that can be read: it is nested more than 200 levels deep",
    ),
    "digits": (b"[" + b"1" * 5000 + b"]", "has a number of 5,000 digits"),
    "Latin-1": (b'{"a": "caf\xe9"}', "is not JSON: byte 10 is no text in UTF-8"),
    "half a UTF-16": (codecs.BOM_UTF16_LE + b"{", "is not JSON: byte 0 is no text in UTF-16-LE"),
    "UTF-16 without a mark": ("{}".encode("utf-16-le"), "is not JSON"),
    "a control character": (
        b'{"a": "\x1b"}',
        "is not JSON: Invalid control character at at line 1, column 8",
    ),
    "two values": (b"{}{}", "is not JSON: Extra data at line 1, column 3"),
}
STRICT = {
    "NaN": (b"[NaN]", "has NaN, which is no number of JSON"),
    "Infinity": (b"[-Infinity]", "has -Infinity, which is no number of JSON"),
    "too large": (b"[1e999]", "has the number 1e999, which is too large"),
    "a key twice": (b'[{"a": 1, "b": 2, "a": 3}]', "has the key 'a' twice in one object"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
def test_faults_are_told_as_one_kind_of_error(content: bytes, reason: str) -> None:
    """Whatever is wrong, the reader raises a ValueError that says what, and nothing else."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is what is compared
        parse_json(content)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(("content", "reason"), STRICT.values(), ids=STRICT)
def test_a_strict_reader_refuses_what_others_accept(content: bytes, reason: str) -> None:
    """Numbers that are none, and keys that occur twice, pass or are refused as the caller asks."""
    parse_json(content)
    with pytest.raises(ValueError, match=reason):
        parse_json(content, finite=True, unique=True)


def test_repeated_keys_are_told() -> None:
    """Of a key that occurs twice the last value is kept, as everywhere, and the key is named."""
    read = parse_json('{"b": {"x": 1, "x": 2}, "a\\u001b": 1, "a\\u001b": 2, "c": 1}')
    assert read == JsonFile({"b": {"x": 2}, "a\x1b": 2, "c": 1}, ("x", r"a\x1b"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_obeyed(tmp_path: Path, encoding: str) -> None:
    """A file of any Unicode encoding that says which one it is can be read; nothing means UTF-8."""
    file = tmp_path / "config.json"
    file.write_bytes('{"name": "café"}'.encode(encoding))
    assert read_json_file(file).value == {"name": "café"}


def test_200_levels_are_read() -> None:
    """The bound on depth refuses the first level beyond it, and brackets in a text are no levels."""
    parse_json("[" * 200 + "]" * 200)
    assert parse_json('["' + "[" * 1000 + '"]').value == ["[" * 1000]


def test_only_regular_files_of_a_bounded_size_are_opened(tmp_path: Path) -> None:
    """A pipe would block for ever; a folder and a file that is too large are refused with the reason."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "large").write_text("[1, 2, 3]")
    for name in ("pipe", "folder"):
        with pytest.raises(ValueError, match="is not a regular file"):
            read_json_file(tmp_path / name)
    with pytest.raises(ValueError, match="is larger than 8 bytes"):
        read_json_file(tmp_path / "large", max_bytes=8)
    assert read_json_file(tmp_path / "large", max_bytes=9).value == [1, 2, 3]
