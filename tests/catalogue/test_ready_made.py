"""Files of features, and the columns of a table, as candidates."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ptmrank_core.catalogue import columns_model, feature_models, fetch, resolve_models, task_category
from ptmrank_core.errors import InputError, ModelNotFoundError
from ptmrank_core.records import ModelSpec
from tests.ready_made import save_features, save_table

TABULAR = task_category("tabular-classification")


def test_each_file_is_a_model_named_after_it(tmp_path: Path) -> None:
    """In the order of names, with the digest of its content; other files are none."""
    save_table(tmp_path / "b.csv")
    content = save_features(tmp_path / "a.npz").read_bytes()
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / ".hidden.npz").write_text("x", encoding="utf-8")
    (tmp_path / "folder.npz").mkdir()
    models = feature_models(tmp_path)
    assert [spec.id for spec in models] == ["a", "b"]
    assert models[0].revision == hashlib.sha256(content).hexdigest()
    assert models[0].path == str(tmp_path / "a.npz")
    assert (models[0].source, models[0].modality, models[0].model_type) == ("features", "tabular", None)
    assert [spec.id for spec in feature_models(tmp_path / "b.csv")] == ["b"]


def test_what_holds_no_features_is_told(tmp_path: Path) -> None:
    """A missing folder, an empty one, another file and two files of one name."""
    with pytest.raises(InputError, match="There is no file or folder"):
        feature_models(tmp_path / "nowhere")
    with pytest.raises(InputError, match="contains no features"):
        feature_models(tmp_path)
    text = tmp_path / "a.txt"
    text.write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="contains no features"):
        feature_models(text)
    save_features(tmp_path / "a.npz")
    save_table(tmp_path / "a.csv")
    with pytest.raises(InputError, match=r"Two files are named 'a': a.csv and a.npz"):
        feature_models(tmp_path)


def test_a_file_that_changed_is_told(tmp_path: Path) -> None:
    """A run ranks the features that it was planned with, or none."""
    save_features(tmp_path / "a.npz")
    (spec,) = feature_models(tmp_path)
    assert fetch(spec) == spec
    save_features(tmp_path / "a.npz", 5.0)
    with pytest.raises(ModelNotFoundError, match="has changed since the run was planned"):
        fetch(spec)
    (tmp_path / "a.npz").unlink()
    with pytest.raises(ModelNotFoundError, match="cannot be read"):
        fetch(spec)


def test_a_task_of_tables_knows_columns_and_files(tmp_path: Path) -> None:
    """``columns`` are the numbers as they are; a path is a file of features; nothing else reads a row."""
    save_features(tmp_path / "a.npz")
    models = resolve_models(f"columns,{tmp_path / 'a.npz'}", TABULAR)
    assert [(spec.id, spec.source, spec.modality) for spec in models] == [
        ("columns", "columns", "tabular"),
        ("a", "features", "tabular"),
    ]
    with pytest.raises(InputError, match="no file or folder"):
        resolve_models("google/vit-base-patch16-224", TABULAR)


def test_columns_and_functions_have_nothing_to_fetch() -> None:
    """They come back as they are."""
    for spec in (columns_model(), ModelSpec("mine", "function", "image")):
        assert fetch(spec) is spec
