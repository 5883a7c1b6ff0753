"""Kills at random moments of real processes: the command line, the process of its models, or both."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.benchmark import RunStore, list_runs, read_progress
from ptmrank_core.records import Failure, FineTuning
from tests.benchmark.comparing import given, without_late
from tests.hardening.kills.forked import fork
from tests.hardening.kills.trial import Trial
from tests.hardening.kills.work import settings_of

__all__ = ["WORDS", "ProcessBench", "children"]

VICTIMS = ("the command line", "the process of its models", "both")
MODELS = ("m0", "m1", "m2")
WORDS = (
    *("rank", "--task", "image-classification", "--samples", "in/pictures.zip"),
    *("--models", ",".join(f"in/{name}" for name in MODELS), "--metrics", "logme,hscore,leep"),
    *("--device", "cpu", "--batch-size", "4", "--fine-tune", "1", "--fine-tune-seconds", "2"),
)


@dataclass(slots=True)
class ProcessBench:
    """Ranking three checkpoints, with fine-tuning, in real processes.

    Parameters
    ----------
    folder
        An empty folder for the trials.
    """

    folder: Path
    seconds: float = field(init=False)
    reference: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        """Make the checkpoints and the pictures, and rank once without a kill."""
        self.place.mkdir(parents=True)
        made = fork(self._bring, self.folder / "said.txt")
        assert made.status == 0, made.said
        begun = time.monotonic()
        assert self.run(*WORDS) == 0, self.said()
        self.seconds, self.reference = time.monotonic() - begun, self._outcome()

    @property
    def place(self) -> Path:
        """The folder that the work is done in."""
        return self.folder / "place"

    def _bring(self) -> int:
        """Save checkpoints and pictures, in a child: this process never imports torch."""
        from tests.checkpoints import save_checkpoint  # noqa: PLC0415
        from tests.pictures import picture_files, write_zip  # noqa: PLC0415

        for seed, name in enumerate(MODELS):
            save_checkpoint(self.place / "in" / name, seed=seed)
        write_zip(self.place / "in" / "pictures.zip", picture_files())
        return 0

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start the command line."""
        with (self.folder / "said.txt").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "ptmrank_core", *words],
                cwd=self.place,
                env=os.environ | {"PTMRANK_HOME": str(self.place / "home")},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def run(self, *words: str) -> int:
        """Do a command; return its exit status."""
        return self.start(*words).wait()

    def said(self) -> str:
        """The end of what the last command said."""
        return (self.folder / "said.txt").read_text(errors="replace")[-2000:]

    def try_once(self, random: np.random.Generator) -> Trial:
        """Kill at a random moment, finish, and judge."""
        shutil.rmtree(self.place / "home", ignore_errors=True)
        process = self.start(*WORDS)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=float(random.uniform(0, self.seconds)))
        stage, victim = self._stage(), VICTIMS[random.integers(len(VICTIMS))]
        is_hit = self._kill(process, victim)
        problems = self.finish() or self.judge()
        kills = (f"{victim} while {stage}",) if is_hit else ()
        return Trial("real processes", kills, tuple(problems))

    def _stage(self) -> str:
        """What the run is doing at this moment."""
        settings = settings_of(self.place)
        if not (settings.runs_dir / "runs.sqlite").exists():
            return "it starts"
        store = RunStore(settings)
        for entry in list_runs(store, settings):
            progress = read_progress(store, settings, entry.run_id)
            if progress.analysis is not None:
                return progress.analysis.kind
            running = [model.stage for model in progress.models if model.status == "running"]
            return str(running[0]) if running else "it waits"
        return "it reads the samples"

    def _kill(self, process: subprocess.Popen[bytes], victim: str) -> bool:
        """Kill; tell whether there was anything to be hit."""
        its_own = children(process.pid)
        hit = [process.pid] * (victim != VICTIMS[1]) + its_own * (victim != VICTIMS[0])
        is_hit = process.poll() is None and bool(hit)
        if is_hit:
            for pid in hit:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        process.wait()
        return is_hit

    def finish(self) -> list[str]:
        """Do what a user does then: resume, retry what failed with its process, or rank anew."""
        settings = settings_of(self.place)
        store = RunStore(settings)
        runs = [entry.run_id for entry in list_runs(store, settings)]
        steps = [("runs", "resume", run) for run in runs] or [WORDS]
        for words in steps:
            if self.run(*words):
                return [f"{' '.join(words[:2])} does not finish it: {self.said()}"]
        for run in runs:
            is_failed = any(isinstance(cell, Failure) for cell in store.cells(run))
            is_failed = is_failed or any(found.problem for found in store.result(run).findings)
            if is_failed and self.run("runs", "retry", run):
                return [f"runs retry does not finish it: {self.said()}"]
        return []

    def judge(self) -> list[str]:
        """Say what is wrong with what is there now."""
        settings = settings_of(self.place)
        entries = list_runs(RunStore(settings), settings)
        problems = [f"run {one.run_id} is {one.status}" for one in entries if one.can_resume or one.alive]
        pairs = list(zip_longest(self._outcome(), self.reference, fillvalue={"findings": {}}))
        if any(one != other for one, other in (without_late(*pair) for pair in pairs)):
            problems.append("what came of it differs from the undisturbed work")
        return problems

    def _outcome(self) -> list[Any]:
        """What each run gave; how far fine-tuning came is a matter of seconds."""
        settings = settings_of(self.place)
        store = RunStore(settings)
        gave = [given(store, entry.run_id) for entry in list_runs(store, settings)]
        for one in gave:
            one["findings"] = {
                key: found for key, found in one["findings"].items() if key[0] != FineTuning.KIND
            }
        return gave


def children(pid: int) -> Sequence[int]:
    """The processes that a process has started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(folder.name))
    return found
