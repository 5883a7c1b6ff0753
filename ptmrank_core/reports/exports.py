"""A run as files, by format: what each format is called, and what is in its files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.html import Picture, html_report
from ptmrank_core.reports.tables.run import run_tables
from ptmrank_core.reports.tables.writers import csv_text, json_text, latex_text, markdown_text, parquet_bytes
from ptmrank_core.results.command import rank_command

__all__ = ["FORMATS", "Export", "Format", "resolve_formats", "zip_files"]

Files: TypeAlias = dict[str, bytes]
# Files in a zip have a fixed time: the same run gives the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Export:
    """What is written of a run.

    Parameters
    ----------
    result, ranking
        The run and its ranking.
    picture
        What the HTML report's embedding view needs; ``None`` to leave the view out.
    """

    result: RunResult
    ranking: Ranking
    picture: Picture | None = None

    def about(self) -> dict[str, str]:
        """Name the run of the tables, and the command that repeats it, where there is one."""
        command = rank_command(self.result.plan)
        named = {"run": self.result.plan.run_id, "created_at": self.result.plan.created_at}
        return named | ({"command": command} if command else {})


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Parameters
    ----------
    title
        Its name for people.
    write
        Makes its files, by name.
    ending
        Of its only file; ``None`` where each table is a file.
    """

    title: str
    write: Callable[[Export], Files]
    ending: str | None = None


def _csv(export: Export) -> Files:
    tables = run_tables(export.result, export.ranking)
    return {f"{table.name}.csv": csv_text(table).encode() for table in tables}


def _json(export: Export) -> Files:
    tables = run_tables(export.result, export.ranking)
    return {"tables.json": json_text(tables, export.about()).encode()}


def _parquet(export: Export) -> Files:
    tables = run_tables(export.result, export.ranking)
    about = export.about()
    return {f"{table.name}.parquet": parquet_bytes(table, about) for table in tables}


def _markdown(export: Export) -> Files:
    return {"tables.md": markdown_text(run_tables(export.result, export.ranking)).encode()}


def _latex(export: Export) -> Files:
    return {"tables.tex": latex_text(run_tables(export.result, export.ranking)).encode()}


def _html(export: Export) -> Files:
    return {"report.html": html_report(export.result, export.ranking, export.picture).encode()}


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "html": Format("HTML report", _html, ".html"),
        "csv": Format("CSV", _csv),
        "json": Format("JSON", _json, ".json"),
        "parquet": Format("Parquet", _parquet),
        "md": Format("Markdown", _markdown, ".md"),
        "latex": Format("LaTeX", _latex, ".tex"),
    }
)


def resolve_formats(names: str | None) -> tuple[str, ...]:
    """Turn comma-separated names into formats; ``None`` and ``all`` are all of them.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    """
    if names is None or names.strip() == "all":
        return tuple(FORMATS)
    wanted = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    for name in wanted:
        if name not in FORMATS:
            raise UnknownNameError("format", name, FORMATS)
    return tuple(wanted)


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Put files into one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, NO_TIME), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
