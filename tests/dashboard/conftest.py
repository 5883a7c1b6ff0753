"""The dashboard under test, in this process and in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import run_here
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.serving import APP, free_port, serve
from tests.ready_made import save_features
from tests.waiting import PATIENCE_SECONDS

CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1400,1100",
)


@contextmanager
def open_browser() -> Iterator[webdriver.Chrome]:
    """Start a headless Chromium; without one a test skips, except where one is required."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        reason = "needs chromium and chromedriver (Debian: chromium, chromium-driver)"
        if os.environ.get("PTMRANK_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})  # what a page may not do stands there
    for flag in CHROMIUM_FLAGS:
        options.add_argument(flag)
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


@pytest.fixture
def app(home: Path) -> Iterator[AppTest]:
    """The dashboard at an empty home, not run yet."""
    del home
    st.cache_resource.clear()
    st.cache_data.clear()
    yield AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
    st.cache_resource.clear()


@pytest.fixture
def ranked(settings: Settings, tmp_path: Path) -> str:
    """A finished run of this machine, on the features of two models."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    run_id = stored_features_plan(settings, tmp_path / "f", ["logme", "hscore"]).run_id
    run_here(run_id, settings, sources=SOURCES)
    return run_id


@pytest.fixture(scope="module")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a dashboard, empty at first."""
    return tmp_path_factory.mktemp("server-home")


@pytest.fixture(scope="module")
def server(server_home: Path) -> Iterator[str]:
    """Address of a dashboard started as the README says, at an empty home."""
    port = free_port()
    process = serve(server_home, port)
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """Address of a dashboard at the home of this test."""
    port = free_port()
    process = serve(home, port)
    yield f"http://localhost:{port}"
    process.terminate()
    process.wait(PATIENCE_SECONDS)


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    """A headless Chromium; without one the test skips, except where one is required."""
    with open_browser() as chrome:
        yield chrome


@pytest.fixture
def other_browser() -> Iterator[webdriver.Chrome]:
    """A second one, which shares nothing with the first."""
    with open_browser() as chrome:
        yield chrome
