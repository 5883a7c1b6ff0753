"""A dashboard that several people reach: two browsers, a shared link, and logging in."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from dashboard.server.owner import COOKIE
from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.dashboard.serving import free_port, serve
from tests.dashboard.test_browser import click, see
from tests.oidc import CLIENT, provide_identities
from tests.ready_made import save_features
from tests.uploads import review_table
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

EVERYWHERE = ("--server.address", "0.0.0.0")  # noqa: S104 - as somebody would who opens it to others


@contextmanager
def served(settings: Settings, *options: str) -> Iterator[str]:
    """A dashboard that is not bound to loopback, at a home."""
    port = free_port()
    process = serve(settings.home, port, options=[*EVERYWHERE, *options])
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def finished_run(settings: Settings, folder: Path, owner: str) -> str:
    """A run of somebody, done here."""
    for name, strength in (("strong", 3.0), ("weak", 0.5)):
        save_features(folder / f"{name}.npz", strength)
    run_id = stored_features_plan(settings, folder, ["logme", "hscore"], owner=owner).run_id
    run_here(run_id, settings, sources=SOURCES)
    return run_id


def page_text(browser: WebDriver) -> str:
    """What the page says."""
    return browser.find_element(By.CSS_SELECTOR, ".stMain").text


def test_two_browsers_see_nothing_of_each_other(
    browser: WebDriver, other_browser: WebDriver, settings: Settings, tmp_path: Path
) -> None:
    """Samples and runs of one are not shown to the other, until it has the link; then it may only look."""
    table = tmp_path / "reviews.csv"
    table.write_bytes(review_table(30))
    with served(settings) as address:
        for each in (browser, other_browser):
            each.get(f"{address}/samples")
            see(each, "input[type=file]")
        tokens = {each.get_cookie(COOKIE)["value"] for each in (browser, other_browser)}
        assert len(tokens) == 2
        assert COOKIE not in browser.execute_script("return document.cookie")
        browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(table))
        see(browser, ".st-key-next button")
        assert "reviews.csv" in page_text(browser)
        click(other_browser, "[data-testid=stTopNavLink][href$=candidates]")
        see(other_browser, "[data-testid=stHeading] h1")
        assert "reviews.csv" not in page_text(other_browser)
        browser.get(address)
        click(browser, ".st-key-demo-digits button")
        see(browser, ".st-key-cancel button")
        [plan] = RunStore(settings).outlines()
        owner = RunStore(settings).owner(plan.run_id)
        assert owner.startswith("browser:")
        assert not any(token in owner for token in tokens)
        click(browser, ".st-key-cancel button")
        run = finished_run(settings, tmp_path / "features", owner)
        browser.get(f"{address}/runs")
        see(browser, f".st-key-open-{run} button")
        other_browser.get(f"{address}/runs")
        see(other_browser, "[data-testid=stAlert]")
        assert "Nothing was run here yet" in page_text(other_browser)
        other_browser.get(f"{address}/results?run={run}")
        see(other_browser, ".st-key-ranking .js-plotly-plot")
        assert "This run belongs to somebody else" in page_text(other_browser)
        other_browser.get(f"{address}/run?run={run}")
        see(other_browser, ".st-key-see button")
        assert not other_browser.find_elements(
            By.CSS_SELECTOR, ".st-key-resume, .st-key-retry, .st-key-cancel"
        )


@pytest.mark.slow
def test_runs_belong_to_whoever_logged_in(browser: WebDriver, settings: Settings, tmp_path: Path) -> None:
    """Accounts of a provider have runs of their own, in whatever browser; logged out, they are not shown."""
    if importlib.util.find_spec("authlib") is None:
        pytest.skip("needs Authlib (the extra login)")
    port = free_port()
    secrets = tmp_path / "secrets.toml"
    address = f"http://localhost:{port}"
    with provide_identities("alice") as provider:
        secrets.write_text(
            f'[auth]\nredirect_uri = "{address}/oauth2callback"\ncookie_secret = "a secret of this test"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "none"\n'
            f'server_metadata_url = "{provider.address}/.well-known/openid-configuration"\n'
        )
        process = serve(settings.home, port, options=[*EVERYWHERE, "--secrets.files", str(secrets)])
        try:
            browser.get(f"{address}/runs")
            click(browser, ".st-key-log-in button")
            see(browser, ".st-key-log-out button")
            assert "Logged in as Alice" in page_text(browser)
            click(browser, ".st-key-demo-digits button")
            see(browser, ".st-key-cancel button")
            click(browser, ".st-key-cancel button")
            [plan] = RunStore(settings).outlines()
            owner = RunStore(settings).owner(plan.run_id)
            assert owner.startswith("user:")
            run = finished_run(settings, tmp_path / "features", owner)
            browser.get(f"{address}/runs")
            see(browser, f".st-key-open-{run} button")
            click(browser, ".st-key-log-out button")
            see(browser, ".st-key-log-in button")
            provider.account = "bob"
            for logged_in in (False, True):
                browser.get(f"{address}/runs")
                see(browser, "[data-testid=stAlert]")
                assert "Nothing was run here yet" in page_text(browser)
                if not logged_in:
                    click(browser, ".st-key-log-in button")
                    see(browser, ".st-key-log-out button")
            provider.account = "alice"
            click(browser, ".st-key-log-out button")
            click(browser, ".st-key-log-in button")
            see(browser, ".st-key-log-out button")
            browser.get(f"{address}/runs")
            see(browser, f".st-key-open-{run} button")
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
