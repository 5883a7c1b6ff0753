"""The files beside the packages agree with each other: pyproject, .ci/run, pre-commit, what a wheel holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.lowest_versions import lowest, lowest_requirements

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
TOOLS = [Requirement(line) for line in PYPROJECT["project"]["optional-dependencies"]["test"]]


def hooks() -> list[dict[str, Any]]:
    """The hooks of pre-commit."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    return [hook for repository in config["repos"] for hook in repository["hooks"]]


def command(line: str) -> str:
    """A command without options and paths: ``ruff check .`` is ``ruff check``."""
    return " ".join(word for word in line.split() if re.fullmatch(r"[a-z]+", word))


def linters_of_ci() -> set[str]:
    """The commands of .ci/run that are tools of the extra ``test``, but for the test runner."""
    tools = {tool.name for tool in TOOLS} - {"pytest"}
    lines = CI.splitlines()
    return {command(line) for line in lines if line.split() and line.split()[0] in tools}


def test_every_linter_of_ci_runs_before_a_commit() -> None:
    """A hook runs each command of .ci/run that formats, lints or checks types, and no other."""
    assert linters_of_ci() >= {"ruff format", "ruff check", "mypy"}
    assert {command(hook["entry"]) for hook in hooks()} == linters_of_ci()


def test_hooks_have_the_versions_of_ci() -> None:
    """What a hook installs is pinned as in pyproject; one without is run as it is installed there."""
    pinned = {str(tool) for tool in TOOLS}
    for hook in hooks():
        (*_, tool) = hook.get("additional_dependencies", [hook["entry"].split()[0]])
        assert Requirement(tool).name in {one.name for one in TOOLS}
        assert hook["language"] == ("python" if "additional_dependencies" in hook else "system")
        assert set(hook.get("additional_dependencies", [])) <= pinned


def test_tests_are_collected_without_the_plugin_for_many_processes() -> None:
    """``pytest`` runs where pytest-xdist is not installed: one test after the other."""
    collect = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", "--collect-only"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    done = subprocess.run(
        [*collect, "tests/test_readme.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_readme.py::" in done.stdout


@pytest.mark.parametrize(
    ("requirement", "pin"),
    [("numpy>=2.1", "numpy==2.1"), ("torch==2.13.0", "torch==2.13.0"), ("av>=15,<20", "av==15")],
)
def test_the_lowest_version_is_the_lower_bound(requirement: str, pin: str) -> None:
    """A range gives its lower end, a pin stays."""
    assert lowest(Requirement(requirement)) == pin


def test_a_range_without_a_lower_bound_is_refused() -> None:
    """Nobody would know with what it works."""
    with pytest.raises(ValueError, match="numpy<3 has no lowest version"):
        lowest(Requirement("numpy<3"))


def test_the_job_with_the_lowest_versions_tests_every_room_without_models() -> None:
    """A room of the core that is added has its tests tried there too, unless they run models or pages."""
    (listed,) = re.findall(r"tests/\{([a-z,]+)\}", CI)
    rooms = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.rglob("test_*.py"))
    }
    assert set(listed.split(",")) == rooms - {
        "dashboard",
        "demo",
        "features",
        "guides",
        "hardening",
        "installed",
        "notebooks",
        "oracles",
        "script",
    }


def test_what_the_job_with_the_lowest_versions_leaves_out_is_tried_by_its_neighbours() -> None:
    """Each file that is left out is there, and lies beside files of tests that are not."""
    listed = re.findall(r"--ignore=([\w/]+)(?:\{([^}]+)\})?\.py", CI)
    ignored = {ROOT / f"{start}{end}.py" for start, ends in listed for end in ends.split(",")}
    assert len(ignored) > 10
    assert [path for path in ignored if not path.is_file()] == []
    assert [path for path in ignored if not set(path.parent.glob("test_*.py")) - ignored] == []


def test_every_dependency_is_tried_at_its_lowest() -> None:
    """Of a package in several places the range for users counts, not the pin of the tools."""
    project = {
        "dependencies": ["torch>=2.6", "numpy>=2.1"],
        "optional-dependencies": {
            "login": ["Authlib>=1.9"],
            "test": ["Authlib==1.9.10", "pytest==9.2.0"],
        },
    }
    assert lowest_requirements(project) == ["torch==2.13.0", "numpy==2.1", "Authlib==1.9", "pytest==9.2.0"]
    assert "torch==2.13.0" in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {Requirement(line).name for line in lowest_requirements(PYPROJECT["project"])}
    assert names >= {Requirement(line).name for line in PYPROJECT["project"]["dependencies"]}
