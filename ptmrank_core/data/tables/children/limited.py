"""Runs another script with bounded memory and processor time; run as a script, not imported.

The arguments are the bytes, the seconds, the script, and its own arguments.
"""

from __future__ import annotations

import runpy
import sys


def limit_process(n_bytes: int, seconds: int) -> None:
    """Bound the memory and the time of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    for kind, bound in ((resource.RLIMIT_AS, n_bytes), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))


if __name__ == "__main__":
    limit_process(int(sys.argv[1]), int(sys.argv[2]))
    del sys.argv[:3]
    runpy.run_path(sys.argv[0], run_name="__main__")
