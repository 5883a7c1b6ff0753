"""The shipped table: complete, honest about what is unknown, small, and made by its script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from assets.catalogue.make_table import table_text
from ptmrank_core.catalogue import (
    ALL_TASKS,
    LICENCE_CLASSES,
    hub_models,
    known_candidate,
    licence_class,
    nearest_ids,
    shipped_candidates,
    shipped_table,
    task_category,
)
from ptmrank_core.catalogue import table as table_module
from ptmrank_core.catalogue.table import FIELDS, TABLE
from ptmrank_core.config import ASSETS
from ptmrank_core.errors import InputError
from ptmrank_core.features.pooling import FAMILIES
from ptmrank_core.records import Modality

ENTRY: Mapping[str, Any] = {
    "task": "image-classification",
    "model_id": "org/a",
    "modality": "image",
    "family": "ViT",
    "model_type": "vit",
    "loader": "transformers",
    "params_m": 5.5,
    "encoder_params_m": None,
    "feature_dim": 192,
    "pretraining": None,
    "licence": "https://example.org/own-license/",
    "input_size": 224,
    "year": None,
    "gated": None,
    "peatmoss_id": None,
    "peatmoss_downloads": None,
    "peatmoss_reuse_repos": None,
    "note": None,
    "source_head": "?",
    "source_classes": None,
    "starter": True,
}


def made(*changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that the script makes of an entry and its changes."""
    content = json.loads(table_text([{**ENTRY, **change} for change in changes]))
    return [dict(zip(content["fields"], row, strict=True)) for row in content["models"]]


def test_the_table_has_every_entry_of_its_source() -> None:
    """464 models in 759 places, each in categories that there are, of a modality that there is."""
    models = shipped_table()
    assert len(models) == 464
    assert sum(len(model.tasks) for model in models.values()) == 759
    for model in models.values():
        assert set(model.tasks) <= set(ALL_TASKS)
        assert set(model.starter_of) <= set(model.tasks)
        assert model.modality in get_args(Modality)
    starters = [name for model in models.values() for name in model.starter_of]
    assert starters.count("image-classification") == 32


def test_what_is_unknown_is_none_and_never_zero() -> None:
    """No number of the table is 0, and downloads stand with their date."""
    for model in shipped_table().values():
        numbers = (model.n_parameters, model.width, model.year, model.downloads, model.reuse_repositories)
        assert all(number is None or number > 0 for number in numbers), model.id
        assert (model.downloads is None) == (model.downloads_of is None)
        assert model.about_bytes == (None if model.n_parameters is None else 4 * model.n_parameters)
    unknown = [model for model in shipped_table().values() if model.n_parameters is None]
    assert len(unknown) == 464 - 389 + 1  # one number of the source cannot be


def test_the_table_knows_which_families_are_pooled() -> None:
    """Whether a family has a row of the pooling table is as that table stands today."""
    for model in shipped_table().values():
        is_pooled = model.model_type in FAMILIES.get(model.modality or "image", {})
        assert model.is_pooled == (is_pooled and model.hurdle is None), model.id


def test_the_assets_stay_small() -> None:
    """The table is under 250 kB, and all assets that are in the repository under 34 MiB."""
    assert TABLE.stat().st_size < 250_000
    files = [path for path in ASSETS.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert sum(path.stat().st_size for path in files) < 34 << 20


def test_every_licence_of_the_table_has_a_class() -> None:
    """All five classes occur; a tag that is not known is other, none is unknown."""
    classes = {model.licence_class for model in shipped_table().values()}
    assert classes == set(LICENCE_CLASSES)


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("apache-2.0", "permissive"),
        (" MIT ", "permissive"),
        ("gpl-3.0", "copyleft"),
        ("cc-by-sa-4.0", "copyleft"),
        ("cc-by-nc-sa-4.0", "non-commercial"),
        ("openrail", "other"),
        ("other", "other"),
        ("unknown", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        ("apache-2.0, cc-by-nc-4.0", "non-commercial"),
        ("mit, apache-2.0", "permissive"),
        ("mit, gpl-2.0", "copyleft"),
    ],
)
def test_a_licence_has_the_class_of_its_strictest_part(tag: str | None, kind: str) -> None:
    """Tags are told whatever their capitals; of several the one that asks for most counts."""
    assert licence_class(tag) == kind


def test_old_and_new_ids_lead_to_the_same_model() -> None:
    """PeaTMOSS' id of 2023, today's, other capitals and a revision find one row."""
    for name in ("bert-base-uncased", "google-bert/bert-base-uncased", "Google-BERT/bert-base-uncased@main"):
        known = known_candidate(name)
        assert known is not None
        assert known.id == "google-bert/bert-base-uncased"
    assert known_candidate("org/nothing-of-the-kind") is None


def test_a_misspelt_id_has_a_neighbour() -> None:
    """What was probably meant comes first; what looks like nothing has no neighbour."""
    assert nearest_ids("google/vit-base-patch16-22")[0] == "google/vit-base-patch16-224"
    assert nearest_ids("bert-base-uncasd")[0] == "google-bert/bert-base-uncased"
    assert nearest_ids("qqqq/zzzz") == []


def test_a_hub_model_has_the_facts_of_the_table_until_it_is_here() -> None:
    """Parameters, width and licence of a known id; of an unknown one nothing. Its head is not told."""
    task = task_category("image-classification")
    known, unknown = hub_models("microsoft/resnet-50@main, org/unknown", task)
    assert (known.n_parameters, known.width, known.licence) == (23_510_000, 2048, "apache-2.0")
    assert (known.revision, known.n_source_classes, known.size_bytes) == ("main", None, None)
    assert (unknown.n_parameters, unknown.width, unknown.licence) == (None, None, None)


def test_a_category_lists_the_most_downloaded_first() -> None:
    """Unknown downloads stand last; a category that was joined to another has the other's models."""
    downloads = [model.downloads for model in shipped_candidates(task_category("fill-mask"))]
    known = [number for number in downloads if number is not None]
    assert known == sorted(known, reverse=True)
    assert downloads == known + [None] * (len(downloads) - len(known))
    joined = shipped_candidates(task_category("conversational"))
    assert joined == shipped_candidates(task_category("text-generation"))
    assert joined != shipped_candidates(task_category("text2text-generation"))


def test_the_script_makes_one_row_of_a_models_entries() -> None:
    """Categories are collected; what is unknown stays so; a licence given as an address has a name."""
    [row] = made({}, {"task": "image-feature-extraction", "starter": False})
    assert tuple(row) == FIELDS
    assert row["tasks"] == ["image-classification", "image-feature-extraction"]
    assert row["starter_of"] == ["image-classification"]
    assert (row["n_parameters"], row["licence"], row["source_head"]) == (5_500_000, "own-license", None)
    assert (row["year"], row["downloads"], row["is_gated"], row["is_pooled"]) == (None, None, None, True)


def test_the_script_says_what_cannot_be_loaded() -> None:
    """A pickle, a package of its own and a family without a vector each have their sentence."""
    pickle, sam = made(
        {"model_id": "org/p", "loader": "skops / joblib (pickle: do not load untrusted)"},
        {"model_id": "org/s", "family": "SAM", "model_type": "sam"},
    )
    assert "pickle" in pickle["hurdle"]
    assert (pickle["loader"], pickle["is_pooled"]) == (None, False)
    assert "no vector" in sam["hurdle"]


def test_entries_that_contradict_each_other_are_refused() -> None:
    """The script does not choose between two widths of one model."""
    with pytest.raises(ValueError, match="org/a: its entries contradict each other"):
        made({}, {"task": "image-feature-extraction", "feature_dim": 384})


def test_a_damaged_table_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that is not there, or no table, is an error in words and not of the parser."""
    monkeypatch.setattr(table_module, "TABLE", tmp_path / "models.json")
    for content in (
        None,
        "{",
        '{"models": []}',
        '{"fields": ["id"], "peatmoss_date": "x", "models": [[1, 2]]}',
    ):
        if content is not None:
            (tmp_path / "models.json").write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=r"The table of models .* cannot be read"):
            shipped_table.__wrapped__()
