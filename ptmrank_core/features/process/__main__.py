"""``python -m ptmrank_core.features.process PARENT``: the child; see :mod:`.server`."""

import sys

from ptmrank_core.features.process.server import serve

if __name__ == "__main__":
    serve(int(sys.argv[1]))
