"""Cases of archives, folders and data sets in them."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

from tests.hardening.cases.case import DONE, REFUSED, Case, copied, samples, written
from tests.hardening.inputs import Call
from tests.hardening.kinds.archives import RawEntry, raw_zip
from tests.hardening.kinds.pictures import picture, place_samples
from tests.ready_made import save_features

__all__ = ["CASES"]

PICTURE = picture(random.Random(0))  # noqa: S311 - the same each time
FILES = {f"{('cat', 'dog')[i % 2]}/{i}.png": picture(random.Random(i)) for i in range(8)}  # noqa: S311
CSV = b"text,label\n" + b"".join(b"text %d,%d\n" % (i, i % 2) for i in range(12))
COCO = json.dumps({
    "images": [{"id": {}, "file_name": "cat/0.png"}, {"id": [], "file_name": 1}],
    "categories": [{"id": {}, "name": "cat"}, {"id": [1], "name": None}],
    "annotations": [{"image_id": {}, "category_id": {}}, {"image_id": 1, "category_id": [1]}],
})  # fmt: skip
QUICK = ("--metrics", "logme", "--intervals", "0", "--no-probe", "--no-projections", "--no-sample-sizes")


def _zip(**odd: object) -> Callable[[Path], None]:
    """Write a zip of pictures with one more entry."""

    def write(folder: Path) -> None:
        entries = [RawEntry(name.encode(), data) for name, data in FILES.items()]
        entries.append(RawEntry(**{"name": b"cat/odd.png", "data": PICTURE, **odd}))
        (folder / "samples.zip").write_bytes(raw_zip(entries))

    return write


def _zipped(title: str, statuses: tuple[int, ...] = (REFUSED,), **odd: object) -> Case:
    return Case(title, _zip(**odd), (Call(("samples", "samples.zip")),), statuses)


def _card(front: str) -> Callable[[Path], None]:
    return written({"data/README.md": f"---\n{front}\n---\n", "data/data/train.csv": CSV})


def _repository(name: str, front: str) -> Case:
    return Case(f"card-{name}", _card(front), samples("data"), (DONE, REFUSED))


def _saved(name: str, **files: object) -> Case:
    told = {f"data/{file.replace('__', '/')}.json": json.dumps(value) for file, value in files.items()}
    return Case(
        f"saved-{name}",
        written({**told, "data/data-00000-of-00001.arrow": b"x"}),
        samples("data"),
        (DONE, REFUSED),
    )


def _named_in_bytes(folder: Path) -> None:
    """Write a folder of samples whose name, and that of a class, is not UTF-8."""
    base = os.fsencode(folder) + b"/caf\xe9"
    for name, data in FILES.items():
        path = base + b"/" + name.replace("cat", "c\udce9t").encode("utf-8", "surrogateescape")
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - a name of bytes
        Path(os.fsdecode(path)).write_bytes(data)


def _odd_features(*names: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        for number, name in enumerate(names):
            save_features(folder / "features" / name, 1.0 + number)

    return write


def _kept(place: str) -> tuple[Call, ...]:
    """Rank ready-made features, then look at the list of runs, and delete the newest."""
    return (
        Call(("rank", "--features", place, *QUICK)),
        Call(("runs", "list")),
        Call(("runs", "list", "--json")),
        Call(("runs", "show")),
    )


CASES = (
    Case("zip-entry-without-a-name", copied("empty-name.zip"), samples("empty-name.zip"), (REFUSED, DONE)),
    _zipped("zip-folder-without-a-name", (REFUSED, DONE), name=b"/", data=b""),
    _zipped("zip-name-of-escapes", (REFUSED, DONE), name=b"cat/\x1b]0;title\x07.png"),
    _zipped("zip-name-of-a-surrogate", (REFUSED, DONE), name="cat/\ud800.png".encode("utf-8",
        "surrogatepass")),
    _zipped("zip-name-above-the-folder", name=b"../../evil.png"),
    _zipped("zip-entry-encrypted", (REFUSED, DONE), flags=0x801),
    _zipped("zip-method-unknown", (REFUSED, DONE), says={("local", "method"): 93, ("central", "method"): 93}),
    _zipped("zip-offset-beyond-the-end", (REFUSED, DONE), says={("central", "offset"): 2**31}),
    _zipped("zip-link", (REFUSED, DONE), data=b"/etc/passwd", attributes=0o120777 << 16),
    Case("folder-not-utf8", _named_in_bytes, (Call(("samples", "caf\udce9")), Call(("samples", "caf\udce9",
        "--json"))), (DONE,)),
    Case("features-not-utf8", _odd_features("caf\udce9.npz", "b.npz"), _kept("features"), (DONE,)),
    Case("features-named-by-escapes", _odd_features("a\x1b[31m.npz", "\u202eb.npz", "c\n.npz"),
        _kept("features"), (DONE,)),
    Case("class-of-a-surrogate", copied("surrogate-label"), _kept("surrogate-label"), (DONE, REFUSED)),
    _repository("unclosed-list", "configs: ["),
    _repository("tab", "configs:\n\t- x"),
    _repository("control-character", "license: \x01"),
    _repository("no-mapping", "- a\n- b: ["),
    _repository("alias-in-itself", "configs: &a [*a]"),
    _repository("tag-of-python", "x: !!python/object/apply:os.getcwd []"),
    _repository("names-not-a-list",
        "dataset_info:\n  features: 1\nconfigs:\n- config_name: {}\n  data_files: {}"),
    _saved("splits-not-a-list", dataset_dict={"splits": 1},
        state={"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}),
    _saved("files-not-a-list", state={"_data_files": 7}),
    _saved("file-not-an-object", state={"_data_files": ["x", None]}),
    _saved("no-parts", dataset_dict={"splits": []},
        state={"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}),
    Case("coco-ids-that-are-objects", written({**{f"data/{name}": data for name, data in FILES.items()},
        "data/annotations.json": COCO}),
         samples("data"), (DONE, REFUSED)),
    _saved("no-file", state={"_data_files": []}),
    _saved("features-a-list", state={"_data_files": [{"filename": "data-00000-of-00001.arrow"}]},
        dataset_info={"features": [[]]}),
    Case("pipe-among-pictures", lambda folder: (place_samples(folder / "data", FILES),
        os.mkfifo(folder / "data" / "cat" / "p.png")),
         samples("data", "--modality", "image"), (DONE, REFUSED)),
    Case("link-to-itself", lambda folder: (place_samples(folder / "data", FILES),
        (folder / "data" / "cat" / "l").symlink_to("l")),
         samples("data", "--modality", "image"), (DONE, REFUSED)),
)  # fmt: skip
