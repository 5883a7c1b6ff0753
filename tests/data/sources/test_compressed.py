"""Tables compressed with gzip are tables."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.data import DEFAULT_LIMITS, load_samples
from ptmrank_core.data.uploads import store_upload
from ptmrank_core.errors import SamplesError

ROWS = [(f"film number {i}", "pn"[i % 2]) for i in range(6)]
TABLES = {
    "csv": "text,label\n" + "".join(f"{text},{label}\n" for text, label in ROWS),
    "tsv": "text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in ROWS),
    "jsonl": "".join(f'{{"text": "{text}", "label": "{label}"}}\n' for text, label in ROWS),
    "json": "[" + ",".join(f'{{"text": "{text}", "label": "{label}"}}' for text, label in ROWS) + "]",
}


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize("place", ["alone", "folder", "zip", "upload"])
def test_a_compressed_table_is_read(tmp_path: Path, suffix: str, place: str) -> None:
    """Alone, in a folder, in a zip archive and uploaded, it gives the samples of the table."""
    name, data = f"a.{suffix}.gz", gzip.compress(TABLES[suffix].encode())
    source = tmp_path / "data" / name
    source.parent.mkdir()
    if place == "zip":
        source = source.with_name("a.zip")
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr(name, data)
    elif place == "upload":
        source = store_upload([(name, data)], tmp_path / "uploads")
    else:
        source.write_bytes(data)
    samples = load_samples(source.parent if place == "folder" else source)
    assert [item.decode() for item in samples.items] == [text for text, _ in ROWS]
    assert samples.names[0].startswith(f"a.{suffix}:")


def test_parts_packed_one_after_another_are_one_table(tmp_path: Path) -> None:
    """A file may hold several compressed streams, as parallel programs write them."""
    half = len(TABLES["csv"]) // 2
    data = gzip.compress(TABLES["csv"][:half].encode()) + gzip.compress(TABLES["csv"][half:].encode())
    (tmp_path / "a.csv.gz").write_bytes(data)
    assert load_samples(tmp_path / "a.csv.gz").n_samples == 6


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"not compressed", "'a.csv.gz' cannot be read"),
        (gzip.compress(TABLES["csv"].encode())[:-12], "it is cut off"),
        (gzip.compress(bytes(50_000_000)), "decompression bomb"),
        (gzip.compress(bytes(60_000_000)) * 3, "decompression bomb"),
    ],
    ids=["not compressed", "cut off", "bomb", "bombs"],  # compressed bytes hold the time
)
def test_a_damaged_or_dangerous_file_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    """It is unpacked no further than its size suggests."""
    (tmp_path / "a.csv.gz").write_bytes(data)
    with pytest.raises(SamplesError) as caught:
        load_samples(tmp_path / "a.csv.gz")
    assert said in str(caught.value)


def test_a_table_is_unpacked_up_to_the_limit(tmp_path: Path) -> None:
    """The size of a table is bounded as that of any file."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TABLES["csv"].encode()))
    limits = replace(DEFAULT_LIMITS, max_entry_bytes=len(TABLES["csv"]))
    assert load_samples(tmp_path / "a.csv.gz", limits=limits).n_samples == 6
    with pytest.raises(SamplesError, match="unpacks to more than"):
        load_samples(tmp_path / "a.csv.gz", limits=replace(limits, max_entry_bytes=len(TABLES["csv"]) - 1))
