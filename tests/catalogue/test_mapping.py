"""``mapping.json`` in both shapes: what is read is what was written, and what is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptmrank_core.catalogue.mapping import parse_mapping, read_mapping, write_mapping
from ptmrank_core.errors import InputError, UnknownNameError

IDS = st.lists(st.sampled_from([f"org/m{i}" for i in range(5)]), min_size=1, unique=True)
MAPPINGS = st.dictionaries(st.sampled_from(["image-classification", "fill-mask", "x"]), IDS, max_size=3)


def test_the_original_shape_is_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Tasks are slugged, a model of two tasks is in both, a repeated one stands once."""
    records = [
        ["Image Classification,image-feature-extraction", "org/b"],
        ["image-classification", "org/a"],
        [" image classification ", "org/b"],
        ["", "org/none"],
    ]
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    assert read_mapping(path) == {
        "image-classification": ("org/b", "org/a"),
        "image-feature-extraction": ("org/b",),
    }


@pytest.mark.parametrize("shape", ["original", "ptmrank"])
@settings(deadline=None, max_examples=60)
@given(mapping=MAPPINGS)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, shape: str, mapping: dict[str, list[str]]
) -> None:
    """Every category keeps its models and their order, also where categories contradict each other."""
    path = tmp_path_factory.mktemp("mapping") / "deep" / "mapping.json"
    write_mapping(path, mapping, shape=shape, about={"source": "a test"})
    assert read_mapping(path) == {task: tuple(ids) for task, ids in mapping.items()}
    assert [entry.name for entry in path.parent.iterdir()] == ["mapping.json"]


def test_the_original_shape_has_one_record_a_model(tmp_path: Path) -> None:
    """Where the categories agree on an order, each model stands once, with all its tasks."""
    path = tmp_path / "mapping.json"
    write_mapping(path, {"fill-mask": ["org/a", "org/c"], "feature-extraction": ["org/a", "org/b"]})
    records = json.loads(path.read_text(encoding="utf-8"))
    assert ["fill-mask,feature-extraction", "org/a"] in records
    assert sorted(model for _, model in records) == ["org/a", "org/b", "org/c"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'"image-classification"', "contains no mapping"),
        (b'{"image-classification": ["org/a"]}', "contains no mapping"),
        (b'[["fill-mask", "org/a"], ["fill-mask"]]', r'Record 2 of m.json is \["fill-mask"\]'),
        (b'[["fill-mask", 7]]', "Record 1"),
        (b'[["fill-mask", " "]]', "Record 1"),
        (b'{"tasks": {"fill-mask": "org/a"}}', "Category 'fill-mask'"),
        (b'{"tasks": {"fill-mask": [null]}}', "Category 'fill-mask'"),
    ],
)
def test_what_is_no_mapping_is_named(content: bytes, message: str) -> None:
    """The first thing that is wrong stands in the message, and what was expected after it."""
    with pytest.raises(InputError, match=message) as caught:
        parse_mapping(content, name="m.json")
    assert "Expected a list of" in caught.value.hint


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    """A missing file and a folder are told, not raised as the system's errors."""
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_mapping(path)


def test_a_place_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    """A file in the place of the folder is told, and nothing is left behind."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        write_mapping(tmp_path / "taken" / "mapping.json", {"fill-mask": ["org/a"]})


def test_an_unknown_shape_is_told(tmp_path: Path) -> None:
    """A shape that there is not names those that there are, and writes nothing."""
    wrong: Any = "orginal"
    with pytest.raises(UnknownNameError, match="Did you mean 'original'"):
        write_mapping(tmp_path / "m.json", {}, shape=wrong)
    assert not list(tmp_path.iterdir())
