"""Datasets of the Hub on this machine: of each commit and configuration, the parts taken so far."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ptmrank_core.data.hub.places import HubPlace
from ptmrank_core.files import new_folder, write_file

__all__ = ["PartFacts", "StoredDataset", "find_stored", "write_dataset", "write_part"]

FACTS, ROWS = "dataset.json", "rows.parquet"


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What was taken of a part.

    Parameters
    ----------
    n_taken
        Number of samples taken.
    n_read
        Number of samples that they were drawn from.
    n_samples
        Number of samples of the part on the Hub; ``None`` where that is not known.
    """

    n_taken: int
    n_read: int
    n_samples: int | None


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """One configuration of a dataset at one commit.

    Parameters
    ----------
    folder
        Where it is stored.
    place
        Its name with the commit and the configuration.
    asked
        The names that it was asked for by.
    splits
        Names of its parts on the Hub, with their numbers of samples where these are known.
    stored_at
        When it was looked up, in seconds since 1970.
    """

    folder: Path
    place: HubPlace
    asked: tuple[str, ...]
    splits: Mapping[str, int | None] = field(default_factory=dict)
    stored_at: float = 0.0

    def rows(self, split: str) -> Path:
        """Return the table of a part; it exists once the part was taken."""
        return self.folder / _part_name(split) / ROWS

    def part(self, split: str) -> PartFacts | None:
        """Return what was taken of a part; ``None`` where nothing was."""
        facts = _read(self.folder / _part_name(split) / FACTS)
        return PartFacts(facts["n_taken"], facts["n_read"], facts["n_samples"]) if facts else None


def _part_name(split: str) -> str:
    """Return the folder of a part: its name with the beginning of its digest; names may hold anything."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in split)[:40]
    return f"{plain}-{hashlib.sha256(split.encode()).hexdigest()[:8]}"


def _folder(datasets_dir: Path, place: HubPlace) -> Path:
    repository = place.repository.replace("/", "--")
    config = hashlib.sha256((place.config or "").encode()).hexdigest()[:16]
    return datasets_dir / repository / f"{place.revision}-{config}"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def find_stored(datasets_dir: Path, place: HubPlace) -> StoredDataset | None:
    """Find a dataset that was looked up before.

    Parameters
    ----------
    datasets_dir
        Folder of all datasets.
    place
        Its name; one without a commit finds what it was when it was looked up last.
    """
    found = [stored for stored in _all(datasets_dir) if place == stored.place or str(place) in stored.asked]
    return max(found, key=lambda stored: stored.stored_at, default=None)


def _all(datasets_dir: Path) -> Iterator[StoredDataset]:
    for path in sorted(datasets_dir.glob(f"*/*/{FACTS}")):
        facts = _read(path)
        if facts:
            place = HubPlace(facts["repository"], facts["commit"], facts["config"])
            yield StoredDataset(
                path.parent, place, tuple(facts["asked"]), facts["splits"], facts["stored_at"]
            )


def write_dataset(
    datasets_dir: Path, place: HubPlace, asked: HubPlace, splits: Mapping[str, int | None], now: float
) -> StoredDataset:
    """Store what was looked up of a dataset.

    Parameters
    ----------
    datasets_dir
        Folder of all datasets.
    place
        Its name with the commit and the configuration.
    asked
        Its name as it was asked for.
    splits
        Names and sizes of its parts.
    now
        Seconds since 1970.
    """
    folder = _folder(datasets_dir, place)
    names = sorted({*(_read(folder / FACTS) or {}).get("asked", []), str(asked)})
    facts = {
        "repository": place.repository,
        "commit": place.revision,
        "config": place.config,
        "asked": names,
        "splits": dict(splits),
        "stored_at": now,
    }
    write_file(folder / FACTS, json.dumps(facts, indent=1))
    return StoredDataset(folder, place, tuple(names), splits, now)


def write_part(stored: StoredDataset, split: str, table: Any, facts: PartFacts, group_rows: int) -> None:
    """Store the samples of a part, all of them or nothing.

    Parameters
    ----------
    stored
        The dataset.
    split
        The part.
    table
        Its samples as an Arrow table.
    facts
        What was taken.
    group_rows
        Rows of a row group, which is what reading a picture again unpacks.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import, and most sources are files

    target = stored.rows(split).parent
    if target.is_dir():
        return
    with new_folder(target) as folder:
        pq.write_table(table, folder / ROWS, row_group_size=group_rows)
        write_file(folder / FACTS, json.dumps(asdict(facts)))
