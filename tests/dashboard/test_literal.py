"""Foreign text in Markdown: Streamlit's own reader shows every sign of it, in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from dashboard.literal import ISOLATE, plain
from tests.dashboard.hostile import MARKUP
from tests.dashboard.serving import ROOT, free_port, serve
from tests.waiting import PATIENCE_SECONDS

WHERE = ":is([data-testid=stMarkdownContainer], [data-testid=stCaptionContainer])"
MADE = f"{WHERE} :is(img, a:not([aria-label]), code, .katex, ol, em, del, table)"
SHOWN = f"""
if (!document.body.textContent.includes("Loaded 😄")) return [];
return [...document.querySelectorAll("[class*=st-key-text-]")].map((place) => [
  [...place.querySelectorAll("{WHERE}")].map((own) => own.textContent).filter((text) => text !== "Choose"),
  place.querySelectorAll("{MADE}").length,
]);
"""


def squeezed(text: str) -> str:
    """A text as a browser shows it: white space is one blank; the signs that isolate it are not seen."""
    return " ".join(text.replace(ISOLATE, "").replace("\u2069", "").split())


def drawn(shown: list[Any]) -> list[Any] | None:
    """What is shown, once all of it is there."""
    return shown if [len(found) for found, _ in shown] == [7] * len(MARKUP) else None


@pytest.mark.browser
def test_every_sign_is_shown_wherever_markdown_is_read(browser: WebDriver, tmp_path: Path) -> None:
    """Text, bold, captions, headings, labels, choices, lists: the words are there, and nothing else."""
    port = free_port()
    process = serve(tmp_path / "home", port, ROOT / "tests" / "dashboard" / "literal_app.py")
    try:
        browser.get(f"http://localhost:{port}")
        shown = WebDriverWait(browser, PATIENCE_SECONDS).until(lambda page: drawn(page.execute_script(SHOWN)))
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
    for text, (found, n_made) in zip(MARKUP, shown, strict=True):
        wanted = squeezed(text)
        assert [squeezed(own) for own in found] == [wanted, f"Before {wanted} after", *[wanted] * 5]
        assert n_made == 0, text


def test_a_name_stays_readable_in_the_source() -> None:
    """What has no marks is not touched; what runs from right to left ends where it ends."""
    assert plain("patterns.zip") == "patterns.zip"
    assert plain("demo:vit-digits") == r"demo\:vit-digits"
    assert plain("ملف") == "\u2068ملف\u2069"
