"""Each of the six kinds of answer comes out of a run that was computed for it."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.results.ranking import rank_result
from ptmrank_core.results.verdict import verdict_of
from tests.dashboard.answers import ANSWERS, keep_answers


@pytest.mark.slow
def test_each_kind_of_answer_has_a_run_that_shows_it(settings: Settings) -> None:
    """Whoever looks at the screenshots of the answers looks at these."""
    with ExitStack() as stack:
        keep_answers(settings, stack)
        results = {name: RunStore(settings).result(f"answer-{name}") for name in ANSWERS}
        kinds = {name: verdict_of(result, rank_result(result)).kind for name, result in results.items()}
    assert kinds == dict(ANSWERS)
