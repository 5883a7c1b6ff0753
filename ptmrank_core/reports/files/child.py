"""The process that draws figures: reads them from its input, writes a line of JSON for each file.

Kaleido drives a Chromium or Chrome of this machine. Its page is told here what to load: the plotly.js that
comes with Plotly, and nothing of a network. Names of files and classes come escaped.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import re
import sys
import time
from collections.abc import Mapping
from typing import Any

from ptmrank_core.reports.files.exporter import MISSING_BROWSER, MISSING_KALEIDO, TOO_SLOW

__all__ = ["finish_pdf", "finish_png", "finish_svg", "main"]

FORMATS = ("svg", "pdf", "png")
SCREEN_DPI, PRINT_DPI = 96, 300
FIGURE_SECONDS = 60
BROKEN_BROWSER = "Chromium did not draw the figures ({why}): see whether it starts on this machine."
UNDRAWN = "Chromium could not draw {names}."
# A port of this machine that nobody answers on: whatever asked for a network would get nothing.
NOWHERE = "http://127.0.0.1:9"
# The letters by which plotly.js tells the parts of one drawing from those of another.
UID = re.compile(r'id="defs-([0-9a-f]{6})"')
SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def main() -> None:
    """Draw what the input asks for."""
    wanted = json.load(sys.stdin)
    try:
        from kaleido import errors  # noqa: PLC0415 - an extra
    except ImportError:
        _say({"problem": MISSING_KALEIDO})
        return
    try:
        _say({"problem": asyncio.run(_draw(wanted["figures"], wanted["seconds"]))})
    except errors.ChromeNotFoundError:
        _say({"problem": MISSING_BROWSER})
    except (errors.BrowserFailedError, errors.BrowserClosedError, OSError) as error:
        _say({"problem": BROKEN_BROWSER.format(why=type(error).__name__)})


async def _draw(figures: Mapping[str, Any], seconds: float) -> str:
    """Draw every figure in every format; return what could not be drawn, or nothing.

    The time is looked at between figures: a browser that is stopped in its middle leaves files behind.
    """
    from kaleido import Kaleido, errors  # noqa: PLC0415

    deadline = time.monotonic() + seconds
    failed: list[str] = []
    bounds = {"timeout": FIGURE_SECONDS, "mathjax": False, "proxy_server": NOWHERE}
    async with Kaleido(n=1, enable_extensions=False, **bounds) as browser:
        for name, figure in figures.items():
            if time.monotonic() > deadline:
                return TOO_SLOW.format(seconds=seconds)
            size = {key: figure["layout"][key] for key in ("width", "height")}
            try:
                for ending in FORMATS:
                    scale = PRINT_DPI / SCREEN_DPI if ending == "png" else 1
                    drawn = await browser.calc_fig(figure, opts={"format": ending, "scale": scale, **size})
                    content = base64.b64encode(FINISH[ending](drawn, name)).decode()
                    _say({"name": f"{name}.{ending}", "content": content})
            except (errors.KaleidoError, errors.JavascriptError, TimeoutError):
                failed.append(name)  # one figure must not cost the others
    return UNDRAWN.format(names=", ".join(failed)) if failed else ""


def finish_svg(drawn: bytes, name: str) -> bytes:
    """Say how large it is on paper, and name its parts alike each time."""
    text = drawn.decode()
    uid = hashlib.sha256(name.encode()).hexdigest()[:6]
    for found in UID.findall(text):
        text = re.sub(rf"(?<=[A-Za-z-]){found}", uid, text)
    return SIZE.sub(_in_millimetres, text, count=1).encode()


def _in_millimetres(size: re.Match[str]) -> str:
    width, height = (float(pixels) * 25.4 / SCREEN_DPI for pixels in size.groups())
    return f'width="{width:.2f}mm" height="{height:.2f}mm"'


def finish_pdf(drawn: bytes, name: str) -> bytes:
    """Leave out when it was drawn."""
    del name
    return DATE.sub(lambda found: b"/" + found[1] + b" (D:19800101000000", drawn)


def finish_png(drawn: bytes, name: str) -> bytes:
    """Say how large it is on paper."""
    from PIL import Image  # noqa: PLC0415

    del name
    buffer = io.BytesIO()
    Image.open(io.BytesIO(drawn)).convert("RGB").save(
        buffer, "PNG", dpi=(PRINT_DPI, PRINT_DPI), optimize=True
    )
    return buffer.getvalue()


FINISH = {"svg": finish_svg, "pdf": finish_pdf, "png": finish_png}


def _say(said: Mapping[str, str]) -> None:
    print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
