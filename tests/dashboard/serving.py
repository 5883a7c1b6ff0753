"""Starting the dashboard as the README says, as a process that a test may kill."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.error import URLError

from tests.waiting import PATIENCE_SECONDS

__all__ = ["APP", "ROOT", "free_port", "serve", "wait_for"]

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "dashboard" / "app.py"


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serve(
    home: Path, port: int, script: Path = APP, *, options: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """Start the dashboard, or another script, at a home and wait until it answers."""
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, "--server.port", str(port), *options],
        cwd=ROOT,
        env=os.environ | {"PTMRANK_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(process, port)
    return process


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the dashboard of a process answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert process.poll() is None, f"the dashboard ended with {process.returncode} before it answered"
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                process.kill()
                raise
            time.sleep(0.1)
