"""The ``dashboard`` command: hand over to the dashboard's own program."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from ptmrank_core.config import load_settings
from ptmrank_core.errors import InputError

__all__ = ["add_dashboard_command"]

# The core knows the front by this name alone: it imports nothing of it.
FRONT = "dashboard"


def add_dashboard_command(commands: Any) -> None:
    """Add the command to a parser's subparsers."""
    # No character begins an option here: whatever follows is for the front, "--help" included.
    about = "open the dashboard, with any options of Streamlit's"
    dashboard = commands.add_parser(FRONT, help=about, prefix_chars="\0", add_help=False)
    dashboard.add_argument("options", nargs="*", metavar="OPTIONS", help="such as --server.port 8600")
    dashboard.set_defaults(do=_dashboard)


def _dashboard(arguments: argparse.Namespace) -> int:
    """Become the front's process, or wait for it where a process cannot become another.

    The folder that it is started in takes no precedence: it may have a module of the same name.
    """
    load_settings()  # an odd variable is said here, and not on each page
    command = [sys.executable, "-P", "-m", FRONT, *arguments.options]
    if find_spec(FRONT) is None:
        raise InputError("The dashboard is not installed.", hint="Install PTMRank with pip.")
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 - our own module
    return subprocess.call(command)  # noqa: S603 - our own module
