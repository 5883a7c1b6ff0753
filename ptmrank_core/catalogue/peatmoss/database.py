"""A PeaTMOSS database: the most downloaded models of a task category, as the Hub was in 2023.

PeaTMOSS (arXiv:2402.00699) is one SQLite file of 281,638 models. Two schemas are about: a base one, in which
a task category is only a tag, and an enhanced one, which has categories and sizes read from model cards too.
It is opened read-only, and values only ever reach it as bound parameters.
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
from ptmrank_core.catalogue.peatmoss.facts import loader_of, parameters_of
from ptmrank_core.catalogue.table import known_candidate
from ptmrank_core.catalogue.tasks.kinds import AnyCategory, TaskCategory
from ptmrank_core.errors import InputError

__all__ = ["PEATMOSS_DATE", "PeatmossDatabase", "Schema"]

Schema: TypeAlias = Literal["base", "enhanced"]
Row: TypeAlias = tuple[int, str, int | None, int | None]  # key, id on the Hub, downloads, likes
# It read the Hub in the summer of 2023; its downloads are of a month then.
PEATMOSS_DATE = "mid-2023"
NEEDED = {"model", "model_hub", "tag", "model_to_tag"}
EXPECTED = "Expected the SQLite file PeaTMOSS.db, or a sample of it with the same tables."
# So many are looked at where some of them may be left out afterwards.
SPARE = 5


class PeatmossDatabase:
    """An open database; to be used in a ``with`` block, by one thread.

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
        If there is no such file, or it is no intact PeaTMOSS database.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).expanduser().absolute()
        if not self._path.is_file():
            raise InputError(f"There is no file {str(self._path)!r}.", hint=EXPECTED)
        with self._explained():
            self._connection = _connect(self._path)
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
            The category; its tag and those of its aliases are looked for.
        limit
            How many at most.
        search
            What the id has to hold, capitals aside; a blank stands for anything.

        Returns
        -------
        list of Candidate
            By downloads, then likes. Under today's id where the shipped table knows it, with the table's
            facts; models that only serve somebody's tests are left out.

        Raises
        ------
        InputError
            If the file is damaged.
        """
        query = sql.TOP_ENHANCED if self._has_tasks else sql.TOP_BASE
        names = json.dumps([task.name, *task.aliases])
        with self._explained():
            rows = self._connection.execute(
                query, {"names": names, "pattern": _pattern(search), "n": limit}
            ).fetchall()
            return self._candidates(rows, task)

    def top_of_each(
        self, tasks: Iterable[AnyCategory], *, limit: int = 20, loadable: bool = False
    ) -> dict[str, list[str]]:
        """Name the most downloaded models of many task categories, for a ``mapping.json``.

        Parameters
        ----------
        tasks
            The categories.
        limit
            How many at most of each.
        loadable
            Whether models are left out that are known not to be loaded here.

        Returns
        -------
        dict of str to list of str
            Ids by category, without the categories that have none.
        """
        wanted = list(tasks)
        by_name = {name: task for task in wanted for name in (task.name, *task.aliases)}
        query = sql.EACH_ENHANCED if self._has_tasks else sql.EACH_BASE
        n = limit * SPARE if loadable else limit
        with self._explained():
            rows = self._connection.execute(query, {"names": json.dumps(list(by_name)), "n": n}).fetchall()
            rows_of: dict[str, list[tuple[Any, ...]]] = {task.name: [] for task in wanted}
            for name, *row in rows:
                rows_of[by_name[name].name].append(tuple(row))
            found = {task.name: self._candidates(rows_of[task.name], task) for task in wanted}
        ids = {
            name: [m.id for m in models if not loadable or loading_of(m).verdict != "no"][:limit]
            for name, models in found.items()
        }
        return {name: models for name, models in ids.items() if models}

    @property
    def _has_tasks(self) -> bool:
        return {"model_task", "model_to_model_task"} <= self._tables

    def _candidates(self, rows: list[tuple[Any, ...]], task: AnyCategory) -> list[Candidate]:
        """Make candidates of rows (id, Hub id, downloads, likes), with what the database tells of them."""
        ordered = sorted((_clean(row) for row in rows), key=_rank)
        ids = json.dumps([row[0] for row in ordered])
        licences = self._names("license", sql.LICENCES, ids)
        libraries = self._names("library", sql.LIBRARIES, ids)
        families = self._names("framework", sql.FRAMEWORKS, ids)
        reuse = self._values("reuse_repository", sql.REUSE, ids)
        sizes = self._values("parameter_count", sql.PARAMETERS, ids)
        found: dict[str, Candidate] = {}
        for key, hub_id, downloads, _ in ordered:
            told = Candidate(
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
                known or told,
                downloads=downloads,
                downloads_of=None if downloads is None else PEATMOSS_DATE,
                reuse_repositories=reuse.get(key, 0 if reuse else None),
                peatmoss_id=hub_id,
            )
            found.setdefault(model.id, model)
        return list(found.values())

    def _names(self, table: str, query: str, ids: str) -> Mapping[Any, list[str]]:
        """Names that models have in a table, where the database has it."""
        names: dict[Any, list[str]] = {}
        if {table, f"model_to_{table}"} <= self._tables:
            for key, name in self._connection.execute(query, {"ids": ids}):
                names.setdefault(key, []).append(str(name))
        return names

    def _values(self, table: str, query: str, ids: str) -> Mapping[Any, Any]:
        """One value for each model that a table tells one of."""
        needed = {table, "model_to_reuse_repository"} if table == "reuse_repository" else {table}
        return dict(self._connection.execute(query, {"ids": ids})) if needed <= self._tables else {}

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Tell what SQLite says of a file that it cannot read."""
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(
                f"{self._path.name} is no intact PeaTMOSS database: {error}.",
                hint=f"{EXPECTED} Copy or download it again if it is that.",
            ) from error


def _connect(path: Path) -> sqlite3.Connection:
    """Open a file read-only, also one beside which nothing may be written."""
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True)
        try:
            connection.execute(sql.TABLES).fetchone()
        except sqlite3.OperationalError:  # a log of writes beside it that cannot be opened
            connection.close()
            if mode != "mode=ro":
                raise
        except sqlite3.Error:
            connection.close()
            raise
        else:
            return connection
    raise AssertionError  # the last attempt returns or raises


def _pattern(search: str) -> str:
    r"""Make a pattern for ``LIKE ... ESCAPE '\'``."""
    words = [word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") for word in search.split()]
    return f"%{'%'.join(words)}%" if words else "%"


def _clean(row: tuple[Any, ...]) -> Row:
    """Read a row: SQLite keeps what it is given, also text among numbers, and an id of digits as a number."""
    key, hub_id, *numbers = row
    downloads, likes = (value if isinstance(value, int) else None for value in numbers)
    return int(key), str(hub_id), downloads, likes


def _rank(row: Row) -> tuple[int, int, str]:
    """Order of rows: the most downloaded first, unknown ones last."""
    downloads, likes = (-1 if value is None else value for value in row[2:])
    return -downloads, -likes, row[1]
