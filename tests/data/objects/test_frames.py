"""Data frames, columns and rows of a script's own: what each column is taken for, and what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError, UnclearReadingError, UnknownNameError
from ptmrank_core.examples import load_image_example, load_objects
from tests.data.objects.own import LABELS, RATE, N, numbers, pictures, texts, tones
from tests.pictures import encoded


def test_a_column_of_pictures_is_found_by_its_type() -> None:
    """Whatever it is called; the label beside it as beside a text."""
    frame = pd.DataFrame({"shot": pictures(), "species": LABELS, "row": range(N)})
    samples = load_objects(frame)
    assert (samples.modality, samples.n_samples, samples.class_names) == ("image", N, ("cat", "dog"))
    assert samples.notes[0].startswith("Pictures are read from 'shot', labels from 'species'")
    assert samples.columns is not None
    assert (samples.columns.file, samples.columns.label) == ("shot", ("species",))
    assert set(samples.columns.ignored) == {"row"}
    for item, given in zip(samples.items, pictures(), strict=True):
        assert np.array_equal(np.asarray(item.decode()), np.asarray(given))


def test_the_same_pictures_have_the_same_digests_and_source() -> None:
    """A frame made again is the same samples; another picture is not."""
    first = load_objects(pd.DataFrame({"image": pictures(), "label": LABELS}))
    again = load_objects(pd.DataFrame({"image": pictures(), "label": LABELS}))
    pairs = load_objects(list(zip(pictures(), LABELS, strict=True)))
    other = load_objects(pd.DataFrame({"image": pictures(N + 1)[1:], "label": LABELS}))
    assert first.source == again.source == pairs.source
    assert first.digests == again.digests == pairs.digests
    assert other.source != first.source


def test_paths_are_read_as_files_are(tmp_path: Path) -> None:
    """A column of paths under a usual name, or under any that ends as pictures do."""
    names = []
    for i, image in enumerate(pictures()):
        (tmp_path / LABELS[i]).mkdir(exist_ok=True)
        names.append(tmp_path / LABELS[i] / f"{i}.png")
        names[-1].write_bytes(encoded(image))
    folder = load_samples(tmp_path)
    for column in ("path", "where"):
        samples = load_objects(pd.DataFrame({column: [*map(str, names)], "label": LABELS}))
        assert samples.modality == "image"
        assert sorted(samples.digests) == sorted(folder.digests)


def test_bytes_as_tables_of_the_hub_hold_them() -> None:
    """``{bytes, path}``, or the bytes of files alone."""
    files = [{"bytes": encoded(image), "path": f"{i}.png"} for i, image in enumerate(pictures())]
    of_structs = load_objects(pd.DataFrame({"image": files, "label": LABELS}))
    of_bytes = load_objects(pd.DataFrame({"image": [file["bytes"] for file in files], "label": LABELS}))
    assert of_structs.modality == of_bytes.modality == "image"
    assert of_structs.digests == of_bytes.digests


def test_texts_numbers_and_vectors() -> None:
    """By the names and rules of a file; vectors of one length are rows of numbers."""
    of_texts = load_objects(pd.DataFrame({"review": texts(), "stars": LABELS}))
    assert (of_texts.modality, of_texts.items[0].decode()) == ("text", texts()[0])
    frame = pd.DataFrame(numbers(), columns=list("abcd")).assign(target=LABELS)
    assert load_objects(frame).modality == "tabular"
    vectors = load_objects(pd.DataFrame({"embedding": list(numbers()), "target": LABELS}))
    assert vectors.modality == "tabular"
    assert np.array_equal(np.stack([item.decode() for item in vectors.items]), numbers())


def test_a_frame_is_read_as_its_file_is(tmp_path: Path) -> None:
    """The same samples as from the CSV file of it, with categories, gaps and an index of rows."""
    frame = pd.DataFrame(numbers(40), columns=list("abcd"))
    frame["colour"] = ["red", "green", "blue", "red"] * 10
    frame.loc[3, "b"] = np.nan
    frame["row_id"] = range(40)
    frame["target"] = ["yes", "no"] * 20
    frame.to_csv(tmp_path / "table.csv", index=False)
    of_file, of_frame = load_samples(tmp_path / "table.csv"), load_objects(frame)
    assert of_frame.fingerprint == of_file.fingerprint
    assert of_frame.columns == of_file.columns
    assert of_frame.notes == of_file.notes


def test_what_pandas_has_for_missing_is_missing() -> None:
    """``NA``, ``NaT``, ``None`` and NaN are gaps, and never the words."""
    labels = pd.Series(["x", "y", pd.NA, "x", "y", None, "x", float("nan"), "y", "x"], dtype="object")
    frame = pd.DataFrame({"text": texts(10), "label": labels, "n": pd.array([1, None] * 5, dtype="Int64")})
    samples = load_objects(frame)
    assert samples.class_names == ("x", "y")
    assert [one.reason for one in samples.left_out] == ["no label"] * 3


def test_a_categorical_column_holds_classes() -> None:
    """Though its categories are numbers, however many there are."""
    labels = pd.Series([i % 25 for i in range(100)]).astype("category")
    samples = load_objects(pd.DataFrame({"text": texts(100), "label": labels}))
    assert (samples.target_kind, len(samples.class_names)) == ("classification", 25)


def test_other_frames_become_one_of_pandas() -> None:
    """A table of pyarrow, as polars too can be made a frame."""

    class Polars:
        """What is used of a data frame of polars."""

        columns = ("text", "label")

        def to_pandas(self) -> pd.DataFrame:
            """Return the same as a frame of pandas."""
            return pd.DataFrame({"text": texts(), "label": LABELS})

    expected = load_objects(pd.DataFrame({"text": texts(), "label": LABELS})).fingerprint
    assert load_objects(Polars()).fingerprint == expected
    assert load_objects(pa.table({"text": texts(), "label": LABELS})).fingerprint == expected


def test_columns_and_rows_of_plain_python() -> None:
    """A dictionary of lists, and a list of dictionaries."""
    columns = load_objects({"text": texts(), "label": LABELS})
    rows = load_objects([{"text": t, "label": k} for t, k in zip(texts(), LABELS, strict=True)])
    assert columns.fingerprint == rows.fingerprint
    assert columns.class_names == ("cat", "dog")


def test_columns_of_waveforms() -> None:
    """Dictionaries with their rate, or arrays with one rate for all."""
    with_rate = [{"array": tone, "sampling_rate": RATE, "path": None} for tone in tones()]
    one = load_objects(pd.DataFrame({"audio": with_rate, "label": LABELS}))
    other = load_objects(pd.DataFrame({"tone": tones(), "label": LABELS}), sampling_rate=RATE)
    assert one.modality == other.modality == "audio"
    assert one.digests == other.digests
    assert one.items[0].decode().rate == RATE


def test_the_second_column_of_pictures_is_asked_about() -> None:
    """Unless one of them has a usual name; a column may be named in any spelling."""
    frame = pd.DataFrame({"Front View": pictures(), "side": pictures(), "label": LABELS})
    with pytest.raises(UnclearReadingError) as caught:
        load_objects(frame)
    assert [option.changes for option in caught.value.options] == [
        {"file_column": "Front View"},
        {"file_column": "side"},
    ]
    assert "Choose: file_column='Front View': Pictures in column 'Front View'." in str(caught.value)
    assert load_objects(frame, file_column="front_view").columns.file == "Front View"  # type: ignore[union-attr]
    masked = load_objects(pd.DataFrame({"image": pictures(), "mask": pictures(), "label": LABELS}))
    assert masked.columns is not None
    assert (masked.columns.file, set(masked.columns.ignored)) == ("image", {"mask"})
    with pytest.raises(UnknownNameError, match="Unknown column 'back'"):
        load_objects(frame, file_column="back")


def test_pictures_beside_texts_are_asked_about_unless_the_task_says() -> None:
    """A caption may be the sample as well as the picture."""
    frame = pd.DataFrame({"image": pictures(), "caption": texts(), "text": texts(), "label": LABELS})
    with pytest.raises(UnclearReadingError, match=r"either may be the samples.*modality='image'"):
        load_objects(frame)
    assert load_image_example(frame).modality == "image"
    assert load_objects(frame, modality="text").modality == "text"
    assert load_objects(frame, text_columns="text").modality == "text"


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"image": pictures(), "a": LABELS, "b": [*LABELS[2:], "cat", "cat"]}, {}, "may hold the label"),
        ({"text": texts(), "label": LABELS}, {"modality": "image"}, "No column of 'frame' holds pictures"),
        ({"text": texts(), "label": LABELS}, {"label_columns": "lable"}, "Unknown column 'lable'"),
        ({"image": pictures(), "label": ["cat"] * N}, {}, "'frame' has only one class left: 'cat'"),
        ({"image": [3] * N, "label": LABELS}, {"modality": "image"}, "No column of 'frame' holds pictures"),
    ],
)
def test_what_cannot_be_told_is_refused(
    columns: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    """With the columns that there are, and what to say."""
    with pytest.raises((SamplesError, UnknownNameError), match=message):
        load_objects(pd.DataFrame(columns), **options)


def test_columns_of_one_name_are_refused() -> None:
    """Which of them is meant cannot be said by name."""
    frame = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    with pytest.raises(SamplesError, match="two columns named 'a'"):
        load_objects(frame)


def test_half_of_a_surrogate_pair_leaves_its_row_out() -> None:
    """It is no Unicode, and cannot be written anywhere."""
    samples = load_objects({"text": [*texts(), "broken \ud800 text"], "label": [*LABELS, "cat"]})
    assert samples.n_samples == N
    assert [(one.name, one.reason[:11]) for one in samples.left_out] == [("columns:13", "not Unicode")]


def test_groups_are_found_as_in_a_file() -> None:
    """By their usual names, or the one that is given."""
    frame = pd.DataFrame({"image": pictures(), "label": LABELS, "patient": ["p", "p", "q", "q"] * 3})
    assert load_objects(frame).groups == ("p", "p", "q", "q") * 3
    assert load_objects(frame, group_column="").groups == ()


def test_objects_that_are_no_samples_are_never_read_as_texts() -> None:
    """What Python prints of an object is no text; lists of labels and records are."""

    class Shape:
        """Anything."""

    shapes = [Shape() for _ in range(N)]
    frame = pd.DataFrame({"shape": shapes, "text": texts(), "label": LABELS})
    samples = load_objects(frame)
    assert samples.modality == "text"
    assert "Not read: 'shape', which hold neither texts nor numbers." in samples.notes
    with pytest.raises(SamplesError, match="No column of 'frame' is recognised as the text; it has 'label'"):
        load_objects(frame[["shape", "label"]])
    with pytest.raises(SamplesError, match="No column of 'columns' can be read: it has 'shape'"):
        load_objects({"shape": shapes})
    spectra = pd.DataFrame({"spectrum": [np.ones((3, 4)) * i for i in range(N)], "label": LABELS})
    with pytest.raises(SamplesError, match="it has 'label'"):
        load_objects(spectra)


@pytest.mark.parametrize("column", ["image", "text"])
def test_a_column_of_parts_is_one_in_a_frame_too(column: str) -> None:
    """Training is taken unless another part is asked for; nothing is silently mixed."""
    values = pictures() if column == "image" else texts()
    frame = pd.DataFrame({column: values, "label": LABELS, "split": ["train"] * 8 + ["test"] * 4})
    samples = load_objects(frame)
    assert (samples.n_samples, samples.parts) == (8, {"train": 8, "test": 4})
    assert "Parts of the data set: train (8), test (4); taken: train." in samples.notes
    assert samples.columns is not None
    assert set(samples.columns.ignored) == {"split"}
    assert load_objects(frame, split="test").n_samples == 4
    assert load_objects(frame, parts="all").n_samples == N
    with pytest.raises(UnknownNameError, match="Unknown part 'dev'"):
        load_objects(frame, split="dev")


def test_dictionaries_in_a_column_are_read_by_their_fields() -> None:
    """As the objects of a JSON file: the text and the label are fields, not the dictionaries themselves."""
    rows = [{"data": {"text": f"number {i}"}, "gold": {"label": "ab"[i % 2]}} for i in range(8)]
    for data in (rows, pd.DataFrame(rows)):
        samples = load_objects(data)
        assert samples.columns is not None
        assert (samples.columns.text, samples.columns.label) == (("data.text",), ("gold.label",))
        assert samples.class_names == ("a", "b")


def test_a_dictionary_of_frames_is_refused() -> None:
    """The parts of a data set: one of them has to be chosen."""
    frame = pd.DataFrame({"text": ["one two", "three four"], "label": ["a", "b"]})
    with pytest.raises(SamplesError, match="'train', 'test' hold data frames") as caught:
        load_objects({"train": frame, "test": frame})
    assert "data['train']" in caught.value.hint


def test_numbers_in_cells_are_features() -> None:
    """Pixels between blanks, as FER2013 has them; lists of varying length are neither features nor texts."""
    pixels = [" ".join(str((i * 7 + k) % 255) for k in range(12)) for i in range(8)]
    samples = load_objects(pd.DataFrame({"emotion": [i % 2 for i in range(8)], "pixels": pixels}))
    assert samples.columns is not None
    assert (samples.modality, len(samples.columns.features)) == ("tabular", 12)
    ragged = pd.DataFrame({"ids": [[*range(12 + i)] for i in range(8)], "label": [*"abababab"]})
    with pytest.raises(SamplesError, match="'ids'"):
        load_objects(ragged)
