"""Each input that broke something once keeps every promise now, and comes out as is right for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hardening.cases.registry import CASES
from tests.hardening.invariants import faults_of
from tests.hardening.trial import Warmed


@pytest.fixture(scope="module")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warmed]:
    """A warmed process."""
    with Warmed(tmp_path_factory.mktemp("cases") / "w" / "trial") as process:
        yield process


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_case_is_right(name: str, warmed: Warmed) -> None:
    """It is read or refused in one sentence, and neither takes the process nor what is kept with it."""
    case = CASES[name]
    case.make(warmed.fresh())
    outcomes = [warmed.run(call) for call in case.calls]
    assert [faults_of(call, own) for call, own in zip(case.calls, outcomes, strict=True)] == [[]] * len(
        outcomes
    )
    assert outcomes[0].status in case.statuses, outcomes[0].stderr
    assert case.is_said(outcomes[0].stdout + outcomes[0].stderr)
