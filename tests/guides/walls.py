"""The walls as a drawing: which package imports which. ``python -m tests.guides.walls`` prints it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from tests.test_walls import ALLOWED


def draw(allowed: Mapping[str, set[str]]) -> str:
    """A row for each package, with an x in the column of each package that it may import."""
    names = list(allowed)
    width = max(map(len, names)) + 4
    lines = [" " * width + "".join(f"{place:3}" for place in range(1, len(names) + 1))]
    for place, name in enumerate(names, 1):
        marks = ["x" if other in allowed[name] else "." for other in names[: place - 1]]
        lines.append(f"{place:2} {name}".ljust(width) + "".join(f"{mark:>3}" for mark in marks))
    return "\n".join(line.rstrip() for line in lines)


def read(drawing: str) -> dict[str, set[str]]:
    """The packages that each package may import, as a drawing has it."""
    rows = [line.split() for line in drawing.splitlines()[1:]]
    names = [row[1] for row in rows]
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1)), "the rows are numbered from 1"
    return {row[1]: {names[column] for column, mark in enumerate(row[2:]) if mark == "x"} for row in rows}


if __name__ == "__main__":
    sys.stdout.write(f"{draw(ALLOWED)}\n")
