"""Every package that the product imports is declared, and every package that is declared is used."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.installed.building import ROOT
from tests.installed.declared import DEPENDENCIES, EXTRAS, PINS

OWN = {"ptmrank_core", "dashboard"}
# Extras need not be installed: the module of each.
MODULES = {
    "authlib": "authlib",
    "av": "av",
    "datasets": "datasets",
    "peft": "peft",
    "pot": "ot",
    "ray": "ray",
    "timm": "timm",
    "umap-learn": "umap",
}
# Imported by another package on our behalf, which names it among its own extras.
ON_BEHALF = {"authlib": "streamlit", "timm": "transformers"}
FOR_USERS = {name: one for extra in EXTRAS if extra != "test" for name, one in EXTRAS[extra].items()}


def modules_of(path: Path) -> Iterator[str]:
    """Top-level modules that a file imports, wherever in it and however."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            named = (str(one.value) for one in node.args if isinstance(one, ast.Constant))
            yield from (name.partition(".")[0] for name in named)


@cache
def imported() -> dict[str, Path]:
    """Top-level modules of other people that the product imports -> a file that does."""
    files = (path for package in sorted(OWN) for path in (ROOT / package).rglob("*.py"))
    found = {module: path for path in files for module in modules_of(path)}
    return {name: path for name, path in found.items() if name not in sys.stdlib_module_names | OWN}


@cache
def installed() -> Mapping[str, list[str]]:
    """Top-level modules -> the distributions that bring them; to ask reads the files of all of these."""
    return metadata.packages_distributions()


@cache
def distributions_of(module: str) -> set[str]:
    """Distributions that bring a module."""
    return {canonicalize_name(name) for name in installed().get(module, [])} | {
        name for name, brought in MODULES.items() if brought == module
    }


def test_every_import_is_declared() -> None:
    """Nothing is there only because another package happens to need it."""
    declared = set(DEPENDENCIES) | set(FOR_USERS)
    missing = {
        module: path.relative_to(ROOT).as_posix()
        for module, path in imported().items()
        if not distributions_of(module) & declared
    }
    assert missing == {}


def test_every_declared_package_is_imported() -> None:
    """Nothing is installed for nobody."""
    used = {name for module in imported() for name in distributions_of(module)}
    idle = (set(DEPENDENCIES) | set(FOR_USERS)) - used
    assert idle == set(ON_BEHALF)


@pytest.mark.parametrize("name", ON_BEHALF)
def test_what_nobody_here_imports_is_known_to_who_does(name: str) -> None:
    """The package that imports it names it as optional, with a range that ours lies in."""
    wanted = [Requirement(line) for line in metadata.requires(ON_BEHALF[name]) or []]
    ranges = [one.specifier for one in wanted if canonicalize_name(one.name) == name]
    [lowest] = [one.version for one in FOR_USERS[name].specifier]
    assert ranges
    assert all(one.contains(lowest) for one in ranges)


def test_what_only_an_extra_brings_is_imported_late() -> None:
    """Where an extra is not installed, every module of the product can still be imported."""
    late = {module for module in imported() if distributions_of(module) & set(FOR_USERS)}
    for package in sorted(OWN):
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            at_once = {
                name
                for node in tree.body
                if isinstance(node, ast.Import | ast.ImportFrom)
                for name in _names(node)
            }
            assert not at_once & late, path


def _names(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Top-level modules of a statement."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.partition(".")[0] for name in names}


def test_the_exact_set_is_one_of_the_ranges() -> None:
    """requirements.txt pins each dependency, and nothing else, at a version that pyproject.toml allows."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").split()
    assert sum("==" in line for line in lines) == len(PINS)
    assert set(PINS) == set(DEPENDENCIES)
    for name, pin in PINS.items():
        [version] = [one.version for one in pin.specifier]
        assert DEPENDENCIES[name].specifier.contains(version), name
