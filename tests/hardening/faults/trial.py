"""One trial: a fault strikes at some step of the work, is mended, and the work is finished and judged."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.benchmark import RunStore, list_runs
from ptmrank_core.benchmark.housekeeping import sweep
from ptmrank_core.files import is_partial
from tests.hardening.faults.faults import Fault
from tests.hardening.faults.privileges import become_nobody, give_to_nobody
from tests.hardening.kills.forked import Ended
from tests.hardening.kills.steps import Step, watch_steps
from tests.hardening.kills.trial import Bench
from tests.hardening.kills.work import settings_of

__all__ = ["Trial", "disturb"]

TOLD = {0, 1, 2}
# The last line of what a command, or a worker's log, says: an error, or, where every model failed for a
# reason that stands above, which run that was.
SENTENCE = re.compile(
    r"(?:error: |\S+ \S+ ERROR ptmrank_core\.\w+ )\S.+[.!]( Details: .+\.)?"
    r"|\d+ samples, \d+ candidates, run [0-9a-f]{32}, .+ s"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What one trial found.

    Parameters
    ----------
    step
        Where in the core the fault struck.
    status
        Exit status of the work.
    said
        The last line of what it said.
    problems
        What is wrong; empty if nothing is.
    """

    step: str
    status: int
    said: str
    problems: tuple[str, ...]


def disturb(bench: Bench, fault: Fault, number: int) -> Trial:
    """Let a fault strike before a step, mend it, finish the work, and judge.

    Parameters
    ----------
    bench
        The work.
    fault
        The fault.
    number
        The step of the work, from 0.
    """
    bench.renew()
    if fault.as_user:
        give_to_nobody(bench.place)
    with fault.around(bench.place):
        ended = bench.fork(_as(fault, bench, lambda: _strike_at(bench, fault, number)))
        problems = list(_judge_end(fault, ended))
        if not problems:
            fault.mend(bench.place)
            finished = bench.fork(_as(fault, bench, lambda: bench.scenario.finish(bench.place)))
            if finished.status:
                problems.append(f"it cannot be finished: status {finished.status}, {finished.said[-2000:]}")
            else:
                problems += _judge(bench)
    lines = ended.said.strip().splitlines()
    return Trial(".".join(bench.steps[number]), ended.status, lines[-1] if lines else "", tuple(problems))


def _as(fault: Fault, bench: Bench, work: Callable[[], int]) -> Callable[[], int]:
    """Do work as a user who is not root, where the fault needs one."""
    if not fault.as_user:
        return work

    def as_nobody() -> int:
        _import_all(bench)
        become_nobody()
        return work()

    return as_nobody


def _import_all(bench: Bench) -> None:
    """Do the work once elsewhere: what it imports may be of root's own."""
    elsewhere = bench.folder / "elsewhere"
    shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.copytree(bench.base, elsewhere)
    bench.scenario.work(elsewhere)
    bench.scenario.finish(elsewhere)


def _strike_at(bench: Bench, fault: Fault, number: int) -> int:
    """Do the work, in the child, and let the fault strike."""
    has_struck = False

    def strike(at: int, _step: Step) -> None:
        nonlocal has_struck
        if at >= number and not has_struck:
            has_struck = True  # it may itself be a step
            fault.strike(bench.place)

    watch_steps(bench.place, strike)
    return bench.scenario.work(bench.place)


def _judge_end(fault: Fault, ended: Ended) -> Iterator[str]:
    """Judge how the work ended."""
    lines = ended.said.strip().splitlines()
    if ended.status not in TOLD:
        yield f"it ended with {ended.status}: {ended.said[-3000:]}"
    elif ended.status and fault.is_harmless:
        yield f"it did not go on, status {ended.status}: {ended.said[-2000:]}"
    elif ended.status and not fault.is_silent and not (lines and SENTENCE.fullmatch(lines[-1])):
        yield f"it does not end with a sentence: {ended.said[-2000:]}"
    elif ended.status and not re.search(fault.says, ended.said):
        yield f"it does not say what is wrong: {ended.said[-2000:]}"


def _judge(bench: Bench) -> Iterator[str]:
    """Judge what is there when the work was finished."""
    settings = settings_of(bench.place)
    bench.grow_old()
    sweep(settings)
    for entry in list_runs(RunStore(settings), settings):
        if entry.alive or not entry.outline.state.is_finished():
            yield f"run {entry.run_id} is {entry.status}"
    if bench.scenario.outcome(bench.place) != bench.reference:
        yield "what came of it differs from the undisturbed work"
    halves = [path for path in Path(settings.home).rglob("*") if is_partial(path)]
    if halves:
        yield f"left behind: {halves[:5]}"
