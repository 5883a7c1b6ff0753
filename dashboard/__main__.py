"""``ptmrank dashboard [OPTIONS]``: start Streamlit's server with the dashboard's own settings."""

from __future__ import annotations

import sys
from pathlib import Path

from streamlit.web import cli

from dashboard.server.settings import own_variables
from ptmrank_core.config import set_defaults

APP = Path(__file__).with_name("app.py")


def main() -> None:
    """Run the dashboard; an option of Streamlit's that is given, or its variable, overrides a setting."""
    set_defaults(own_variables())
    cli.main(["run", str(APP), *sys.argv[1:]], prog_name="streamlit")


if __name__ == "__main__":
    main()
