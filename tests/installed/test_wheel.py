"""What the wheel holds: all that the product reads, and nothing that only this repository needs."""

from __future__ import annotations

import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import ASSETS
from tests.installed.building import ROOT, build_wheel

PACKAGES = ("ptmrank_core", "dashboard")
SETTINGS = "dashboard/settings/config.toml"
INSIDE = "ptmrank_core/assets/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of the repository as it is."""
    return zipfile.ZipFile(build_wheel(tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def held(wheel: zipfile.ZipFile) -> set[str]:
    """Names of its files, without what describes the distribution."""
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_it_holds_all_files_of_the_packages(held: set[str]) -> None:
    """Types are told to whoever installs it (py.typed), and no style sheet or template is left behind."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in files
        # Guides for developers stay in the repository.
        if path.is_file() and path.suffix != ".md" and "__pycache__" not in path.parts
    }
    assert {name for name in held if not name.startswith((INSIDE, SETTINGS))} == expected
    assert {f"{package}/py.typed" for package in PACKAGES} <= expected


def test_it_holds_the_demos_whole(held: set[str]) -> None:
    """Every file of the demos' models and samples, and every record about them, comes along."""
    demo = ASSETS / "demo"
    files = [path for path in demo.rglob("*") if path.is_file() and "scripts" not in path.parts]
    needed = [path for path in files if path.suffix != ".md" or demo / "zoo" in path.parents]
    assert {f"{INSIDE}{path.relative_to(ASSETS).as_posix()}" for path in needed} <= held
    for model in demo_models():
        for place in filter(None, (model.path, model.source_samples)):
            inside = f"{INSIDE}{Path(place).relative_to(ASSETS).as_posix()}"
            assert any(name == inside or name.startswith(f"{inside}/") for name in held), inside


def test_it_holds_no_more_of_the_assets_than_the_product_reads(held: set[str]) -> None:
    """Scripts, pictures of the README and guides stay in the repository; so do the tests, and secrets."""
    assets = {name.removeprefix(INSIDE) for name in held if name.startswith(INSIDE)}
    endings = {"svg", "json", "flac", "zip", "safetensors", "sqlite", "md"}
    assert {name.rpartition(".")[2] for name in assets} == endings
    assert all(name.startswith("demo/zoo/") for name in assets if name.endswith(".md"))
    assert {name.split("/")[0] for name in held} == set(PACKAGES)
    assert {name for name in held if name.startswith("dashboard/settings/")} == {SETTINGS}


def test_it_holds_the_settings_as_they_are(wheel: zipfile.ZipFile) -> None:
    """The settings of an installed dashboard are those of .streamlit."""
    assert wheel.read(SETTINGS) == (ROOT / ".streamlit" / "config.toml").read_bytes()


def test_it_brings_the_command(wheel: zipfile.ZipFile) -> None:
    """``ptmrank`` is the program of ``python -m ptmrank_core``."""
    (points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert wheel.read(points).decode() == "[console_scripts]\nptmrank = ptmrank_core.__main__:main\n"


def test_it_asks_for_no_exact_version(wheel: zipfile.ZipFile) -> None:
    """What is installed already stays where it is new enough: torch above all."""
    (metadata,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    wanted = Parser().parsestr(wheel.read(metadata).decode()).get_all("Requires-Dist", [])
    for_users = [line for line in wanted if "extra == 'test'" not in line and 'extra == "test"' not in line]
    assert any(line.startswith("torch>=") for line in for_users)
    assert [line for line in for_users if "==" in line.split(";")[0]] == []
