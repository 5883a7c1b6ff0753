"""The guide of the core: its packages, its walls, and the way of one upload, held to the code."""

from __future__ import annotations

import ast
import re

from tests.guides.guide import ROOT, section
from tests.guides.walls import draw, read
from tests.test_walls import ALLOWED, DOORS

CORE = ROOT / "ptmrank_core"
GUIDE = (CORE / "README.md").read_text(encoding="utf-8")


def described_packages() -> dict[str, str]:
    """Name of each package and module at the top -> what the guide says of it."""
    entries: dict[str, str] = {}
    name = ""
    for line in section(GUIDE, "Packages").splitlines():
        if match := re.match(r" {4}(\w+)(?:/|\.py) +(\S.*)", line):
            name = match[1]
            entries[name] = match[2]
        elif line.strip():
            entries[name] += f" {line.strip()}"
    return entries


def test_every_package_of_the_core_is_described() -> None:
    """Each package and module at the top has its line, and each line its package or module."""
    present = {path.stem for path in CORE.glob("*.py")} | {
        path.parent.name for path in CORE.glob("*/__init__.py")
    }
    entries = described_packages()
    script_api = set(re.findall(r"(\w+)\.py", entries["script"]))
    assert set(entries) | script_api == present - {"__init__", "__main__"}


def test_every_package_inside_a_package_is_named_with_it() -> None:
    """The line of a package names the packages inside it, at any depth, and none that is not there."""
    for name, text in described_packages().items():
        inside = {path.parent.name for path in (CORE / name).rglob("*/__init__.py")}
        assert set(re.findall(r"(\w+)/", text)) == inside, name


def test_the_drawing_of_the_walls_is_what_the_code_is_held_to() -> None:
    """The marks are the imports that tests/test_walls.py allows."""
    [drawing] = re.findall(r"```\n(.*?)\n```", section(GUIDE, "Walls"), flags=re.DOTALL)
    should_be = f"Draw it again with `python -m tests.guides.walls`:\n{draw(ALLOWED)}"
    assert read(drawing) == ALLOWED, should_be
    assert drawing == draw(ALLOWED), should_be


def test_the_drawing_has_no_mark_for_an_import_that_is_refused() -> None:
    """A drawing is read mark by mark: one mark more is one import more."""
    drawing = draw({"a": set(), "b": {"a"}, "c": {"a"}})
    assert read(drawing) == {"a": set(), "b": {"a"}, "c": {"a"}}
    assert read(drawing.removesuffix(".") + "x")["c"] == {"a", "b"}


def test_the_entry_points_are_named() -> None:
    """The paragraph under the walls lists every entry point."""
    listed = re.search(r"The entry points \(([^)]*)\)", section(GUIDE, "Walls"))
    assert listed
    assert set(re.findall(r"`(\w+)`", listed[1])) == DOORS


def test_the_way_of_an_upload_names_what_is_there() -> None:
    """Each step's file exists and defines the function or class that the step names."""
    rows = re.findall(
        r"^\| [^|]+ \| `([^`]+)` \| (?:`(\w+)` )?\|$", section(GUIDE, "From an upload to a rank"), re.M
    )
    assert len(rows) > 20
    for path, name in rows:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert not name or name in defined, f"{path}: {name}"
