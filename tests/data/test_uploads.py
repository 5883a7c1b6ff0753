"""What a browser sent, stored by its content."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import stat
import tarfile
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.config import Quotas, Settings
from ptmrank_core.data import load_samples, store_features, store_upload
from ptmrank_core.data.hub.places import HubPlace
from ptmrank_core.data.hub.store import write_dataset
from ptmrank_core.errors import ArchiveError, InputError, QuotaError, SamplesError
from ptmrank_core.owners import claim, owned, room_of
from ptmrank_core.records import LOCAL_OWNER
from tests.ready_made import save_features


@pytest.fixture
def uploads_dir(tmp_path: Path) -> Path:
    """Folder that does not exist yet."""
    return tmp_path / "home" / "uploads"


def test_an_archive_is_stored_under_its_digest(make: Any, uploads_dir: Path) -> None:
    """The path is the SHA-256 of the bytes and the name that the user knows."""
    data = make.zip(make.classes())
    path = store_upload([("My photos.zip", data)], uploads_dir)
    assert path == uploads_dir / hashlib.sha256(data).hexdigest() / "My photos.zip"
    assert path.read_bytes() == data
    assert load_samples(path).n_samples == 4
    assert list(uploads_dir.iterdir()) == [path.parent]


@pytest.mark.parametrize("kind", ["archive", "loose"])
def test_the_same_upload_is_not_written_again(
    make: Any, uploads_dir: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A second upload of the same content finds the first, in any order of files."""
    files = list(make.classes().items())
    upload = [("a.zip", make.zip(files))] if kind == "archive" else files
    path = store_upload(upload, uploads_dir)
    monkeypatch.delattr(tempfile, "TemporaryDirectory")
    assert store_upload(upload[::-1], uploads_dir) == path


def test_the_same_archive_under_another_name_is_the_same(make: Any, uploads_dir: Path) -> None:
    """Content decides; a zip archive needs no suffix to be one."""
    data = make.zip(make.classes())
    path = store_upload([("a/b/photos", data)], uploads_dir)
    assert path.name == "photos.zip"
    assert store_upload([("other.zip", data)], uploads_dir) == path


def test_loose_files_with_a_table_are_a_source(make: Any, uploads_dir: Path) -> None:
    """Pictures and their table, chosen together in the browser, load as they are."""
    files = {f"{i}.png": make.picture(i) for i in range(4)}
    files["labels.tsv"] = b"file\tlabel\n0.png\tb\n1.png\tb\n2.png\ta\n3.png\ta\n"
    samples = load_samples(store_upload(list(files.items()), uploads_dir))
    assert samples.class_names == ("a", "b")
    assert samples.labels.tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("name", ["reviews.csv", "my/reviews.csv"])
def test_a_table_alone_is_a_source(uploads_dir: Path, name: str) -> None:
    """One table is stored as a file of its name, which says how to read it."""
    rows = "".join(f"\nThe text number {i},{'ab'[i % 2]}" for i in range(4))
    path = store_upload([(name, f"text,label{rows}".encode())], uploads_dir)
    assert path.name == "reviews.csv"
    assert path.is_file()
    assert load_samples(path).summary().class_counts == {"a": 2, "b": 2}


def test_a_table_under_another_name_is_another(uploads_dir: Path) -> None:
    """The suffix says how the same bytes are read, so it counts."""
    one, two = (store_upload([(name, b"a X\nb Y\n")], uploads_dir) for name in ("a.conll", "a.csv"))
    assert (one.name, two.name) == ("a.conll", "a.csv")


@pytest.mark.parametrize("kind", ["tone", "animation", "text"])
def test_loose_files_of_any_modality_are_a_source(make: Any, uploads_dir: Path, kind: str) -> None:
    """Recordings, videos and texts with a table of their labels load as pictures do."""
    suffix = {"tone": "wav", "animation": "gif", "text": "txt"}[kind]
    maker = {"tone": make.tone, "animation": make.animation, "text": lambda i: b"Text number %d." % i}[kind]
    files = [(f"{i}.{suffix}", maker(i)) for i in range(4)]
    table = "file,label" + "".join(f"\n{i}.{suffix},{'ab'[i % 2]}" for i in range(4))
    path = store_upload([*files, ("labels.csv", table.encode())], uploads_dir)
    assert load_samples(path).summary().class_counts == {"a": 2, "b": 2}


def test_a_directory_upload_keeps_its_folders(make: Any, uploads_dir: Path) -> None:
    """Names with folders, as a browser sends a directory, give the classes."""
    files = [(f"data/{name}", data) for name, data in make.classes().items()]
    path = store_upload(files, uploads_dir)
    assert (path / "data" / "cat" / "1.png").is_file()
    assert load_samples(path).class_names == ("cat", "dog")


def test_names_count_in_the_digest(uploads_dir: Path) -> None:
    """Renamed files are another upload, for a name can be a label."""
    one = store_upload([("a/1.png", b"x"), ("b/2.png", b"y")], uploads_dir)
    two = store_upload([("b/1.png", b"x"), ("a/2.png", b"y")], uploads_dir)
    assert one != two


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "a/../../evil.png", "/evil.png", "C:\\evil.png", "C:evil.png", "a\x00.png", "", "."],
)
def test_unsafe_names_store_nothing(make: Any, uploads_dir: Path, name: str) -> None:
    """A name that leads elsewhere is refused with all that came with it."""
    with pytest.raises(ArchiveError) as caught:
        store_upload([("cat/0.png", make.picture(0)), (name, b"x")], uploads_dir)
    assert repr(name) in str(caught.value)
    assert not uploads_dir.parent.exists()


def test_an_unsafe_archive_stores_nothing(make: Any, uploads_dir: Path) -> None:
    """An archive is checked before it reaches the disk."""
    link = make.info("cat/evil.png", mode=stat.S_IFLNK | 0o777)
    with pytest.raises(ArchiveError, match=r"'cat/evil.png' is a symbolic link"):
        store_upload([("a.zip", make.zip([(link, b"/etc/passwd")]))], uploads_dir)
    with pytest.raises(ArchiveError, match=r"'a.zip' is not a zip archive"):
        store_upload([("a.zip", b"x")], uploads_dir)
    assert not uploads_dir.parent.exists()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a.zip", "b.zip"], "'a.zip', 'b.zip'; expected a single .zip"),
        (["a.zip", "1.png"], "2 files holds 'a.zip'"),
        (["a.rar"], "'a.rar'; expected a single .zip"),
        ([], "holds no files"),
    ],
)
def test_uploads_that_mix_are_refused(uploads_dir: Path, names: list[str], said: str) -> None:
    """One zip archive or loose files; nothing else, and nothing of both."""
    with pytest.raises(SamplesError) as caught:
        store_upload([(name, b"x") for name in names], uploads_dir)
    assert isinstance(caught.value, InputError)
    assert said in str(caught.value)
    assert not uploads_dir.parent.exists()


def test_an_archive_under_another_name_is_seen(make: Any, uploads_dir: Path) -> None:
    """A zip archive among loose files is told by its bytes."""
    with pytest.raises(SamplesError, match=r"holds 'photos'"):
        store_upload([("1.png", b"x"), ("photos", make.zip(make.classes()))], uploads_dir)


def test_a_name_twice_is_refused(uploads_dir: Path) -> None:
    """Two files of one name, spelled alike or not, would overwrite each other."""
    with pytest.raises(ArchiveError, match=r"'./a.png' is refused: it occurs twice"):
        store_upload([("a.png", b"x"), ("./a.png", b"y")], uploads_dir)


@pytest.mark.parametrize("names", [["a", "a/b"], ["a/b", "a"]])
def test_a_file_in_place_of_a_folder_is_refused(uploads_dir: Path, names: list[str]) -> None:
    """Names that cannot both be stored are refused, and nothing is left behind."""
    with pytest.raises(ArchiveError, match="collides with another file"):
        store_upload([(name, b"x") for name in names], uploads_dir)
    assert list(uploads_dir.iterdir()) == []


def test_a_failed_write_leaves_nothing(make: Any, uploads_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upload cut off by a full disk is not found by the next one."""

    def fail(self: Path, target: Path) -> Path:
        """Behave like a full disk."""
        raise OSError(28, "No space left on device", str(self), None, str(target))

    upload = list(make.classes().items())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="No space left"):
            store_upload(upload, uploads_dir)
    assert list(uploads_dir.iterdir()) == []
    assert load_samples(store_upload(upload, uploads_dir)).n_samples == 4


def test_two_uploads_at_once_are_one(make: Any, uploads_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another process stored the same a moment earlier, its folder is taken."""

    def arrive_late(self: Path, target: Path) -> Path:
        """Find the target there already."""
        shutil.copytree(self, target)
        raise OSError(39, "Directory not empty", str(self), None, str(target))

    monkeypatch.setattr(Path, "rename", arrive_late)
    path = store_upload(list(make.classes().items()), uploads_dir)
    assert load_samples(path).n_samples == 4
    assert list(uploads_dir.iterdir()) == [path]


def test_features_are_stored_side_by_side(make: Any, uploads_dir: Path, tmp_path: Path) -> None:
    """Loose files and a zip of them, with a folder and a hidden file in it, come to the same folder."""
    files = {f"{name}.npz": save_features(tmp_path / f"{name}.npz").read_bytes() for name in "ab"}
    loose = store_features(list(files.items()), uploads_dir)
    packed = make.zip({**{f"mine/{name}": data for name, data in files.items()}, "mine/.DS_Store": b"x"})
    assert store_features([("own.zip", packed)], uploads_dir) == loose
    assert sorted(path.name for path in loose.iterdir()) == ["a.npz", "b.npz"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no files"),
        ({"notes.txt": b"x"}, "'notes.txt' is a file of features"),
        ({"a/m.npz": b"x", "b/m.npz": b"y"}, "occurs twice"),
        ({"../m.npz": b"x"}, "refused"),
    ],
)
def test_features_that_cannot_be_stored(uploads_dir: Path, files: dict[str, bytes], said: str) -> None:
    """Nothing is stored of an upload without features, with two of one name, or with an unsafe name."""
    with pytest.raises(InputError, match=said):
        store_features(list(files.items()), uploads_dir)
    assert not uploads_dir.exists()


def test_other_archives_within_an_archive_of_features_are_refused(make: Any, uploads_dir: Path) -> None:
    """Only .npz files may be archives by their first bytes."""
    inner = make.zip({"x.txt": b"x"})
    with pytest.raises(ArchiveError, match="archive"):
        store_features([("own.zip", make.zip({"a.npz": inner, "b.bin": inner}))], uploads_dir)


@pytest.fixture
def small(uploads_dir: Path) -> Settings:
    """Settings of a server whose visitors may keep two uploads of together 10 kB."""
    return Settings(home=uploads_dir.parent, quotas=Quotas(upload_bytes=10_000, n_uploads=2))


def rows(n_bytes: int, mark: str = "x") -> list[tuple[str, bytes]]:
    """An upload of one table with so many bytes."""
    return [("a.csv", mark.encode() * n_bytes)]


def keep(files: list[tuple[str, bytes]], settings: Settings, owner: str = "visitor") -> Path:
    """Store an upload of a visitor."""
    return store_upload(files, settings.uploads_dir, owner=owner, settings=settings)


def test_a_visitor_may_keep_so_many_bytes(small: Settings) -> None:
    """Up to the limit and not a byte more; what is kept, what may be kept and what to do is said."""
    keep(rows(6_000), small)
    with pytest.raises(QuotaError) as refused:
        keep(rows(4_001, "y"), small)
    assert str(refused.value) == (
        "This takes 0.004 MB, and you keep 0.006 MB here already; each visitor of this server may keep "
        "0.01 MB of uploads. Delete an upload that you no longer need, or a run with its upload."
    )
    assert len(stored_in(small)) == 1
    keep(rows(4_000, "y"), small)
    assert len(stored_in(small)) == 2


def test_a_visitor_may_keep_so_many_uploads(small: Settings) -> None:
    """However small they are; one that is there already is no new one, and one that is deleted makes room."""
    first, second = (keep(rows(10, mark), small) for mark in "xy")
    assert keep(rows(10, "x"), small) == first
    with pytest.raises(QuotaError, match=r"You keep 2 uploads here already; each visitor .* may keep 2"):
        keep(rows(10, "z"), small)
    assert room_of(small, "visitor").n_kept == 2
    shutil.rmtree(second.parent)
    keep(rows(10, "z"), small)


def test_others_and_this_machine_have_room_of_their_own(small: Settings) -> None:
    """A visitor who keeps all they may takes nothing from another; the machine has no limit."""
    for owner in ("a", "b"):
        keep(rows(10_000), small, owner)
    for mark in "xyz":
        keep(rows(20_000, mark), small, LOCAL_OWNER)
    assert len(stored_in(small)) == 5


def test_what_is_unpacked_counts(small: Settings) -> None:
    """A tar of a few bytes that becomes more than there is room for is refused while it is unpacked."""
    packed = gzip.compress(tar_of({f"{kind}/{i}.txt": b"word " * 300 for kind in "ab" for i in range(9)}))
    assert len(packed) < 2_000
    with pytest.raises(QuotaError, match=r"each visitor of this server may keep 0\.01 MB"):
        keep([("texts.tar.gz", packed)], small)
    assert stored_in(small) == []
    features = io.BytesIO()
    with zipfile.ZipFile(features, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npz", bytes(30_000))
    with pytest.raises(QuotaError, match=r"This takes 0\.03 MB"):
        store_features([("f.zip", features.getvalue())], small.uploads_dir, owner="visitor", settings=small)
    assert stored_in(small) == []


def test_uploads_at_once_do_not_pass_the_limit_together(small: Settings) -> None:
    """Of eight that come at the same moment, as many are kept as there is room for."""

    def attempt(mark: str) -> bool:
        try:
            keep(rows(4_000, mark), small)
        except QuotaError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, "abcdefgh")) == 2
    assert len(stored_in(small)) == 2


def test_samples_of_the_hub_count_too(small: Settings) -> None:
    """What was taken of a dataset takes room of whoever asked for it."""
    place = HubPlace("org/reviews", "c" * 40, "default")
    taken = write_dataset(small.datasets_dir, place, place, {"train": 4}, 0.0).folder
    (taken / "rows.parquet").write_bytes(bytes(9_900))
    assert room_of(small, "visitor").kept_bytes == 0
    with claim(small, "visitor", "c" * 40):
        pass
    assert room_of(small, "visitor").kept_bytes > 9_900
    with pytest.raises(QuotaError):
        keep(rows(1_000), small)
    keep(rows(1_000), small, "other")


def test_an_upload_that_fails_leaves_no_mark(small: Settings) -> None:
    """What could not be stored is nobody's."""
    with pytest.raises(ArchiveError):
        keep([("a", b"1"), ("a/b.csv", b"2")], small)
    assert owned(small, "visitor") == frozenset()


def stored_in(settings: Settings) -> list[Path]:
    """The folders of all uploads of a home, and what is left of one that was refused."""
    return [path for path in settings.uploads_dir.iterdir() if path.name != ".owners"]


def tar_of(files: dict[str, bytes]) -> bytes:
    """A tar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()
