"""A PeaTMOSS database: the most downloaded models of a task category on the Hub in 2023.

PeaTMOSS (arXiv:2402.00699) is one SQLite file of 281,638 models. It exists in two schemas: a base one, in
which a task category is only a tag, and an enhanced one, which also has categories and sizes from model
cards. It is opened read-only, and values are always passed as bound parameters.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeAlias

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.loading import loading_of
from ptmrank_core.catalogue.peatmoss import sql
from ptmrank_core.catalogue.peatmoss.connection import connect
from ptmrank_core.catalogue.peatmoss.facts import loader_of, parameters_of
from ptmrank_core.catalogue.table import known_candidate
from ptmrank_core.catalogue.tasks.kinds import AnyCategory, TaskCategory
from ptmrank_core.errors import InputError

__all__ = ["PEATMOSS_DATE", "PeatmossDatabase", "Schema"]

Schema: TypeAlias = Literal["base", "enhanced"]
Row: TypeAlias = tuple[int, str, int | None, int | None]  # key, id on the Hub, downloads, likes
# It was collected from the Hub in the summer of 2023; its downloads are of one month then.
PEATMOSS_DATE = "mid-2023"
NEEDED = {"model", "model_hub", "tag", "model_to_tag"}
EXPECTED = "Expected the SQLite file PeaTMOSS.db, or a sample of it with the same tables."
# Times as many rows are read where some of them may be left out afterwards.
SPARE = 5


class PeatmossDatabase:
    """An open database, for use in a ``with`` block by one thread.

    Parameters
    ----------
    path
        The file.

    Attributes
    ----------
    schema : {"base", "enhanced"}
        Which of the two it has.

    Raises
    ------
    InputError
        If there is no such file, or it is not an intact PeaTMOSS database.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).expanduser().absolute()
        if not self._path.is_file():
            raise InputError(f"There is no file {str(self._path)!r}.", hint=EXPECTED)
        with self._explained():
            self._connection = connect(self._path)
            try:
                self._tables = {name for (name,) in self._connection.execute(sql.TABLES)}
                for table, query in sql.FIRST.items():
                    if table in self._tables:
                        self._connection.execute(query).fetchall()
            except sqlite3.Error:
                self._connection.close()
                raise
        if not self._tables >= NEEDED:
            self._connection.close()
            lacking = ", ".join(sorted(NEEDED - self._tables))
            raise InputError(f"{self._path.name} is not PeaTMOSS: it has no table {lacking}.", hint=EXPECTED)
        self.schema: Schema = "enhanced" if "model_task" in self._tables else "base"

    def __enter__(self) -> PeatmossDatabase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def top(self, task: AnyCategory, *, limit: int = 50, search: str = "") -> list[Candidate]:
        """List the most downloaded models of a task category.

        Parameters
        ----------
        task
            The category; its tag and those of its aliases are searched.
        limit
            Maximum number of models.
        search
            Text that must occur in the id, in any case; a blank matches anything.

        Returns
        -------
        list of Candidate
            By downloads, then likes. Models of the shipped table have their current id and the table's facts;
            models made for tests are left out.

        Raises
        ------
        InputError
            If the file is damaged.
        """
        query = sql.TOP_ENHANCED if self._has_tasks else sql.TOP_BASE
        names = json.dumps([task.name, *task.aliases])
        self._connection.start()
        with self._explained():
            rows = self._connection.execute(
                query, {"names": names, "pattern": _pattern(search), "n": limit}
            ).fetchall()
            return self._candidates(rows, task)

    def top_of_each(
        self, tasks: Iterable[AnyCategory], *, limit: int = 20, loadable: bool = False
    ) -> dict[str, list[str]]:
        """List the ids of the most downloaded models of many task categories, for a ``mapping.json``.

        Parameters
        ----------
        tasks
            The categories.
        limit
            Maximum number of models of each.
        loadable
            Whether to leave out models that cannot be loaded here.

        Returns
        -------
        dict of str to list of str
            Ids by category; categories without models are missing.
        """
        wanted = list(tasks)
        by_name = {name: task for task in wanted for name in (task.name, *task.aliases)}
        query = sql.EACH_ENHANCED if self._has_tasks else sql.EACH_BASE
        n = limit * SPARE if loadable else limit
        self._connection.start()
        with self._explained():
            rows = self._connection.execute(query, {"names": json.dumps(list(by_name)), "n": n}).fetchall()
            rows_of: dict[str, list[tuple[Any, ...]]] = {task.name: [] for task in wanted}
            for name, *row in rows:
                if name in by_name:  # a column may compare without case
                    rows_of[by_name[name].name].append(tuple(row))
            models_of = {task.name: self._candidates(rows_of[task.name], task) for task in wanted}
        ids = {
            name: [m.id for m in models if not loadable or loading_of(m).verdict != "no"][:limit]
            for name, models in models_of.items()
        }
        return {name: models for name, models in ids.items() if models}

    @property
    def _has_tasks(self) -> bool:
        return {"model_task", "model_to_model_task"} <= self._tables

    def _candidates(self, rows: list[tuple[Any, ...]], task: AnyCategory) -> list[Candidate]:
        """Make candidates of rows (id, Hub id, downloads, likes), with their facts from the database."""
        ordered = sorted(filter(None, map(_clean, rows)), key=_rank)
        ids = json.dumps([row[0] for row in ordered])
        licences = self._names("license", sql.LICENCES, ids)
        libraries = self._names("library", sql.LIBRARIES, ids)
        families = self._names("framework", sql.FRAMEWORKS, ids)
        reuse = self._values("reuse_repository", sql.REUSE, ids)
        sizes = self._values("parameter_count", sql.PARAMETERS, ids)
        candidates: dict[str, Candidate] = {}
        for key, hub_id, downloads, _ in ordered:
            stored = Candidate(
                id=hub_id,
                modality=task.modality if isinstance(task, TaskCategory) else None,
                tasks=(task.name,),
                model_type=families.get(key, [None])[0],
                loader=loader_of(libraries.get(key, [])),
                n_parameters=parameters_of(sizes.get(key)),
                licence=", ".join(licences.get(key, [])) or None,
                has_safetensors=True if "safetensors" in libraries.get(key, []) else None,
            )
            known = known_candidate(hub_id)
            model = replace(
                known or stored,
                downloads=downloads,
                downloads_of=None if downloads is None else PEATMOSS_DATE,
                reuse_repositories=reuse.get(key, 0 if reuse else None),
                peatmoss_id=hub_id,
            )
            candidates.setdefault(model.id, model)
        return list(candidates.values())

    def _names(self, table: str, query: str, ids: str) -> Mapping[Any, list[str]]:
        """Return the names of models in a table, if the database has it."""
        names: dict[Any, list[str]] = {}
        if {table, f"model_to_{table}"} <= self._tables:
            for key, name in self._connection.execute(query, {"ids": ids}):
                names.setdefault(key, []).append(str(name))
        return names

    def _values(self, table: str, query: str, ids: str) -> Mapping[Any, Any]:
        """Return one value for each model that has one in a table."""
        needed = {table, "model_to_reuse_repository"} if table == "reuse_repository" else {table}
        return dict(self._connection.execute(query, {"ids": ids})) if needed <= self._tables else {}

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Translate SQLite's errors on a file that it cannot read, or not in time."""
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(
                f"{self._path.name} is not an intact PeaTMOSS database: {error}.",
                hint=f"{EXPECTED} If it is one, copy or download it again.",
            ) from error


def _pattern(search: str) -> str:
    r"""Make a pattern for ``LIKE ... ESCAPE '\'``."""
    words = [word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") for word in search.split()]
    return f"%{'%'.join(words)}%" if words else "%"


def _clean(row: tuple[Any, ...]) -> Row | None:
    """Clean the types of a row: SQLite may store text among numbers, and an id of digits as a number.

    A row without a key or an id, such as one of bytes, is nothing.
    """
    key, hub_id, *numbers = row
    if not isinstance(key, int) or not isinstance(hub_id, str | int):
        return None
    downloads, likes = (value if isinstance(value, int) and value >= 0 else None for value in numbers)
    return key, str(hub_id), downloads, likes


def _rank(row: Row) -> tuple[int, int, str]:
    """Return the sort key of a row: the most downloaded first, unknown ones last."""
    downloads, likes = (-1 if value is None else value for value in row[2:])
    return -downloads, -likes, row[1]
