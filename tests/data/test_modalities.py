"""A source of any modality becomes samples: what is recognised, what is left out, what the labels are."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data import AudioItem, Limits, VideoClip, load_samples
from ptmrank_core.errors import SamplesError, UnclearReadingError, UnknownNameError
from ptmrank_core.records import AS_RECOGNISED, Modality, Reading, Samples, Waveform


def _files(make: Any, modality: Modality, n_per_class: int = 3) -> dict[str, bytes]:
    """Files of one modality, one folder for each of two classes."""
    made = {
        "image": ("png", make.picture),
        "audio": ("wav", make.tone),
        "video": ("gif", make.animation),
        "text": ("txt", lambda seed: f"The text with the number {seed}.".encode()),
    }
    suffix, maker = made[modality]
    return {
        f"{name}/{i}.{suffix}": maker(10 * c + i)
        for c, name in enumerate(("high", "low"))
        for i in range(n_per_class)
    }


def _reasons(samples: Samples) -> dict[str, str]:
    """Reason by name of what was left out."""
    return {item.name: item.reason for item in samples.left_out}


@pytest.mark.parametrize("modality", ["image", "audio", "text", "video"])
def test_class_folders_of_any_modality(make: Any, tmp_path: Path, modality: Modality) -> None:
    """A folder and a zip of it give the same samples, labelled by their folders."""
    files = _files(make, modality)
    reading = Reading(modality="video") if modality == "video" else Reading()  # a GIF is a picture too
    folder = load_samples(make.folder(tmp_path / "a", files), reading)
    archive = load_samples(make.write(tmp_path / "a.zip", make.zip(files)), reading)
    assert folder.fingerprint == archive.fingerprint
    assert (folder.modality, folder.target_kind) == (modality, "classification")
    assert folder.summary().class_counts == {"high": 3, "low": 3}
    assert folder.left_out == ()
    assert folder.groups == ()


def test_items_decode_to_what_models_read(make: Any, tmp_path: Path) -> None:
    """A recording is a waveform, a text a string, a video a clip."""
    decoded = []
    for modality in ("audio", "text", "video"):
        folder = make.folder(tmp_path / modality, _files(make, modality))
        decoded.append(load_samples(folder, Reading(modality=modality)).items[0].decode())
    wave, text, clip = decoded
    assert isinstance(wave, Waveform)
    assert text == "The text with the number 0."
    assert isinstance(clip, VideoClip)
    assert len(clip.sample(4)) == 4


def test_a_users_recordings(make: Any, tmp_path: Path) -> None:
    """A zip of recordings, with all that a real one holds, says what it left out and changed."""
    files = {
        f"{word}/{i}.{kind}": make.tone(20 * c + i, kind, rate=rate, n_channels=channels)
        for c, word in enumerate(("no", "yes"))
        for i, (kind, rate, channels) in enumerate(
            [("wav", 8000, 1), ("flac", 44100, 2), ("ogg", 16000, 2), ("mp3", 22050, 1), ("wav", 16000, 6)]
        )
    }
    silent = make.tone(90, seconds=0.0)
    files |= {
        "yes/copy.wav": files["yes/0.wav"],
        "yes/broken.flac": files["yes/1.flac"][:900],
        "yes/empty.wav": silent,
        "yes/phone.m4a": b"\0\0\0\x20ftypM4A ",
        "yes/long.wav": make.tone(91, seconds=2.5),
        "yes/said.txt": b"yes",
        "maybe/0.wav": make.tone(92),
        ".DS_Store": b"x",
    }
    path = make.write(tmp_path / "words.zip", make.zip(files))
    samples = load_samples(path, limits=Limits(max_seconds=2))
    assert samples.modality == "audio"
    assert samples.summary().class_counts == {"no": 5, "yes": 5}
    reasons = _reasons(samples)
    assert reasons.pop("yes/broken.flac").startswith("unreadable recording: ")
    assert reasons == {
        ".DS_Store": "hidden or system file",
        "maybe/0.wav": "the only sample of class 'maybe'; at least two are needed",
        "yes/copy.wav": "same content as 'yes/0.wav'",
        "yes/empty.wav": "unreadable recording: its length is zero",
        "yes/long.wav": "too long: more than 2 seconds; cut it into shorter recordings",
        "yes/phone.m4a": "a recording format that is not supported (.m4a); save it as FLAC or WAV",
        "yes/said.txt": "not a recording (.txt)",
    }
    assert samples.notes == (
        "4 recordings with 2 channels were mixed down to one.",
        "2 recordings with 6 channels were mixed down to one.",
    )
    assert {item.decode().rate for item in samples.items} == {8000, 16000, 22050, 44100}
    assert all(item.size == len(item.decode().samples) for item in samples.items)
    assert isinstance(samples.items[0], AudioItem)
    assert samples.digests[0] == hashlib.sha256(files[samples.names[0]]).hexdigest()


def test_a_users_texts(make: Any, tmp_path: Path) -> None:
    """Encodings are said; what is empty, equal after decoding, or no text is left out."""
    files = _files(make, "text") | {
        "high/latin.txt": "naïve café".encode("latin-1"),
        "high/wide.txt": "Grüße".encode("utf-16"),
        "low/blank.txt": b" \n",
        "low/zeros.txt": b"a\0b",
        "low/again.txt": b"\xef\xbb\xbfThe text with the number 10.\r\n",
        "low/scan.pdf": b"%PDF",
    }
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.modality == "text"
    assert dict(zip(samples.names, samples.items, strict=True))["high/wide.txt"].decode() == "Grüße"
    reasons = _reasons(samples)
    assert reasons.pop("low/zeros.txt").startswith("contains zero bytes, so it is not text")
    assert reasons == {
        "low/again.txt": "same content as 'low/0.txt'",
        "low/blank.txt": "an empty text",
        "low/scan.pdf": "a text format that is not supported (.pdf); save it as TXT in UTF-8",
    }
    assert samples.notes == ("1 text was read as UTF-16.", "1 text was read as Windows-1252 (cp1252).")


def test_texts_without_a_suffix_are_texts(make: Any, tmp_path: Path) -> None:
    """Well-known collections number their files, which are looked into; binary ones may be pictures."""
    files = {name.removesuffix(".txt"): data for name, data in _files(make, "text").items()}
    folder = make.folder(tmp_path / "a", files)
    assert load_samples(folder, Reading(modality="text")).n_samples == 6
    assert load_samples(folder).modality == "text"
    binary = {name: b"\x00\x01" + data for name, data in files.items()}
    with pytest.raises(SamplesError, match="6 x not an image"):
        load_samples(make.folder(tmp_path / "c", binary))


def test_as_many_recordings_as_pictures_are_asked_about(make: Any, tmp_path: Path) -> None:
    """GTZAN has a spectrogram for each recording: either may be meant."""
    folder = make.folder(tmp_path / "a", _files(make, "image", 3) | _files(make, "audio", 3))
    with pytest.raises(UnclearReadingError, match="6 pictures and 6 recordings") as caught:
        load_samples(folder)
    for option in caught.value.options:
        samples = load_samples(folder, Reading(**option.changes))
        assert (samples.modality, samples.n_samples) == (option.changes["modality"], 6)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"image": 3, "audio": 2}, "image"),
        ({"image": 2, "audio": 3}, "audio"),
        ({"image": 3, "text": 3}, "image"),
        ({"audio": 3, "text": 3}, "audio"),
        ({"image": 2, "text": 3}, "text"),
    ],
)
def test_the_modality_is_what_most_files_are(
    make: Any, tmp_path: Path, counts: dict[Modality, int], expected: Modality
) -> None:
    """The others are left out with their reason; of equal numbers texts are notes on the rest."""
    files: dict[str, bytes] = {}
    for modality, n_per_class in counts.items():
        files |= _files(make, modality, n_per_class)
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.modality == expected
    assert samples.n_samples == 2 * counts[expected]
    assert samples.n_samples + len(samples.left_out) == len(files)
    assert all(item.reason.startswith("not a") for item in samples.left_out)


def test_pictures_without_a_suffix_are_no_texts(make: Any, tmp_path: Path) -> None:
    """A note beside pictures that are known by their bytes alone does not make texts of them."""
    files = {name.removesuffix(".png"): data for name, data in make.classes().items()}
    samples = load_samples(make.folder(tmp_path / "a", {**files, "cat/notes.txt": b"These are cats."}))
    assert (samples.modality, samples.n_samples) == ("image", 4)


def test_a_modality_that_is_asked_for_wins(make: Any, tmp_path: Path) -> None:
    """Fewer recordings than pictures are the samples where the user says so."""
    files = _files(make, "image", 5) | _files(make, "audio", 2)
    samples = load_samples(make.folder(tmp_path / "a", files), Reading(modality="audio"))
    assert (samples.modality, samples.n_samples) == ("audio", 4)
    assert _reasons(samples)["low/0.png"] == "not a recording (.png)"


@pytest.mark.parametrize("modality", ["audio", "text", "video"])
def test_too_few_of_a_modality(make: Any, tmp_path: Path, modality: Modality) -> None:
    """The error says what was left out, and which layout was expected for this modality."""
    with pytest.raises(SamplesError) as caught:
        load_samples(make.folder(tmp_path / "a", make.classes()), Reading(modality=modality))
    assert "has no class left" in str(caught.value)
    assert "4 x not a" in str(caught.value)
    plural = {"audio": "recordings", "text": "texts", "video": "videos"}[modality]
    assert f"one folder of {plural} for each class" in caught.value.hint


def test_numbers_are_no_files(make: Any, tmp_path: Path) -> None:
    """Tabular samples come as a table."""
    with pytest.raises(SamplesError, match="tabular come as a table, and there is none"):
        load_samples(make.folder(tmp_path / "a", make.classes()), Reading(modality="tabular"))


TABLE = b"text,label\n" + b"".join(b"The text number %d,%s\n" % (i, b"ab"[i % 2 :][:1]) for i in range(6))


@pytest.mark.parametrize("name", ["a.csv", "a.zip", "folder", "zip with notes"])
def test_a_table_is_a_source(make: Any, tmp_path: Path, name: str) -> None:
    """A table alone, in a zip archive or in a folder holds the samples; what lies beside it is named."""
    files = {"my/reviews.csv": TABLE, "my/README.txt": b"Thanks", "my/LICENSE.txt": b"CC0", ".hidden": b"x"}
    path = {
        "a.csv": lambda: make.write(tmp_path / "a.csv", TABLE),
        "a.zip": lambda: make.write(tmp_path / "a.zip", make.zip({"reviews.csv": TABLE})),
        "folder": lambda: make.folder(tmp_path / "a", {"reviews.csv": TABLE}),
        "zip with notes": lambda: make.write(tmp_path / "b.zip", make.zip(files)),
    }[name]()
    samples = load_samples(path)
    assert samples.modality == "text"
    assert samples.source == str(path)
    assert samples.summary().class_counts == {"a": 3, "b": 3}
    assert samples.items[0].decode() == "The text number 0"
    expected = {
        ".hidden": "hidden or system file",
        "my/LICENSE.txt": "beside a table of samples",
        "my/README.txt": "beside a table of samples",
    }
    assert _reasons(samples) == (expected if name == "zip with notes" else {})


def test_words_with_tags_in_a_txt_are_a_table(make: Any, tmp_path: Path) -> None:
    """A single .txt file can only be CoNLL."""
    data = b"Ann X\nsaw Y\nBob X\n\nBob X\nran Y\n"
    samples = load_samples(make.write(tmp_path / "words.txt", data))
    assert (samples.modality, samples.class_names) == ("text", ("X", "Y"))


def test_a_table_beside_files_is_a_manifest(make: Any, tmp_path: Path) -> None:
    """A table that names the texts beside it labels them; it is no sample itself."""
    files = {f"{i}.txt": f"Text number {i}.".encode() for i in range(4)}
    files["labels.csv"] = b"file,label\n0.txt,b\n1.txt,a\n2.txt,b\n3.txt,a\n"
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.modality == "text"
    assert [samples.class_names[label] for label in samples.labels] == ["b", "a", "b", "a"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_two_tables_of_samples_are_one_too_many(make: Any, tables: Any, tmp_path: Path, suffix: str) -> None:
    """Which one is meant cannot be guessed: each of them is offered, and answers the question."""
    rows = {
        name: [[f"{name} {i} of many words in a row", "ab"[i % 2]] for i in range(6)] for name in ("x", "y")
    }
    header = {"x": ["text", "label"], "y": ["review", "label"]}
    kind = "jsonl" if suffix == "jsonl" else "csv"
    files = {
        f"{name}.{suffix}": tables.write(
            kind, dict(zip(header[name], zip(*rows[name], strict=True), strict=True))
        )
        for name in rows
    }
    source = make.folder(tmp_path / "a", files | {"README.txt": b"Thanks"})
    with pytest.raises(
        UnclearReadingError, match=rf"2 tables .*'x.{suffix}', 'y.{suffix}' .*expected one"
    ) as asked:
        load_samples(source)
    assert [option.changes for option in asked.value.options] == [{"parts": ("x",)}, {"parts": ("y",)}]
    chosen = load_samples(source, Reading(parts=("y",)))
    assert {name.partition(":")[0] for name in chosen.names} == {f"y.{suffix}"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("song.wav", "is neither a .zip file nor a table"),
        ("rows.xlsx", "cannot be read: it is damaged, or no spreadsheet"),
    ],
)
def test_a_single_file_of_another_kind_is_no_source(make: Any, tmp_path: Path, name: str, said: str) -> None:
    """One recording is no set of samples, and a spreadsheet is not taken for an archive."""
    with pytest.raises(SamplesError, match=said):
        load_samples(make.write(tmp_path / name, make.tone(1)))


def test_a_table_that_cannot_be_opened(tmp_path: Path, make: Any) -> None:
    """A table beyond the bound is refused before it is read."""
    path = make.write(tmp_path / "a.csv", TABLE)
    with pytest.raises(SamplesError, match=r"cannot be used: too large: .* bytes; at most 50 are read"):
        load_samples(path, limits=Limits(max_entry_bytes=50))


def _with_table(make: Any, tmp_path: Path, table: str, reading: Reading = AS_RECOGNISED) -> Samples:
    """Load six recordings beside a table."""
    files = {f"{i}.wav": make.tone(i) for i in range(6)}
    return load_samples(make.folder(tmp_path / "a", {**files, "labels.csv": table.encode()}), reading)


def test_numbers_with_fractions_are_a_regression(make: Any, tmp_path: Path) -> None:
    """The label column says so, and what has no number is left out with its line."""
    rows = "".join(f"\n{i}.wav,{i * 1.5}" for i in range(4))
    samples = _with_table(make, tmp_path, f"file,label{rows}\n4.wav,n/a\n5.wav,")
    assert samples.target_kind == "regression"
    assert samples.class_names == ("label",)
    np.testing.assert_array_equal(samples.labels, [0, 1.5, 3, 4.5])
    assert _reasons(samples) == {
        "4.wav": "no label: labels.csv, line 6",
        "5.wav": "empty label: labels.csv, line 7",
    }


def test_labels_that_may_be_either_are_asked_for(make: Any, tmp_path: Path) -> None:
    """Different integers are classes or numbers; the reading decides."""
    table = "file,label" + "".join(f"\n{i}.wav,{10 * i}" for i in range(6))
    with pytest.raises(SamplesError, match="may be classes or numbers"):
        _with_table(make, tmp_path / "1", table)
    samples = _with_table(make, tmp_path / "2", table, Reading(target_kind="regression"))
    np.testing.assert_array_equal(samples.labels, [0, 10, 20, 30, 40, 50])


def test_several_label_columns_are_several_labels(make: Any, tmp_path: Path) -> None:
    """Columns of zeros and ones, named by the user in any case, are multi-label targets."""
    rows = [(1, 0, 1), (0, 1, 1), (1, 1, 1), (0, 0, 1), (1, 0, 1), (0, 1, 1)]
    table = "path,Loud,High,Real" + "".join(f"\n{i}.wav,{a},{b},{c}" for i, (a, b, c) in enumerate(rows))
    samples = _with_table(make, tmp_path, table, Reading(label_columns=("loud", "high", "real")))
    assert samples.target_kind == "multilabel"
    assert samples.class_names == ("Loud", "High")
    np.testing.assert_array_equal(samples.labels, np.array(rows, float)[:, :2])
    assert any("'Real' was left out: 6 of 6 samples have it" in note for note in samples.notes)


def test_several_columns_of_numbers_are_a_regression(make: Any, tmp_path: Path) -> None:
    """Targets of shape (n, k), and copies under other numbers left out."""
    files = {f"{i}.wav": make.tone(i) for i in range(5)} | {"5.wav": make.tone(0)}
    rows = "".join(f"\n{i}.wav,{i / 2},{i * i}" for i in range(6))
    folder = make.folder(tmp_path / "a", {**files, "x.csv": f"file,up,down{rows}".encode()})
    samples = load_samples(folder, Reading(label_columns=("up", "down")))
    assert samples.labels.tolist() == [[0.5, 1.0], [1.0, 4.0], [1.5, 9.0], [2.0, 16.0]]
    assert _reasons(samples) == {
        "0.wav": "same content as '5.wav' under another label ('2.5, 25')",
        "5.wav": "same content as '0.wav' under another label ('0, 0')",
    }


def test_a_regression_needs_different_numbers(make: Any, tmp_path: Path) -> None:
    """Nothing can be told of samples that all have the same target."""
    table = "file,label" + "".join(f"\n{i}.wav,1.5" for i in range(6))
    with pytest.raises(SamplesError, match="1 different numbers"):
        _with_table(make, tmp_path, table)


@pytest.mark.parametrize(
    ("column", "reading"),
    [("Speaker", Reading()), ("speaker_id", Reading()), ("who", Reading(group_column="Who"))],
)
def test_a_group_column_travels_with_the_samples(
    make: Any, tmp_path: Path, column: str, reading: Reading
) -> None:
    """A column of a known name, or the one that was named; a sample without a group is its own."""
    cells = ["ann", "ann", "bob", "bob", "", "ann"]
    rows = "".join(f"\n{i}.wav,{'ab'[i % 2]},{cell}" for i, cell in enumerate(cells))
    samples = _with_table(make, tmp_path, f"file,label,{column}{rows}", reading)
    assert samples.groups == ("ann", "ann", "bob", "bob", "4.wav", "ann")
    assert samples.summary().n_groups == 3
    told = f"The groups are read from column {column!r} of labels.csv."
    assert (told in samples.notes) == (reading.group_column is None)
    assert "Samples without a group, each a group of its own: 1." in samples.notes


def test_a_column_that_is_the_label_is_no_group(make: Any, tmp_path: Path) -> None:
    """To tell speakers apart is a task too."""
    table = "file,speaker" + "".join(f"\n{i}.wav,{'ab'[i % 2]}" for i in range(6))
    samples = _with_table(make, tmp_path, table, Reading(label_columns=("speaker",)))
    assert samples.class_names == ("a", "b")
    assert samples.groups == ()


@pytest.mark.parametrize("reading", [Reading(label_columns=("mood",)), Reading(group_column="mood")])
def test_a_column_that_is_not_there_is_named(make: Any, tmp_path: Path, reading: Reading) -> None:
    """The message names the columns that there are."""
    with pytest.raises(UnknownNameError, match=r"Unknown column 'mood'\. Known: file, label\."):
        _with_table(make, tmp_path, "file,label\n0.wav,a\n", reading)


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Reading(label_columns=("mood",)), "'mood'"),
        (Reading(group_column="who"), "'who'"),
        (Reading(target_kind="regression"), "a regression"),
    ],
)
def test_folders_give_classes_only(make: Any, tmp_path: Path, reading: Reading, said: str) -> None:
    """What only a table can give is not passed over in silence."""
    with pytest.raises(SamplesError, match=f"no table beside the files to read .*{said}"):
        load_samples(make.folder(tmp_path / "a", make.classes()), reading)


def test_folder_names_that_are_numbers_are_classes(make: Any, tmp_path: Path) -> None:
    """Numbers with fractions as names of folders make no regression."""
    samples = load_samples(make.folder(tmp_path / "a", make.classes(names=["0.5", "1.5"])))
    assert (samples.target_kind, samples.class_names) == ("classification", ("0.5", "1.5"))


def test_a_gif_is_no_video_beside_pictures(make: Any, tmp_path: Path) -> None:
    """Its suffix is that of both kinds, so that nothing is asked."""
    files = {name.replace(".png", ".gif"): data for name, data in _files(make, "image", 3).items()}
    assert load_samples(make.folder(tmp_path / "a", files)).modality == "image"
