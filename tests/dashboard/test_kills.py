"""``kill -9`` of the worker, of Streamlit, of both, at random moments of runs of real models."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now, quick_metrics, read_entry
from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.features import FeatureCache
from ptmrank_core.records import Analyses, ExtractionOptions, Failure, RunOptions, RunState
from tests.benchmark.comparing import given, without_late
from tests.benchmark.runs import forget_results
from tests.benchmark.test_worker import worker_pid
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_browser import click, see
from tests.pictures import picture_files, write_zip
from tests.waiting import PATIENCE_SECONDS, wait_until

N_KILLS = 20
# The longest time until a kill, beside that of an undisturbed run: some are early on any machine, some late.
SHARE = 0.6
N_MODELS, N_OF_CLASS = 5, 20
VICTIMS = ("worker", "streamlit", "both")


class Machine:
    """A dashboard, a browser on it, and whatever worker it has started."""

    def __init__(self, home: Path, browser: WebDriver) -> None:
        self.home, self.browser, self.port = home, browser, free_port()
        self.settings = Settings(home=home)
        self.streamlit = serve(home, self.port)
        self.store = RunStore(self.settings)
        self.address = f"http://localhost:{self.port}"
        pictures = write_zip(home.parent / "pictures.zip", picture_files(N_OF_CLASS))
        self.samples = load_samples(pictures)
        models = [model for model in demo_models() if model.modality == "image"]
        self.plan = make_plan(
            run_id=new_run_id(),
            created_at=now(),
            task="image-classification",
            samples=self.samples,
            models=models[:N_MODELS],
            options=RunOptions(
                metrics=quick_metrics(), options=ExtractionOptions(), seed=0, analyses=Analyses()
            ),
        )

    def start_run(self) -> str:
        """Start a run from its page, of which nothing is known beforehand; return its id."""
        forget_results(self.settings)
        with FeatureCache(self.settings) as cache:
            cache.clear()
        plan = replace(self.plan, run_id=new_run_id())
        self.store.create(plan, self.samples.summary())
        self.store.finish(plan.run_id, RunState.CANCELLED, seconds=0.0)
        self.browser.get(f"{self.address}/run?run={plan.run_id}")
        click(self.browser, ".st-key-resume button")
        wait_until(lambda: self.store.state(plan.run_id) is not RunState.CANCELLED)
        return plan.run_id

    def do_undisturbed(self) -> tuple[str, float]:
        """Do a run that nothing happens to; return its id, and how long it took."""
        begun = time.monotonic()
        run = self.start_run()
        wait_until(lambda: self.is_finished(run))
        return run, time.monotonic() - begun

    def is_finished(self, run: str) -> bool:
        """Whether the run is done."""
        return self.store.state(run) is RunState.FINISHED

    def kill(self, victim: str, run: str) -> bool:
        """Kill the victim; tell whether there was a worker to be hit."""
        try:
            pid = worker_pid(run)
            if victim != "streamlit":
                os.kill(pid, signal.SIGKILL)
        except (AssertionError, ProcessLookupError):
            return False
        if victim != "worker":
            self.streamlit.kill()
            self.streamlit.wait()
        return True

    def is_dead(self, run: str) -> bool:
        """Whether no worker is running."""
        return not read_entry(self.store, self.settings, run).alive

    def resume_buttons(self) -> list[WebElement]:
        """The button that resumes the run of the page, where it is drawn."""
        return self.browser.find_elements(By.CSS_SELECTOR, ".st-key-resume button")

    def see_death(self, run: str) -> float:
        """Wait until the page says that the worker is gone; return the seconds that took."""
        start = time.monotonic()
        wait_until(lambda: self.is_dead(run))  # one that was killed as it began: its starter
        if "/results" in self.browser.current_url:  # the ranking stood already: analyses were going on
            see(self.browser, "[data-testid=stAlert]")
            self.browser.get(f"{self.address}/run?run={run}")
        see(self.browser, ".st-key-resume button")
        return time.monotonic() - start

    def revive_streamlit(self, run: str) -> None:
        """Start the dashboard again and open the run, which a worker that was spared may end meanwhile."""
        self.streamlit = serve(self.home, self.port)
        self.browser.get(f"{self.address}/run?run={run}")
        progress = ".stMain [data-testid=stProgress]"
        wait_until(
            lambda: bool(self.browser.find_elements(By.CSS_SELECTOR, progress)) or self.is_finished(run)
        )

    def resume_if_dead(self, run: str) -> None:
        """Resume as a user does until somebody is at the run; one that was just coming up is left alone."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.is_finished(run) and self.is_dead(run):
            assert time.monotonic() < deadline, "it cannot be resumed"
            self.browser.get(f"{self.address}/run?run={run}")
            wait_until(lambda: bool(self.resume_buttons()) or self.is_finished(run) or not self.is_dead(run))
            with suppress(WebDriverException):
                for button in self.resume_buttons():
                    button.click()
            time.sleep(0.5)

    def retry_what_failed(self, run: str) -> None:
        """Do what the page offers for a model at which three workers in a row were killed: it has failed."""
        if any(isinstance(cell, Failure) for cell in self.store.cells(run)):
            self.browser.get(f"{self.address}/run?run={run}")
            click(self.browser, ".st-key-retry button")
            wait_until(lambda: not self.is_finished(run))
            wait_until(lambda: self.is_finished(run))

    def close(self, run: str | None) -> None:
        """Leave nothing running."""
        self.streamlit.kill()
        self.streamlit.wait()
        if run is not None:
            with suppress(AssertionError, ProcessLookupError):
                os.kill(worker_pid(run), signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds the worker through /proc")
def test_twenty_kills_change_nothing(home: Path, browser: WebDriver) -> None:
    """Resumed after each of twenty kills, every run ends with what an undisturbed one gives."""
    random = np.random.default_rng(5)
    machine = Machine(home, browser)
    run, done, report = None, list[str](), list[tuple[str, int, int, float | None]]()
    try:
        undisturbed, seconds = machine.do_undisturbed()
        run = undisturbed
        while len(report) < N_KILLS:
            if machine.is_finished(run):
                run = machine.start_run()
                done.append(run)
            victim = VICTIMS[random.integers(3)]
            time.sleep(random.uniform(0, SHARE * seconds))
            n_cells = len(machine.store.cells(run))
            if not machine.kill(victim, run):
                machine.resume_if_dead(run)  # it was done before, or killed once more as it began
                continue
            seen = None
            if victim == "worker":
                seen = machine.see_death(run) if not machine.is_finished(run) else None
            else:
                machine.revive_streamlit(run)
            report.append((victim, done.index(run), n_cells, seen))
            machine.resume_if_dead(run)
        while not machine.is_finished(done[-1]):
            machine.resume_if_dead(done[-1])
            time.sleep(0.5)
        say(report, len(done))
        for each in done:
            machine.retry_what_failed(each)
        expected = given(machine.store, undisturbed)
        for each in done:
            own, other = without_late(given(machine.store, each), expected)
            keys = own["findings"].keys() | other["findings"].keys()
            differing = [key for key in keys if own["findings"].get(key) != other["findings"].get(key)]
            assert own == other, differing
    finally:
        machine.close(run)


def say(report: list[tuple[str, int, int, float | None]], n_runs: int) -> None:
    """Write what was killed when (``pytest -s`` shows it)."""
    lines = [f"{len(report)} kills over {n_runs} runs"]
    for victim, number, n_cells, seconds in report:
        seen = "" if seconds is None else f", seen on the page after {seconds:.1f} s"
        lines.append(f"{victim:9s} at {n_cells:3d} decided cells of run {number}{seen}")
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
