"""Names of datasets on the Hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.data.hub.places import HubPlace, is_hub_place, read_place
from ptmrank_core.errors import SamplesError

COMMIT = "a" * 40


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("hf:org/name", HubPlace("org/name")),
        ("hf:name", HubPlace("name")),
        ("hf:org/name:en", HubPlace("org/name", None, "en")),
        ("hf:org/name@v1.0:en-US", HubPlace("org/name", "v1.0", "en-US")),
        ("hf:org/name@refs/convert/parquet:en", HubPlace("org/name", "refs/convert/parquet", "en")),
        ("hf:datasets/org/name", HubPlace("org/name")),
        ("hf://datasets/org/name@main", HubPlace("org/name", "main")),
        ("datasets/org/name", HubPlace("org/name")),
        ("https://hub.example/datasets/org/name", HubPlace("org/name")),
        ("https://hub.example/datasets/name", HubPlace("name")),
        ("https://hub.example/datasets/org/name/viewer/en/train", HubPlace("org/name", None, "en")),
        (f"https://hub.example/datasets/org/name/tree/{COMMIT}/data", HubPlace("org/name", COMMIT)),
        ("https://hub.example/datasets/org/name/tree/main", HubPlace("org/name")),
        ("https://hub.example/datasets/name/viewer/default/train?row=3", HubPlace("name", None, "default")),
    ],
)
def test_every_way_to_name_a_dataset(source: str, place: HubPlace) -> None:
    """Names with a prefix, addresses of pages and the library's own addresses name the same datasets."""
    assert is_hub_place(source)
    assert read_place(source) == place


@pytest.mark.parametrize("place", [HubPlace("org/name"), HubPlace("org/name", COMMIT, "en")])
def test_a_name_is_read_as_it_is_written(place: HubPlace) -> None:
    """What a run card keeps finds the same dataset."""
    assert read_place(str(place)) == place


@pytest.mark.parametrize(
    "source",
    ["hf:", "hf:a/b/c", "hf:../secret", "hf:org/..", "hf:org/na me", "hf:org/name@../x", "hf:.hidden/a"],
)
def test_what_is_no_name_is_refused(source: str) -> None:
    """A name that could lead elsewhere is no name."""
    with pytest.raises(SamplesError, match="cannot be the name of a dataset") as caught:
        read_place(source)
    assert "Expected hf:owner/name" in caught.value.hint


def test_the_address_of_a_model_is_refused() -> None:
    """Only addresses with /datasets/ are those of datasets."""
    with pytest.raises(SamplesError, match="is not the address of a dataset"):
        read_place("https://hub.example/org/model")


def test_a_path_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are never taken for names of the Hub, whatever they are called."""
    (tmp_path / "datasets" / "org" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert not is_hub_place("datasets/org/name")
    assert not is_hub_place(str(tmp_path))
    assert not is_hub_place("org/name")
