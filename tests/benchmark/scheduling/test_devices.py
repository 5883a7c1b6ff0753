"""Which device a run works on, told without torch."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.benchmark.scheduling import devices
from ptmrank_core.benchmark.scheduling.devices import concrete_device, device_of
from ptmrank_core.config import Settings
from ptmrank_core.features.device import resolve_device
from tests.benchmark.runs import stored_features_plan, stored_plan
from tests.ready_made import save_features


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """What was found out of this machine is forgotten before and after."""
    devices._n_cuda.cache_clear()
    yield
    devices._n_cuda.cache_clear()


class Driver:
    """A CUDA driver that knows so many devices."""

    def __init__(self, n_devices: int, status: int = 0) -> None:
        self.n_devices, self.status = n_devices, status

    def cuInit(self, _flags: int) -> int:  # noqa: N802 - its name
        """Begin."""
        return self.status

    def cuDeviceGetCount(self, count: Any) -> int:  # noqa: N802 - its name
        """Count."""
        count._obj.value = self.n_devices
        return 0


def test_auto_is_what_torch_makes_of_it() -> None:
    """The queue and the extraction mean the same device on this machine."""
    assert concrete_device("auto").split(":")[0] == resolve_device("auto").type


@pytest.mark.parametrize(
    ("version", "driver", "expected"),
    [
        ("2.13.0", Driver(2), "cuda:0"),
        ("2.13.0", Driver(0), "cpu"),
        ("2.13.0", Driver(1, status=100), "cpu"),
        ("2.13.0", None, "cpu"),
        ("2.13.0+cpu", Driver(2), "cpu"),
        (None, Driver(2), "cpu"),
    ],
)
def test_auto_is_a_gpu_where_torch_and_the_driver_have_one(
    monkeypatch: pytest.MonkeyPatch, version: str | None, driver: Driver | None, expected: str
) -> None:
    """A build for the CPU, no driver, one that fails and one without devices all mean the CPU."""

    def find(_name: str) -> str:
        if version is None:
            raise metadata.PackageNotFoundError
        return version

    def load(_name: str) -> Driver:
        if driver is None:
            raise OSError
        return driver

    monkeypatch.setattr(metadata, "version", find)
    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr("sys.platform", "linux")
    assert concrete_device("auto") == expected


def test_a_named_device_is_itself() -> None:
    """CUDA without a number is the first one."""
    assert [concrete_device(name) for name in ("cpu", "cuda", "cuda:1", "mps")] == [
        *("cpu", "cuda:0", "cuda:1", "mps")
    ]


def test_a_run_of_ready_made_features_needs_no_gpu(
    settings: Settings, picture_zip: Path, zoo: Path, tmp_path: Path
) -> None:
    """It waits for nobody who is at one."""
    for name in ("a", "b"):
        save_features(tmp_path / "f" / f"{name}.npz", 1.0)
    plan = stored_features_plan(settings, tmp_path / "f")
    assert device_of(replace(plan, options=replace(plan.options, device="cuda"))) == "cpu"
    plan = stored_plan(settings, picture_zip, zoo)
    assert device_of(replace(plan, options=replace(plan.options, device="cuda"))) == "cuda:0"
