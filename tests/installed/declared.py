"""What pyproject.toml and requirements.txt declare, by name."""

from __future__ import annotations

import tomllib
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.installed.building import ROOT

__all__ = ["DEPENDENCIES", "EXTRAS", "PINS", "PYPROJECT"]


def _by_name(lines: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = _by_name(PYPROJECT["project"]["dependencies"])
"""What every installation has."""
EXTRAS = {extra: _by_name(lines) for extra, lines in PYPROJECT["project"]["optional-dependencies"].items()}
"""What each extra adds."""
PINS = _by_name(
    [line for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines() if "==" in line]
)
"""What requirements.txt installs."""
