"""One trial: work is killed, perhaps more than once, and finished; what is left is judged."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.benchmark import RunStore, list_runs
from ptmrank_core.benchmark.housekeeping import sweep
from tests.hardening.kills.forked import Ended, fork
from tests.hardening.kills.steps import Step, kill_at, watch_steps
from tests.hardening.kills.work import Scenario, settings_of

__all__ = ["Bench", "Trial"]

KILLED = -9
RUN_ID = re.compile(r"[0-9a-f]{32}")
# Files beside SQLite's own, which come and go with its connections; locks, which are empty files; and logs of
# runs, which depend on whether a run was slow enough to start children, and go with their runs.
PASSING = ("-wal", "-shm", "-journal", ".lock", ".log")
TWO_DAYS_SECONDS = 2 * 86_400
MOST_KILLS = 4
AGAIN = 0.3  # probability that the work is killed once more
LATER = 0.5  # probability that the kill comes a little after the step
MEAN_DELAY_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Trial:
    """What one trial found.

    Parameters
    ----------
    scenario
        Name of the work.
    kills
        Where in the core each kill came.
    problems
        What is wrong; empty if nothing is.
    """

    scenario: str
    kills: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(slots=True)
class Bench:
    """One kind of work, its undisturbed outcome, and the steps at which it can be killed.

    Parameters
    ----------
    scenario
        The work.
    folder
        An empty folder for the trials.
    """

    scenario: Scenario
    folder: Path
    steps: list[Step] = field(default_factory=list)
    reference: Any = None
    files: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare the work's folder, and do the work once without a kill."""
        for name in ("in", "out"):
            (self.base / name).mkdir(parents=True)
        self._set_up(self.base)
        self.renew()
        log = self.folder / "steps.jsonl"
        ended = self.fork(lambda: self._logged(log))
        assert ended.status == 0, f"{self.scenario.name} fails undisturbed: {ended.said}"
        self.steps = [tuple(json.loads(line)) for line in log.read_text().splitlines()]
        sweep(settings_of(self.place))
        self.reference, self.files = self.scenario.outcome(self.place), self._files()

    @property
    def base(self) -> Path:
        """The folder that every trial starts from."""
        return self.folder / "base"

    @property
    def place(self) -> Path:
        """The folder that the work is done in, always the same: plans hold its path."""
        return self.folder / "place"

    def _set_up(self, base: Path) -> None:
        """Prepare in ``place``, so that stored paths hold, and keep a copy."""
        shutil.copytree(base, self.place)
        ended = self.fork(lambda: self.scenario.prepare(self.place) or 0)
        assert ended.status == 0, ended.said
        shutil.rmtree(base)
        self.place.rename(base)

    def renew(self) -> None:
        """Make the place of the work as it was before it."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.base, self.place)

    def fork(self, work: Callable[[], int]) -> Ended:
        """Do something in a child."""
        return fork(work, self.folder / "said.txt")

    def _logged(self, log: Path) -> int:
        """Do the work and write down each step."""
        with log.open("w") as file:
            watch_steps(self.place, lambda _, step: file.write(f"{json.dumps(step)}\n") and None)
            return self.scenario.work(self.place)

    def try_once(self, random: np.random.Generator) -> Trial:
        """Kill the work at a random step, finish it, and judge."""
        self.renew()
        kills = list(self._kill(random))
        problems = []
        self.grow_old()
        ended = self.fork(lambda: self.scenario.finish(self.place))
        if ended.status:
            problems.append(f"it cannot be finished: status {ended.status}, {ended.said[-2000:]}")
        else:
            problems += self.judge()
        return Trial(self.scenario.name, tuple(kills), tuple(problems))

    def grow_old(self) -> None:
        """Let two days pass, after which what nobody finished is nobody's any more."""
        for path in (self.place, *self.place.rglob("*")):
            os.utime(path, (time.time() - TWO_DAYS_SECONDS,) * 2, follow_symlinks=False)

    def _kill(self, random: np.random.Generator) -> Iterator[str]:
        """Kill the work, then what a user does to finish it, a few times."""
        work = self.scenario.work
        for _ in range(MOST_KILLS):
            number, stage = self._draw(random)
            delay = float(random.exponential(MEAN_DELAY_SECONDS)) if random.random() < LATER else 0.0
            ended = self.fork(lambda work=work, at=(number, delay): self._killed(work, *at))
            if ended.status == KILLED:
                yield f"{stage}{' or later' if delay else ''}"
            if random.random() >= AGAIN:
                return
            work = self.scenario.finish

    def _killed(self, work: Callable[[Path], int], number: int, delay: float) -> int:
        kill_at(self.place, number, delay)
        return work(self.place)

    def _draw(self, random: np.random.Generator) -> tuple[int, str]:
        """Draw a place of the core, then one of its steps: rare ones are hit as often as frequent ones."""
        stages: dict[str, list[int]] = defaultdict(list)
        for number, (stage, _) in enumerate(self.steps):
            stages[stage].append(number)
        stage = sorted(stages)[random.integers(len(stages))]
        return int(random.choice(stages[stage])), stage

    def judge(self) -> Iterator[str]:
        """Sweep, and hold what is there against the undisturbed work."""
        settings = settings_of(self.place)
        sweep(settings)
        if (settings.runs_dir / "runs.sqlite").exists():
            for entry in list_runs(RunStore(settings), settings):
                if entry.alive or not entry.outline.state.is_finished():
                    yield f"run {entry.run_id} is {entry.status}"
        if self.scenario.outcome(self.place) != self.reference:
            yield "what came of it differs from the undisturbed work"
        here = self._files()
        if here != self.files:
            yield f"files: {sorted(set(here) ^ set(self.files))[:5]}"

    def _files(self) -> list[str]:
        """Names of the files of the home and of the results, without the ids of runs."""
        folders = (self.place / "home", self.place / "out")
        names = [
            str(path.relative_to(self.place))
            for folder in folders
            for path in folder.rglob("*")
            if path.is_file()
        ]
        return sorted({RUN_ID.sub("RUN", name) for name in names if not name.endswith(PASSING)})
