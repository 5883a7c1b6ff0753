"""Files of arrays that lie, are damaged or hold something else are refused with the reason."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.data import load_arrays, load_samples
from ptmrank_core.data.labels.multilabel import sort_classes
from ptmrank_core.errors import InputError
from tests.ready_made import LABELS, N_SAMPLES, draw_features, save_features

CONTENT = draw_features(2.0).astype("<f4").tobytes()


def header(kind: str, shape: str) -> str:
    """The header of an array."""
    return f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}\n"


def array_file(text: str, content: bytes = CONTENT, version: int = 1) -> bytes:
    """An ``.npy`` file with any header."""
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode("latin1") + content


def save_members(path: Path, **members: bytes) -> Path:
    """Write an ``.npz`` file of some embeddings, labels and other members."""
    good = io.BytesIO()
    np.save(good, LABELS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ({"labels": good.getvalue()} | members).items():
            archive.writestr(f"{name}.npy", data)
    return path


HEADERS = {
    "a shape of terabytes": header("'<f4'", "(1000000000000, 8)"),
    "a shape that overflows": header("'<f4'", "(4294967296, 4294967296)"),
    "nothing, times a number beyond C": header("'<f4'", "(0, 99999999999999999999)"),
    "a negative shape": header("'<f4'", "(-60, -8)"),
    "a shape of booleans": header("'<f4'", "(True, 480)"),
    "a shape of floats": header("'<f4'", "(60.0, 8)"),
    "texts of no length": header("'|S0'", "(1000000000,)"),
    "objects": header("'|O'", "(60,)"),
    "objects in a field": header("[('a', '|O')]", "(60,)"),
    "fields": header("[('a', '<f4'), ('b', '<f4')]", "(240,)"),
    "bytes without a type": header("'|V4'", "(60, 8)"),
    "brackets within brackets": "{'descr': " + "(" * 4000 + ")" * 4000 + "}\n",
    "signs before signs": "{'shape': " + "-" * 9000 + "1}\n",
    "a key that is a list": "{['a']: 1}\n",
    "no dictionary": "[1, 2]\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", HEADERS.values(), ids=HEADERS.keys())
def test_the_header_of_an_array_is_not_trusted(tmp_path: Path, text: str) -> None:
    """Whatever it says, the file is refused by name: no memory is taken, nothing is unpickled."""
    path = save_members(tmp_path / "a.npz", embeddings=array_file(text))
    with pytest.raises(InputError, match=r"a\.npz cannot be read as \.npz: .*embeddings"):
        load_arrays(path)


@pytest.mark.parametrize("version", [0, 3, 255])
def test_versions_without_plain_arrays_are_refused(tmp_path: Path, version: int) -> None:
    """Version 3 is that of fields whose names are no Latin letters; others do not exist."""
    data = array_file(header("'<f4'", "(60, 8)"), version=2)
    data = data[:6] + bytes([version]) + data[7:]
    with pytest.raises(InputError, match=f"version {version}.0 of the format is not read"):
        load_arrays(save_members(tmp_path / "a.npz", embeddings=data))


def test_an_array_of_version_two_is_read(tmp_path: Path) -> None:
    """Its header may be longer."""
    path = save_members(tmp_path / "a.npz", embeddings=array_file(header("'<f4'", "(60, 8)"), version=2))
    np.testing.assert_array_equal(load_arrays(path)[0]["embeddings"].ravel(), np.frombuffer(CONTENT, "<f4"))


@pytest.mark.parametrize("change", [b"", CONTENT[:-3], CONTENT + b"more"])
def test_an_array_of_another_size_than_its_header_says_is_refused(tmp_path: Path, change: bytes) -> None:
    """Cut off or with something behind: neither is read as if it were whole."""
    path = save_members(tmp_path / "a.npz", embeddings=array_file(header("'<f4'", "(60, 8)"), change))
    with pytest.raises(InputError, match="where its header declares 1,920"):
        load_arrays(path)


def test_an_array_that_packs_to_next_to_nothing_is_not_unpacked(tmp_path: Path) -> None:
    """Gigabytes of zeros in a megabyte are refused by the size that the archive declares."""
    path = tmp_path / "a.npz"
    content = array_file(header("'<f4'", "(80000, 1000)"), bytes(320_000_000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("embeddings.npy", content)
    with pytest.raises(InputError, match="suggests a decompression bomb"):
        load_arrays(path)


def test_encrypted_and_repeated_members_are_refused(tmp_path: Path) -> None:
    """An archive that says two things about one array is not taken at its last word."""
    path = save_features(tmp_path / "a.npz")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "b.npz").write_bytes(bytes(data))
    with pytest.raises(InputError, match="is encrypted"):
        load_arrays(tmp_path / "b.npz")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("labels.npy", b"")
    with pytest.raises(InputError, match="occurs twice"):
        load_arrays(path)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("name", ["labels", "targets"])
def test_labels_that_are_no_numbers_are_refused_with_their_rows(
    tmp_path: Path, name: str, value: float
) -> None:
    """How many, and which is the first."""
    labels = LABELS.astype(float)
    labels[[4, 9]] = value
    save_features(tmp_path / "a.npz", **{"labels": None, name: labels})
    with pytest.raises(InputError, match=f"{name}' of a.npz .* in 2 rows, the first of them row 5"):
        load_samples(f"features:{tmp_path / 'a.npz'}")


def test_names_that_are_no_text_are_escaped_and_stay_apart(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, halves of surrogates and control characters: two classes remain two."""
    for number, pair in enumerate([[b"\xff", b"\xfe"], ["\ud800", "\x1b[2J"]]):
        path = save_features(tmp_path / f"{number}.npz", labels=np.array(pair * (N_SAMPLES // 2)))
        names = load_samples(f"features:{path}").class_names
        assert len({*names}) == 2
        assert all(name.isprintable() for name in names)


def test_numbers_that_are_no_characters_are_refused(tmp_path: Path) -> None:
    """NumPy's texts may hold any 32 bits."""
    content = np.array([0x7FFFFFFF, 97] * 30, dtype="<u4").tobytes()
    path = save_features(tmp_path / "a.npz")
    save_members(
        path,
        embeddings=array_file(header("'<f4'", "(60, 8)")),
        labels=array_file(header("'<U1'", "(60,)"), content),
    )
    with pytest.raises(InputError, match="no characters of Unicode"):
        load_arrays(path)


def test_integers_of_any_length_are_sorted_by_value() -> None:
    """Python converts no text of more than 4,300 digits."""
    long = "9" * 5000
    assert sort_classes([long, "10", "9", f"-{long}", "-2", "-10", "0"]) == (
        f"-{long}",
        "-10",
        "-2",
        "0",
        "9",
        "10",
        long,
    )
