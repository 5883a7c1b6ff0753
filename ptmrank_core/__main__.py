"""The command ``ptmrank``, which is also ``python -m ptmrank_core``."""

import sys

from ptmrank_core.config import set_library_defaults

__all__ = ["main"]


def main() -> int:
    """Run the command line; return the exit status."""
    set_library_defaults()
    from ptmrank_core import cli  # noqa: PLC0415 - it imports the libraries that read these defaults

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
