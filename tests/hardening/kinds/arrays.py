"""Ready-made features: .npz archives with odd headers, names, types and values; several files of them."""

from __future__ import annotations

import io
import random
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.hardening import junk
from tests.hardening.drawing import draw
from tests.hardening.inputs import Call, Kind
from tests.hardening.kinds.archives import RawEntry, raw_zip
from tests.hardening.kinds.columnar import make_arrow_table
from tests.hardening.kinds.delimited import write_table
from tests.hardening.kinds.rows import make_rows
from tests.hardening.mutate import mutate

__all__ = ["KINDS", "QUICK_METRICS", "QUICK_RUN", "feature_file"]

QUICK_METRICS = "logme,hscore,nearest_mean"
QUICK_RUN = (
    "--metrics",
    QUICK_METRICS,
    "--intervals",
    "0",
    "--no-probe",
    "--no-projections",
    "--no-sample-sizes",
)
NAMES = (
    "embeddings", "labels", "targets", "source_logits", "source_probs", "reference_embeddings",
    "label_embeddings",
    "sample_label_embeddings", "source_embeddings", "source_labels", "source_error", "target_error",
    "lipschitz",
)  # fmt: skip
ANY_DTYPE = (
    hnp.scalar_dtypes()
    | hnp.byte_string_dtypes()
    | hnp.unicode_string_dtypes()
    | hnp.datetime64_dtypes()
    | hnp.timedelta64_dtypes()
)
ANY_ARRAY = hnp.arrays(ANY_DTYPE, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6))
ROWS = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.float16, np.int64]),
    st.tuples(st.integers(2, 12), st.integers(1, 5)),
)
HEADERS = (
    "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 4), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 4), }",
    "{'descr': '<f8', 'fortran_order': 1, 'shape': (12, 4), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999), }",
    "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (12,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': 12}",
    "{'descr': '<f8', 'fortran_order': True, 'shape': (), }",
    "{'descr': '|V8', 'fortran_order': False, 'shape': (12,), }",
    "{'descr': '<U0', 'fortran_order': False, 'shape': (12,), }",
    "{'descr': '<M8[as]', 'fortran_order': False, 'shape': (12,), }",
    "{'descr': 'x', 'fortran_order': False, 'shape': (12,)}",
    "{'descr': '<f16', 'fortran_order': False, 'shape': (12, 2), }", "[]", "{", "", "{'descr': '<f8'}",
    "__import__('os').getcwd()",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2**64,), }",
    "{'descr': '|S2147483647', 'fortran_order': False, 'shape': (4,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (12L, 4L), }", "(" * 900,
    "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4), }",
)  # fmt: skip


def _array_bytes(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=True)
    return buffer.getvalue()


def _by_hand(rng: random.Random) -> bytes:
    """Return an array file whose header is odd."""
    header = rng.choice(HEADERS).replace("%d", str(rng.choice([12, 0, 10**6]))).encode()
    header = header + b" " * rng.choice([0, 16, 63]) + b"\n"
    version = rng.choice([(1, 0), (1, 0), (2, 0), (3, 0), (0, 0), (9, 9)])
    length = rng.choice([len(header)] * 6 + [0, 65_535, len(header) - 1])
    told = struct.pack("<H" if version[0] <= 1 else "<I", length)
    return b"\x93NUMPY" + bytes(version) + told + header + rng.randbytes(rng.choice([0, 8, 12 * 32, 12 * 32]))


def _sane(rng: random.Random, strength: float = 1.0) -> dict[str, np.ndarray]:
    """Return features of two or three classes."""
    numbers = np.random.default_rng(rng.getrandbits(32))
    n, d, c = rng.choice([12, 12, 30]), rng.choice([1, 3, 8]), rng.choice([2, 3])
    labels = np.arange(n) % c
    rows = numbers.normal(size=(n, d)) + strength * np.eye(max(d, c))[labels][:, :d]
    arrays: dict[str, Any] = {"embeddings": rows, "labels": labels}
    if rng.random() < 0.3:
        logits = numbers.normal(size=(n, 4))
        arrays["source_logits"] = logits
    if rng.random() < 0.2:
        arrays["source_probs"] = np.full((n, 3), 1 / 3)
    return arrays


def _odd_values(arrays: dict[str, np.ndarray], rng: random.Random) -> None:
    """Change one array: its values, its type, its shape."""
    name = rng.choice(list(arrays))
    array = np.array(arrays[name])
    if array.dtype.kind not in "biuf" or not array.size:
        return
    kind = rng.randrange(9)
    if kind == 0 and array.dtype.kind == "f":
        array.flat[rng.randrange(array.size)] = rng.choice([np.nan, np.inf, -np.inf, 1e308, 1e-320])
    elif kind == 1:
        array = array.astype(rng.choice(["f2", "f4", ">f8", "i1", "u8", "c16", "bool", "U5", "S5", "f16"]))
    elif kind == 2:
        array = rng.choice(
            [
                array[:-1],
                array[:, None] if array.ndim == 1 else array[:, :0],
                array.T,
                array.reshape(-1),
                array[:0],
            ]
        )
    elif kind == 3:
        array = np.full_like(array, rng.choice([0, 1, 7]))
    elif kind == 4:
        array = array.astype(float) * rng.choice([1e300, 1e-300, 1e154, -1.0])
    elif kind == 5:
        array = np.array(
            [rng.choice(["cat", "dög", "\ud800", "", "a\x1b[2J", "x" * 300, " "]) for _ in range(len(array))]
        )
    elif kind == 6:
        array = draw(ANY_ARRAY, rng)
    elif kind == 7:
        array = np.array([10**30, None, "x"], dtype=object)
    else:
        array = array.astype(float) + 0.5
    arrays[name] = array


def feature_file(rng: random.Random, *, strength: float = 1.0, odd: float = 0.6) -> bytes:
    """Return an .npz file, mostly with something odd in it."""
    arrays = _sane(rng, strength)
    with warnings.catch_warnings(action="ignore"):  # numbers that do not fit another type are wanted
        while rng.random() < odd:
            if rng.random() < 0.8:
                _odd_values(arrays, rng)
            else:
                arrays[rng.choice(NAMES)] = draw(rng.choice([ANY_ARRAY, ROWS]), rng)
            odd /= 2
    entries = [
        RawEntry(f"{name}.npy".encode(), _array_bytes(array), rng.choice([0, 8]))
        for name, array in arrays.items()
    ]
    if rng.random() < odd:
        entries[rng.randrange(len(entries))].data = _by_hand(rng)
    if rng.random() < odd / 2:
        one = rng.choice(entries)
        one.name = rng.choice(
            [
                b"embeddings",
                b"labels.npy",
                b"../x.npy",
                b"",
                b"a\x1b.npy",
                "\u202e.npy".encode(),
                b"embeddings.npy/",
            ]
        )
    if rng.random() < odd / 2:
        one = rng.choice(entries)
        one.flags = rng.choice([1, 0x801, 8, 0x40, 0x2000])
        one.says[rng.choice(["local", "central"]), rng.choice(["method", "crc", "size", "packed"])] = (
            rng.choice([0, 9, 12, 14, 93, 2**31, 2**32 - 1])
        )
    if rng.random() < 0.02:
        entries[0].data = _array_bytes(np.zeros((rng.choice([10**5, 6 * 10**6]), 8)))
    data = raw_zip(entries)
    return mutate(data, rng) if rng.random() < odd / 3 else data


def _score(rng: random.Random, folder: Path) -> Call:
    data = feature_file(rng)
    if rng.random() < 0.05:
        data = rng.choice([_array_bytes(np.zeros(3)), _by_hand(rng), b"\x80\x04N.", b"PK", b""])
    (folder / "model.npz").write_bytes(data)
    metrics = rng.choice(
        [
            QUICK_METRICS,
            QUICK_METRICS,
            "leep,nce,gbc,etran",
            "transrate,ped,label_alignment",
            "sfda,pactran",
            "emms,wdje",
        ]
    )
    return Call(("score", "model.npz", "--metrics", metrics, *rng.choice([("--json",), ("--json",), ()])))


def _features(rng: random.Random, folder: Path) -> Call:
    """Write files of features of two or three models beside each other; one or more may be odd."""
    seed = rng.getrandbits(32)
    (folder / "features").mkdir()
    names = [
        rng.choice([f"model{i}", f"model{i}", f"org_{i}", _file_name(rng)])
        for i in range(rng.choice([1, 2, 3]))
    ]
    for i, name in enumerate(dict.fromkeys(names)):
        own = random.Random(seed) if rng.random() < 0.8 else rng  # noqa: S311 - the same samples for all files
        data = feature_file(own, strength=1.0 + i, odd=rng.choice([0.0, 0.0, 0.6]))
        (folder / "features" / f"{name}.npz").write_bytes(data)
    if rng.random() < 0.2:
        _other_file(rng, folder / "features")
    options = rng.choice(
        [
            (),
            (),
            (),
            ("--normalise", "rms"),
            ("--target", "regression"),
            ("--label-column", "label"),
            ("--layers",),
        ]
    )
    return Call(
        (
            "rank",
            "--features",
            "features",
            *QUICK_RUN,
            *options,
            *rng.choice([("--json",), ("--json", "--out", "../out/o"), ()]),
        )
    )


def _file_name(rng: random.Random) -> str:
    told = junk.name(rng).replace("/", "_").replace("\0", "_")[:60]
    told = told.encode(
        "utf-8", "surrogateescape" if all(not "\ud800" <= c < "\udc80" for c in told) else "replace"
    )
    return told.decode("utf-8", "surrogateescape") or "x"


def _other_file(rng: random.Random, folder: Path) -> None:
    """Write a table of features, or something that is none."""
    kind = rng.randrange(4)
    if kind == 0:
        (folder / "table.csv").write_bytes(write_table(make_rows(rng), rng))
    elif kind == 1:
        (folder / "notes.txt").write_bytes(junk.encode(junk.text(rng)))
    elif kind == 2:
        (folder / "folder.npz").mkdir()
    else:
        (folder / "gone.npz").symlink_to("nowhere")


def _feature_tables(rng: random.Random, folder: Path) -> Call:
    """Write tables of features: CSV, or Parquet."""
    import pyarrow.parquet  # noqa: PLC0415

    (folder / "features").mkdir()
    seed = rng.getrandbits(32)
    for i in range(2):
        own = random.Random(seed) if rng.random() < 0.7 else rng  # noqa: S311
        if rng.random() < 0.5:
            (folder / "features" / f"m{i}.csv").write_bytes(write_table(make_rows(own), own))
        else:
            try:
                pyarrow.parquet.write_table(make_arrow_table(own), folder / "features" / f"m{i}.parquet")
            except (pyarrow.ArrowException, NotImplementedError, ValueError, OSError):  # no such type
                (folder / "features" / f"m{i}.parquet").write_bytes(b"PAR1")
    return Call(("rank", "--features", "features", *QUICK_RUN, "--json"))


KINDS = (
    Kind("npz-score", _score, 2),
    Kind("npz-features", _features, 2),
    Kind("feature-tables", _feature_tables, 0.7),
)
