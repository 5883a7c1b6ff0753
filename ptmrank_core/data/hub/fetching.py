"""Pictures and recordings of a dataset that are files of their own on the Hub, fetched into the table."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ptmrank_core.data.tables.columnar.media import holds_bytes

__all__ = ["columns_elsewhere", "fetch_cells"]

AT_ONCE = 8
MAX_FILE_BYTES = 2**28
ARCHIVES = ("zip://", "tar://", "gzip://")


def columns_elsewhere(table: Any) -> list[str]:
    """Return the columns of pictures and recordings whose bytes are not in the table.

    Parameters
    ----------
    table
        An Arrow table.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and most sources are files

    found = []
    for field in table.schema:
        if pa.types.is_struct(field.type) and holds_bytes(field.type):
            cells = table.column(field.name).to_pylist()
            if any(cell and not cell["bytes"] and cell.get("path") for cell in cells):
                found.append(field.name)
    return found


def fetch_cells(table: Any, columns: Sequence[str], repository: str) -> Any:
    """Fetch the files that the cells of some columns name, and put their bytes into the table.

    Parameters
    ----------
    table
        An Arrow table.
    columns
        Columns of objects of ``bytes`` and ``path``.
    repository
        The dataset that the files have to be in: a path to anywhere else, also on this machine, is not
        followed.
    """
    import pyarrow as pa  # noqa: PLC0415 - the same

    for column in columns:
        index = table.schema.get_field_index(column)
        cells = table.column(column).to_pylist()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            fetched = list(pool.map(lambda cell: _fetch(cell, repository), cells))
        field = table.schema.field(index)
        table = table.set_column(index, field, pa.array(fetched, type=field.type))
    return table


def _fetch(cell: dict[str, Any] | None, repository: str) -> dict[str, Any] | None:
    path = (cell or {}).get("path")
    if cell is None or cell["bytes"] or not path or not _is_within(path, repository):
        return cell
    from datasets.utils.file_utils import xopen  # noqa: PLC0415 - slow to import, and an extra

    with xopen(path, "rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    return {**cell, "bytes": data if len(data) <= MAX_FILE_BYTES else None}


def _is_within(path: str, repository: str) -> bool:
    """Whether a path leads into a repository, perhaps into an archive there."""
    *archives, last = path.split("::")
    is_there = last.startswith((f"hf://datasets/{repository}@", f"hf://datasets/{repository}/"))
    return is_there and all(archive.startswith(ARCHIVES) for archive in archives)
