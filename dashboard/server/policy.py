"""What a browser may do with the answers of this server: the headers that each of them carries.

The policy is as narrow as Streamlit's pages allow, and names no other host: that nothing leaves the machine
is then held by the browser too. ``tests/dashboard/test_policy.py`` lists the elements it was tried with.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from streamlit import file_util

__all__ = ["MEDIA", "common_headers", "inline_scripts", "load_ahead", "page_policy"]

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Files of users, opened by themselves: nothing in them runs.
MEDIA = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; sandbox"
)
PAGE: Mapping[str, str] = {
    "default-src": "'none'",
    "style-src": "'self' 'unsafe-inline'",  # Streamlit and Plotly write styles into the page
    "img-src": "'self' data: blob:",  # the logo, the sprites of tables, charts as pictures
    "font-src": "'self' data:",  # a player of recordings brings its icons so
    "media-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'none'",
}


def inline_scripts() -> str:
    """Name the scripts within Streamlit's page by their digests, as the policy wants them."""
    page = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    digests = (hashlib.sha256(script.encode()).digest() for script in INLINE.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def load_ahead(base: str) -> str:
    """Name the script that draws figures, as a ``Link`` header: a browser reads it while the reader reads.

    Parameters
    ----------
    base
        The path that everything is below: empty, or with a slash before it and none behind.

    Returns
    -------
    str
        Empty where Streamlit has no script of that name: it is then loaded with the first figure.
    """
    folder = Path(file_util.get_static_dir()) / "static" / "js"
    names = sorted(path.name for path in folder.glob("PlotlyChart.*.js"))
    return ", ".join(f"<{base}/static/js/{name}>; rel=modulepreload; fetchpriority=low" for name in names)


def page_policy(*, host: str, scripts: str, frame_ancestors: tuple[str, ...]) -> str:
    """Write the policy of the pages.

    Parameters
    ----------
    host
        The name and port that the page was asked of. Some browsers do not take the page's own websocket for
        ``'self'``.
    scripts
        As of ``inline_scripts``.
    frame_ancestors
        Origins whose pages may show this one in a frame, besides its own.
    """
    rules = {
        **PAGE,
        "script-src": f"'self' {scripts}",
        "connect-src": f"'self' ws://{host} wss://{host}",
        "frame-ancestors": " ".join(("'self'", *frame_ancestors)),
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def common_headers(frame_ancestors: tuple[str, ...]) -> dict[str, str]:
    """Return the headers of every answer, whatever it is."""
    headers = {
        "x-content-type-options": "nosniff",
        # Addresses name runs; "no-referrer" would hide from this server that a request is its own page's.
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    # The older header cannot name other origins; browsers that know the policy do not look at it.
    return headers if frame_ancestors else {**headers, "x-frame-options": "SAMEORIGIN"}
