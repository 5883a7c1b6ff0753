"""What only root can do: mount file systems, and become a user who is not root."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

__all__ = ["become_nobody", "give_to_nobody", "is_root", "mount", "unmount", "unshare_mounts"]

NOBODY = 65_534
OWN_MOUNTS = 0x00020000  # CLONE_NEWNS
READ_ONLY, AGAIN, RECURSIVE, PRIVATE = 1, 32, 16_384, 1 << 18
LIBRARY = ctypes.CDLL(None, use_errno=True)


def is_root() -> bool:
    """Whether this process may do anything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and _can_mount()


def _can_mount() -> bool:
    """Whether file systems can be mounted: in some containers root cannot."""
    status = Path("/proc/self/status").read_text()
    capabilities = int(status.partition("CapEff:")[2].split()[0], 16)
    return bool(capabilities >> 21 & 1)  # CAP_SYS_ADMIN


def _check(status: int) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mount(kind: str, place: Path, options: str = "", *, again: bool = False) -> None:
    """Mount a file system, or change one that is mounted."""
    flags = (AGAIN if again else 0) | (READ_ONLY if "ro" in options.split(",") else 0)
    rest = ",".join(option for option in options.split(",") if option != "ro")
    arguments = (kind.encode(), os.fsencode(place), kind.encode(), flags, rest.encode())
    _check(LIBRARY.mount(*arguments))


def unmount(place: Path) -> None:
    """Unmount what is mounted."""
    _check(LIBRARY.umount2(os.fsencode(place), 2))


def unshare_mounts() -> None:
    """Let what this process mounts be seen by nobody else."""
    _check(LIBRARY.unshare(OWN_MOUNTS))
    _check(LIBRARY.mount(None, b"/", None, RECURSIVE | PRIVATE, None))


def give_to_nobody(folder: Path) -> None:
    """Give a folder and all that is in it to the user nobody, unless this process has a usual user."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def become_nobody() -> None:
    """Be the user nobody from now on, unless this process has a usual user."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
