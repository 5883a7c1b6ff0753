"""Whether this machine can draw figures, and what to install where it cannot."""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["MISSING_BROWSER", "MISSING_KALEIDO", "TOO_SLOW", "why_not_drawn"]

MISSING_KALEIDO = (
    "To get SVG, PDF and PNG files, install pip's ptmrank[figures], and Chromium or Chrome, on the machine "
    "that PTMRank runs on."
)
MISSING_BROWSER = (
    "To get SVG, PDF and PNG files, install Chromium or Chrome on the machine that PTMRank runs on (Debian: "
    "apt install chromium)."
)
TOO_SLOW = "Drawing took longer than {seconds:.0f} s: what was drawn by then is here."


def why_not_drawn() -> str:
    """Say what is missing for drawing figures; empty where all is there. Nothing is started."""
    if find_spec("kaleido") is None:
        return MISSING_KALEIDO
    from choreographer.browsers.chromium import Chromium  # noqa: PLC0415 - comes with the extra

    return "" if Chromium.find_browser(skip_local=False) else MISSING_BROWSER
