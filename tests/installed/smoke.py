"""Install the wheel, leave the repository, and use what is installed: ``python -m tests.installed.smoke``.

It ranks the three demos, asks for the catalogue, opens the dashboard, and makes one of its pages fail to see
that the settings hold. It prints what it saw, and ends with an error where something is not as it should be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.visitor import Visitor
from tests.dashboard.serving import free_port, wait_for
from tests.installed.building import ROOT, build_wheel, install, outside

DEMOS = {
    "demo:digits": "image-classification",
    "demo:docstrings": "text-classification",
    "demo:spoken-digits": "audio-classification",
}
BRIEFLY = ("--metrics", "hscore,logme", "--max-samples", "60", "--intervals", "0")
ALONE = ("--no-probe", "--no-references", "--no-projections", "--no-sample-sizes", "--json")
SECRET = "what a visitor must not read"  # noqa: S105 - no password
LOOPBACK = {"0100007F", "0" * 24 + "01000000"}  # as /proc/net has 127.0.0.1 and ::1
FAILURE = f"\n\ndef page() -> None:\n    raise ValueError({SECRET!r})\n"
WHERE = "import ptmrank_core, dashboard; print(ptmrank_core.__file__, dashboard.__file__, sep='\\n')"


def check(is_right: bool, fact: str) -> None:
    """Print what was seen, or end with it as an error."""
    if not is_right:
        raise SystemExit(f"not so: {fact}")
    sys.stdout.write(f"{fact}\n")
    sys.stdout.flush()


def run(home: Path, *command: str | Path) -> str:
    """Run a command outside the repository; return what it prints."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=home,
        env=outside(os.environ, PTMRANK_HOME=str(home)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def rank_demos(programs: Path, home: Path) -> None:
    """Rank every demo, each on a few samples."""
    for samples, task in DEMOS.items():
        start = time.perf_counter()
        chosen = ("--task", task, "--samples", samples, "--models", "demo")
        told: dict[str, Any] = json.loads(run(home, programs / "ptmrank", "rank", *chosen, *BRIEFLY, *ALONE))
        n_ranked = sum(len(model["scores"]) == 2 for model in told["models"].values())
        fact = f"{samples}: {n_ranked} of {len(told['models'])} models in {time.perf_counter() - start:.0f} s"
        check(told["state"] == "finished" and n_ranked == len(told["models"]) > 5, fact)


@contextmanager
def dashboard(home: Path, port: int, *command: str | Path) -> Iterator[None]:
    """Have a command serve the dashboard, from a folder with a module of the same name."""
    (home / "dashboard.py").write_text("raise SystemExit('this is another dashboard')\n", encoding="utf-8")
    options = ("--server.port", str(port), "--server.headless", "true")
    process = subprocess.Popen(
        [str(word) for word in (*command, *options)],
        cwd=home,
        env=outside(os.environ, PTMRANK_HOME=str(home)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(process, port)
        yield
    finally:
        process.terminate()
        process.wait()


def listening(port: int) -> set[str]:
    """Addresses that processes of this machine listen at on a port, as Linux has them: in hexadecimal."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    sockets = [row[1].split(":") for row in rows if row[3] == "0A"]  # 0A: listening
    return {address for address, number in sockets if int(number, 16) == port}


def check_dashboard(home: Path, *command: str | Path) -> None:
    """Start the dashboard and visit two pages of it, one of which fails."""
    port, spelled = free_port(), " ".join(str(word) for word in command)
    with dashboard(home, port, *command):
        found = listening(port)
        check(bool(found) and found <= LOOPBACK, f"`{spelled}` listens at {found}: loopback and no more")
        with Visitor(f"localhost:{port}", "") as visitor:
            visitor.load()
            check(visitor.n_bytes > 1000 and not visitor.problems, "the first page is drawn")
        with Visitor(f"localhost:{port}", "about") as visitor:
            visitor.load()
            check(len(visitor.problems) == 1, "the page that fails says so")
            check(SECRET not in visitor.problems[0], f"and no more than this: {visitor.problems[0]}")


def main() -> None:
    """Build, install and use the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        place, home = Path(folder), Path(folder) / "home"
        home.mkdir()
        programs = install(build_wheel(place), place / "environment")
        modules = [Path(line) for line in run(home, programs / "python", "-c", WHERE).split()]
        check(all(place in module.parents for module in modules), "the packages are those of the wheel")
        check(not any(ROOT in module.parents for module in modules), "and not those of the repository")
        rank_demos(programs, home)
        n_tasks = len(json.loads(run(home, programs / "ptmrank", "catalogue", "--json"))["categories"])
        check(n_tasks > 30, f"the catalogue has {n_tasks} categories")
        failing = modules[1].parent / "views" / "about" / "page.py"
        failing.write_text(failing.read_text(encoding="utf-8") + FAILURE, encoding="utf-8")
        check_dashboard(home, programs / "ptmrank", "dashboard")
        check_dashboard(home, programs / "python", "-m", "ptmrank_core", "dashboard")


if __name__ == "__main__":
    main()
