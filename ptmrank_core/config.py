"""Settings: one frozen record, read from the environment once, at each entry point.

Environment variables
---------------------
PTMRANK_HOME
    Folder of all data that PTMRank stores; by default the platform's for a user's application data.
PTMRANK_CACHE_GB, PTMRANK_RESULTS_GB
    Size limits in gigabytes of the feature cache (20) and of the results that are kept (2), from which the
    same question asked again is answered. What was used least recently is deleted first.
PTMRANK_WORKERS
    Processes that the analyses of a run are spread over, with the same results for any number; by default
    the processors that it may use.
PTMRANK_MODELS
    Folder whose subfolders are offered as candidates (``local:NAME``); by default there is none.
PTMRANK_SHARED
    1 if several people use a dashboard that is bound to loopback behind a proxy: each visitor then has
    separate runs and uploads, as with any other address.
PTMRANK_DEMO_ONLY
    1 for a dashboard that everybody may try: it takes demo samples and demo models alone, and each visitor
    has separate runs.
PTMRANK_PEATMOSS
    A PeaTMOSS.db whose models the dashboard offers; by default there is none.
PTMRANK_LOAD_SECONDS
    Time that a model may take to load and run its first batch without a sign of life; default 900.
PTMRANK_READY_MINUTES
    How long a process that has imported what a run needs waits for one (10); 0 for none that waits.
PTMRANK_OWNER_GB, PTMRANK_OWNER_UPLOADS, PTMRANK_OWNER_RUNS
    What one visitor of a shared dashboard may keep and ask for at a time: gigabytes of uploads (5), uploads
    (50), runs that wait or run (5).
PTMRANK_KEEP_DAYS
    Days (7) after which unused uploads, samples taken from the Hub and merged models are swept away.
PTMRANK_HOSTS
    Names, separated by commas, that a dashboard bound to this machine answers besides the machine's own:
    those of the proxy in front of it. By default there are none.
PTMRANK_FRAME_ANCESTORS
    Origins, separated by commas, whose pages may show the dashboard in a frame; by default its own alone.
PTMRANK_ENGINE, PTMRANK_ENGINE_FILES
    Where features are extracted: local (default), ray for the Ray cluster that this machine is part of, or
    ray://HOST:PORT for the one whose head node is there. 1 if all its nodes read samples by the same paths.
OMP_NUM_THREADS
    Threads of a run; by default one fewer than the processors, so that the dashboard stays responsive.
HF_HOME, HF_TOKEN and others of the Hub client
    Passed on; HF_HUB_DISABLE_XET and HF_HUB_DISABLE_TELEMETRY are 1 unless they are set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ptmrank_core.variables import (
    LEAST,
    MOST,
    MOST_DAYS,
    USUAL_QUOTAS,
    Quotas,
    read_count,
    read_engine,
    read_gigabytes,
    read_home,
    read_list,
    read_number,
    read_path,
    read_quotas,
    read_switch,
)

__all__ = [
    "ASSETS",
    "CLUSTER_HINT",
    "LOCAL_ENGINE",
    "PEFT_HINT",
    "Quotas",
    "Settings",
    "child_command",
    "child_environment",
    "count_threads",
    "has_peft",
    "has_ray",
    "load_settings",
    "set_defaults",
    "set_library_defaults",
    "set_threads",
]

_HERE = Path(__file__).resolve().parent
# In an installed package the assets are inside it, in the repository beside it.
ASSETS = _HERE / "assets" if (_HERE / "assets").is_dir() else _HERE.parent / "assets"
DEFAULT_CACHE_GB = 20.0
DEFAULT_RESULTS_GB = 2.0
DEFAULT_LOAD_SECONDS = 900.0
LOCAL_ENGINE = "local"
PEFT_HINT = "Install the extra: pip install 'ptmrank[peft]'."
CLUSTER_HINT = "Install the extra on every node: pip install 'ptmrank[cluster]'."


@dataclass(frozen=True, slots=True)
class Settings:
    """Where data are stored, and how much.

    Parameters
    ----------
    home
        Folder of all data that PTMRank stores.
    cache_limit_bytes, results_limit_bytes
        Size limits of the feature cache and of the results that are kept.
    workers
        Processes that analyses are spread over; 0 for as many as there are processors to use.
    models_dir, peatmoss
        A folder, and a PeaTMOSS database, whose models are offered; ``None`` if there is none.
    shared, demo_only
        Whether each visitor of the dashboard has separate runs, whatever address it is bound to, and whether
        it works on the demo samples with the demo models alone.
    load_seconds, ready_seconds
        Seconds without a sign of life after which a model that is being loaded is given up, and those that a
        process waits for the next run of the dashboard; 0 for none that waits.
    quotas
        What one visitor of a shared dashboard may keep.
    hosts, frame_ancestors
        Names that a dashboard answers besides the machine's own; origins whose pages may show it in a frame.
    engine, engine_files
        Where features are extracted: ``"local"``, ``"ray"`` or ``"ray://HOST:PORT"``; whether all nodes of
        the cluster read the samples by the same paths.
    """

    home: Path
    cache_limit_bytes: int = int(DEFAULT_CACHE_GB * 1e9)
    results_limit_bytes: int = int(DEFAULT_RESULTS_GB * 1e9)
    workers: int = 0
    models_dir: Path | None = None
    peatmoss: Path | None = None
    shared: bool = False
    demo_only: bool = False
    load_seconds: float = DEFAULT_LOAD_SECONDS
    ready_seconds: float = 600.0
    quotas: Quotas = USUAL_QUOTAS
    hosts: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    engine: str = LOCAL_ENGINE
    engine_files: bool = False

    @property
    def features_dir(self) -> Path:
        """Folder of the feature cache."""
        return self.home / "features"

    @property
    def results_dir(self) -> Path:
        """Folder of the results that are kept."""
        return self.home / "results"

    @property
    def runs_dir(self) -> Path:
        """Folder of the run store and the runs' locks and logs."""
        return self.home / "runs"

    @property
    def store_file(self) -> Path:
        """Database of the runs."""
        return self.runs_dir / "runs.sqlite"

    @property
    def merged_dir(self) -> Path:
        """Folder of the models that adapters were merged into."""
        return self.home / "merged"

    @property
    def uploads_dir(self) -> Path:
        """Folder of uploaded samples."""
        return self.home / "uploads"

    @property
    def drafts_dir(self) -> Path:
        """Folder of drafts of runs."""
        return self.home / "drafts"

    @property
    def datasets_dir(self) -> Path:
        """Folder of samples taken from datasets of the Hub."""
        return self.home / "datasets"


def has_peft() -> bool:
    """Whether peft is installed, the package that trains and merges adapters; it is not imported."""
    return find_spec("peft") is not None


def has_ray() -> bool:
    """Whether Ray is installed; it is not imported."""
    return find_spec("ray") is not None


def child_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours elsewhere, imported from where this process imports."""
    return [sys.executable, "-P", "-m", module, *arguments]


def child_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process of ours that uses the same settings and imports."""
    paths = [os.path.abspath(path) for path in sys.path if isinstance(path, str)]  # noqa: PTH100 - may be zips
    return {
        **_library_defaults(),
        # Importing PyTorch makes this folder, below that of temporary files if it is not named.
        "TORCHINDUCTOR_CACHE_DIR": str(settings.features_dir),
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "PTMRANK_HOME": str(settings.home),
        "PTMRANK_CACHE_GB": str(settings.cache_limit_bytes / 1e9),
        "PTMRANK_RESULTS_GB": str(settings.results_limit_bytes / 1e9),
        "PTMRANK_WORKERS": str(settings.workers or ""),
        "PTMRANK_MODELS": str(settings.models_dir or ""),
        "PTMRANK_PEATMOSS": str(settings.peatmoss or ""),
        "PTMRANK_LOAD_SECONDS": str(settings.load_seconds),
        "PTMRANK_READY_MINUTES": str(settings.ready_seconds / 60),
        "PTMRANK_ENGINE": settings.engine,
    }


def set_library_defaults() -> None:
    """Limit this process's threads and set other defaults; call this before the libraries are imported."""
    set_defaults(_library_defaults())


def set_defaults(variables: Mapping[str, str]) -> None:
    """Set environment variables of this process, except those that are set already."""
    os.environ.update(dict(variables) | dict(os.environ))


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def count_threads() -> int:
    """Count the threads that a model runs with on this machine."""
    threads = os.environ.get(THREADS[0]) or _library_defaults()[THREADS[0]]
    return int(threads) if threads.isdecimal() and int(threads) else 1


def set_threads(n_threads: int) -> None:
    """Set the threads of processes that this one starts, whatever was set before."""
    os.environ.update(dict.fromkeys(THREADS, str(n_threads)))


def _library_defaults() -> dict[str, str]:
    """Return variables that NumPy, PyTorch and the Hub client read when they are imported.

    The Hub client's alternative download protocol, Xet, swallows exceptions raised in a progress bar: a
    cancelled download would continue to the end of its file.

    On a busy machine, more threads than free processors make a forward pass several times slower, above all
    because idle OpenMP threads spin: hence one thread fewer than processors, and passive waiting.
    """
    n_threads = str(max(1, (os.cpu_count() or 2) - 1))
    hub = ("HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_TELEMETRY")
    return {**dict.fromkeys(THREADS, n_threads), "OMP_WAIT_POLICY": "PASSIVE", **dict.fromkeys(hub, "1")}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Parameters
    ----------
    environ
        Variables; by default those of this process.

    Returns
    -------
    Settings
        All paths are absolute; no folder is created.

    Raises
    ------
    InputError
        If a variable has an invalid value.
    """
    environ = os.environ if environ is None else environ
    demo_only = read_switch("PTMRANK_DEMO_ONLY", environ)
    return Settings(
        home=read_home(environ),
        cache_limit_bytes=read_gigabytes("PTMRANK_CACHE_GB", DEFAULT_CACHE_GB, environ),
        results_limit_bytes=read_gigabytes("PTMRANK_RESULTS_GB", DEFAULT_RESULTS_GB, environ),
        workers=read_count("PTMRANK_WORKERS", 0, environ) if environ.get("PTMRANK_WORKERS") else 0,
        models_dir=read_path("PTMRANK_MODELS", environ),
        peatmoss=read_path("PTMRANK_PEATMOSS", environ),
        shared=read_switch("PTMRANK_SHARED", environ) or demo_only,
        demo_only=demo_only,
        load_seconds=read_number("PTMRANK_LOAD_SECONDS", DEFAULT_LOAD_SECONDS, environ, bounds=(LEAST, MOST)),
        ready_seconds=60 * read_number("PTMRANK_READY_MINUTES", 10, environ, bounds=(0, MOST_DAYS)),
        quotas=read_quotas(environ),
        hosts=read_list("PTMRANK_HOSTS", environ),
        frame_ancestors=read_list("PTMRANK_FRAME_ANCESTORS", environ),
        engine=read_engine("PTMRANK_ENGINE", environ),
        engine_files=read_switch("PTMRANK_ENGINE_FILES", environ),
    )
