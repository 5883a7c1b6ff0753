"""Files of features become samples that all of them share, or it is told why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ptmrank_core.data import load_feature_samples, load_features, load_samples
from ptmrank_core.errors import InputError, SamplesError, UnknownNameError
from ptmrank_core.records import ModelSpec, Reading, Samples
from tests.ready_made import LABELS, N_SAMPLES, draw_features, save_features, save_table


def models_of(folder: Path) -> list[ModelSpec]:
    """A model for each file of features, as the catalogue makes them."""
    files = sorted(p for p in folder.iterdir() if p.suffix in {".npz", ".csv", ".tsv", ".parquet"})
    return [ModelSpec(file.stem, "features", "tabular", path=str(file)) for file in files]


def load(folder: Path, **reading: Any) -> Samples:
    """Samples of the files of a folder."""
    return load_feature_samples(folder, models_of(folder), Reading(**reading))


def test_the_samples_are_the_labels_and_the_rows_of_the_first_file(tmp_path: Path) -> None:
    """A row is a tabular sample; loading the source again gives the same samples."""
    save_features(tmp_path / "a.npz")
    save_features(tmp_path / "b.npz", 0.5)
    samples = load(tmp_path)
    assert (samples.modality, samples.target_kind, samples.n_samples) == ("tabular", "classification", 60)
    np.testing.assert_array_equal(samples.labels, LABELS)
    assert samples.class_names == ("0", "1", "2")
    np.testing.assert_array_equal(samples.items[7].decode(), draw_features(2.0)[7])
    assert samples.source == f"features:{tmp_path / 'a.npz'}"
    assert load_samples(samples.source).fingerprint == samples.fingerprint


def test_arrays_and_tables_of_the_same_samples_agree(tmp_path: Path) -> None:
    """Labels are compared by what they say, whatever holds them."""
    save_features(tmp_path / "a.npz", labels=LABELS.astype(np.float32))
    save_table(tmp_path / "b.csv")
    features = {f"f{k}": column for k, column in enumerate(draw_features(1.0).T)}
    pq.write_table(pa.table(features | {"label": [str(label) for label in LABELS]}), tmp_path / "c.parquet")
    save_features(tmp_path / "d.npz", labels=LABELS.astype("S1"))
    samples = load(tmp_path)
    assert samples.left_out == ()
    for spec in models_of(tmp_path)[:2]:
        arrays = load_features(spec, Reading(), samples).arrays
        np.testing.assert_array_equal(arrays["embeddings"], draw_features(2.0))
        with pytest.raises(ValueError, match="read-only"):
            arrays["embeddings"][0, 0] = 1.0


def test_what_else_lies_there_is_told(tmp_path: Path) -> None:
    """Files that are no features, folders and hidden files are left out by name."""
    save_features(tmp_path / "a.npz")
    (tmp_path / "README.md").write_text("how they were made", encoding="utf-8")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / "older").mkdir()
    reasons = {entry.name: entry.reason for entry in load(tmp_path).left_out}
    assert set(reasons) == {"README.md", ".DS_Store", "older"}
    assert "expected .npz" in reasons["README.md"]
    assert "hidden" in reasons[".DS_Store"]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"embeddings": draw_features(1)[:50], "labels": LABELS[:50]}, "it holds 50, a.npz 60"),
        (
            {"labels": np.where(np.arange(N_SAMPLES) < 4, LABELS, 2 - LABELS)},
            "37 of 60 labels differ, the first in row 6: '0' instead of '2'",
        ),
        ({"labels": None, "targets": LABELS + 0.5}, "for regression, those of a.npz for classification"),
    ],
)
def test_other_samples_are_told_with_the_file_and_the_row(
    tmp_path: Path, arrays: dict[str, Any], message: str
) -> None:
    """The first file that differs is named, and how it differs."""
    for name in ("a.npz", "b.npz"):
        save_features(tmp_path / name)
    save_features(tmp_path / "c.npz", **arrays)
    with pytest.raises(SamplesError, match=r"c.npz and a.npz do not hold the same samples") as caught:
        load(tmp_path)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("targets", "kind", "names"),
    [
        (np.linspace(0, 1, N_SAMPLES), "regression", ("target",)),
        (np.linspace(0, 1, N_SAMPLES)[:, None], "regression", ("target",)),
        (np.stack([LABELS, LABELS / 2], axis=1), "regression", ("target 1", "target 2")),
        (np.stack([LABELS == 0, LABELS < 2], axis=1), "multilabel", ("label 1", "label 2")),
    ],
)
def test_targets_are_numbers_or_several_labels(
    tmp_path: Path, targets: np.ndarray, kind: str, names: tuple[str, ...]
) -> None:
    """As in metrics: two columns or more of zeros and ones are labels, all else is a regression."""
    save_features(tmp_path / "a.npz", labels=None, targets=targets)
    rounded = np.asarray(targets, dtype=np.float32)
    save_features(tmp_path / "b.npz", labels=None, targets=rounded)
    samples = load(tmp_path)
    assert (samples.target_kind, samples.class_names) == (kind, names)
    assert samples.labels.shape == np.squeeze(targets).shape


def test_numbers_that_differ_are_told(tmp_path: Path) -> None:
    """Rounding to float32 is no difference; another number, or another count of them, is."""
    targets = np.stack([LABELS + 0.25, LABELS * 3.0], axis=1)
    save_features(tmp_path / "a.npz", labels=None, targets=targets)
    save_features(tmp_path / "b.npz", labels=None, targets=targets + 0.5)
    with pytest.raises(SamplesError, match=r"60 of 60 .* row 1: 0.75, 0.5 instead of 0.25, 0"):
        load(tmp_path)
    save_features(tmp_path / "b.npz", labels=None, targets=targets[:, 0])
    with pytest.raises(SamplesError, match=r"it has 1 targets, a.npz 2"):
        load(tmp_path)


def test_a_file_that_cannot_be_read_is_passed_over_unless_none_can(tmp_path: Path) -> None:
    """Its model fails in the run; with no other file there are no samples."""
    (tmp_path / "a.npz").write_text("hello", encoding="utf-8")
    with pytest.raises(SamplesError, match=r"No file of features can be read: .*a.npz cannot be read"):
        load(tmp_path)
    save_features(tmp_path / "b.npz")
    assert load(tmp_path).source == f"features:{tmp_path / 'b.npz'}"


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"embeddings": np.ones(N_SAMPLES)}, "Expected real 'embeddings' of shape"),
        ({"embeddings": np.array([["a"]] * N_SAMPLES)}, "Expected real 'embeddings' of shape"),
        ({"labels": None}, "Expected either 'labels' .* or 'targets' .* in a.npz, got neither"),
        ({"targets": LABELS}, "got both"),
        ({"labels": LABELS[:10]}, "a.npz holds 60 embeddings and 10 labels"),
        ({"labels": LABELS + 0.5}, "whole numbers or strings"),
        ({"labels": np.eye(3)[LABELS]}, "Expected 'labels' of shape"),
        ({"labels": None, "targets": np.full(N_SAMPLES, np.nan)}, "NaN or infinity"),
        ({"labels": None, "targets": np.ones((N_SAMPLES, 1, 1))}, "Expected real 'targets' of shape"),
        ({"labels": np.zeros(N_SAMPLES, dtype=int)}, "60 samples of 1 classes"),
    ],
)
def test_unusable_arrays_are_told(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    """What is wrong with which array of which file."""
    save_features(tmp_path / "a.npz", **arrays)
    with pytest.raises(InputError, match=message):
        load(tmp_path)


def test_columns_are_recognised_or_named(tmp_path: Path) -> None:
    """The label of a table is its column of that name, or the one that the user names, of that kind."""
    save_table(tmp_path / "a.csv", name="animal")
    with pytest.raises(SamplesError, match=r"Several columns of 'a.csv' may hold the label: 'animal'"):
        load(tmp_path)
    assert load(tmp_path, label_columns=("animal",)).target_kind == "classification"
    assert load(tmp_path, label_columns=("animal",), target_kind="regression").target_kind == "regression"
    with pytest.raises(UnknownNameError, match="Unknown column 'anmal'") as caught:
        load_features(
            models_of(tmp_path)[0],
            Reading(label_columns=("anmal",)),
            load(tmp_path, label_columns=("animal",)),
        )
    assert "animal" in caught.value.hint


def test_the_kind_that_was_asked_for_is_not_ignored(tmp_path: Path) -> None:
    """Classes in a file are not numbers because the user says so."""
    save_features(tmp_path / "a.npz")
    with pytest.raises(SamplesError, match="holds labels for classification; regression was asked for"):
        load(tmp_path, target_kind="regression")


def test_every_row_of_a_table_needs_a_label(tmp_path: Path) -> None:
    """Rows are not left out silently: the files are compared row by row."""
    save_table(tmp_path / "a.csv", labels=[*LABELS[:-1], ""])
    with pytest.raises(SamplesError, match=r"a.csv:61: no label; 1 rows have no usable label"):
        load(tmp_path)


def test_features_of_other_samples_are_refused_in_a_run(tmp_path: Path) -> None:
    """A file whose labels are not those of the run never gets a score."""
    save_features(tmp_path / "a.npz")
    samples = load(tmp_path)
    save_features(tmp_path / "a.npz", labels=LABELS[::-1])
    with pytest.raises(SamplesError, match=r"a.npz does not hold the samples of this run"):
        load_features(models_of(tmp_path)[0], Reading(), samples)
