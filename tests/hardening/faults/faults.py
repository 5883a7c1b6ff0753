"""What can go wrong on a machine while a run is going on, each fault as something that a test can cause."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark.store import connection
from tests.hardening.faults.privileges import is_root, mount, unmount, unshare_mounts
from tests.hardening.kills.steps import Step, watch_steps

__all__ = ["CACHE_FAULTS", "FAULTS", "USER_FAULTS", "Fault"]

CROWDED = "no more files can be opened|A library cannot be loaded"
DAY_SECONDS = 86_400.0
GARBAGE = b"this is no database" * 500


def nothing(_place: Path) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault.

    Parameters
    ----------
    name
        What a user would call it.
    strike
        Causes it, in the process that does the work, at some step of it.
    mend
        What a user does about it afterwards.
    around
        Entered before the work is begun and left when everything is judged.
    is_harmless
        Whether the work has to end as if nothing had happened; otherwise it may end with one sentence.
    as_user
        Whether it needs a user who is not root.
    needs_root
        Whether only root can cause it.
    is_silent
        Whether nothing can be said from then on.
    says
        What the sentence has to say, if there is one, as a regular expression.
    """

    name: str
    strike: Callable[[Path], None]
    mend: Callable[[Path], None] = nothing
    around: Callable[[Path], AbstractContextManager[None]] = lambda _: nullcontext()
    is_harmless: bool = False
    as_user: bool = False
    needs_root: bool = False
    is_silent: bool = False
    says: str = ""

    @property
    def obstacle(self) -> str:
        """Why it cannot be caused here; empty if it can."""
        return "only root can cause it" if self.needs_root and not is_root() else ""


# The disk.


@contextmanager
def small_disk(place: Path, *, spare_bytes: int) -> Iterator[None]:
    """A disk of the home's own with a little room."""
    home, kept = place / "home", place / "kept"
    home.mkdir(exist_ok=True)
    home.rename(kept)
    home.mkdir()
    taken = sum(file.stat().st_blocks * 512 for file in kept.rglob("*"))
    mount("tmpfs", home, f"size={taken + spare_bytes}")
    shutil.copytree(kept, home, dirs_exist_ok=True)
    shutil.rmtree(kept)
    try:
        yield
    finally:
        unmount(home)


def make_room(place: Path) -> None:
    """Make the disk larger."""
    mount("tmpfs", place / "home", "size=64m", again=True)


def limit_files(_place: Path, *, size: int) -> None:
    """No file can grow beyond a size from now on."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def refuse(place: Path, *, number: int, events: frozenset[str]) -> None:
    """Whatever changes a file or a folder fails from now on, but for SQLite's own writing."""

    def fail(_at: int, step: Step) -> None:
        if step[1] in events:
            raise OSError(number, os.strerror(number))

    watch_steps(place, fail)


CREATING = frozenset({"open", "os.mkdir"})
CHANGING = CREATING | {"os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree"}


def turn_read_only(place: Path) -> None:
    """Take away the right to write."""
    for path in (*(place / "home").rglob("*"), place / "home"):
        path.chmod(0o555 if path.is_dir() else 0o444)


def turn_writable(place: Path) -> None:
    """Give the right to write back."""
    for path in (place / "home", *(place / "home").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


# The store of runs.


def store_file(place: Path) -> Path:
    """The file of the store."""
    return place / "home" / "runs" / "runs.sqlite"


def swap_store(place: Path, *, put: Callable[[Path], None]) -> None:
    """Take the store away, and put something else in its place."""
    file, safe = store_file(place), place / "safe"
    safe.mkdir(exist_ok=True)
    for path in file.parent.glob("runs.sqlite*"):
        path.rename(safe / path.name)
    put(file)


def bring_back(place: Path) -> None:
    """Put the store back."""
    file, safe = store_file(place), place / "safe"
    if not safe.exists():
        return
    for path in file.parent.glob("runs.sqlite*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in safe.iterdir():
        path.rename(file.parent / path.name)
    safe.rmdir()


def lock_database(path: Path, seconds: float) -> None:
    """Let another process keep a database locked for a while."""
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            database = sqlite3.connect(path, isolation_level=None, timeout=60)
            database.execute("BEGIN EXCLUSIVE")
            os.write(write, b"x")
            time.sleep(seconds)
            database.execute("ROLLBACK")
            database.close()
        finally:
            os._exit(0)
    os.close(write)
    os.read(read, 1)
    os.close(read)


def lock_store(place: Path) -> None:
    """Lock the store for longer than anybody waits."""
    connection.SECONDS_TO_WAIT = 0.2
    lock_database(store_file(place), 1.5)


# The feature cache.


def cache_file(place: Path) -> Path:
    """The database of the feature cache."""
    return place / "home" / "features" / "cache.db"


def overwrite(path: Path, start: int) -> None:
    """Write something else into a file, in the middle or from its start."""
    if path.exists():
        with path.open("r+b") as file:
            file.seek(start)
            file.write(GARBAGE)


def cut(path: Path, size: int) -> None:
    """Make a file shorter."""
    if path.exists():
        os.truncate(path, size)


def drop_cache(place: Path, *, but: Callable[[Path], None] = nothing) -> None:
    """Delete the whole folder of the cache, and put something in its place."""
    shutil.rmtree(place / "home" / "features", ignore_errors=True)
    but(place / "home" / "features")


def values(place: Path) -> list[Path]:
    """The files of the values of the cache."""
    return sorted((place / "home" / "features").rglob("*.val"))


def cut_values(place: Path) -> None:
    """Make every value of the cache shorter."""
    for path in values(place):
        os.truncate(path, path.stat().st_size // 2)


def drop_values(place: Path) -> None:
    """Delete every value of the cache."""
    for path in values(place):
        path.unlink()


def lock_cache(place: Path) -> None:
    """Lock the cache for a while."""
    if cache_file(place).exists():
        lock_database(cache_file(place), 1.0)


# Clocks.


def jump(_place: Path, *, days: tuple[float, ...]) -> None:
    """Let the clock jump with every look at it."""
    offsets, usual = cycle(days), time.time

    class Jumping(datetime):
        """The moment that the clock shows."""

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            """A moment that is days away."""
            return datetime.now(tz or UTC) + timedelta(days=next(offsets))

    time.time = lambda: usual() + DAY_SECONDS * next(offsets)
    for name, module in list(sys.modules.items()):
        if name.startswith("ptmrank_core") and getattr(module, "datetime", None) is datetime:
            module.datetime = Jumping


# The process and its surroundings.


def lose_folder(place: Path) -> None:
    """Delete the folder that the process works in."""
    folder = Path(tempfile.mkdtemp(dir=place.parent))
    os.chdir(folder)
    folder.rmdir()


def lose_temporary(place: Path) -> None:
    """Have no folder for temporary files."""
    os.environ["TMPDIR"] = tempfile.tempdir = str(place / "no such folder")


def lose_shared_memory(_place: Path) -> None:
    """Have no shared memory: nothing can be made in /dev/shm."""
    unshare_mounts()
    mount("tmpfs", Path("/dev/shm"), "ro,size=4k")  # noqa: S108 - it is what is taken away


def unset_home(_place: Path) -> None:
    """Have no HOME, nor what stands for it."""
    for name in ("HOME", "XDG_DATA_HOME", "USER", "LOGNAME"):
        os.environ.pop(name, None)


def close(_place: Path, *, numbers: tuple[int, ...]) -> None:
    """Close standard files."""
    for number in numbers:
        os.close(number)


def fill_output(_place: Path) -> None:
    """Let standard output be a full disk."""
    os.dup2(os.open("/dev/full", os.O_WRONLY), 1)


def limit_descriptors(_place: Path, *, spare: int) -> None:
    """Few more files can be opened."""
    used = {int(name) for name in os.listdir("/proc/self/fd")}  # noqa: PTH208
    free = (number for number in count() if number not in used)
    limit = next(islice(free, spare, None))  # it is numbers that are limited, and some below are free
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def limit_processes(_place: Path) -> None:
    """Neither a process nor a thread can be started."""
    resource.setrlimit(resource.RLIMIT_NPROC, (1, resource.getrlimit(resource.RLIMIT_NPROC)[1]))


def limit_memory(_place: Path, *, spare_bytes: int) -> None:
    """Little more memory can be had."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    size = pages * os.sysconf("SC_PAGE_SIZE") + spare_bytes
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


def set_umask(_place: Path, *, mask: int) -> None:
    """Set what rights new files do not get."""
    os.umask(mask)


FAULTS = (
    *(
        Fault(
            f"disk full after {spare // 1024} kB",
            nothing,
            mend=make_room,
            around=partial(small_disk, spare_bytes=spare),
            needs_root=True,
            says="there is no room left on the disk",
        )
        for spare in (4_096, 65_536, 262_144)
    ),
    *(
        Fault(f"no file over {size // 1024} kB", partial(limit_files, size=size))
        for size in (4_096, 16_384, 65_536)
    ),
    Fault("no room for a new file", partial(refuse, number=errno.ENOSPC, events=CREATING)),
    Fault("share of the disk used up", partial(refuse, number=errno.EDQUOT, events=CREATING)),
    Fault("read-only disk", partial(refuse, number=errno.EROFS, events=CHANGING)),
    Fault("disk that fails", partial(refuse, number=errno.EIO, events=CHANGING)),
    Fault("store deleted", partial(swap_store, put=nothing), mend=bring_back),
    Fault("store emptied", partial(swap_store, put=Path.touch), mend=bring_back),
    Fault("store a folder", partial(swap_store, put=Path.mkdir), mend=bring_back),
    Fault(
        "store overwritten",
        partial(swap_store, put=lambda path: path.write_bytes(GARBAGE) and None),
        mend=bring_back,
    ),
    Fault("store locked for long", lock_store, mend=lambda _: time.sleep(1.5)),
    Fault("store locked for a while", lambda place: lock_database(store_file(place), 1.0), is_harmless=True),
    *(
        Fault(f"clock {name}", partial(jump, days=days), is_harmless=True)
        for name, days in (
            ("jumps back and forth", (0.0, 3.0, -3.0, 400.0, -400.0)),
            ("goes back", (-30.0,)),
            ("runs ahead", (3_650.0,)),
            ("before 1970", (-30_000.0, 0.0)),
        )
    ),
    Fault("folder deleted", lose_folder, is_harmless=True),
    Fault("no temporary folder", lose_temporary, is_harmless=True),
    Fault("no shared memory", lose_shared_memory, is_harmless=True, needs_root=True),
    Fault("no HOME", unset_home, is_harmless=True),
    Fault("umask 077", partial(set_umask, mask=0o077), is_harmless=True),
    Fault("input closed", partial(close, numbers=(0,)), is_harmless=True),
    Fault("output closed", partial(close, numbers=(1,))),
    Fault("errors closed", partial(close, numbers=(2,)), is_silent=True),
    Fault("all closed", partial(close, numbers=(0, 1, 2)), is_silent=True),
    Fault("output full", fill_output),
    *(
        Fault(f"{spare} more files open", partial(limit_descriptors, spare=spare), says=CROWDED)
        for spare in (0, 1, 2, 3, 5, 8, 12)
    ),
    *(
        Fault(f"{mega} MB more memory", partial(limit_memory, spare_bytes=mega << 20), says="memory")
        # With less, Python's own thread dies before it says that it lives, and its starter waits for ever.
        for mega in (4, 32)
    ),
)
"""Faults of any work."""

CACHE_FAULTS = (
    Fault("cache overwritten", lambda place: overwrite(cache_file(place), 0), is_harmless=True),
    Fault(
        "cache overwritten in the middle", lambda place: overwrite(cache_file(place), 5_000), is_harmless=True
    ),
    Fault("cache emptied", lambda place: cut(cache_file(place), 0), is_harmless=True),
    Fault("cache cut", lambda place: cut(cache_file(place), 9_000), is_harmless=True),
    Fault(
        "cache's database deleted", lambda place: cache_file(place).unlink(missing_ok=True), is_harmless=True
    ),
    Fault("cache deleted", drop_cache, is_harmless=True),
    Fault("cache a file", partial(drop_cache, but=Path.touch), is_harmless=True),
    Fault("cache's values cut", cut_values, is_harmless=True),
    Fault("cache's values deleted", drop_values, is_harmless=True),
    Fault("cache locked for a while", lock_cache, is_harmless=True),
)
"""Faults of the feature cache, none of which ends a run."""

USER_FAULTS = (
    Fault("nothing", nothing, is_harmless=True, as_user=True),
    Fault("home turned read-only", turn_read_only, mend=turn_writable, as_user=True),
    Fault("umask 0777", partial(set_umask, mask=0o777), mend=turn_writable, as_user=True),
    Fault("no more processes or threads", limit_processes, as_user=True),
)
"""Faults that stop nobody who is root."""
