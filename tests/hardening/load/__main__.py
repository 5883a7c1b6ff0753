"""``python -m tests.hardening.load --viewers 50 --owners 20 --out DIR``: a crowd on a shared server."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.hardening.load.crowd import Crowd, measure


def main() -> None:
    """Let a crowd come; print the figures, and keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--owners", type=int, default=20)
    parser.add_argument("--uploads", type=int, default=1)
    parser.add_argument("--upload-mb", type=float, default=990.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", type=Path, required=True, help="folder of load.json")
    asked = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    sizes = [int(asked.upload_mb * 1e6)] * asked.uploads
    with tempfile.TemporaryDirectory() as folder:
        seen = measure(Crowd(asked.viewers, asked.owners, sizes, asked.seconds), Path(folder))
    figures = seen.figures() | {"machine's load": os.getloadavg()[0], "processors": os.cpu_count()}
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "load.json").write_text(json.dumps(figures, indent=2))
    for name, value in figures.items():
        sys.stdout.write(f"| {name} | {_said(value)} |\n")
    sys.exit(bool(figures["errors"] or figures["unfair"]))


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(map(_said, value)) or "none"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


main()
