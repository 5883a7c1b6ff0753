"""Peak memory of this process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.features import host_memory

MEGABYTES = 64


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells it")
def test_the_peak_is_measured_from_a_moment_on() -> None:
    """An array that lived in between raises it by its size; what lived before does not count again."""
    assert host_memory.reset_peak()
    before = host_memory.peak_bytes()
    array = np.ones(MEGABYTES * 2**17)
    array += 1
    peak = host_memory.peak_bytes()
    del array
    assert host_memory.reset_peak()
    after = host_memory.peak_bytes()
    assert before is not None
    assert peak is not None
    assert after is not None
    assert peak - before == pytest.approx(MEGABYTES * 2**20, rel=0.1)
    assert after < peak - MEGABYTES * 2**19


def test_a_system_that_does_not_tell_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the files of Linux nothing is measured, and nothing is made up."""
    monkeypatch.setattr(host_memory, "CLEAR", tmp_path / "none" / "clear_refs")
    monkeypatch.setattr(host_memory, "STATUS", tmp_path / "none" / "status")
    assert not host_memory.reset_peak()
    assert host_memory.peak_bytes() is None
