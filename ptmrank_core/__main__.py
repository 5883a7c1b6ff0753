"""``python -m ptmrank_core``: the command line."""

import sys

from ptmrank_core.cli import main

sys.exit(main())
