"""Names in sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.data import load_samples, store_upload
from ptmrank_core.data.naming import name_source
from ptmrank_core.errors import SamplesError
from tests.pictures import write_zip

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (f"/home/x/uploads/{DIGEST}/flowers.zip", "'flowers.zip'"),
        (f"/home/x/uploads/{DIGEST}/flowers.csv", "'flowers.csv'"),
        (f"/home/x/uploads/{DIGEST}", "the upload"),
        (f"C:\\x\\uploads\\{DIGEST}\\flowers.zip", "'flowers.zip'"),
        ("data/flowers.zip", "'data/flowers.zip'"),
        ("demo:digits", "'demo:digits'"),
    ],
)
def test_an_upload_is_called_by_its_file(source: str, named: str) -> None:
    """What a user named stays as it was named."""
    assert name_source(source) == named


def test_no_message_about_an_upload_has_a_path_of_this_machine(tmp_path: Path) -> None:
    """A zip of files that are no pictures, one of empty texts, and a file of another kind."""
    write_zip(tmp_path / "pictures.zip", {"a/1.png": b"no picture", "b/2.png": b"nor this"})
    write_zip(tmp_path / "texts.zip", {"a/1.txt": b"", "b/2.txt": b""})
    for name in ("pictures.zip", "texts.zip"):
        source = store_upload([(name, (tmp_path / name).read_bytes())], tmp_path / "uploads")
        with pytest.raises(SamplesError) as caught:
            load_samples(source)
        assert str(caught.value).startswith(f"'{name}' has no class left")
        assert str(tmp_path) not in f"{caught.value} {caught.value.hint}"
    source = store_upload([("paper.pdf", b"%PDF-1.4")], tmp_path / "uploads")
    with pytest.raises(SamplesError) as caught:
        load_samples(source)
    assert str(caught.value).startswith("The upload has no class left")
