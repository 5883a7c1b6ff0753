"""Peak memory of this process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ptmrank_core.features import host_memory

MEGABYTES = 64
# In a process of its own: in one that has run other tests, memory of theirs may be freed at the same time.
MEASURED = f"""
import numpy as np
from ptmrank_core.features import host_memory
assert host_memory.reset_peak()
before = host_memory.peak_bytes()
array = np.ones({MEGABYTES} * 2**17)
array += 1
peak = host_memory.peak_bytes()
del array
assert host_memory.reset_peak()
print(before, peak, host_memory.peak_bytes())
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells it")
def test_the_peak_is_measured_from_a_moment_on() -> None:
    """An array that lived in between raises it by its size; what lived before does not count again."""
    measured = subprocess.run([sys.executable, "-c", MEASURED], check=True, capture_output=True, text=True)
    before, peak, after = map(int, measured.stdout.split())
    assert peak - before == pytest.approx(MEGABYTES * 2**20, rel=0.1)
    assert after < peak - MEGABYTES * 2**19


def test_a_system_that_does_not_tell_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the files of Linux nothing is measured, and nothing is made up."""
    monkeypatch.setattr(host_memory, "CLEAR", tmp_path / "none" / "clear_refs")
    monkeypatch.setattr(host_memory, "STATUS", tmp_path / "none" / "status")
    assert not host_memory.reset_peak()
    assert host_memory.peak_bytes() is None
