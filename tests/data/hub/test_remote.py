"""Datasets of the Hub, taken by the real library from a hub on loopback.

huggingface_hub reads its endpoint when it is imported, so orders are done in processes of their own, many in
one: starting one costs more than the orders.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ptmrank_core.data.hub import remote
from ptmrank_core.data.hub.fetching import columns_elsewhere, fetch_cells
from ptmrank_core.data.hub.places import HubPlace
from ptmrank_core.errors import SamplesError
from tests.data.conftest import Maker
from tests.data.tables.columnar.test_columns import described, label
from tests.data.tables.columnar.test_media import structs
from tests.hub_client import Answer, ask
from tests.loopback_hub import HubRepository, LoopbackHub, loopback_hub

datasets = pytest.importorskip("datasets")

NOBODY_LISTENS = "http://127.0.0.1:9"
MANY = 6_000
CONFIGS = """---
configs:
- config_name: en
  data_files: en.csv
- config_name: de
  data_files: de.csv
---
"""


def parquet(table: pa.Table) -> bytes:
    """Bytes of a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def texts(first: int = 0, n_rows: int = 20) -> bytes:
    """A table of texts whose classes are numbered."""
    numbers = range(first, first + n_rows)
    columns = {"text": [f"the {i}th text of all" for i in numbers], "label": [i % 2 for i in numbers]}
    return parquet(described(columns, {"label": label("neg", "pos")}))


def csv(word: str, n_rows: int = 20) -> bytes:
    """A table of texts that is sorted by class."""
    rows = (f"{word} text {i},{'a' if i < n_rows / 2 else 'b'}\n" for i in range(n_rows))
    return f"text,label\n{''.join(rows)}".encode()


def repositories() -> dict[str, HubRepository]:
    """One repository for each way that it can go."""
    pictures = {f"train/{'ab'[i % 2]}/{i}.png": Maker.picture(i) for i in range(8)}
    inside = described(
        {"image": structs([Maker.picture(i) for i in range(8)]), "label": [0, 1] * 4},
        {"image": {"_type": "Image"}, "label": label("cat", "dog")},
    )
    reviews = {
        "data/train-00000-of-00002.parquet": texts(),
        "data/train-00001-of-00002.parquet": texts(20),
        "data/test-00000-of-00001.parquet": texts(40),
    }
    found = {
        "reviews": HubRepository(reviews),
        "files": HubRepository(pictures),
        "pictures": HubRepository({"data/train-00000-of-00001.parquet": parquet(inside)}),
        "many": HubRepository({"train.csv": csv("many", MANY)}),
        "configs": HubRepository({"README.md": CONFIGS.encode(), "en.csv": csv("en"), "de.csv": csv("de")}),
        "script": HubRepository({"script.py": b"raise SystemExit", "README.md": b"# a"}),
        "gated": HubRepository(reviews, gated=403),
        "empty": HubRepository({"README.md": b"# nothing"}),
        "broken": HubRepository({"train.parquet": b"PAR1 nothing"}),
        "half": HubRepository({**reviews, "data/train-00001-of-00002.parquet": b"PAR1 nothing"}),
    }
    return {f"datasets/org/{name}": repository for name, repository in found.items()}


CHANGED = HubRepository({"data/train-00000-of-00001.parquet": texts(100, 30)})
PLACES = (
    "reviews",
    "files",
    "many",
    "configs",
    "configs:fr",
    "configs:de",
    "missing",
    "gated",
    "script",
    "empty",
    "reviews@nowhere",
    "broken",
    "half",
)


@dataclass(frozen=True)
class Told:
    """What came of reading places of a hub, one after the other, as one user does.

    Parameters
    ----------
    first
        With the hub, by the names of places.
    more
        Then: the pinned source with all parts, one part, a part that is not there, an address.
    offline, away
        Then the same name, its pinned source and others: by the variable, and with nobody listening.
    changed
        Then, once the dataset had changed: its name, and the pinned source.
    hub, home
        The hub, and the user's folder.
    taken_again
        Whether a part that was here was written again for another one.
    """

    first: dict[str, Answer]
    more: list[Answer]
    offline: list[Answer]
    away: list[Answer]
    changed: list[Answer]
    hub: LoopbackHub
    home: Path
    taken_again: bool


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """All that this user is told."""
    folder = tmp_path_factory.mktemp("hub")
    home = folder / "home"
    with loopback_hub(repositories()) as hub:

        def read(*orders: Any, endpoint: str = hub.endpoint, **environ: str) -> list[Answer]:
            asked = [order if isinstance(order, dict) else {"samples": order} for order in orders]
            return ask(asked, endpoint, folder / "hf", PTMRANK_HOME=str(home), **environ)

        first = read(*({"samples": f"hf:org/{name}", "decode": name == "files"} for name in PLACES))
        source = first[0]["source"]
        [rows] = home.glob("datasets/org--reviews/*/train-*/rows.parquet")
        before = rows.stat().st_mtime_ns
        more = read(
            {"samples": source, "parts": ["all"]},
            {"samples": "hf:org/reviews", "parts": ["test"]},
            {"samples": "hf:org/reviews", "parts": ["validation"]},
            {"samples": f"{hub.endpoint}/datasets/org/pictures/tree/main", "decode": True},
        )
        taken_again = rows.stat().st_mtime_ns != before
        names = ("hf:org/reviews", source, "hf:org/configs", "hf:org/never")
        offline = read(*names, HF_HUB_OFFLINE="1")
        away = read(*names, endpoint=NOBODY_LISTENS)
        hub.pushes["datasets/org/reviews"] = CHANGED
        hub.push("datasets/org/reviews")
        changed = read("hf:org/reviews", source)
        yield Told(
            dict(zip(PLACES, first, strict=True)), more, offline, away, changed, hub, home, taken_again
        )


def test_every_kind_of_repository(told: Told) -> None:
    """Tables, pictures as files and in tables, and texts are read; the source pins the commit."""
    reviews, files, pictures = told.first["reviews"], told.first["files"], told.more[3]
    commit = repositories()["datasets/org/reviews"].commit
    assert reviews["source"] == f"hf:org/reviews@{commit}:default"
    assert (reviews["modality"], reviews["classes"]) == ("text", {"neg": 20, "pos": 20})
    assert reviews["notes"][:3] == [
        f"Read from 'org/reviews' on the Hub, at commit {commit}.",
        "All 40 samples of 'train' were taken.",
        "Not taken: 'test'.",
    ]
    assert (files["modality"], files["classes"]) == ("image", {"a": 4, "b": 4})
    assert (pictures["modality"], pictures["classes"]) == ("image", {"cat": 4, "dog": 4})
    assert files["decoded"] == pictures["decoded"] == [[20, 24, 3]] * 2
    assert pictures["roles"]["file"] == "image"


def test_parts_are_taken_as_they_are_asked_for(told: Told) -> None:
    """A part that was not taken before is added; those that are here are not written again."""
    both, test, unknown, _ = told.more
    assert (both["n"], both["parts"]) == (60, {"train": 40, "test": 20})
    assert (test["n"], test["source"]) == (20, told.first["reviews"]["source"])
    assert unknown["message"] == "Unknown part 'validation'."
    assert not told.taken_again


@pytest.mark.parametrize("how", ["offline", "away"])
def test_what_was_taken_is_used_again_without_a_network(told: Told, how: str) -> None:
    """The same samples come back, by the name and by the commit; nothing else does."""
    again, pinned, configs, never = getattr(told, how)
    assert again["fingerprint"] == pinned["fingerprint"] == told.first["reviews"]["fingerprint"]
    assert never["message"] == (
        "The Hub cannot be reached, and the dataset 'org/never' is not on this machine."
    )
    assert never["hint"] == "Check the network, or name a local folder."
    assert "cannot be reached" in configs["message"]  # one of the configurations is no answer to the question


def test_a_commit_is_a_commit(told: Told) -> None:
    """When the dataset changes, its name finds the new state, and the pinned source the old one."""
    new, old = told.changed
    assert (new["n"], new["source"]) == (30, f"hf:org/reviews@{CHANGED.commit}:default")
    assert old["fingerprint"] == told.first["reviews"]["fingerprint"]


def test_large_parts_are_drawn_from(told: Told) -> None:
    """Of many samples a stated number is drawn at random, of all classes though the file is sorted."""
    many = told.first["many"]
    assert many["n"] == remote.SAMPLES_OF_A_PART
    assert min(many["classes"].values()) > 0.48 * many["n"]
    assert "5,000 of 6,000 samples of 'train' were taken, drawn at random." in many["notes"]
    assert many["parts"] == {"train": MANY}


def test_configurations_are_a_question(told: Told) -> None:
    """Each option is a place that can be read; one that is not there is refused with those that are."""
    asked, wrong = told.first["configs"], told.first["configs:fr"]
    assert asked["error"] == "UnclearReadingError"
    assert asked["places"] == ["hf:org/configs:en", "hf:org/configs:de"]
    assert (wrong["message"], wrong["hint"]) == ("Unknown configuration 'fr'.", "Known: de, en.")
    assert told.first["configs:de"]["n"] == 20


def test_what_cannot_be_read_says_why(told: Told) -> None:
    """Each problem has its own sentence and what to do; no program of a repository is run or fetched."""
    said = {name: told.first[name]["message"] for name in PLACES if "message" in told.first[name]}
    hints = {name: told.first[name]["hint"] for name in said}
    assert said["missing"] == "There is no dataset 'org/missing' on the Hub, or it is private."
    assert "org/gated' is gated" in said["gated"]
    assert "hf auth login" in hints["gated"]
    assert said["script"] == (
        "The dataset 'org/script' is made by a program in its repository, which is never run here."
    )
    assert "hf:org/script@refs/convert/parquet" in hints["script"]
    assert said["empty"] == "The dataset 'org/empty' holds no files that can be read as samples."
    assert said["reviews@nowhere"] == "The dataset 'org/reviews' has no revision 'nowhere'."
    assert said["broken"].startswith("The dataset 'org/broken' cannot be read: ")
    assert all(hints[name] for name in said if name != "configs")
    assert not any(path.endswith(".py") for path in told.hub.served)


def test_a_part_is_stored_whole_or_not_at_all(told: Told) -> None:
    """Of a part whose second file is damaged nothing is kept."""
    assert told.first["half"]["message"].startswith("The dataset 'org/half' cannot be read: ")
    assert not list(told.home.glob("datasets/org--half/*/train-*"))
    assert not list(told.home.rglob(".partial-*"))


def test_the_package_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is missing, it is said what to install."""
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(SamplesError, match="are read with the package datasets") as caught:
        remote.open_remote(HubPlace("org/name", "a" * 40), HubPlace("org/name"))
    assert "pip install 'ptmrank[datasets]'" in caught.value.hint


def test_many_files_are_each_read_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of rows, the beginnings of several files are read, and it is said."""
    for i in range(6):
        (tmp_path / f"train-{i}.csv").write_bytes(csv(f"file {i}", 600))
    stream = datasets.load_dataset("csv", data_files=str(tmp_path / "*.csv"), split="train", streaming=True)
    monkeypatch.setattr(remote, "READ_ROWS", 1_200)
    monkeypatch.setattr(remote, "READ_FILES", 4)
    monkeypatch.setattr(remote, "SAMPLES_OF_A_PART", 500)
    opened = remote.RemoteDataset(HubPlace("org/name", "a" * 40), {"train": 3_600}, {"train": stream})
    table, taken = remote.take_samples(opened, "train")
    again, _ = remote.take_samples(opened, "train")
    files = {text.split(" text ")[0] for text in table.column("text").to_pylist()}
    assert (taken.n_taken, taken.n_samples, len(files)) == (500, 3_600, 4)
    assert 1_200 <= taken.n_read < 2_400
    assert table.equals(again)


def test_only_files_of_the_repository_are_fetched(tmp_path: Path) -> None:
    """A path to anywhere else, also on this machine, is not followed."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(Maker.picture(0))
    paths: list[str | None] = [
        str(secret),
        f"file://{secret}",
        f"zip://a.png::{secret}",
        "hf://datasets/a/b@x/c.png",
    ]
    table = pa.table({"image": structs([None] * 4, paths)})
    assert columns_elsewhere(table) == ["image"]
    fetched = fetch_cells(table, ["image"], "org/name")
    assert [cell["bytes"] for cell in fetched.column("image").to_pylist()] == [None] * 4
