"""Layouts in which people bring data; ``python -m tests.data.layouts`` prints what comes of each."""

from tests.data.layouts.beside import BESIDE
from tests.data.layouts.folders import FOLDERS
from tests.data.layouts.formats import FORMATS
from tests.data.layouts.known import KNOWN
from tests.data.layouts.published import PUBLISHED
from tests.data.layouts.published_tables import PUBLISHED_TABLES
from tests.data.layouts.rows import ROWS

__all__ = ["LAYOUTS"]

LAYOUTS = (*FOLDERS, *BESIDE, *KNOWN, *PUBLISHED, *ROWS, *FORMATS, *PUBLISHED_TABLES)
