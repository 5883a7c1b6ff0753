"""Pictures, recordings and videos in the cells of Parquet and Arrow tables."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ptmrank_core.data import load_samples, preview
from ptmrank_core.errors import UnclearReadingError, UnknownNameError
from ptmrank_core.records import Reading
from tests.data.conftest import Maker
from tests.data.tables.columnar.test_columns import described, label, write

N = 12
LABELS = ["red", "green"] * (N // 2)
PICTURES = [Maker.picture(i) for i in range(N)]
SOUNDS = [Maker.tone(i) for i in range(N)]


def structs(data: list[bytes | None], paths: list[str | None] | None = None) -> pa.Array:
    """Cells as the library ``datasets`` writes them."""
    names = paths or [None] * len(data)
    kind = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    return pa.array([{"bytes": one, "path": name} for one, name in zip(data, names, strict=True)], type=kind)


def save(folder: Path, table: pa.Table, kind: str = "parquet") -> Path:
    """Write a table into a folder."""
    name, data = write(kind, table)
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream", "feather"])
@pytest.mark.parametrize(
    "cells", [structs(PICTURES), pa.array(PICTURES, pa.large_binary()), pa.array(PICTURES)]
)
def test_pictures_are_samples(tmp_path: Path, kind: str, cells: pa.Array) -> None:
    """Objects of bytes, and plain bytes that begin as pictures do, are pictures."""
    path = save(tmp_path, pa.table({"image": cells, "label": LABELS}), kind)
    samples = load_samples(path)
    assert (samples.modality, samples.class_names, samples.n_samples) == ("image", ("green", "red"), N)
    assert samples.columns is not None
    assert (samples.columns.file, samples.columns.label) == ("image", ("label",))
    assert samples.items[3].decode().size == (24, 20)
    overview = preview(path)
    assert (overview.layout, overview.modality) == ("table", "image")


def test_recordings_are_samples_and_their_texts_are_offered(tmp_path: Path) -> None:
    """What is said in a recording is no other sample, but can be: the offer asks for it."""
    said = [f"words that are said in number {i}" for i in range(N)]
    table = described({"audio": structs(SOUNDS), "transcription": said, "intent": [0, 1] * (N // 2)},
                      {"audio": {"_type": "Audio"}, "intent": label("ask", "tell")})  # fmt: skip
    path = save(tmp_path, table)
    samples = load_samples(path)
    assert (samples.modality, samples.class_names) == ("audio", ("ask", "tell"))
    assert samples.items[0].decode().rate == 8000
    [offer] = samples.offers
    texts = load_samples(path, Reading(**offer.changes))
    assert (texts.modality, texts.class_names) == ("text", ("ask", "tell"))


def test_texts_beside_pictures_are_a_question(tmp_path: Path) -> None:
    """A picture and a text with one label are two data sets: both options are answered."""
    texts = [f"a text about {i} things" for i in range(N)]
    path = save(tmp_path, pa.table({"img": structs(PICTURES), "text": texts, "label": LABELS}))
    with pytest.raises(UnclearReadingError, match="either may be the samples") as caught:
        load_samples(path)
    found = [load_samples(path, Reading(**option.changes)).modality for option in caught.value.options]
    assert found == ["image", "text"]


def test_a_table_of_pictures_may_lie_beside_other_files(tmp_path: Path) -> None:
    """It holds the pictures itself: it is no list of files."""
    (tmp_path / "README.md").write_text("about the pictures", encoding="utf-8")
    save(tmp_path, pa.table({"image": structs(PICTURES), "label": LABELS}))
    samples = load_samples(tmp_path)
    assert samples.n_samples == N
    assert [one.name for one in samples.left_out] == ["README.md"]


def test_several_columns_of_pictures_are_a_question(tmp_path: Path) -> None:
    """Unless one of them has the usual name, each option reads its column."""
    table = pa.table({"before": structs(PICTURES), "after": structs(PICTURES[::-1]), "label": LABELS})
    path = save(tmp_path, table)
    with pytest.raises(UnclearReadingError, match=r"Several columns of 't.parquet' hold pictures") as caught:
        load_samples(path)
    read = [load_samples(path, Reading(**option.changes)) for option in caught.value.options]
    assert read[0].digests == read[1].digests[::-1]
    path = save(tmp_path, table.rename_columns(["mask", "image", "label"]))
    usual = load_samples(path)
    assert usual.columns is not None
    assert (usual.columns.file, usual.digests) == ("image", read[1].digests)
    with pytest.raises(UnknownNameError, match="Unknown column of files 'label'"):
        load_samples(path, Reading(file_column="label"))


def test_every_row_is_a_sample_or_left_out(tmp_path: Path) -> None:
    """Rows without bytes, with damaged ones or with bytes elsewhere have their reasons."""
    data = [*PICTURES, None, PICTURES[0][:60], b"no picture", None]
    paths = [None] * (N + 3) + ["far/away.png"]
    table = described({"image": structs(data, paths), "label": [*LABELS, *LABELS[:4]]},
                      {"image": {"_type": "Image"}})  # fmt: skip
    samples = load_samples(save(tmp_path, table))
    assert samples.n_samples == N
    reasons = {one.name.rpartition(":")[2]: one.reason for one in samples.left_out}
    assert reasons[str(N + 1)] == "empty cell"
    assert reasons[str(N + 2)].startswith("unreadable image")
    assert reasons[str(N + 3)].startswith("unreadable image")
    assert reasons[str(N + 4)] == "its bytes are not in the table but in another file: 'far/away.png'"


def test_paths_never_lead_out_of_the_table(tmp_path: Path) -> None:
    """A path in a table is not followed: it may lead to anybody's files."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(PICTURES[0])
    folder = tmp_path / "data"
    folder.mkdir()
    cells = structs([*PICTURES[:-1], None], [*[None] * (N - 1), str(secret)])
    samples = load_samples(save(folder, pa.table({"image": cells, "label": LABELS})))
    assert samples.n_samples == N - 1
    assert samples.left_out[0].reason.startswith("its bytes are not in the table")


def test_paths_without_bytes_name_the_files_beside(tmp_path: Path) -> None:
    """A column whose cells all name files is a table of the files that lie beside it."""
    (tmp_path / "pictures").mkdir()
    names = [f"pictures/{i}.png" for i in range(N)]
    for name, data in zip(names, PICTURES, strict=True):
        (tmp_path / name).write_bytes(data)
    save(tmp_path, pa.table({"image": structs([None] * N, list(names)), "label": LABELS}))
    samples = load_samples(tmp_path)
    assert (samples.modality, samples.n_samples, samples.names[0]) == ("image", N, "pictures/0.png")


def test_other_bytes_are_not_read(tmp_path: Path) -> None:
    """Bytes that are no picture, and lists of pictures, are no samples; a note names them."""
    several = pa.array([[one, one] for one in PICTURES], pa.list_(pa.binary()))
    texts = [f"the {i}th text" for i in range(N)]
    table = pa.table({"text": texts, "blob": pa.array([b"\x00\x01"] * N), "all": several, "label": LABELS})
    samples = load_samples(save(tmp_path, table))
    assert samples.modality == "text"
    assert "Columns of binary data are not read: 'blob', 'all'." in samples.notes


def test_labels_of_objects_in_pictures_are_several(tmp_path: Path) -> None:
    """Named categories of the objects in a picture are its labels."""
    boxes = [{"category": [i % 3, (i + 1) % 3] if i % 2 else [i % 3]} for i in range(N)]
    inner = {"category": {"_type": "List", "feature": label("cat", "dog", "cow")}}
    table = described({"image": structs(PICTURES), "objects": boxes},
                      {"image": {"_type": "Image"}, "objects": inner})  # fmt: skip
    samples = load_samples(save(tmp_path, table))
    assert (samples.target_kind, samples.class_names) == ("multilabel", ("cat", "cow", "dog"))


@pytest.mark.parametrize("kind", ["parquet", "stream"])
def test_pictures_stay_in_the_file(tmp_path: Path, kind: str) -> None:
    """An item carries the place of its bytes, not the bytes; another process reads them from there."""
    noise = [Maker.encode_noise(i, 100) for i in range(N)]
    path = save(tmp_path, pa.table({"image": structs(noise), "label": LABELS}), kind)
    samples = load_samples(path)
    carried = pickle.dumps(samples.items)
    assert len(carried) < len(noise[0])
    again: Any = pickle.loads(carried)  # noqa: S301 - our own
    for item, former in zip(again[::-1], samples.items[::-1], strict=True):
        assert np.array_equal(np.asarray(item.decode()), np.asarray(former.decode()))


def test_groups_of_rows_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pictures there are, no more than two groups of rows are held."""
    from ptmrank_core.data.tables.columnar import files  # noqa: PLC0415

    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"image": structs(PICTURES), "label": LABELS}), path, row_group_size=2)
    kept = files._Kept()
    monkeypatch.setattr(files, "_KEPT", kept)
    samples = load_samples(path)
    for item in samples.items:
        item.decode()
        assert len(kept._groups) <= files.GROUPS_KEPT
    assert len(kept._files) == 1
