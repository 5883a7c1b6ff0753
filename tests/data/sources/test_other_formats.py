"""Files in formats that are not read are told by name or first bytes, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError


@pytest.mark.parametrize(
    ("name", "data", "said", "remedy"),
    [
        ("a.7z", b"", "an archive in the format 7Z", "Unpack it"),
        ("photos", b"Rar!\x1a\x07\x01\x00", "an archive in the format RAR", "Unpack it"),
        ("a.tar.zst", b"\x28\xb5\x2f\xfd\x00", "packed with Zstandard", "Unpack it"),
        ("a.pkl", b"\x80\x04", "a file of pickled Python objects", "It may run code"),
        ("a.pt", b"PK\x03\x04", "a file of pickled Python objects", "It may run code"),
        ("a.bin", b"\x89HDF\r\n\x1a\n", "a file in HDF5", "Load it in a script"),
        ("a.mat", b"MATLAB 5.0 MAT-file", "a file of MATLAB", "Load it in a script"),
        ("a.npz", b"PK\x03\x04", "a file of NumPy arrays", "Load it in a script"),
        ("a.tfrecord", b"\x00", "a file of TFRecord examples", "in a folder for each class"),
        ("a.sav", b"$FL2", "a table of SPSS", "Save it as .csv"),
        ("a.PDF", b"%PDF-1.7", "a document", "Put the texts into a table"),
    ],
)
def test_a_format_is_refused_by_its_name(
    tmp_path: Path, name: str, data: bytes, said: str, remedy: str
) -> None:
    """The first bytes count before the suffix; what to do fits the format."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SamplesError, match=f"is {said}, which is not read") as caught:
        load_samples(tmp_path / name)
    assert remedy in caught.value.hint


def test_archives_in_a_folder_are_left_out(tmp_path: Path) -> None:
    """They are no samples and no files of the table; the reason says that they have to be unpacked."""
    for name in ("train.zip", "test.tar.gz"):
        (tmp_path / name).write_bytes(b"PK\x03\x04")
    (tmp_path / "labels.csv").write_bytes(b"file,label\n1.png,a\n2.png,b\n")
    with pytest.raises(SamplesError, match="2 x an archive, which has to be unpacked"):
        load_samples(tmp_path)
