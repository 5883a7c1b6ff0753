"""How long a question to a PeaTMOSS database takes: ``python -m tests.benchmarks.peatmoss``.

A database as large as the real one (281,638 models, six tags each) is made in a temporary folder, in either
schema. Printed are the seconds of the slowest of three: one category, one category with a search, all 36 for
a mapping; each with opening the file. Only the file's other tables are missing, which nothing here reads.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ptmrank_core.catalogue.peatmoss.database import PeatmossDatabase
from ptmrank_core.catalogue.tasks.table import CATEGORIES
from tests.catalogue.peatmoss_database import Schema, save_large_database

PEATMOSS = [task for task in CATEGORIES if not task.is_later]


def slowest(ask: Callable[[PeatmossDatabase], object], path: Path) -> tuple[float, float]:
    """Wall and processor seconds of the slowest of three."""
    times = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        with PeatmossDatabase(path) as database:
            ask(database)
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return max(times)


def measure(path: Path) -> dict[str, tuple[float, float]]:
    """Time the questions that the product asks."""
    common, rare = PEATMOSS[0], PEATMOSS[-1]
    questions: dict[str, Callable[[PeatmossDatabase], object]] = {
        "top 50 of a common category": lambda database: database.top(common, limit=50),
        "top 50 of a rare category": lambda database: database.top(rare, limit=50),
        "top 50 with a search": lambda database: database.top(common, limit=50, search="bert cased"),
        "top 500": lambda database: database.top(common, limit=500),
        "top 20 of all 36": lambda database: database.top_of_each(PEATMOSS, limit=20),
    }
    return {name: slowest(ask, path) for name, ask in questions.items()}


def main() -> None:
    """Make the databases and print the table."""
    schemas: tuple[Schema, ...] = ("base", "enhanced")
    with tempfile.TemporaryDirectory() as folder:
        for schema in schemas:
            path = Path(folder) / f"{schema}.db"
            save_large_database(path, schema, [task.name for task in PEATMOSS])
            for name, (wall, cpu) in measure(path).items():
                sys.stdout.write(f"{schema:9} {name:30} {wall:6.3f} s wall {cpu:6.3f} s processor\n")


if __name__ == "__main__":
    main()
