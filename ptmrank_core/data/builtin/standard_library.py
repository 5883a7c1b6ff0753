"""Short texts on many subjects: first paragraphs of documentation strings in Python's standard library."""

from __future__ import annotations

import hashlib
import sysconfig
from functools import lru_cache
from pathlib import Path

from ptmrank_core.data.builtin.documentation import module_documentation, opening
from ptmrank_core.errors import SamplesError

__all__ = ["standard_library_texts"]

_MODULES = (
    "argparse ast asyncio base64 calendar cmd configparser contextlib csv difflib email fractions ftplib "
    "gettext html http imaplib inspect ipaddress json logging mailbox pathlib pdb plistlib pprint random "
    "shutil smtplib socket sqlite3 statistics string subprocess tarfile tempfile textwrap threading turtle "
    "unittest urllib uuid wave xml zipfile"
)
N_TEXTS = 128
MIN_WORDS = 15


def _sources(folder: Path) -> list[Path]:
    """List the source files of the modules."""
    files: list[Path] = []
    for module in _MODULES.split():
        path = folder / module
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return [path for path in files if path.is_file()]


@lru_cache(maxsize=1)
def standard_library_texts() -> tuple[tuple[str, str], ...]:
    """Read the texts of the running Python.

    Returns
    -------
    tuple of (str, str)
        Names (``"statistics.fmean"``) and texts: the 128 whose text has the smallest SHA-256.

    Raises
    ------
    SamplesError
        If the library's sources are not there.
    """
    folder = Path(sysconfig.get_path("stdlib"))
    names: dict[str, str] = {}
    for path in _sources(folder):
        module = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        for name, documentation in module_documentation(path):
            text = opening(documentation)
            if len(text.split()) >= MIN_WORDS:
                names.setdefault(text, f"{module}.{name}")
    if len(names) < N_TEXTS:
        raise SamplesError(
            f"Python's standard library at {folder} has {len(names)} texts; expected at least {N_TEXTS}.",
            hint="Choose your own reference set.",
        )
    chosen = sorted(names, key=lambda text: hashlib.sha256(text.encode()).hexdigest())[:N_TEXTS]
    return tuple((names[text], text) for text in chosen)
