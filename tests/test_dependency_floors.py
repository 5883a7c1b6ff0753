"""No release that pyproject.toml allows is known to be affected by a published vulnerability that reaches us.

An audit against a database needs the network; this table is what was known when it was written, and holds the
lower bounds. A package without a repaired release has none: diskcache (CVE-2025-69872: no pickle is read or
written here) and the libsndfile within soundfile.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.lowest_versions import PYPROJECT, REQUIREMENTS, lowest

# Package -> the first release without the vulnerability, and which one.
FLOORS = {
    "pillow": ("12.2", "decoders of pictures"),
    "pyarrow": ("23.0.1", "CVE-2026-25087, reading Arrow files"),
    "starlette": ("0.49.1", "CVE-2025-54121 and CVE-2025-62727, uploads and ranges that block the server"),
    "filelock": ("3.20.3", "CVE-2025-68146 and CVE-2026-22701, links in the place of a lock"),
    "streamlit": ("1.54", "CVE-2026-33682, paths on Windows"),
    "torch": ("2.6", "CVE-2025-32434, torch.load with weights_only"),
    "transformers": ("4.53", "regular expressions that take for ever"),
    "tqdm": ("4.66.3", "CVE-2024-34062, arguments of its command line"),
}


def pins(path: Path) -> dict[str, Version]:
    """The exact versions of a file of requirements."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "==" in line]
    return {name.lower(): Version(version) for name, _, version in (line.partition("==") for line in lines)}


@pytest.mark.parametrize("package", FLOORS)
def test_no_affected_release_is_allowed(package: str) -> None:
    """The lower bound of pyproject.toml and the pin of requirements.txt are repaired releases."""
    dependencies = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    wanted = {one.name.lower(): one for one in map(Requirement, dependencies)}
    floor = Version(FLOORS[package][0])
    assert Version(lowest(wanted[package]).partition("==")[2]) >= floor
    assert pins(REQUIREMENTS)[package] >= floor
