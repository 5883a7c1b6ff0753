"""PeaTMOSS databases of both schemas with planted rows, damaged ones, and one as large as the real one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ptmrank_core.catalogue import PeatmossDatabase, any_category, loading_of
from ptmrank_core.catalogue.peatmoss.facts import loader_of, parameters_of
from ptmrank_core.catalogue.tasks.table import CATEGORIES
from ptmrank_core.errors import InputError
from tests.catalogue.peatmoss_database import Planted, Schema, save_database, save_large_database

IMAGES, MASKS = any_category("image-classification"), any_category("fill-mask")
TAG = ("image-classification",)
MODELS = (
    Planted("org/rare", 5, tags=TAG, licences=("cc-by-nc-4.0",), families=("vit",), parameters="86M"),
    Planted("org/common", 900, tags=(*TAG, "vit", "has_space"), reused_by=3),
    Planted("bert-base-uncased", 40_000_000, tags=("fill-mask",), licences=("apache-2.0",)),
    Planted("org/uncounted", None, None, tags=TAG),
    Planted("org/liked", 5, 9, tags=TAG),
    Planted("resnet50", 9_999_999, hub=2, tags=TAG),
    Planted("hf-internal-testing/tiny-vit", 9_999_999, tags=TAG),
    Planted("trl-internal-testing/x", 9_999_999, tags=TAG),
    Planted("someone/tiny-random-vit", 9_999_999, tags=TAG),
    Planted("org/drawer", 800, tags=(*TAG, "text-to-image"), libraries=("diffusers", "safetensors")),
    Planted("org/50%_off", 1, tags=TAG, libraries=()),
    Planted("org/both", 300, tags=("fill-mask", *TAG), tasks=("fill-mask",)),
    Planted("org/card-only", 200, tags=("pytorch",), tasks=("image-classification",), parameters=1e6),
)
SCHEMAS: tuple[Schema, ...] = ("base", "enhanced")


@pytest.fixture(params=SCHEMAS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PeatmossDatabase]:
    """An open database of either schema."""
    with PeatmossDatabase(save_database(tmp_path / "PeaTMOSS.db", request.param, MODELS)) as opened:
        assert opened.schema == request.param
        yield opened


def ids(database: PeatmossDatabase, **asked: object) -> list[str]:
    """Ids of image classification."""
    return [model.id for model in database.top(IMAGES, **asked)]  # type: ignore[arg-type]


def test_the_most_downloaded_come_first(database: PeatmossDatabase) -> None:
    """By downloads, then likes; unknown ones last. Other hubs and models of somebody's tests are left out."""
    by_card = ["org/card-only"] if database.schema == "enhanced" else []
    expected = ["org/common", "org/drawer", "org/both", *by_card, "org/liked", "org/rare", "org/50%_off"]
    assert ids(database) == [*expected, "org/uncounted"]
    assert ids(database, limit=2) == expected[:2]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("RARE", ["org/rare"]),
        ("org li", ["org/liked"]),
        ("50%_", ["org/50%_off"]),
        ("o_h", []),
        ("' OR 1=1 --", []),
        ("   ", None),
    ],
)
def test_a_search_is_a_value_and_no_pattern(
    database: PeatmossDatabase, search: str, found: list[str] | None
) -> None:
    """Capitals do not matter, a blank stands for anything, and no character has a meaning of its own."""
    assert ids(database, search=search) == (ids(database) if found is None else found)


def test_what_the_database_tells_of_a_model(database: PeatmossDatabase) -> None:
    """Licence, family, library, size and reuse where its schema has them; what it lacks is unknown."""
    models = {model.id: model for model in database.top(IMAGES)}
    rare, common, drawer = models["org/rare"], models["org/common"], models["org/drawer"]
    assert (rare.licence_class, rare.model_type, rare.loader) == ("non-commercial", "vit", "transformers")
    assert rare.n_parameters == (86_000_000 if database.schema == "enhanced" else None)
    assert (rare.downloads, rare.downloads_of, rare.modality) == (5, "mid-2023", "image")
    assert (common.reuse_repositories, rare.reuse_repositories) == (3, 0)
    assert (models["org/uncounted"].downloads, models["org/uncounted"].downloads_of) == (None, None)
    assert (drawer.loader, drawer.has_safetensors, loading_of(drawer).verdict) == ("diffusers", True, "no")
    assert models["org/50%_off"].loader is None


def test_ids_of_2023_become_todays(database: PeatmossDatabase) -> None:
    """A model that the shipped table knows has today's id and the table's facts, with PeaTMOSS' numbers."""
    first = database.top(MASKS)[0]
    assert (first.id, first.peatmoss_id) == ("google-bert/bert-base-uncased", "bert-base-uncased")
    assert (first.downloads, first.width, first.n_parameters) == (40_000_000, 768, 109_480_000)


def test_many_categories_are_asked_at_once(database: PeatmossDatabase) -> None:
    """Each category has the models it has alone; one without any is left out, on request what cannot load."""
    mapping = database.top_of_each(CATEGORIES, limit=3)
    assert set(mapping) == {"image-classification", "fill-mask", "text-to-image"}
    assert mapping["image-classification"] == ids(database, limit=3)
    assert mapping["fill-mask"] == ["google-bert/bert-base-uncased", "org/both"]
    loadable = database.top_of_each(CATEGORIES, limit=2, loadable=True)
    assert loadable["image-classification"] == ["org/common", "org/both"]
    assert "text-to-image" not in loadable


def test_a_database_is_never_written(database: PeatmossDatabase, tmp_path: Path) -> None:
    """The connection refuses to write, and nothing appears beside the file."""
    database.top(IMAGES)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database._connection.execute("DELETE FROM model")
    assert [path.name for path in tmp_path.iterdir()] == ["PeaTMOSS.db"]


def test_odd_values_are_read_as_what_they_are(tmp_path: Path) -> None:
    """An id of digits, which SQLite keeps as a number, is an id; a text among downloads is unknown."""
    path = save_database(
        tmp_path / "p.db", "base", [Planted("4321", 3, tags=TAG), Planted("org/a", 2, tags=TAG)]
    )
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT typeof(context_id) FROM model").fetchone() == ("integer",)
    connection.execute("UPDATE model SET downloads = 'many' WHERE context_id = 'org/a'")
    connection.commit()
    connection.close()
    with PeatmossDatabase(path) as opened:
        assert [(found.id, found.downloads) for found in opened.top(IMAGES)] == [("4321", 3), ("org/a", None)]


def test_an_alias_is_a_tag_too(tmp_path: Path) -> None:
    """Models tagged with another name of the category are found under it."""
    model = Planted("org/graphs", 1, tags=("graph-machine-learning",))
    with PeatmossDatabase(save_database(tmp_path / "p.db", "base", [model])) as opened:
        assert [found.id for found in opened.top(any_category("graph-ml"))] == ["org/graphs"]


def test_a_sample_without_further_tables_is_enough(tmp_path: Path) -> None:
    """Of a sample with four tables the models are listed; what the others would tell is unknown."""
    path = save_database(tmp_path / "sample.db", "base", MODELS)
    connection = sqlite3.connect(path)
    for table in ("library", "license", "framework", "reuse_repository", "model_to_license"):
        connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()
    with PeatmossDatabase(path) as opened:
        model = next(found for found in opened.top(IMAGES) if found.id == "org/common")
    assert (model.loader, model.licence, model.model_type) == (None, None, None)
    assert model.reuse_repositories is None


def damaged(path: Path, kind: str) -> Path:
    """A file that cannot be used, for one reason."""
    if kind == "text":
        path.write_bytes(b"not a database at all, but long enough to be read as one" * 100)
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "other":
        sqlite3.connect(path).executescript("CREATE TABLE runs (id INTEGER); CREATE TABLE tag (id, name);")
    elif kind == "columns":
        sqlite3.connect(path).executescript(
            "CREATE TABLE model (id, name); CREATE TABLE model_hub (id, name); CREATE TABLE tag (id, name);"
            "CREATE TABLE model_to_tag (model_id, tag_id);"
        )
    elif kind == "cut":
        many = [Planted(f"org/m{i}", i, tags=TAG) for i in range(3000)]
        whole = save_database(path, "base", many).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("gone", "There is no file"),
        ("text", "not an intact PeaTMOSS database: file is not a database"),
        ("empty", "is not PeaTMOSS: it has no table model, model_hub, model_to_tag, tag"),
        ("other", "is not PeaTMOSS: it has no table model, model_hub, model_to_tag"),
        ("columns", "not an intact PeaTMOSS database: no such column"),
        ("cut", "not an intact PeaTMOSS database: database disk image is malformed"),
    ],
)
def test_what_is_no_database_is_told(tmp_path: Path, kind: str, message: str) -> None:
    """Each has its own message, on opening or at the first question, and never an error of SQLite."""
    path = damaged(tmp_path / "PeaTMOSS.db", kind)
    with pytest.raises(InputError, match=message) as caught, PeatmossDatabase(path) as opened:
        opened.top(IMAGES)
    assert "Expected the SQLite file PeaTMOSS.db" in caught.value.hint


@pytest.mark.parametrize(
    ("count", "number"),
    [
        (110_000_000, 110_000_000),
        ("110000000", 110_000_000),
        ("110M", 110_000_000),
        ("1.5 billion parameters", 1_500_000_000),
        ("7,000,000", 7_000_000),
        ("7b", 7_000_000_000),
        ("many", None),
        ("1.2.3M", None),
        ("0", None),
        (-3, None),
        (None, None),
    ],
)
def test_a_size_from_a_model_card_is_read(count: object, number: int | None) -> None:
    """Numbers are written in many ways; what cannot be read is unknown."""
    assert parameters_of(count) == number


def test_the_library_that_loads_a_model_is_told() -> None:
    """Ours before those of others; formats of weights say nothing."""
    assert loader_of(["pytorch", "transformers", "spacy"]) == "transformers"
    assert loader_of(["Sentence-Transformers", "transformers"]) == "sentence-transformers"
    assert loader_of(["pytorch", "spacy"]) == "spacy"
    assert loader_of(["pytorch", "tf", "safetensors"]) is None


@pytest.mark.slow
@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_question_to_the_whole_of_peatmoss_is_one_pass(tmp_path: Path, schema: Schema) -> None:
    """The top 50 of a category, with and without a search, take a few steps of SQLite for each row."""
    own = [task for task in CATEGORIES if not task.is_later]
    path = save_large_database(tmp_path / "large.db", schema, [task.name for task in own])
    thousands = list[int]()
    for search in ("", "bert cased"):
        thousands.clear()
        with PeatmossDatabase(path) as opened:
            (n_rows,) = opened._connection.execute(
                "SELECT (SELECT COUNT(*) FROM model) + (SELECT COUNT(*) FROM model_to_tag)"
            ).fetchone()
            opened._connection.set_progress_handler(lambda: thousands.append(1), 1_000)
            found = opened.top(own[0], limit=50, search=search)
        # A pass takes about nine for each row; a pass for each model would take 281,638 times as many.
        assert 0 < 1_000 * len(thousands) < 12 * n_rows
        assert len(found) == 50
        assert all(word in model.id for word in search.split() for model in found)
