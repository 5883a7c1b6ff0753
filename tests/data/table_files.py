"""Tables made in memory, in any format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ptmrank_core.data import DEFAULT_LIMITS
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.tables import load_table
from ptmrank_core.records import BytesBlob, Reading, Samples

__all__ = ["Tables"]


class Tables:
    """Writes tables and loads them."""

    @staticmethod
    def entry(name: str, data: str | bytes) -> Entry:
        """Return a file in memory."""
        data = data.encode() if isinstance(data, str) else data
        return Entry(name, len(data), BytesBlob(data))

    @staticmethod
    def load(name: str, data: str | bytes, limits: Any = DEFAULT_LIMITS, **reading: Any) -> Samples:
        """Load samples from a file in memory."""
        return load_table(name, Tables.entry(name, data), Reading(**reading), limits)

    @staticmethod
    def write(kind: str, columns: Mapping[str, Sequence[Any]]) -> bytes:
        """Bytes of a table in a format."""
        rows = list(zip(*columns.values(), strict=True))
        if kind == "parquet":
            buffer = io.BytesIO()
            pq.write_table(pa.table(dict(columns)), buffer)
            return buffer.getvalue()
        if kind in {"jsonl", "json"}:
            objects = [json.dumps(dict(zip(columns, row, strict=True))) for row in rows]
            return (f"[{','.join(objects)}]" if kind == "json" else "\n".join(objects)).encode()
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter={"csv": ",", "tsv": "\t", "scsv": ";", "psv": "|"}[kind])
        writer.writerow(columns)
        writer.writerows(rows)
        return text.getvalue().encode()
