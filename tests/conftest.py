"""Fixtures of all tests. Nothing here reaches beyond loopback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

# Read when the packages are imported, here and in every process that a test starts.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
# Most processes of tests would take as long to compile the product as to use it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PTMRANK_READY_MINUTES"] = "0"  # no page of a test leaves a process that waits

from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.features.process import child
from ptmrank_core.records import Samples
from tests import warm_models
from tests.pictures import picture_files, write_zip


def in_memory(folder: Path = Path("/dev/shm"), least_bytes: float = 8e9) -> str | None:  # noqa: S108 - mounted
    """Where files are kept in memory, if programs can be run there and those of tests have room."""
    try:
        found = os.statvfs(folder)
    except (AttributeError, OSError):  # another system
        return None
    is_fit = os.access(folder, os.W_OK) and not found.f_flag & os.ST_NOEXEC
    return str(folder) if is_fit and found.f_bavail * found.f_frsize >= least_bytes else None


def pytest_configure() -> None:
    """Keep temporary files in memory, where there is room: the product waits for the disk very often."""
    if place := in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", place)


@pytest.fixture(scope="session", autouse=True)
def _forked_processes() -> Iterator[None]:
    """Model processes are forked from one that has imported PyTorch."""
    if not hasattr(os, "fork"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "_start", warm_models.start)
        yield
    warm_models.stop()


@pytest.fixture(scope="session", autouse=True)
def _components_found_once() -> Iterator[None]:
    """Streamlit looks through all installed packages for each page that is tested: once is enough."""
    if "streamlit" not in sys.modules:  # no test of these looks at a page
        yield
        return
    scanner = import_module("streamlit.components.v2.manifest_scanner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "scan_component_manifests", cache(scanner.scan_component_manifests))
        yield


@pytest.fixture
def fresh_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Model processes are started anew, as those of users are."""
    monkeypatch.setattr(child, "_start", warm_models.start_anew)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ``PTMRANK_HOME`` for this process and those it starts."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PTMRANK_HOME", str(folder))
    # On a slow machine children would take pieces over, whose functions a test has replaced here alone.
    monkeypatch.setenv("PTMRANK_WORKERS", "1")
    return folder


@pytest.fixture
def settings(home: Path) -> Settings:
    """Settings of that home."""
    return Settings(home=home, workers=1)


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three tiny checkpoints: two with a source head, one without."""
    # Most tests of the core run where there is no torch.
    from tests.checkpoints import save_checkpoint  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("zoo")
    save_checkpoint(folder / "convnext-a", "convnext", seed=1)
    save_checkpoint(folder / "resnet-b", "resnet", seed=2)
    save_checkpoint(folder / "vit-headless", "vit", head=False, seed=3)
    return folder


@pytest.fixture(scope="session")
def picture_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip of 3 classes x 6 pictures."""
    return write_zip(tmp_path_factory.mktemp("pictures") / "patterns.zip", picture_files())


@pytest.fixture(scope="session")
def samples(picture_zip: Path) -> Samples:
    """The samples of that zip."""
    return load_samples(picture_zip)
