"""``python -m ptmrank_core``: the command line."""

import sys

from ptmrank_core.config import set_library_defaults

if __name__ == "__main__":
    set_library_defaults()
    from ptmrank_core.cli import main

    sys.exit(main())
