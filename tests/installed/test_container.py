"""The files for containers fit the repository; no container engine is needed to see that."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator

import pytest
from packaging.specifiers import SpecifierSet
from streamlit.web import cli

from tests.installed.building import ROOT, SOURCES
from tests.installed.declared import PYPROJECT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PORT = 8501


def instructions() -> Iterator[tuple[str, str]]:
    """The instructions of the Dockerfile, each on one line, without comments."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest.strip()


def of(word: str) -> list[str]:
    """What follows an instruction, each time that it stands there."""
    return [rest for name, rest in instructions() if name == word]


def copied() -> set[str]:
    """What is copied out of the repository."""
    return {source for rest in of("COPY") for source in rest.split()[:-1]}


def is_sent(path: str) -> bool:
    """Whether the builder sees a file or folder of the top level: the last line that fits it decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line.removeprefix("!") in {"*", path}:
            sent = line.startswith("!")
    return sent


def test_what_is_copied_is_there_and_suffices() -> None:
    """Each file exists and is not kept from the builder; together they are what a wheel is built from."""
    for source in copied():
        assert (ROOT / source).exists(), source
        assert is_sent(source), source
    assert copied() == {*SOURCES, "requirements.txt"}
    for rest in of("COPY"):
        *sources, target = rest.split()
        assert target == "./" if len(sources) > 1 or "." in sources[0][1:] else target == f"./{sources[0]}"


@pytest.mark.parametrize("path", ["tests", ".git", ".venv-ci", "build", ".ci", "Dockerfile"])
def test_nothing_else_is_sent_to_the_builder(path: str) -> None:
    """Not the tests, the history, environments or former builds; and no secrets."""
    assert not is_sent(path)
    assert not is_sent(".streamlit/secrets.toml")


def test_it_runs_as_an_ordinary_user_who_may_write_where_things_are_kept() -> None:
    """The user is made before, is not root, and owns the folder that the variables name."""
    words = [word for word, _ in instructions()]
    assert of("USER") == ["1000"]
    assert max(i for i, word in enumerate(words) if word == "RUN") < words.index("USER") < words.index("CMD")
    [made] = [rest for rest in of("RUN") if "useradd" in rest]
    assert "--uid 1000 ptmrank" in made
    assert "chown ptmrank /data" in made
    assert of("VOLUME") == ["/data"]
    kept = dict(pair.split("=") for pair in " ".join(of("ENV")).split())
    assert set(kept) == {"PTMRANK_HOME", "HF_HOME"}
    assert all(place.startswith("/data/") for place in kept.values())


def test_it_serves_everybody_at_the_port_that_it_tells() -> None:
    """Streamlit takes the options; the port is that of EXPOSE and of the check of its health."""
    [command] = map(json.loads, of("CMD"))
    assert command[:2] == ["ptmrank", "dashboard"]
    options = cli.main_run.make_context("run", ["app.py", *command[2:]]).params
    assert options["server_address"] == "0.0.0.0"  # noqa: S104 - within the container
    assert options["server_port"] == PORT
    assert options["server_headless"] is True
    assert of("EXPOSE") == [str(PORT)]
    [check] = of("HEALTHCHECK")
    assert json.loads(check.removeprefix("CMD "))[0] == "python"
    assert f"http://localhost:{PORT}/_stcore/health" in check


def test_its_python_is_one_that_is_run_here() -> None:
    """pyproject.toml allows it, and its classifiers name it."""
    [image] = of("FROM")
    found = re.fullmatch(r"python:(3\.\d+)-slim", image)
    assert found
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(found[1])
    assert f"Programming Language :: Python :: {found[1]}" in PYPROJECT["project"]["classifiers"]


def test_torch_is_that_of_the_exact_set() -> None:
    """Its build is chosen by the index alone; the line that installs the repository in place is left out."""
    [installs] = [rest for rest in of("RUN") if "TORCH_INDEX" in rest]
    assert "\"$(grep '^torch==' requirements.txt)\"" in installs
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("torch==")] == ["torch==2.13.0"]
    assert [line for line in lines if line.startswith("-e ")] == ["-e ."]
    assert "grep -v '^-e ' requirements.txt" in installs


def test_the_editor_gets_what_the_tests_need() -> None:
    """The devcontainer installs the exact set with the tools, and forwards the dashboard's port."""
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    container = json.loads(text)
    assert re.fullmatch(r"python:3\.11", container["image"])
    assert "pip install -r requirements.txt -e '.[test]'" in container["postCreateCommand"]
    assert container["forwardPorts"] == [PORT]
    assert f"--server.port {PORT}" in container["postAttachCommand"]


def test_the_guide_to_a_space_names_that_port() -> None:
    """The lines for a Hugging Face Space are those of a Docker Space with the port of the Dockerfile."""
    guide = (ROOT / "dashboard" / "README.md").read_text(encoding="utf-8")
    [header] = re.findall(r"^    ---\n(.*?)^    ---$", guide, flags=re.MULTILINE | re.DOTALL)
    fields = dict(line.strip().split(": ") for line in header.splitlines())
    assert fields == {"title": "PTMRank", "sdk": "docker", "app_port": str(PORT)}


def test_nothing_new_stands_at_the_top() -> None:
    """Beside the packages, the assets and the tests there are files of tools alone."""
    command = ["git", "ls-files"]  # of the shell that runs the tests
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no repository: nothing tells its files from those that tools left here")
    found = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    tools = {".ci", ".devcontainer", ".dockerignore", ".gitignore", ".pre-commit-config.yaml", "Dockerfile"}
    assert found == tools | {
        *("README.md", "requirements.txt", "pyproject.toml", "setup.py", ".streamlit"),
        *("assets", "dashboard", "ptmrank_core", "tests"),
    }
