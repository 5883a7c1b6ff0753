"""Building the wheel as pip does, and an environment that has it but not the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

__all__ = ["ROOT", "SOURCES", "build_wheel", "install", "make_environment", "outside"]

ROOT = Path(__file__).resolve().parents[2]
# What a build reads; no folder of former builds, from which files would travel on.
SOURCES = ("ptmrank_core", "dashboard", "assets", ".streamlit", "pyproject.toml", "setup.py", "README.md")
BUILD = "import sys, setuptools.build_meta as backend; backend.build_wheel(sys.argv[1])"


def build_wheel(folder: Path) -> Path:
    """Build the wheel of the repository as it is, in a copy below a folder."""
    copy, wheels = folder / "copy", folder / "wheels"
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    subprocess.run([sys.executable, "-c", BUILD, str(wheels)], cwd=copy, check=True, capture_output=True)
    shutil.rmtree(copy)
    (wheel,) = wheels.glob("*.whl")
    return wheel


def make_environment(folder: Path) -> tuple[Path, Path]:
    """Make an empty environment; return its folders of programs and of packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    base = {"base": str(folder), "platbase": str(folder)}
    paths = (sysconfig.get_path(kind, scheme="venv", vars=base) for kind in ("scripts", "purelib"))
    scripts, packages = map(Path, paths)
    return scripts, packages


def install(wheel: Path, folder: Path) -> Path:
    """Make an environment with the wheel and the packages of this one; return its folder of programs.

    The packages are seen through a path, so that an editable install among them is not.
    """
    programs, packages = make_environment(folder)
    seen = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    (packages / "packages_of_the_tests.pth").write_text("\n".join(sorted(seen)), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet"]
    options = ["--disable-pip-version-check", "--no-index", "--no-deps", "--ignore-installed"]
    subprocess.run([*pip, *options, str(wheel)], check=True, env=outside(os.environ))
    return programs


def outside(variables: Mapping[str, str], **more: str) -> dict[str, str]:
    """Return the variables of a user's shell, which knows nothing of the repository."""
    ours = ("PTMRANK_", "STREAMLIT_", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONHOME")
    alone = {"PIP_CONFIG_FILE": os.devnull}  # pip asks for what we name, within no limits of this machine
    return {name: value for name, value in variables.items() if not name.startswith(ours)} | alone | more
