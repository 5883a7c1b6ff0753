"""``python -m ptmrank_core``: the command line."""

import sys

from ptmrank_core.config import limit_threads

if __name__ == "__main__":
    limit_threads()
    from ptmrank_core.cli import main

    sys.exit(main())
