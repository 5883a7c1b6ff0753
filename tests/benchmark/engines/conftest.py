"""What tests of races on several engines share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ptmrank_core.benchmark.race import work


@pytest.fixture(scope="module")
def unhurried() -> Iterator[None]:
    """No dose is stopped early, however slow the machine is at the moment."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(work, "LOADING_SECONDS", 1e9)
        yield
