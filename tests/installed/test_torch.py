"""Installing PTMRank leaves the torch that somebody has, with its CUDA, as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.installed.building import build_wheel, make_environment, outside
from tests.installed.declared import DEPENDENCIES, PINS, PYPROJECT
from tests.installed.stubs import write_stub

LOWEST = "2.6.0"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, and an index of empty distributions with the versions of requirements.txt."""
    place = tmp_path_factory.mktemp("torch")
    build_wheel(place)
    for pin in PINS.values():
        [version] = [one.version for one in pin.specifier]
        write_stub(place / "index", pin.name, version)
    return place


def pip(python: Path, *words: str | Path) -> str:
    """Run pip for the environment of a Python, with nothing but our index."""
    command = [sys.executable, "-m", "pip", "--isolated", "--python", python, "--disable-pip-version-check"]
    done = subprocess.run(
        [str(word) for word in (*command, *words)],
        env=outside(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def changed(place: Path, tmp_path: Path, torch: str) -> dict[str, str]:
    """What pip would install with PTMRank, by name, where a version of torch is there already."""
    programs, _ = make_environment(tmp_path / "environment")
    python = programs / "python"
    alone = ("--quiet", "--no-index", "--find-links", place / "index")
    pip(python, "install", *alone, write_stub(tmp_path, "torch", torch))
    [wheel] = (place / "wheels").glob("*.whl")
    report = tmp_path / "report.json"
    pip(python, "install", *alone, "--dry-run", "--report", report, wheel)
    planned = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {entry["metadata"]["name"].lower(): entry["metadata"]["version"] for entry in planned}


@pytest.mark.parametrize(
    "torch",
    [
        pytest.param(LOWEST, marks=pytest.mark.slow),
        "2.14.1+cu130",
        pytest.param("9.0.0", marks=pytest.mark.slow),
    ],
)
def test_an_installed_torch_stays(place: Path, tmp_path: Path, torch: str) -> None:
    """The oldest of the range, a build with CUDA, one newer than any: pip brings the rest, and no torch."""
    planned = changed(place, tmp_path, torch)
    assert "torch" not in planned
    assert set(planned) == {"ptmrank", *(name for name in DEPENDENCIES if name != "torch")}


def test_a_torch_that_is_too_old_is_replaced(place: Path, tmp_path: Path) -> None:
    """Below the range pip takes the newest there is: the test above could fail."""
    assert changed(place, tmp_path, "2.5.1")["torch"] == str(PINS["torch"].specifier).removeprefix("==")


def test_the_lower_end_is_that_of_transformers() -> None:
    """Older ones are of no use: transformers would not load a model with them."""
    wanted = map(Requirement, metadata.requires("transformers") or [])
    [asked] = [one for one in wanted if one.name == "torch" and 'extra == "torch"' in str(one.marker)]
    assert str(asked.specifier) == str(DEPENDENCIES["torch"].specifier) == f">={LOWEST.removesuffix('.0')}"


def test_nothing_that_comes_along_asks_for_another_torch() -> None:
    """No package that PTMRank needs, and none that these need, forbids a newer torch."""
    extras = {line for lines in PYPROJECT["project"]["optional-dependencies"].values() for line in lines}
    waiting = {Requirement(line).name for line in extras} | set(DEPENDENCIES)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop().lower()
        seen.add(name)
        try:
            wanted = [Requirement(line) for line in metadata.requires(name) or []]
        except metadata.PackageNotFoundError:  # of an extra, or for another system
            continue
        needed = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
        assert all(one.specifier.contains("9.0.0") for one in needed if one.name == "torch"), name
        waiting |= {one.name.lower() for one in needed} - seen
    assert {"torch", "transformers", "streamlit", "click"} <= seen
