"""Datasets on the Hub: what there is at which commit, and a bounded number of samples of a part."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptmrank_core.data.hub.errors import EXTRA, explained, refuse_script
from ptmrank_core.data.hub.fetching import columns_elsewhere, fetch_cells
from ptmrank_core.data.hub.places import HubPlace
from ptmrank_core.data.hub.store import PartFacts
from ptmrank_core.errors import ReadingOption, SamplesError, UnclearReadingError, UnknownNameError
from ptmrank_core.sampling import random_rows

__all__ = ["SAMPLES_OF_A_PART", "RemoteDataset", "find_commit", "open_remote", "take_samples"]

SAMPLES_OF_A_PART = 5_000
"""At most so many are taken of each part: a ranking needs a few thousand."""
FILES_OF_A_PART = 2_000
"""At most so many where each is a file of its own."""
READ_ROWS, READ_BYTES = 100_000, 2**29
"""What is read at most to draw them from: all of a small part, otherwise the beginning of several files."""
READ_FILES = 16
BATCH_ROWS = 256
LOOK_UP_SECONDS = 20.0  # the client would wait for ever
SEED = 0


@dataclass(frozen=True, slots=True)
class RemoteDataset:
    """One configuration of a dataset on the Hub.

    Parameters
    ----------
    place
        Its name with the commit and the configuration.
    splits
        Names of its parts, with their numbers of samples where these are known.
    streams
        The rows of each part, as the library ``datasets`` streams them.
    """

    place: HubPlace
    splits: Mapping[str, int | None]
    streams: Mapping[str, Any]


def find_commit(place: HubPlace) -> HubPlace:
    """Look up the repository's present name, and the commit of its revision.

    Raises
    ------
    UnreachableError
        If there is no connection.
    SamplesError
        If there is no such dataset, or a program in its repository makes it.
    """
    from huggingface_hub import HfApi  # noqa: PLC0415 - only datasets of the Hub need it

    with explained(place):
        info = HfApi().dataset_info(place.repository, revision=place.revision, timeout=LOOK_UP_SECONDS)
    found = replace(place, repository=info.id, revision=str(info.sha))
    script = f"{posixpath.basename(info.id)}.py"
    if any(file.rfilename == script for file in info.siblings or []):
        raise refuse_script(place)
    return found


def open_remote(place: HubPlace, asked: HubPlace) -> RemoteDataset:
    """Open a dataset to stream its rows; nothing is downloaded but its description.

    Parameters
    ----------
    place
        Its name with the commit.
    asked
        Its name as the user wrote it, for the names that are offered.

    Raises
    ------
    UnclearReadingError
        If it has several configurations, and none was named.
    UnknownNameError
        If it has no such configuration.
    SamplesError
        If the package ``datasets`` is not installed, or the dataset cannot be read.
    """
    try:
        import datasets  # noqa: PLC0415 - slow to import, and an extra
    except ImportError as error:
        raise SamplesError("Datasets of the Hub are read with the package datasets.", hint=EXTRA) from error
    with explained(place):
        path = f"hf://datasets/{place.repository}" if Path(place.repository).exists() else place.repository
        config = _choose_config(datasets, path, place, asked)
        streams = datasets.load_dataset(path, config, revision=place.revision, streaming=True)
    splits = {split: _size(stream, split) for split, stream in streams.items()}
    return RemoteDataset(replace(place, config=config), splits, dict(streams))


def _choose_config(datasets: Any, path: str, place: HubPlace, asked: HubPlace) -> str:
    """Choose a configuration: the one that was named, the only one, or the default."""
    names: list[str] = datasets.get_dataset_config_names(path, revision=place.revision)
    if place.config is not None:
        if place.config not in names:
            raise UnknownNameError("configuration", place.config, names)
        return place.config
    if len(names) == 1:
        return names[0]
    default: str | None = datasets.get_dataset_default_config_name(path, revision=place.revision)
    if default is not None:
        return default
    raise UnclearReadingError(
        f"The dataset {place.repository!r} has {len(names):,} configurations: "
        f"{', '.join(map(repr, names[:6]))}{' ...' if len(names) > 6 else ''}.",
        [
            ReadingOption(f"Configuration {name!r}.", {}, place=str(replace(asked, config=name)))
            for name in names
        ],
    )


def _size(stream: Any, split: str) -> int | None:
    """Return the number of samples of a part, where the description says it."""
    known = (stream.info.splits or {}).get(split)
    return getattr(known, "num_examples", None) or None


def take_samples(remote: RemoteDataset, split: str) -> tuple[Any, PartFacts]:
    """Take samples of a part: all of a small one, otherwise some drawn at random.

    Parameters
    ----------
    remote
        The dataset.
    split
        The part.

    Returns
    -------
    table, facts
        An Arrow table, whose pictures and recordings are not decoded; and how many were taken of how many.

    Raises
    ------
    SamplesError
        If the rows cannot be read.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and most sources are files

    with explained(remote.place):
        reader = _Reader(remote.streams[split])
        tables = list(reader)
        if not tables:
            raise SamplesError(f"Part {split!r} of {remote.place.repository!r} holds no samples.")
        whole = pa.concat_tables(tables, promote_options="permissive")
        n_samples = whole.num_rows if reader.is_complete else remote.splits[split]
        n_read = whole.num_rows
        elsewhere = columns_elsewhere(whole)
        n_taken = min(n_read, FILES_OF_A_PART if elsewhere else SAMPLES_OF_A_PART)
        if n_taken < n_read:
            whole = whole.take(pa.array(random_rows(n_read, n_taken, seed=SEED)))
        whole = fetch_cells(whole, elsewhere, remote.place.repository)
    return whole, PartFacts(whole.num_rows, n_read, n_samples)


class _Reader:
    """Reads the beginning of the files of a part, in an order drawn at random, up to a number of bytes.

    Attributes
    ----------
    is_complete
        Whether every row was read, once the iteration is over.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream.with_format("arrow")
        self.is_complete = True

    def __iter__(self) -> Iterator[Any]:
        n_files = self._stream.num_shards
        chosen = random_rows(n_files, READ_FILES, seed=SEED).tolist()
        self.is_complete = len(chosen) == n_files
        for index in chosen:
            shard = self._stream.shard(num_shards=n_files, index=index) if n_files > 1 else self._stream
            yield from self._beginning(shard, READ_ROWS // len(chosen), READ_BYTES // len(chosen))

    def _beginning(self, shard: Any, n_rows: int, n_bytes: int) -> Iterator[Any]:
        for table in shard.iter(batch_size=BATCH_ROWS):
            if n_rows <= 0 or n_bytes <= 0:
                self.is_complete = False
                return
            yield table
            n_rows -= table.num_rows
            n_bytes -= table.nbytes
