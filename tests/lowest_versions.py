"""Print a requirement for the lowest version of each package that pyproject.toml allows.

Run as ``python -m tests.lowest_versions``. The extras for users count too; the tools of the extra ``test``
come as they are pinned there. torch comes as requirements.txt has it: older ones have no build for the
processor alone, or none for this Python.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

__all__ = ["lowest", "lowest_requirements"]

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT, REQUIREMENTS = ROOT / "pyproject.toml", ROOT / "requirements.txt"
TOOLS = "test"
AS_REQUIRED = {"torch"}
# Only the tests of their own would notice: timm needs a torchvision that is built for this torch, datasets a
# newer pyarrow than the rest, which is tried at its lowest on the files that datasets writes.
LEFT_OUT = {"timm", "datasets"}


def lowest(requirement: Requirement) -> str:
    """Pin a package to the lowest version that a requirement allows."""
    bounds = [one.version for one in requirement.specifier if one.operator in {">=", "==", "~="}]
    if len(bounds) != 1:
        raise ValueError(f"{requirement} has no lowest version: expected one of >=, == and ~=.")
    return f"{requirement.name}=={bounds[0]}"


def required() -> dict[str, str]:
    """Read what requirements.txt pins and is not tried any lower."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    pins = {line.partition("==")[0].lower(): line for line in lines if "==" in line}
    return {name: pins[name] for name in AS_REQUIRED}


def lowest_requirements(project: Mapping[str, Any]) -> list[str]:
    """Pin everything that a project asks for: once each, its dependencies and extras before its tools."""
    extras = dict(project["optional-dependencies"])
    tools = extras.pop(TOOLS)
    wanted = [*project["dependencies"], *(line for lines in extras.values() for line in lines), *tools]
    fixed, pins = required(), dict[str, str]()
    for requirement in map(Requirement, wanted):
        name = requirement.name.lower()
        if name not in LEFT_OUT:
            pins.setdefault(name, fixed.get(name) or lowest(requirement))
    return list(pins.values())


if __name__ == "__main__":
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    sys.stdout.write("\n".join(lowest_requirements(project)) + "\n")
