"""Formats of data that are not read: what they are, and what to do."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["OtherFormat", "other_format"]

UNPACK = "Unpack it and give the folder, or pack its files as .zip or .tar.gz."
FROM_PYTHON = (
    "It may run code when it is opened. Load it in a script of your own and hand the arrays or the data "
    "frame to Benchmarker, or save them as .csv or .parquet."
)
ARRAYS = (
    "Load it in a script and hand (X, y) to Benchmarker; or save pictures as one folder of .png files for "
    "each class, and rows of numbers as .csv or .parquet."
)
AS_TABLE = "Save it as .csv, .parquet or .xlsx where it was made."


class OtherFormat(NamedTuple):
    """What a file is, with its article, and what to do with it."""

    what: str
    remedy: str


ARCHIVES = {
    suffix: OtherFormat(f"an archive in the format {suffix[1:].upper()}", UNPACK)
    for suffix in (".7z", ".rar", ".cab", ".arj", ".lz", ".lzma", ".cpio", ".ar")
}
PACKED = OtherFormat("packed with Zstandard", UNPACK)
PICKLE = OtherFormat("a file of pickled Python objects", FROM_PYTHON)
HDF5, MATLAB = OtherFormat("a file in HDF5", ARRAYS), OtherFormat("a file of MATLAB", ARRAYS)
SHARDS = OtherFormat(
    "a file of TFRecord examples", "Write its samples as files in a folder for each class, or as .parquet."
)
DATABASE = OtherFormat("a database of SQLite", "Export the table as .csv or .parquet.")
BY_SUFFIX = {
    **ARCHIVES,
    **dict.fromkeys((".zst", ".tzst"), PACKED),
    **dict.fromkeys((".pkl", ".pickle", ".p", ".joblib", ".pt", ".pth", ".dill"), PICKLE),
    **dict.fromkeys((".h5", ".hdf5", ".hdf", ".he5"), HDF5),
    ".mat": MATLAB,
    **dict.fromkeys((".npz", ".npy"), OtherFormat("a file of NumPy arrays", ARRAYS)),
    **dict.fromkeys((".tfrecord", ".tfrecords", ".tfrec"), SHARDS),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), DATABASE),
    **dict.fromkeys((".sav", ".por"), OtherFormat("a table of SPSS", AS_TABLE)),
    ".dta": OtherFormat("a table of Stata", AS_TABLE),
    ".sas7bdat": OtherFormat("a table of SAS", AS_TABLE),
    **dict.fromkeys((".rds", ".rda", ".rdata"), OtherFormat("a file of R objects", AS_TABLE)),
    ".arff": OtherFormat("a table of Weka", AS_TABLE),
    ".avro": OtherFormat("a table in Avro", AS_TABLE),
    ".orc": OtherFormat("a table in ORC", AS_TABLE),
    ".numbers": OtherFormat("a spreadsheet of Numbers", "Export it as .xlsx or .csv from Numbers."),
    ".gsheet": OtherFormat("a pointer to Google Sheets", "Download the table from there as .xlsx or .csv."),
    **dict.fromkeys(
        (".pdf", ".doc", ".docx", ".rtf", ".odt"),
        OtherFormat("a document", "Put the texts into a table (.csv, .xlsx) or into .txt files."),
    ),
}
BY_HEAD = {
    b"7z\xbc\xaf\x27\x1c": ARCHIVES[".7z"],
    b"Rar!\x1a\x07": ARCHIVES[".rar"],
    b"\x28\xb5\x2f\xfd": PACKED,
    b"\x89HDF\r\n": HDF5,
    b"MATLAB 5.0": MATLAB,
    b"SQLite format 3": DATABASE,
}


def other_format(name: str, head: bytes) -> OtherFormat | None:
    """Tell a format that is not read.

    Parameters
    ----------
    name
        Name of the file.
    head
        Its first bytes, which count before its name.

    Returns
    -------
    OtherFormat or None
        ``None`` for anything else.
    """
    by_head = next((other for start, other in BY_HEAD.items() if head.startswith(start)), None)
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name.rpartition("/")[2] else ""
    return by_head or BY_SUFFIX.get(suffix)
